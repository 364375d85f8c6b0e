"""Models that count servers against every placement tried, and against the papers' programs."""

import location_oracles as slow
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from location_instances import coverage_from, peopled, reaches, roles_of

from allocator.location.backup import bacop1, bacop2, lscp_b
from allocator.location.double_standard import dsm
from allocator.location.expected import malp, mexclp, servers_needed
from allocator.lp.status import Status

SHARES = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9])


@st.composite
def placings(draw, most_sites=4):
    """Reach, people, servers, caps and roles."""
    reach = draw(reaches(most_sites=most_sites))
    m = reach.shape[1]
    people = draw(peopled(reach))
    p = draw(st.integers(1, 4))
    cap = draw(st.one_of(st.none(), st.integers(1, 3)))
    if draw(st.booleans()):
        cap = draw(st.lists(st.integers(1, 3), min_size=m, max_size=m))
    plain, named = draw(roles_of(m))
    most = np.broadcast_to(p if cap is None else cap, m)
    return reach, people, p, cap, most, plain, named


def same(siting, expected, by_program=False):
    """A proven answer of the expected value, or proven that there is none."""
    if by_program is not False:
        assert by_program == (expected if expected is None else pytest.approx(expected, abs=1e-5))
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        assert siting.notes
        return
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert siting.bound == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert siting.verify() == []


@given(placings(), SHARES)
def test_expected_cover(placing, busy):
    """MEXCLP equals the best placement and Daskin's program."""
    reach, people, p, cap, most, plain, named = placing
    found = mexclp(coverage_from(reach), p=p, busy=busy, people=people, max_per_site=cap, **named)
    same(
        found,
        slow.mexclp(reach, people, p, busy, most, **plain),
        slow.mexclp_milp(reach, people, p, busy, most, **plain),
    )


@given(placings(), SHARES, SHARES)
def test_reliable_cover(placing, busy, reliability):
    """MALP I equals the best placement and the program of ReVelle and Hogan."""
    reach, people, p, cap, most, plain, named = placing
    found = malp(
        coverage_from(reach), p=p, busy=busy, reliability=reliability, people=people,
        max_per_site=cap, **named,
    )  # fmt: skip
    same(
        found,
        slow.malp(reach, people, p, busy, reliability, most, **plain),
        slow.malp_milp(reach, people, p, servers_needed(busy, reliability), most, **plain),
    )


@given(placings())
def test_backup_for_all(placing):
    """BACOP1 equals the best placement and the program of Hogan and ReVelle."""
    reach, people, p, cap, most, plain, named = placing
    found = bacop1(coverage_from(reach), p=p, people=people, max_per_site=cap, **named)
    same(
        found,
        slow.bacop1(reach, people, p, most, **plain),
        slow.bacop1_milp(reach, people, p, most, **plain),
    )


@given(placings(), st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]))
def test_first_and_backup(placing, theta):
    """BACOP2 equals the best placement and the program of Hogan and ReVelle."""
    reach, people, p, cap, most, plain, named = placing
    found = bacop2(coverage_from(reach), p=p, theta=theta, people=people, max_per_site=cap, **named)
    same(
        found,
        slow.bacop2(reach, people, p, theta, most, **plain),
        slow.bacop2_milp(reach, people, p, theta, most, **plain),
    )


@given(placings())
def test_fewest_with_backup(placing):
    """LSCP-B has the fewest servers, and of those placements the most backup."""
    reach, _, _, cap, _, plain, named = placing
    m = reach.shape[1]
    cells = np.ones(len(reach))
    most = np.broadcast_to(m if cap is None else cap, m)
    expected = slow.lscp_b(reach, cells, most, **plain)
    found = lscp_b(coverage_from(reach), max_per_site=cap, **named)
    assert slow.lscp_b_milp(reach, cells, most, **plain) == (
        expected if expected is None else pytest.approx(expected)
    )
    if expected is None:
        same(found, None)
        return
    same(found, expected[1])
    assert found.servers.sum() <= expected[0]
    assert found.notes[0].startswith(f"{expected[0]} servers reach every cell")


@given(placings(), st.data(), st.sampled_from([0.0, 0.3, 0.5, 0.8, 0.9, 1.0]))
def test_double_standard(placing, data, alpha):
    """DSM equals the best placement and the program of Gendreau, Laporte and Semet."""
    near, people, p, cap, most, plain, named = placing
    wider = st.lists(st.booleans(), min_size=near.size, max_size=near.size)
    far = near | np.array(data.draw(wider)).reshape(near.shape)
    found = dsm(
        coverage_from(near), coverage_from(far), p=p, alpha=alpha, people=people,
        max_per_site=cap, **named,
    )  # fmt: skip
    same(
        found,
        slow.dsm(near, far, people, p, alpha, most, **plain),
        slow.dsm_milp(near, far, people, p, alpha, most, **plain),
    )


@given(placings(), SHARES)
def test_merging_cells_changes_nothing(placing, busy):
    """Cells merged beforehand give the same value and the same proof."""
    reach, people, p, cap, _, _, named = placing
    apart = coverage_from(reach)
    options = {"p": p, "people": people, "max_per_site": cap, **named}
    merged = apart.aggregated()
    for one, other in (
        (mexclp(apart, busy=busy, **options), mexclp(merged, busy=busy, **options)),
        (bacop1(apart, **options), bacop1(merged, **options)),
        (dsm(apart, apart, alpha=0.5, **options), dsm(merged, apart, alpha=0.5, **options)),
    ):
        assert one.status is other.status
        assert one.objective == pytest.approx(other.objective, nan_ok=True)


@pytest.mark.parametrize("seed", range(6))
def test_middling_instances_equal_the_papers_programs(seed):
    """On 60 cells by 15 sites every model finds what SciPy finds."""
    rng = np.random.default_rng(seed)
    cells, sites = rng.random((60, 2)), rng.random((15, 2))
    away = np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1))
    near, far = away < 0.3, (away < 0.6) | (away == away.min(axis=1, keepdims=True))
    people, p, cap = rng.integers(0, 500, 60) * 1.0, 5 + seed % 3, np.full(15, 1 + seed % 3)
    options = {"p": p, "people": people, "max_per_site": cap}
    here, there = coverage_from(near), coverage_from(far)
    same(mexclp(here, busy=0.4, **options), slow.mexclp_milp(near, people, p, 0.4, cap))
    same(
        malp(here, busy=0.4, reliability=0.9, **options),
        slow.malp_milp(near, people, p, 3, cap),
    )  # fmt: skip
    same(bacop1(there, **options), slow.bacop1_milp(far, people, p, cap))
    same(bacop2(here, theta=0.3, **options), slow.bacop2_milp(near, people, p, 0.3, cap))
    same(
        dsm(here, there, alpha=0.7, **options),
        slow.dsm_milp(near, far, people, p, 0.7, cap),
    )  # fmt: skip

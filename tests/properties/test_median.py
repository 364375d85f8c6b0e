"""What must hold of every p-median and p-dispersion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from median_instances import asked, instances, site_roles
from median_oracles import least_median, median_by_milp, widest
from orlib import arcs_of

from allocator.location.dispersion import p_dispersion
from allocator.location.median import p_median
from allocator.lp.status import Status


@given(instances())
def test_equals_trying_all_choices(instance):
    """No choice of p sites costs less; where none serves everybody, it says infeasible."""
    away, people, p, roles = instance
    expected = least_median(away, people, p, **asked(roles))
    siting = p_median(arcs_of(away), p=p, people=people, **roles)
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        assert siting.notes
        return
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(expected, abs=1e-9)
    assert siting.bound == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert siting.bound <= siting.objective
    assert siting.verify() == []
    assert len(siting.open_sites) <= p


@given(instances(st.sampled_from([0.0, 1.0, 2.0, 3.0, np.inf])))
def test_infeasible_says_how_many_sites_would_do(instance):
    """Where p sites cannot serve everybody, the p of the note can, and one less cannot."""
    away, people, p, roles = instance
    siting = p_median(arcs_of(away), p=p, people=people, **roles)
    if siting.status is Status.INFEASIBLE and "would do" in siting.notes[0]:
        least = int(siting.notes[0].split("p = ")[1].split()[0])
        assert least > p
        assert least_median(away, people, least, **asked(roles)) is not None
        assert least_median(away, people, least - 1, **asked(roles)) is None


@given(instances(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(instance, random):
    """Arcs in any order, each with longer ones beside it, give the same optimum (invariant 6)."""
    away, people, p, roles = instance
    times = arcs_of(away)
    order = random.sample(range(2 * len(times)), 2 * len(times))
    mixed = type(times)(
        times.n_cells, times.n_sites, cell=np.tile(times.cell, 2)[order],
        site=np.tile(times.site, 2)[order],
        value=np.concatenate([times.value, times.value + 1.5])[order],
    )  # fmt: skip
    one = p_median(times, p=p, people=people, **roles)
    other = p_median(mixed, p=p, people=people, **roles)
    assert one.status is other.status
    if one.status.has_answer:
        assert other.objective == pytest.approx(one.objective, abs=1e-9)
        assert other.verify() == []


@given(instances(), st.sampled_from([0.125, 3.0, 1e6]))
def test_distance_has_no_unit(instance, factor):
    """Minutes in another unit scale the optimum, nothing else."""
    away, people, p, roles = instance
    before = p_median(arcs_of(away), p=p, people=people, **roles)
    after = p_median(arcs_of(away * factor), p=p, people=people, **roles)
    assert before.status is after.status
    if before.status.has_answer:
        assert after.objective == pytest.approx(before.objective * factor, rel=1e-9)


@given(instances(st.sampled_from([0.0, 1.0, 2.0, 2.5, 4.0, 7.0])))
def test_more_sites_never_cost_more(instance):
    """The optimum does not grow with p (invariant 2)."""
    away, people, p, roles = instance
    sitings = [p_median(arcs_of(away), p=q, people=people, **roles) for q in (p, p + 1)]
    if sitings[0].status.has_answer:
        assert sitings[1].objective <= sitings[0].objective + 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_equals_the_integer_program(seed):
    """On middling instances SciPy finds nothing cheaper: one way streets, ties, missing arcs."""
    rng = np.random.default_rng(seed)
    n_cells, n_sites, p = 60, 25, int(rng.integers(2, 12))
    cells, sites = rng.random((n_cells, 2)), rng.random((n_sites, 2))
    away = np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1))
    if seed % 2:
        away = np.rint(away * 12)
        people = rng.integers(1, 5, n_cells).astype(float)
    else:
        away *= rng.uniform(0.8, 1.3, away.shape)
        people = rng.lognormal(3, 2, n_cells)
    if seed % 3 == 0:
        away[rng.random(away.shape) < 0.3] = np.inf
    expected = median_by_milp(away, people, p)
    siting = p_median(arcs_of(away), p=p, people=people)
    assert (expected is None) == (siting.status is Status.INFEASIBLE)
    if expected is not None:
        assert siting.status is Status.OPTIMAL
        assert siting.objective == pytest.approx(expected, rel=1e-6)
        assert siting.verify() == []


@st.composite
def places(draw):
    """Up to 7 sites with distances between them, and roles."""
    n = draw(st.integers(2, 7))
    row = st.lists(st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.5, 6.0]), min_size=n, max_size=n)
    apart = np.array(draw(st.lists(row, min_size=n, max_size=n)))
    named = draw(site_roles(n))
    return apart, draw(st.integers(2, 6)), named


@given(places())
def test_dispersion_equals_trying_all_choices(drawn):
    """No choice of p sites lies farther apart."""
    apart, p, roles = drawn
    expected = widest(apart, p, **asked(roles))
    siting = p_dispersion(arcs_of(apart), p=p, **roles)
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        return
    assert siting.status is Status.OPTIMAL
    assert (siting.objective, siting.bound) == (expected, expected)
    assert siting.verify() == []

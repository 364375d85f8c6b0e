"""What must hold between the classic models: invariants 1-19 of the domain reference.

Each test states the condition that its invariant needs. Optima are compared, never sites.
"""

import location_oracles as slow
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from location_instances import PEOPLE, SOME_PEOPLE, away_km, times_from

from allocator.location.backup import bacop1, bacop2
from allocator.location.capacitated import capacitated
from allocator.location.center import p_center
from allocator.location.double_standard import dsm
from allocator.location.expected import malp, mexclp
from allocator.location.maximal_cover import mclp
from allocator.location.median import p_median
from allocator.location.partial_cover import psclp
from allocator.location.set_cover import lscp
from allocator.lp.status import Status
from allocator.travel.distance import straight_line_km

BUSY = st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.8])
RELIABILITY = st.sampled_from([0.0, 0.3, 0.5, 0.75, 0.9])
RADII = st.sampled_from([0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 4.0, 6.0])
OFF_THE_LATTICE = 0.0123  # no two points of a map are a multiple of 0.25 km and this apart


@st.composite
def maps(draw, people=SOME_PEOPLE, most_sites=5):
    """Cells and sites in metres and people; everybody can travel everywhere."""
    place = st.tuples(st.integers(0, 16), st.integers(0, 16))
    cells = draw(st.lists(place, min_size=2, max_size=6, unique=True))
    sites = draw(st.lists(place, min_size=2, max_size=most_sites, unique=True))
    who = draw(st.lists(people, min_size=len(cells), max_size=len(cells)))
    return at(cells), at(sites), np.array(who)


def at(places):
    """Places of the lattice in metres."""
    return 500_000.0 + 250.0 * np.array(places)


def times(cells, sites, people=None):
    """Straight lines between all cells and sites."""
    return times_from(away_km(cells, sites), people)


def reach(cells, sites, km):
    """Who reaches what within a radius."""
    return straight_line_km(cells, sites, max_km=20).within(km)


def near(cells, sites, km):
    """The same as a dense matrix, for the oracles."""
    return away_km(cells, sites) <= km * (1 + 1e-9)


def best(siting):
    """The objective of an answer that is proven and passes its recheck."""
    assert siting.status is Status.OPTIMAL, siting
    assert siting.verify() == []
    return siting.objective


def close(number):
    """Equal but for the last digits."""
    return pytest.approx(number, rel=1e-6, abs=1e-7)


def at_most(number):
    """A limit that forgives the last digits."""
    return number + 1e-6 * max(1.0, abs(number))


def at_least(number):
    """The same from below."""
    return number - 1e-6 * max(1.0, abs(number))


def covered_cells(cells, sites, km):
    """Positions of cells that some site reaches."""
    return np.flatnonzero(near(cells, sites, km).any(axis=1))


@given(maps(PEOPLE), RADII, RADII, st.integers(1, 4))
def test_01_a_larger_radius_never_covers_less(drawn, one, other, p):
    """MCLP does not fall, LSCP does not rise with the radius (1)."""
    cells, sites, people = drawn
    small, large = sorted((one, other))
    most = [best(mclp(reach(cells, sites, r), p=p, people=people)) for r in (small, large)]
    assert at_least(most[0]) <= most[1]
    there = covered_cells(cells, sites, small)
    if len(there):
        fewest = [best(lscp(reach(cells[there], sites, r))) for r in (small, large)]
        assert fewest[1] <= fewest[0]


@given(maps(PEOPLE), RADII)
def test_02_more_sites_never_serve_worse(drawn, km):
    """MCLP does not fall, p-median does not rise with p (2)."""
    cells, sites, people = drawn
    every = range(1, len(sites) + 1)
    covered = [best(mclp(reach(cells, sites, km), p=p, people=people)) for p in every]
    travelled = [best(p_median(times(cells, sites), p=p, people=people)) for p in every]
    for p in range(len(sites) - 1):
        assert at_least(covered[p]) <= covered[p + 1]
        assert travelled[p + 1] <= at_most(travelled[p])


@given(maps(), RADII, st.integers(1, 3))
def test_03_an_extra_candidate_never_worsens_the_optimum(drawn, km, p):
    """MCLP, LSCP, p-median, p-center with one candidate more (3)."""
    cells, sites, people = drawn
    fewer = sites[:-1]
    covered = [best(mclp(reach(cells, some, km), p=p, people=people)) for some in (fewer, sites)]
    assert at_least(covered[0]) <= covered[1]
    there = covered_cells(cells, fewer, km)
    if len(there):
        fewest = [best(lscp(reach(cells[there], some, km))) for some in (fewer, sites)]
        assert fewest[1] <= fewest[0]
    for model in (
        lambda some: p_median(times(cells, some), p=p, people=people),
        lambda some: p_center(times(cells, some), p=p),
    ):
        assert best(model(sites)) <= at_most(best(model(fewer)))


@given(maps(), RADII, st.integers(1, 3), BUSY, st.sampled_from([0.01, 0.5, 3.0, 1e4]))
def test_04_people_have_no_unit(drawn, km, p, busy, factor):
    """More people by a factor: MCLP, p-median, MEXCLP, MALP grow by it, LSCP, p-center not (4)."""
    cells, sites, people = drawn
    here, ways = reach(cells, sites, km), times(cells, sites)
    for model in (
        lambda who: mclp(here, p=p, people=who),
        lambda who: p_median(ways, p=p, people=who),
        lambda who: mexclp(here, p=p, busy=busy, people=who),
        lambda who: malp(here, p=p, busy=busy, reliability=0.75, people=who),
    ):
        assert best(model(people * factor)) == pytest.approx(
            best(model(people)) * factor, rel=1e-6, abs=1e-7 * factor
        )
    more = times(cells, sites, people * factor)
    assert best(p_center(more, p=p)) == close(best(p_center(times(cells, sites, people), p=p)))
    least = [
        best(lscp(times(cells, sites, who).within(km), skip_unreachable=True))
        for who in (people, people * factor)
    ]
    assert least[0] == least[1]


@given(maps(), RADII, st.integers(1, 3))
def test_05_kilometres_or_metres(drawn, km, p):
    """A thousandfold distance: p-median and p-center grow by it, covers do not change (5)."""
    cells, sites, people = drawn
    in_km, in_m = times_from(away_km(cells, sites)), times_from(1000 * away_km(cells, sites))
    assert best(p_median(in_m, p=p, people=people)) == close(
        1000 * best(p_median(in_km, p=p, people=people))
    )
    assert best(p_center(in_m, p=p)) == close(1000 * best(p_center(in_km, p=p)))
    for model in (
        lambda some: mclp(some, p=p, people=people),
        lambda some: lscp(some, skip_unreachable=True),
        lambda some: mexclp(some, p=p, busy=0.5, people=people),
    ):
        assert best(model(in_m.within(1000 * km))) == close(best(model(in_km.within(km))))


@given(maps(PEOPLE), RADII, st.integers(1, 3), st.randoms(use_true_random=False))
def test_06_order_does_not_matter(drawn, km, p, random):
    """Cells and sites in another order give the same optimum (6)."""
    cells, sites, people = drawn
    row = random.sample(range(len(cells)), len(cells))
    column = random.sample(range(len(sites)), len(sites))
    for model in everything(km, p):
        before = model(cells, sites, people)
        after = model(cells[row], sites[column], people[row])
        assert before.status is after.status
        assert before.objective == pytest.approx(after.objective, rel=1e-6, abs=1e-7, nan_ok=True)


@given(maps(PEOPLE), RADII, st.integers(1, 3), st.sampled_from([0.0, 0.25, 0.5]))
def test_07_a_cell_in_two_halves_is_still_one_place(drawn, km, p, part):
    """Splitting a cell changes neither MCLP, p-median nor LSCP (7)."""
    cells, sites, people = drawn
    split = np.concatenate([cells, cells[:1]])
    shared = np.concatenate([people, people[:1] * part])
    shared[0] *= 1 - part
    for model in (cover_most(km, p), cover_all(km), travel_least(p)):
        assert best(model(split, sites, shared)) == close(best(model(cells, sites, people)))


@given(maps(PEOPLE), RADII, st.integers(1, 3), st.floats(0, 6.28), st.integers(-500, 500))
def test_08_moving_the_map_changes_nothing(drawn, km, p, angle, km_east):
    """A rigid motion keeps every optimum, at radii on which no pair lies (8)."""
    cells, sites, people = drawn
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = np.array([1000.0 * km_east, 3e6])
    for model in everything(km + OFF_THE_LATTICE, p):
        before = model(cells, sites, people)
        after = model(cells @ turn + shift, sites @ turn + shift, people)
        assert before.status is after.status
        assert before.objective == pytest.approx(after.objective, rel=1e-6, abs=1e-6, nan_ok=True)


def cover_most(km, p):
    """MCLP within a radius, as a function of a map."""
    return lambda cells, sites, people: mclp(reach(cells, sites, km), p=p, people=people)


def cover_all(km):
    """LSCP within a radius, but for cells out of reach, as a function of a map."""
    return lambda cells, sites, people: lscp(reach(cells, sites, km), skip_unreachable=True)


def travel_least(p):
    """p-median, as a function of a map."""
    return lambda cells, sites, people: p_median(times(cells, sites), p=p, people=people)


def everything(km, p):
    """Models as functions of a map."""
    return (
        cover_most(km, p),
        cover_all(km),
        travel_least(p),
        lambda cells, sites, people: p_center(times(cells, sites), p=p),
        lambda cells, sites, people: mexclp(reach(cells, sites, km), p=p, busy=0.4, people=people),
        lambda cells, sites, people: dsm(
            reach(cells, sites, km), reach(cells, sites, 2 * km), p=p, alpha=0.5, people=people
        ),
    )


@given(maps(), RADII, st.integers(1, 4))
def test_09_greedy_lies_within_its_guarantees(drawn, km, p):
    """MCLP >= greedy >= (1 - 1/e) MCLP; LSCP <= greedy <= H(n) LSCP (9)."""
    cells, sites, people = drawn
    most = best(mclp(reach(cells, sites, km), p=p, people=people))
    greedy = slow.greedy_mclp(near(cells, sites, km), people, p)
    assert greedy <= at_most(most)
    assert greedy >= at_least((1 - np.exp(-1)) * most)
    there = covered_cells(cells, sites, km)
    assume(len(there))
    fewest = best(lscp(reach(cells[there], sites, km)))
    within = near(cells[there], sites, km)
    opened, left = 0, np.ones(len(there), dtype=bool)
    while left.any():
        left &= ~within[:, int(np.argmax(within[left].sum(axis=0)))]
        opened += 1
    harmonic = (1.0 / np.arange(1, within.sum(axis=0).max() + 1)).sum()
    assert fewest <= opened <= harmonic * fewest + 1e-9


@given(maps(), RADII, st.floats(0.05, 1), st.floats(0.05, 1))
def test_10_a_share_of_everybody_is_the_set_cover(drawn, km, one, other):
    """PSCLP of 100 % is LSCP where every cell has people; it does not fall with the share (10)."""
    cells, sites, people = drawn
    there = covered_cells(cells, sites, km)
    assume(len(there))
    here, who = reach(cells[there], sites, km), people[there]
    low, high = sorted((one, other))
    needed = [best(psclp(here, share=share, people=who)) for share in (low, high, 1.0)]
    assert needed == sorted(needed)
    assert needed[-1] == best(lscp(here))


@given(maps(), RADII)
def test_11_as_many_as_the_set_cover_reach_everybody(drawn, km):
    """MCLP with p = LSCP covers all, with one less not, where every cell has people (11)."""
    cells, sites, people = drawn
    there = covered_cells(cells, sites, km)
    assume(len(there))
    here, who = reach(cells[there], sites, km), people[there]
    fewest = round(best(lscp(here)))
    assert best(mclp(here, p=fewest, people=who)) == close(who.sum())
    if fewest > 1:
        assert best(mclp(here, p=fewest - 1, people=who)) < who.sum() - 0.5


@given(maps(), RADII, st.sampled_from([0.2, 0.5, 0.7, 0.9, 1.0]))
def test_12_the_fewest_for_a_share_are_the_first_p_that_reach_it(drawn, km, share):
    """PSCLP(share) = min {p : MCLP(p) >= share of all} (12)."""
    cells, sites, people = drawn
    there = covered_cells(cells, sites, km)
    assume(len(there))
    here, who = reach(cells[there], sites, km), people[there]
    covered = [best(mclp(here, p=p, people=who)) for p in range(1, len(sites) + 1)]
    enough = [p for p, w in enumerate(covered, 1) if w >= share * who.sum() * (1 - 1e-9)]
    assert best(psclp(here, share=share, people=who)) == enough[0]


@given(maps(PEOPLE), RADII, st.integers(1, 4), BUSY, BUSY)
def test_13_expected_cover_falls_from_maximal_cover(drawn, km, p, one, other):
    """MEXCLP(0) = MCLP >= MEXCLP(q), which does not rise with q and is what its sites say (13)."""
    cells, sites, people = drawn
    here = reach(cells, sites, km)
    low, high = sorted((one, other))
    most = best(mclp(here, p=p, people=people))
    assert best(mexclp(here, p=p, busy=0.0, people=people)) == close(most)
    siting = mexclp(here, p=p, busy=low, people=people)
    assert best(siting) <= at_most(most)
    assert best(mexclp(here, p=p, busy=high, people=people)) <= at_most(siting.objective)
    placed = np.zeros(len(sites))
    placed[siting.open_sites] = siting.servers
    n = near(cells, sites, km) @ placed
    assert siting.objective == close((people * (1 - low**n)).sum())


@given(maps(PEOPLE), RADII, st.integers(1, 4), BUSY, RELIABILITY, RELIABILITY)
def test_14_reliable_cover_falls_from_maximal_cover(drawn, km, p, busy, one, other):
    """MALP is MCLP while one server is reliable enough, and does not rise with alpha (14)."""
    cells, sites, people = drawn
    here = reach(cells, sites, km)
    low, high = sorted((one, other))
    covered = [
        best(malp(here, p=p, busy=busy, reliability=alpha, people=people)) for alpha in (low, high)
    ]
    assert covered[1] <= at_most(covered[0])
    most = best(mclp(here, p=p, people=people))
    easy = malp(here, p=p, busy=busy, reliability=1 - busy if busy else 0.99, people=people)
    assert best(easy) == close(most)
    assert covered[0] <= at_most(most)


@given(maps(PEOPLE), RADII, st.integers(1, 4))
def test_15_no_weight_on_backup_is_maximal_cover(drawn, km, p):
    """BACOP2 with theta = 1 is MCLP (15)."""
    cells, sites, people = drawn
    here = reach(cells, sites, km)
    assert best(bacop2(here, p=p, theta=1.0, people=people)) == close(
        best(mclp(here, p=p, people=people))
    )


@given(maps(PEOPLE), RADII, st.integers(1, 5), st.integers(1, 3), RELIABILITY, RELIABILITY)
def test_16_two_equal_standards_are_backup_cover(drawn, km, p, cap, one, other):
    """DSM of one radius is BACOP1 with the same cap; it does not rise with alpha; p < LSCP (16)."""
    cells, sites, people = drawn
    there = covered_cells(cells, sites, km)
    assume(len(there))
    here, who = reach(cells[there], sites, km), people[there]
    options = {"p": p, "people": who, "max_per_site": cap}
    same, backup = dsm(here, here, alpha=1.0, **options), bacop1(here, **options)
    assert same.status is backup.status
    assert same.objective == pytest.approx(backup.objective, rel=1e-6, nan_ok=True)
    wide = reach(cells[there], sites, 1.5 * km)
    low, high = sorted((one, other))
    easy, hard = (dsm(here, wide, alpha=alpha, **options) for alpha in (low, high))
    if p < best(lscp(wide)):
        assert easy.status is Status.INFEASIBLE
    if easy.status is Status.INFEASIBLE:
        assert hard.status is Status.INFEASIBLE
    elif hard.status is not Status.INFEASIBLE:
        assert best(hard) <= at_most(best(easy))


@given(maps(), st.integers(1, 4))
def test_17_the_center_is_the_radius_at_which_p_cover_all(drawn, p):
    """p-center = min {r : LSCP(r) <= p}; between mean and worst distance of the p-median (17)."""
    cells, sites, people = drawn
    ways = times(cells, sites)
    center = best(p_center(ways, p=p))
    radii = np.unique(ways.value)
    enough = []
    for r in radii:
        cover = lscp(ways.within(r))
        enough.append(cover.status is Status.OPTIMAL and cover.objective <= p)
    assert center == close(radii[enough.index(True)])
    median = p_median(ways, p=p, people=people)
    assert best(median) / people.sum() <= at_most(center)
    assert np.nanmax(median.cell_table["minutes"]) >= at_least(center)


@given(maps(PEOPLE), RADII, st.integers(1, 4))
def test_18_no_choice_of_sites_is_better(drawn, km, p):
    """p-median and MCLP equal the best of all choices, and what their own sites amount to (18)."""
    cells, sites, people = drawn
    away = away_km(cells, sites)
    median = p_median(times(cells, sites), p=p, people=people)
    assert best(median) == close(slow.p_median(away, people, p))
    if people.sum():
        nearest = away[:, median.open_sites].min(axis=1)
        assert median.objective == close((people * nearest).sum())
    cover = mclp(reach(cells, sites, km), p=p, people=people)
    assert best(cover) == close(slow.mclp(near(cells, sites, km), people, p))
    reached = near(cells, sites, km)[:, cover.open_sites].any(axis=1)
    assert cover.objective == close(people[reached].sum())


@given(maps(), st.integers(1, 4), st.floats(0.2, 1), st.floats(0.2, 1))
def test_19_looser_loads_never_cost_travel(drawn, p, one, other):
    """Capacity for all is p-median; a larger cap or smaller least load never worsens (19)."""
    cells, sites, people = drawn
    ways, total = times(cells, sites), people.sum()
    median = best(p_median(ways, p=p, people=people))
    options = {"p": p, "people": people}
    free = capacitated(ways, max_load=np.full(len(sites), total), **options)
    assert best(free) == close(median)
    assert best(capacitated(ways, min_load=0.0, **options)) == close(median)
    low, high = sorted((one * total, other * total))
    tight, loose = (capacitated(ways, max_load=cap, **options) for cap in (low, high))
    if min(p, len(sites)) * low < total * (1 - 1e-9):
        assert tight.status is Status.INFEASIBLE
    if tight.status is not Status.INFEASIBLE:
        assert best(loose) <= at_most(best(tight))
    harder, easier = (capacitated(ways, min_load=least, **options) for least in (high, low))
    if harder.status is not Status.INFEASIBLE:
        assert best(easier) <= at_most(best(harder))

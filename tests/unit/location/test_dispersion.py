"""p_dispersion: distances, roles, statuses, interrupts."""

import numpy as np
import pytest
from median_oracles import widest
from orlib import arcs_of

from allocator.errors import InputError
from allocator.location.dispersion import p_dispersion
from allocator.location.engines.center.cover import Answer
from allocator.location.engines.dispersion import choice as dispersion_choice
from allocator.location.engines.limits import Limits
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.times import TravelTimes


def road(*places, **more):
    at = np.array(places, dtype=float)
    return arcs_of(np.abs(at[:, None] - at), unit="km", **more)


def plane(seed, n):
    at = np.random.default_rng(seed).random((n, 2))
    return np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))


def test_along_a_road():
    """Two go to the ends, the third as near the middle as can be."""
    assert p_dispersion(road(0, 4, 5, 12), p=2).objective == 12
    siting = p_dispersion(road(0, 4, 5, 12), p=3)
    assert (siting.objective, siting.bound, siting.objective_unit) == (5, 5, "km")
    assert siting.open_sites.tolist() == [0, 2, 3]
    assert siting.sense == "max"
    assert siting.verify() == []


@pytest.mark.parametrize("seed", range(4))
def test_equals_trying_all_choices(seed):
    """No choice lies farther apart, at distances that are all different."""
    apart = plane(seed, 14)
    siting = p_dispersion(arcs_of(apart), p=4 + seed)
    assert siting.status is Status.OPTIMAL
    assert siting.objective == widest(apart, 4 + seed)


def test_every_way_of_deciding_agrees():
    """Search says yes, cliques say no, and branching says the same as they do."""
    apart = plane(5, 40)
    for least in np.quantile(apart, [0.05, 0.1, 0.2, 0.3, 0.5]):
        conflict = apart < least
        np.fill_diagonal(conflict, False)
        tests = [dispersion_choice.PeacefulTest(conflict, 6) for _ in range(3)]
        said = tests[2].by_branching(Limits())
        assert said is not Answer.UNKNOWN
        assert tests[0].by_search(Limits()) in {said, Answer.UNKNOWN}
        assert tests[1].by_bound(Limits()) in {said, Answer.UNKNOWN}
        for test in tests:
            chosen = test.chosen
            assert not conflict[np.ix_(chosen, chosen)].any()
            assert len(chosen) == (6 if test.answer is Answer.YES else 0)


def test_existing_sites_stay_and_forbidden_ones_stay_closed():
    """What stands limits how far apart all can be."""
    siting = p_dispersion(road(0, 4, 5, 12), p=3, open_sites=[1], forbidden=[0])
    assert siting.open_sites.tolist() == [1, 2, 3]
    assert siting.objective == 1
    both = p_dispersion(road(0, 4, 5, 12), p=2, open_sites=[1, 2])
    assert (both.objective, both.bound) == (1, 1)


def test_a_pair_counts_with_its_shorter_direction():
    """One-way streets: the shorter way between two sites counts."""
    apart = np.array([[0, 9, 3], [2, 0, 8], [9, 8, 0]], dtype=float)
    siting = p_dispersion(arcs_of(apart), p=2)
    assert siting.objective == 8
    assert siting.open_sites.tolist() == [1, 2]


def test_pairs_without_an_arc_lie_beyond_the_limit():
    """Arcs were looked for up to 5 km; what has none is at least so far apart, and that is said."""
    near = road(0, 4, 20, 40)
    kept = near.value <= 5
    cut = TravelTimes(
        4, 4, cell=near.cell[kept], site=near.site[kept], value=near.value[kept], unit="km",
        limit=5.0,
    )  # fmt: skip
    siting = p_dispersion(cut, p=3)
    assert siting.objective == siting.bound == 5
    assert siting.notes == ("no two open sites lie nearer than 5 km",)
    assert p_dispersion(cut, p=4).objective == 4
    assert siting.verify() == []


def test_more_than_there_are_is_noted():
    """All permitted sites are open."""
    siting = p_dispersion(road(0, 4, 5), p=9, forbidden=[1])
    assert siting.open_sites.tolist() == [0, 2]
    assert siting.objective == siting.bound == 5
    assert "only 2 sites are permitted" in siting.notes[0]
    assert siting.verify() == []


def test_no_answer():
    """Too many that must be open, or fewer than two permitted."""
    many = p_dispersion(road(0, 4, 5), p=2, required=[0, 1, 2])
    assert many.status is Status.INFEASIBLE
    assert many.notes == ("3 sites must be open, more than p = 2",)
    few = p_dispersion(road(0, 4, 5), p=2, forbidden=[0, 1])
    assert few.status is Status.INFEASIBLE
    assert few.notes == ("1 sites are permitted; it takes 2",)


def test_wrong_questions():
    """p below 2, and arcs that do not join sites to sites, are refused."""
    with pytest.raises(InputError, match="p must be a whole number >= 2, got 1"):
        p_dispersion(road(0, 1), p=1)
    with pytest.raises(InputError, match="must join sites to sites, got 1 cells, 2 sites"):
        p_dispersion(arcs_of(np.ones((1, 2))), p=2)


def test_a_time_limit_leaves_an_answer_with_its_bound():
    """Stopped by the clock: the optimum lies between answer and bound."""
    times = arcs_of(plane(1, 30))
    best = p_dispersion(times, p=6).objective
    siting = p_dispersion(times, p=6, settings=SolverSettings(time_limit_seconds=1e-9))
    assert siting.objective <= best <= siting.bound
    assert siting.status is Status.FEASIBLE
    assert not siting.reproducible
    assert siting.verify() == []


@pytest.mark.parametrize("calls", [1, 4, 8])
def test_an_interrupt_keeps_the_best_so_far(monkeypatch, calls):
    """Ctrl-C at any time: answer and bound so far, marked."""
    times = arcs_of(plane(1, 30))
    best = p_dispersion(times, p=6).objective
    search, seen = dispersion_choice.PeacefulTest.by_search, []

    def interrupted(test, limits):
        seen.append(1)
        if len(seen) >= calls:
            raise KeyboardInterrupt
        return search(test, limits)

    monkeypatch.setattr(dispersion_choice.PeacefulTest, "by_search", interrupted)
    siting = p_dispersion(times, p=6)
    assert siting.interrupted or siting.objective == best
    assert siting.objective <= best <= siting.bound
    assert siting.verify() == []

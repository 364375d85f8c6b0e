"""p_median: published optima, roles, statuses, notes, limits, interrupts."""

import numpy as np
import pytest
from orlib import FOLDER, arcs_of, pmed, published

from allocator.errors import InputError
from allocator.location.engines.median import bracket, lists, proof
from allocator.location.median import p_median
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes

ODD = [f"pmed{k}" for k in range(1, 41, 2)]
QUICK = ["pmed1", "pmed3", "pmed5", "pmed7", "pmed9"]
needs_pmed = pytest.mark.skipif(not FOLDER.exists(), reason="the OR-Library's files are not here")


def line(*places, people=1.0, **ends):
    """Cells and sites at places along a road."""
    at = np.array(places, dtype=float)
    times = arcs_of(np.abs(at[:, None] - at), unit="km", **ends)
    return times, np.full(len(at), people)


def town(seed, n_cells=120, n_sites=40):
    rng = np.random.default_rng(seed)
    cells, sites = rng.random((n_cells, 2)), rng.random((n_sites, 2))
    return np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1)), rng.random(n_cells)


def proven(name):
    away, p = pmed(name)
    siting = p_median(arcs_of(away), p=p, people=np.ones(len(away)))
    assert siting.status is Status.OPTIMAL
    assert (siting.objective, siting.bound) == (published("pmedopt.txt")[name],) * 2
    assert siting.verify() == []
    assert len(siting.open_sites) == p


@needs_pmed
@pytest.mark.parametrize("name", QUICK)
def test_published_optima(name):
    """OR-Library: the published optimum, proven."""
    proven(name)


@needs_pmed
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ODD if name not in QUICK])
def test_published_optima_of_the_larger_ones(name):
    """OR-Library, 300 to 900 vertices: the published optimum, proven."""
    proven(name)


def test_a_road_with_three_villages():
    """One clinic goes to the middle village; two leave one of the outer ones to walk."""
    times, people = line(0, 3, 4)
    siting = p_median(times, p=1, people=people)
    assert (siting.objective, siting.objective_unit) == (4, "people-km")
    assert siting.open_sites.tolist() == [1]
    assert siting.assignment.tolist() == [1, 1, 1]
    assert siting.served.away.tolist() == [3, 0, 1]
    assert p_median(times, p=2, people=people).objective == 1
    assert siting.model == "p-median"
    assert siting.reproducible


def test_p_counts_what_is_open_already():
    """Of two sites one stands already, at the wrong end; the other is chosen beside it."""
    times, people = line(0, 3, 4, 9)
    siting = p_median(times, p=2, people=people, open_sites=[0])
    assert siting.open_sites.tolist() == [0, 2]
    assert siting.new_sites.tolist() == [2]
    assert siting.objective == 6
    alone = p_median(times, p=1, people=people, open_sites=[0])
    assert alone.objective == alone.bound == 16


def test_a_site_that_may_close_closes_for_a_better_one():
    """It counts towards p only while it is open."""
    times, people = line(0, 3, 4)
    siting = p_median(times, p=1, people=people, may_close=[0])
    assert siting.open_sites.tolist() == [1]
    assert siting.closed_sites.tolist() == [0]


def test_roles_of_a_site_set_are_kept():
    """Required and forbidden sites come from the travel times' sites."""
    sites = SiteSet(list("abcd"), status=["required", "candidate", "forbidden", "candidate"])
    times, _ = line(0, 3, 4, 9, sites=sites, demand=Demand(np.ones(4)))
    siting = p_median(times, p=2)
    assert siting.sites == ["a", "b"]
    assert siting.objective == 7


def test_more_than_there_are_is_noted():
    """All permitted sites are open, and the reader is told."""
    times, people = line(0, 3, 4)
    siting = p_median(times, p=5, people=people, forbidden=[1])
    assert siting.open_sites.tolist() == [0, 2]
    assert siting.notes == ("only 2 sites are permitted: all of them are open, not p = 5",)
    assert siting.verify() == []


def test_too_many_that_must_be_open():
    """p below the number of sites that must be open has no answer."""
    times, people = line(0, 3, 4)
    siting = p_median(times, p=1, people=people, required=[0], open_sites=[2])
    assert siting.status is Status.INFEASIBLE
    assert siting.notes == ("2 sites must be open, more than p = 1",)


def test_cells_without_people_may_stay_unserved():
    """A cell that nobody reaches matters only if people live there."""
    away = np.array([[1.0, 2.0], [np.inf, np.inf]])
    assert p_median(arcs_of(away), p=1, people=[5, 0]).objective == 5
    siting = p_median(arcs_of(away), p=1, people=[5, 7])
    assert siting.status is Status.INFEASIBLE
    assert siting.uncoverable.tolist() == [1]
    assert siting.notes == ("1 cells with 7 people reach no permitted site",)


def test_each_cell_reaches_a_site_but_p_are_too_few():
    """Three valleys with a site each need three sites; the note says so."""
    away = np.where(np.eye(3) == 1, 2.0, np.inf)
    siting = p_median(arcs_of(away), p=2, people=np.ones(3))
    assert siting.status is Status.INFEASIBLE
    assert siting.notes == ("2 sites cannot serve every cell with people: p = 3 would do",)
    assert p_median(arcs_of(away), p=3, people=np.ones(3)).objective == 6


def test_nobody_anywhere():
    """Without people every choice is the best."""
    times, people = line(0, 3, 4, people=0.0)
    siting = p_median(times, p=2, people=people)
    assert (siting.objective, siting.bound, siting.status) == (0, 0, Status.OPTIMAL)
    assert siting.verify() == []


def test_repeated_arcs_count_with_the_shortest():
    """Arcs come in any order, some twice."""
    times = TravelTimes(
        2, 2, cell=np.array([1, 0, 0, 1, 0]), site=np.array([1, 0, 1, 0, 0]),
        value=np.array([1.0, 9.0, 5.0, 4.0, 2.0]),
    )  # fmt: skip
    siting = p_median(times, p=1, people=np.ones(2))
    assert siting.objective == 6
    assert siting.verify() == []


@pytest.mark.parametrize("p", [0, -1, 1.5, "two", None, True])
def test_p_is_a_whole_number_above_0(p):
    """Anything else is refused, with what was given."""
    times, people = line(0, 3)
    with pytest.raises(InputError, match=f"p must be a whole number >= 1, got {p!r}"):
        p_median(times, p=p, people=people)


def test_people_are_needed():
    """Nobody said how many people there are: that is asked for, not guessed."""
    times, _ = line(0, 3)
    with pytest.raises(InputError, match="how many people"):
        p_median(times, p=1)


def test_short_lists_change_nothing(monkeypatch):
    """Lists that hold few sites, and grow where needed, lead to the same proven optimum."""
    for seed in range(4):
        away, people = town(seed)
        before = p_median(arcs_of(away), p=4, people=people)
        for name in ("_FEW_ENTRIES", "_ENTRIES"):
            monkeypatch.setattr(bracket, name, 2)
        for name in ("_SHORTEST", "_SITES_PER_OPEN_ONE"):
            monkeypatch.setattr(lists, name, 2)
        after = p_median(arcs_of(away), p=4, people=people)
        monkeypatch.undo()
        assert after.status is Status.OPTIMAL
        assert after.objective == pytest.approx(before.objective, rel=1e-6)


def test_same_input_same_answer():
    """Twice the same question: the same sites."""
    away, people = town(7)
    first, second = (p_median(arcs_of(away), p=6, people=people) for _ in range(2))
    assert first.open_sites.tolist() == second.open_sites.tolist()
    assert first.objective == second.objective


def test_a_gap_that_is_good_enough():
    """With a gap of 10 % the bound may stay below, never the truth above it."""
    away, people = town(3)
    exact = p_median(arcs_of(away), p=6, people=people)
    rough = p_median(arcs_of(away), p=6, people=people, settings=SolverSettings(gap=0.1))
    assert rough.status is Status.OPTIMAL
    assert rough.bound <= exact.objective <= rough.objective
    assert rough.objective - rough.bound <= 0.1 * rough.objective


@needs_pmed
def test_a_time_limit_leaves_an_answer_with_its_bound():
    """Stopped by the clock: an answer, a bound below the optimum, and it says so."""
    away, p = pmed("pmed9")
    siting = p_median(
        arcs_of(away), p=p, people=np.ones(len(away)),
        settings=SolverSettings(time_limit_seconds=1e-9, gap=0.0),
    )  # fmt: skip
    assert siting.bound <= published("pmedopt.txt")["pmed9"] <= siting.objective
    assert siting.status is Status.FEASIBLE
    assert not siting.reproducible
    assert siting.verify() == []


@needs_pmed
def test_a_node_limit_leaves_an_honest_gap(monkeypatch):
    """Stopped by work: reproducible, not called optimal."""
    away, p = pmed("pmed39")
    settings = SolverSettings(node_limit=3, gap=0.0)
    siting = p_median(arcs_of(away), p=p, people=np.ones(len(away)), settings=settings)
    assert siting.status is Status.FEASIBLE
    assert siting.bound < published("pmedopt.txt")["pmed39"] <= siting.objective
    assert siting.reproducible


@needs_pmed
@pytest.mark.parametrize("calls", [1, 2, 20])
def test_an_interrupt_keeps_the_best_so_far(monkeypatch, calls):
    """Ctrl-C while cuts are made or branches looked at: answer and bound so far, marked."""
    away, p = pmed("pmed17")
    solve, seen = proof.MedianMaster.solve, []

    def interrupted(master):
        seen.append(1)
        if len(seen) >= calls:
            raise KeyboardInterrupt
        return solve(master)

    monkeypatch.setattr(proof.MedianMaster, "solve", interrupted)
    siting = p_median(arcs_of(away), p=p, people=np.ones(len(away)))
    assert siting.interrupted
    assert siting.status is Status.FEASIBLE
    assert siting.bound < 6999 <= siting.objective
    assert siting.verify() == []
    assert "interrupted: the best answer so far" in siting.notes


def test_progress_is_told():
    """Lines of text with cost and bound."""
    away, people = town(1)
    lines = []
    p_median(arcs_of(away), p=6, people=people, progress=lines.append)
    assert lines
    assert all("bound" in text for text in lines)


def test_verify_catches_a_wrong_answer():
    """A wrong objective, a forbidden site, a site too many are all found by counting again."""
    from dataclasses import replace

    times, people = line(0, 3, 4)
    siting = p_median(times, p=1, people=people, forbidden=[2])
    assert siting.verify() == []
    assert "objective" in replace(siting, objective=3.0, bound=3.0).verify()[0]
    wrong = replace(siting, open_sites=np.array([1, 2]), objective=3.0, bound=3.0)
    assert len(wrong.verify()) == 2

"""mclp: limits, roles, floors, notes, interrupts, and traps for the solver's tolerance."""

from dataclasses import replace

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets
from maximal_oracles import most_people_by_milp

from allocator.errors import InputError, SolverError
from allocator.location.engines.branching import tree as maximal_tree
from allocator.location.engines.branching.neighbourhoods import Neighbourhoods
from allocator.location.engines.maximal import choices, covering
from allocator.location.engines.maximal.master import Master
from allocator.location.maximal_cover import mclp
from allocator.lp.incremental import GrowingLp
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.ends import Demand, SiteSet

CHAIN = [[0, 1], [1, 2], [2, 3], [3], []]
PEOPLE = np.array([10.0, 20.0, 30.0, 5.0, 7.0])


def hard(seed=0, n_cells=400, n_sites=60, radius=0.16):
    """A map on which the linear program's optimum is broken."""
    sets = disc_sets(seed, n_cells, n_sites, radius)
    people = np.round(np.random.default_rng(seed).lognormal(3, 1.5, n_cells))
    return sets, people, coverage_of(sets, n_sites)


def without_search(monkeypatch):
    """Leave it to the linear program and the tree."""
    for name in ("_FIRST_KICKS", "_KICKS", "_KICKS_PER_ROUNDING", "_FAR_KICKS"):
        monkeypatch.setattr(choices, name, 0)
    monkeypatch.setattr(choices.SwapSearch, "climb", lambda self: self.chosen)


def test_one_site_takes_the_most_people():
    """Of four sites in a chain the third reaches 50 people."""
    siting = mclp(coverage_of(CHAIN, 4), p=1, people=PEOPLE)
    assert siting.open_sites.tolist() == [2]
    assert (siting.objective, siting.bound, siting.objective_unit) == (50, 50, "people")
    assert siting.status is Status.OPTIMAL
    assert (siting.sense, siting.model) == ("max", "MCLP")
    assert siting.uncovered == {"total": 22}


def test_p_counts_every_open_site():
    """A site that stands already is one of the p."""
    siting = mclp(coverage_of(CHAIN, 4), p=2, people=PEOPLE, open_sites=[0])
    assert siting.open_sites.tolist() == [0, 2]
    assert siting.objective == 60
    alone = mclp(coverage_of(CHAIN, 4), p=1, people=PEOPLE, open_sites=[0])
    assert alone.objective == 10


def test_a_site_that_may_close_makes_room():
    """With p = 1 the site that stands gives way to a better one."""
    siting = mclp(coverage_of(CHAIN, 4), p=1, people=PEOPLE, may_close=[0])
    assert siting.open_sites.tolist() == [2]
    assert siting.closed_sites.tolist() == [0]


def test_too_small_a_p_is_infeasible_and_says_what_would_do():
    """Sites that must be open need a p that large."""
    siting = mclp(coverage_of(CHAIN, 4), p=1, people=PEOPLE, open_sites=[0], required=[3])
    assert siting.status is Status.INFEASIBLE
    assert siting.notes == ("2 sites must be open, more than p = 1; p = 2 would do",)


def test_more_sites_than_there_are_is_no_error():
    """Those that help are open, and a note says so."""
    siting = mclp(coverage_of(CHAIN, 4), p=9, people=PEOPLE, forbidden=[3])
    assert siting.objective == 60
    assert siting.notes == ("p = 9 is more than the 3 permitted sites: those that help are open",)


def test_a_budget_pays_for_opening_running_and_closing():
    """The best within the budget, to the last coin."""
    options = {"people": PEOPLE, "cost": [4, 4, 6, 1], "open_sites": [0], "running_cost": [2] * 4}
    assert mclp(coverage_of(CHAIN, 4), budget=7, **options).objective == 65
    assert mclp(coverage_of(CHAIN, 4), budget=6.9, **options).objective == 45
    broke = mclp(coverage_of(CHAIN, 4), budget=1, **options)
    assert broke.status is Status.INFEASIBLE
    assert "cost 2, more than the budget of 1" in broke.notes[0]


def test_a_floor_turns_the_choice():
    """A group that lives elsewhere must be reached first, at the expense of the total."""
    old = np.array([0.0, 0, 0, 5, 0])
    reach = replace(coverage_of(CHAIN, 4), demand=Demand(PEOPLE, groups={"old": old}))
    assert mclp(reach, p=1).open_sites.tolist() == [2]
    siting = mclp(reach, p=1, floors={"old": 1.0})
    assert siting.objective == 35
    assert siting.open_sites.tolist() == [3]
    siting = mclp(reach, p=1, floors={"old": 0.2, "total": 0.4})
    assert siting.open_sites.tolist() == [3]


def test_floors_that_cannot_hold_say_the_largest_that_would():
    """Out of reach altogether, or with so few sites."""
    reach = coverage_of(CHAIN, 4)
    beyond = mclp(reach, p=4, people=PEOPLE, floors={"total": 0.95})
    assert beyond.status is Status.INFEASIBLE
    assert "the largest floor is 0.9027 (65 people)" in beyond.notes[0]
    few = mclp(reach, p=1, people=PEOPLE, floors={"total": 0.8})
    assert few.status is Status.INFEASIBLE
    assert "for group total a floor of 0.6944 (50 people) would do" in few.notes[1]
    assert mclp(reach, p=1, people=PEOPLE, floors={"total": 0.6944}).objective == 50


def test_nobody_and_nothing():
    """No people, no cells, no sites: an answer all the same."""
    assert mclp(coverage_of(CHAIN, 4), p=2, people=np.zeros(5)).objective == 0
    assert mclp(coverage_of([], 3), p=2, people=[]).objective == 0
    assert mclp(coverage_of([[], []], 0), p=2, people=[1, 1]).status is Status.OPTIMAL


def test_every_problem_is_listed():
    """All that is wrong comes in one error."""
    reach = coverage_of(CHAIN, 4)
    with pytest.raises(InputError) as caught:
        mclp(reach, p=0, budget=-1, people=PEOPLE, floors={"young": 0.5, "total": 1.5})
    text = str(caught.value)
    assert "p must be a whole number >= 1, got 0" in text
    assert "budget must be finite and >= 0, got -1" in text
    assert "no group 'young'; known are: total" in text
    assert "floor of group total must lie in [0, 1], got 1.5" in text
    with pytest.raises(InputError, match="p or budget must be given"):
        mclp(reach, people=PEOPLE)
    for wrong in (2.5, True, "3"):
        with pytest.raises(InputError, match="p must be a whole number"):
            mclp(reach, p=wrong, people=PEOPLE)
    with pytest.raises(InputError, match="people"):
        mclp(reach, p=2)


def test_people_and_costs_come_with_the_reach():
    """What demand and sites say is taken when the caller says nothing."""
    sites = SiteSet(list("abcd"), status=["candidate", "candidate", "forbidden", "required"])
    reach = replace(coverage_of(CHAIN, 4), demand=Demand(PEOPLE), sites=sites)
    assert mclp(reach, p=2).open_sites.tolist() == [1, 3]


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_alone_proves_the_optimum(monkeypatch, seed):
    """Without search or rounding, cuts and branching find what SciPy finds."""
    without_search(monkeypatch)
    sets, people, reach = hard(seed, n_cells=200, n_sites=45)
    siting = mclp(reach, p=7, people=people)
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(most_people_by_milp(sets, people, 45, p=7))
    assert siting.verify() == []


@pytest.mark.parametrize("seed", range(3))
def test_branching_on_sites_alone_is_right_too(monkeypatch, seed):
    """Neighbourhoods only make it faster; sites decided early neither add nor lose answers."""
    without_search(monkeypatch)
    monkeypatch.setattr(Neighbourhoods, "broken", lambda *_: [])
    monkeypatch.setattr(covering, "_WORTH_A_RESTART", 0.01)
    sets, people, reach = hard(seed, n_cells=120, n_sites=30)
    siting = mclp(reach, p=6, people=people)
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(most_people_by_milp(sets, people, 30, p=6))


@pytest.mark.parametrize("seed", range(3))
def test_bounds_do_not_trust_the_solver(monkeypatch, seed):
    """Duals that are off by far more than any tolerance still give a bound above the optimum."""
    sets, people, reach = hard(seed, n_cells=120, n_sites=30)
    best = most_people_by_milp(sets, people, 30, p=6)
    rng = np.random.default_rng(seed)
    honest = GrowingLp.solve

    def off(self, *args, **named):
        found = honest(self, *args, **named)
        return replace(found, duals=found.duals * rng.uniform(0.9, 1.1, len(found.duals)))

    seen = []
    solve = Master.solve

    def watched(self):
        found, program = solve(self), self.program
        if program.n_sites == 30 and not program.low.any() and program.high.all():
            seen.append(found.bound)
        return found

    monkeypatch.setattr(GrowingLp, "solve", off)
    monkeypatch.setattr(Master, "solve", watched)
    siting = mclp(reach, p=6, people=people, settings=SolverSettings(gap=0, node_limit=20))
    assert seen
    assert min(seen) >= best - 1e-6
    assert siting.bound >= best - 1e-6
    assert siting.objective <= best + 1e-6


def test_shares_that_only_look_whole_are_not_believed(monkeypatch):
    """Where the program calls broken shares whole, the tree goes on to the true optimum."""
    monkeypatch.setattr(maximal_tree, "_WHOLE", 0.4)
    without_search(monkeypatch)
    sets, people, reach = hard(1, n_cells=100, n_sites=25)
    siting = mclp(reach, p=5, people=people)
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(most_people_by_milp(sets, people, 25, p=5))


def test_trouble_in_the_solver_is_not_taken_for_a_proof(monkeypatch):
    """A status that is neither optimal nor infeasible is an error, never the end of a branch."""
    without_search(monkeypatch)
    calls = []
    honest = GrowingLp.solve

    def fails_late(self, *args, **named):
        calls.append(1)
        if len(calls) > 6:
            raise SolverError("numbers")
        return honest(self, *args, **named)

    monkeypatch.setattr(GrowingLp, "solve", fails_late)
    _, people, reach = hard(4, 300, 80, 0.13)
    with pytest.raises(SolverError):
        mclp(reach, p=14, people=people)


def test_limits_leave_an_answer_a_bound_and_an_honest_gap(monkeypatch):
    """Stopped by nodes it is the same again; stopped by the clock it says so."""
    without_search(monkeypatch)
    sets, people, reach = hard(4, 300, 80, 0.13)
    best = most_people_by_milp(sets, people, 80, p=14)
    by_nodes = [
        mclp(reach, p=14, people=people, settings=SolverSettings(gap=0, node_limit=1))
        for _ in range(2)
    ]
    assert by_nodes[0].status is Status.FEASIBLE
    assert by_nodes[0].objective <= best <= by_nodes[0].bound
    assert by_nodes[0].gap > 0
    assert by_nodes[0].reproducible
    assert by_nodes[0].bound == by_nodes[1].bound
    assert by_nodes[0].open_sites.tolist() == by_nodes[1].open_sites.tolist()
    clock = mclp(
        reach, p=14, people=people, settings=SolverSettings(gap=0, time_limit_seconds=1e-6)
    )
    assert clock.status is Status.FEASIBLE
    assert clock.objective <= best <= clock.bound
    assert not clock.reproducible
    assert any("clock" in note for note in clock.notes)


def test_a_gap_that_is_good_enough_ends_the_work():
    """With a generous gap the answer is optimal within it, and the bound stays true."""
    _, people, reach = hard(4)
    siting = mclp(reach, p=8, people=people, settings=SolverSettings(gap=0.2))
    assert siting.status is Status.OPTIMAL
    assert siting.gap <= 0.2


@pytest.mark.parametrize("after", [1, 2, 4])
def test_an_interrupt_returns_the_best_so_far(monkeypatch, after):
    """Ctrl-C at any stage leaves an answer, a bound, and the word interrupted."""
    without_search(monkeypatch)
    _, people, reach = hard(4, 300, 80, 0.13)
    calls = []
    honest = GrowingLp.solve

    def interrupted(self, *args, **named):
        calls.append(1)
        if len(calls) == after:
            raise KeyboardInterrupt
        return honest(self, *args, **named)

    monkeypatch.setattr(GrowingLp, "solve", interrupted)
    siting = mclp(reach, p=14, people=people)
    assert siting.interrupted
    assert not siting.reproducible
    assert siting.status is Status.FEASIBLE
    assert siting.verify() == []
    assert 0 < siting.objective < siting.bound


def test_same_input_same_answer():
    """Two runs open the same sites and prove the same bound."""
    _, people, reach = hard(6)
    one, other = (mclp(reach, p=8, people=people) for _ in range(2))
    assert one.open_sites.tolist() == other.open_sites.tolist()
    assert (one.objective, one.bound) == (other.objective, other.bound)


def test_progress_is_told_and_inputs_are_left_alone():
    """Long work says where it stands; nothing given is changed."""
    sets, people, reach = hard(7)
    before, said = people.copy(), []
    siting = mclp(reach, p=8, people=people, progress=said.append)
    assert any("root of the tree" in text for text in said)
    assert np.array_equal(people, before)
    assert siting.objective == pytest.approx(most_people_by_milp(sets, people, 60, p=8))

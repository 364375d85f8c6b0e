"""psclp: shares, groups, roles, notes, limits and interrupts."""

from dataclasses import replace

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets
from maximal_oracles import least_cost_by_milp

from allocator.errors import InputError
from allocator.location.engines.maximal import shares as cover_shares
from allocator.location.partial_cover import psclp
from allocator.lp.incremental import GrowingLp
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.ends import Demand

CHAIN = [[0, 1], [1, 2], [2, 3], [3], []]
PEOPLE = np.array([10.0, 20.0, 30.0, 5.0, 7.0])


def hard(seed=0, n_cells=300, n_sites=80, radius=0.13):
    sets = disc_sets(seed, n_cells, n_sites, radius)
    people = np.round(np.random.default_rng(seed).lognormal(3, 1.5, n_cells))
    return sets, people, coverage_of(sets, n_sites)


def test_the_fewest_sites_for_a_share():
    """50 of 72 people need one site, 60 need two; exactly the share is enough."""
    reach = coverage_of(CHAIN, 4)
    siting = psclp(reach, share=50 / 72, people=PEOPLE)
    assert siting.open_sites.tolist() == [2]
    assert (siting.objective, siting.bound, siting.objective_unit) == (1, 1, "sites")
    assert (siting.model, siting.sense) == ("PSCLP", "min")
    assert psclp(reach, share=0.7, people=PEOPLE).objective == 2
    assert psclp(reach, share=0, people=PEOPLE).objective == 0


def test_costs_decide_where_they_differ():
    """A dear site gives way to two cheap ones; open ones cost nothing."""
    reach = coverage_of(CHAIN, 4)
    siting = psclp(reach, share=50 / 72, people=PEOPLE, cost=[1, 2, 9, 3])
    assert siting.open_sites.tolist() == [1, 3]
    assert (siting.objective, siting.objective_unit) == (5, "cost")
    kept = psclp(reach, share=50 / 72, people=PEOPLE, cost=[1, 2, 9, 3], open_sites=[2])
    assert (kept.objective, kept.open_sites.tolist()) == (0, [2])
    closing = psclp(
        reach, share=50 / 72, people=PEOPLE, cost=[1, 2, 9, 3], may_close=[2], running_cost=[6] * 4
    )
    assert (closing.objective, closing.closed_sites.tolist()) == (5, [2])


def test_a_group_has_its_own_share():
    """Old people live at the end of the chain."""
    demand = Demand(PEOPLE, groups={"old": np.array([0.0, 0, 0, 5, 0])})
    reach = replace(coverage_of(CHAIN, 4), demand=demand)
    assert psclp(reach, share={"old": 0.5}).open_sites.tolist() == [3]
    both = psclp(reach, share={"old": 1, "total": 0.8})
    assert both.open_sites.tolist() == [1, 3]


def test_a_share_out_of_reach_names_cells_and_the_largest_share():
    """65 of 72 people can be reached; without the last site 60."""
    reach = coverage_of(CHAIN, 4)
    siting = psclp(reach, share=0.95, people=PEOPLE)
    assert siting.status is Status.INFEASIBLE
    assert siting.uncoverable.tolist() == [4]
    assert siting.notes == (
        "1 cells with 7 people of group total reach no permitted site: the largest share is 0.9027",
    )
    fewer = psclp(reach, share=0.9, people=PEOPLE, forbidden=[3])
    assert fewer.uncoverable.tolist() == [3, 4]


def test_everybody_leaves_out_cells_without_people():
    """A share of 1 asks for all cells with people, and for those only."""
    people = np.array([10.0, 0, 30, 0, 0])
    siting = psclp(coverage_of(CHAIN, 4), share=1, people=people)
    assert siting.objective == 2
    assert psclp(coverage_of(CHAIN, 4), share=1, people=np.zeros(5)).objective == 0


def test_every_problem_is_listed():
    """All that is wrong comes in one error."""
    with pytest.raises(InputError) as caught:
        psclp(coverage_of(CHAIN, 4), share={"young": 0.5, "total": -1}, people=PEOPLE)
    assert "no group 'young'" in str(caught.value)
    assert "share of group total must lie in [0, 1], got -1" in str(caught.value)
    for wrong in (1.01, float("nan")):
        with pytest.raises(InputError, match="share of group total"):
            psclp(coverage_of(CHAIN, 4), share=wrong, people=PEOPLE)
    with pytest.raises(InputError, match="share must name a group"):
        psclp(coverage_of(CHAIN, 4), share={}, people=PEOPLE)


@pytest.mark.parametrize("seed", range(3))
def test_the_proof_does_not_need_luck(monkeypatch, seed):
    """Where the search stops early, asking what fewer sites cover still finds the fewest."""
    monkeypatch.setattr(cover_shares._FewestSites, "_shorten", lambda self: None)
    sets, people, reach = hard(seed, n_cells=150, n_sites=40)
    siting = psclp(reach, share=0.8, people=people)
    floors = [(people, 0.8 * people.sum())]
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(least_cost_by_milp(sets, 40, floors, np.ones(40)))
    assert siting.verify() == []


def test_limits_leave_an_answer_and_an_honest_bound():
    """Stopped by the clock: sites that cover the share, a bound below, and a note."""
    _, people, reach = hard(1)
    cost = np.random.default_rng(0).integers(5, 9, 80).astype(float)
    for options in ({}, {"cost": cost}):
        best = psclp(reach, share=0.9, people=people, **options)
        assert best.status is Status.OPTIMAL
        settings = SolverSettings(gap=0, time_limit_seconds=1e-6)
        siting = psclp(reach, share=0.9, people=people, settings=settings, **options)
        assert siting.status is Status.FEASIBLE
        assert siting.bound <= best.objective <= siting.objective
        assert not siting.reproducible
        assert siting.verify() == []


@pytest.mark.parametrize("after", [1, 2])
def test_an_interrupt_returns_the_best_so_far(monkeypatch, after):
    """Ctrl-C leaves sites that cover the share, a bound, and the word interrupted."""
    monkeypatch.setattr(cover_shares._FewestSites, "_shorten", lambda self: None)
    _, people, reach = hard(2)
    honest = GrowingLp.solve
    for options in ({}, {"cost": 5.0 + np.arange(80) % 4}):
        calls = []

        def interrupted(self, *args, calls=calls, **named):
            calls.append(1)
            if len(calls) == after:
                raise KeyboardInterrupt
            return honest(self, *args, **named)

        monkeypatch.setattr(GrowingLp, "solve", interrupted)
        siting = psclp(reach, share=0.93, people=people, **options)
        assert siting.interrupted
        assert siting.status is Status.FEASIBLE
        assert siting.verify() == []
        assert 0 <= siting.bound < siting.objective


def test_same_input_same_answer():
    """Two runs open the same sites."""
    _, people, reach = hard(3)
    one, other = (psclp(reach, share=0.9, people=people) for _ in range(2))
    assert one.open_sites.tolist() == other.open_sites.tolist()
    assert one.bound == other.bound

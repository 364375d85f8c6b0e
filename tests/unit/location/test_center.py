"""p_center: published optima, roles, statuses, interrupts."""

import numpy as np
import pytest
from orlib import FOLDER, arcs_of, pmed, published

from allocator.errors import InputError
from allocator.location.center import p_center
from allocator.location.engines.center import cover
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status

ODD = [f"pmed{k}" for k in range(1, 41, 2)]
QUICK = ["pmed1", "pmed3", "pmed5", "pmed7", "pmed9", "pmed11", "pmed15", "pmed19"]
needs_pmed = pytest.mark.skipif(not FOLDER.exists(), reason="the OR-Library's files are not here")


def road(*places):
    at = np.array(places, dtype=float)
    return arcs_of(np.abs(at[:, None] - at), unit="km")


def proven(name):
    away, p = pmed(name)
    siting = p_center(arcs_of(away), p=p)
    assert siting.status is Status.OPTIMAL
    assert (siting.objective, siting.bound) == (published("kcenteropt.txt")[name],) * 2
    assert siting.verify() == []
    assert len(siting.open_sites) <= p


@needs_pmed
@pytest.mark.parametrize("name", QUICK)
def test_published_optima(name):
    """OR-Library: the published radius, proven."""
    proven(name)


@needs_pmed
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ODD if name not in QUICK])
def test_published_optima_of_the_larger_ones(name):
    """OR-Library, up to 900 vertices: the published radius, proven."""
    proven(name)


def test_a_road_with_four_villages():
    """One site goes where the farther end is nearest."""
    siting = p_center(road(0, 4, 5, 12), p=1)
    assert (siting.objective, siting.objective_unit) == (7, "km")
    assert siting.open_sites.tolist() == [2]
    assert p_center(road(0, 4, 5, 12), p=2).objective == 4


def test_existing_and_forbidden_sites():
    """An existing site stays and counts; a forbidden one does not open."""
    siting = p_center(road(0, 4, 5, 12), p=2, open_sites=[0], forbidden=[2])
    assert siting.open_sites.tolist() == [0, 1] or siting.objective == 5
    assert siting.objective == 5
    assert p_center(road(0, 4, 5, 12), p=1, open_sites=[0]).objective == 12


def test_cells_out_of_reach():
    """They make it infeasible, and are listed; with people given only if some live there."""
    times = arcs_of(np.array([[1.0, 2.0], [np.inf, np.inf]]))
    siting = p_center(times, p=1)
    assert siting.status is Status.INFEASIBLE
    assert siting.uncoverable.tolist() == [1]
    assert siting.notes == ("1 cells reach no permitted site",)
    assert p_center(times, p=1, people=[3, 0]).objective == 1


def test_too_few_sites_for_everybody():
    """The note says how many it takes."""
    siting = p_center(arcs_of(np.where(np.eye(3) == 1, 2.0, np.inf)), p=2)
    assert siting.status is Status.INFEASIBLE
    assert "p = 3 would do" in siting.notes[0]


def test_p_is_a_whole_number_above_0():
    """Anything else is refused."""
    with pytest.raises(InputError, match="p must be a whole number >= 1, got 0"):
        p_center(road(0, 1), p=0)


@needs_pmed
def test_a_time_limit_leaves_an_answer_with_its_bound():
    """Stopped by the clock: the published radius lies between bound and answer."""
    away, p = pmed("pmed9")
    settings = SolverSettings(time_limit_seconds=1e-9)
    siting = p_center(arcs_of(away), p=p, settings=settings)
    assert siting.bound < 37 < siting.objective
    assert siting.status is Status.FEASIBLE
    assert not siting.reproducible
    assert siting.verify() == []


@needs_pmed
@pytest.mark.parametrize("calls", [1, 3, 6])
def test_an_interrupt_keeps_the_best_so_far(monkeypatch, calls):
    """Ctrl-C at any time: answer and bound so far, marked."""
    away, p = pmed("pmed7")
    reduce, seen = cover.reduce_by_dominance, []

    def interrupted(problem):
        seen.append(1)
        if len(seen) >= calls:
            raise KeyboardInterrupt
        return reduce(problem)

    monkeypatch.setattr(cover, "reduce_by_dominance", interrupted)
    siting = p_center(arcs_of(away), p=p)
    assert siting.interrupted
    assert siting.bound <= 64 <= siting.objective
    assert siting.verify() == []


@needs_pmed
def test_same_input_same_answer():
    """Twice the same question: the same sites."""
    away, p = pmed("pmed3")
    first, second = (p_center(arcs_of(away), p=p) for _ in range(2))
    assert first.open_sites.tolist() == second.open_sites.tolist()

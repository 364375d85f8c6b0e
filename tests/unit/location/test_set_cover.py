"""lscp: roles, statuses, notes, limits and interrupts."""

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets, lattice_sets
from oracles import cheapest_cover_by_milp

from allocator.errors import InputError
from allocator.location.engines.set_cover import bracket, relaxation
from allocator.location.set_cover import lscp
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.distance import straight_line_km

METRES = 500_000.0


def lattice(width, height, side_m=500.0):
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return METRES + side_m * np.stack([x.ravel(), y.ravel()], axis=1)


def test_a_cell_exactly_on_the_radius_is_covered():
    """One station covers a cross with arms of 3.5 km; at 3.499 km it does not."""
    arms = 3500.0 * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    cells = METRES + arms
    times = straight_line_km(cells, cells[:1], max_km=3.5)
    assert lscp(times.within(3.5)).objective == 1
    assert lscp(times.within(3.499)).status is Status.INFEASIBLE


def test_known_cover_of_a_strip():
    """31 cells in a row, reach 2 to both sides: 7 sites, each covering 5."""
    cells = lattice(31, 1)
    siting = lscp(straight_line_km(cells, cells, max_km=1).within(1))
    assert (siting.objective, siting.bound, siting.gap) == (7, 7, 0)
    assert siting.status is Status.OPTIMAL
    assert siting.reproducible
    assert siting.model == "LSCP"


def test_open_sites_cost_nothing_and_stay():
    """What open sites cover needs nothing more; they are listed, not counted."""
    coverage = coverage_of([[0, 1], [1, 2], [3]], 4)
    siting = lscp(coverage, open_sites=[1], cost=[5, 5, 5, 7])
    assert siting.open_sites.tolist() == [1, 3]
    assert siting.new_sites.tolist() == [3]
    assert siting.objective == 7


def test_required_sites_are_paid_for_and_used():
    """A required site counts towards the cost, and its cells are covered by it."""
    coverage = coverage_of([[0, 1], [1, 2], [2, 3]], 4)
    siting = lscp(coverage, required=[0])
    assert siting.objective == 2
    assert siting.open_sites.tolist() == [0, 2]


def test_infeasible_names_the_cells():
    """Cells without a permitted site make it infeasible, and are listed."""
    coverage = coverage_of([[0], [1], [], [0, 1]], 2)
    siting = lscp(coverage, forbidden=[1], open_sites=[0])
    assert siting.status is Status.INFEASIBLE
    assert siting.uncoverable.tolist() == [1, 2]
    assert np.isnan(siting.objective)
    assert "2 cells reach no permitted site" in siting.notes[0]
    assert siting.open_sites.tolist() == [0]


def test_unreachable_cells_left_out_are_noted():
    """Left out is said, not silent."""
    siting = lscp(coverage_of([[0], []], 1), skip_unreachable=True)
    assert siting.status is Status.OPTIMAL
    assert siting.uncoverable.tolist() == [1]
    assert siting.notes == ("1 cells reach no permitted site and are left out",)


def test_free_sites_are_used_only_where_they_help():
    """Sites that cost nothing come first, and without repeating each other."""
    siting = lscp(coverage_of([[0, 1], [0, 1, 2], [2]], 4), cost=[0, 0, 3, 0])
    assert siting.objective == 3
    assert siting.new_sites.tolist() in ([0, 2], [1, 2])


def test_nobody_needs_nothing():
    """No cells, no sites, or all covered already: nothing is opened."""
    assert lscp(coverage_of([], 3)).objective == 0
    assert lscp(coverage_of([], 0)).status is Status.OPTIMAL
    covered = lscp(coverage_of([[0], [0]], 1), open_sites=[0])
    assert (covered.objective, covered.bound, covered.gap) == (0, 0, 0)


def test_same_input_same_answer():
    """Two runs open the same sites."""
    coverage = coverage_of(lattice_sets(16, 16), 256)
    one, other = lscp(coverage), lscp(coverage)
    assert one.open_sites.tolist() == other.open_sites.tolist()
    assert (one.objective, one.bound) == (other.objective, other.bound)


def test_large_problems_get_a_cover_a_bound_and_an_honest_gap(monkeypatch):
    """Where branching is left out the bound holds, the gap is stated, and nothing is 'optimal'."""
    monkeypatch.setattr(bracket, "_ROWS_FOR_BRANCHING", 0)
    monkeypatch.setattr(relaxation, "_LP_PAIRS", 0)
    coverage = coverage_of(lattice_sets(21, 21), 441)
    siting = lscp(coverage)
    assert siting.verify() == []
    assert siting.status is Status.FEASIBLE
    assert siting.bound < siting.objective
    assert siting.gap == pytest.approx((siting.objective - siting.bound) / siting.objective)
    assert siting.gap < 0.15
    assert siting.reproducible


def test_more_effort_is_never_dearer(monkeypatch):
    """Twice the effort searches again from the start, and keeps the better cover."""
    monkeypatch.setattr(bracket, "_ROWS_FOR_BRANCHING", 0)
    monkeypatch.setattr(bracket, "_STEPS_PER_ROW", 10)
    coverage = coverage_of(lattice_sets(17, 19), 17 * 19)
    usual, more = lscp(coverage), lscp(coverage, effort=2)
    assert more.objective <= usual.objective
    assert usual.bound <= usual.objective
    assert more.bound <= more.objective
    assert more.verify() == []


@pytest.mark.parametrize("seed", range(3))
def test_dropping_dear_sites_keeps_the_optimum(monkeypatch, seed):
    """With hardly any search, reduced costs and branching alone still prove the least cost."""
    monkeypatch.setattr(bracket, "_FIRST_STEPS_PER_ROW", 0)
    monkeypatch.setattr(bracket, "_STEPS_PER_ROW", 0)
    monkeypatch.setattr(bracket, "_STEPS_AT_ONCE", 1)
    sets = disc_sets(seed, 120, 60, 0.17)
    cost = np.random.default_rng(seed).integers(10, 19, 60).astype(float)
    siting = lscp(coverage_of(sets, 60), cost=cost)
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(cheapest_cover_by_milp(sets, cost))


def test_a_gap_that_is_good_enough_ends_the_work():
    """With a generous gap the answer is optimal within it, and the bound stays true."""
    coverage = coverage_of(lattice_sets(20, 20), 400)
    siting = lscp(coverage, settings=SolverSettings(gap=0.5))
    assert siting.status is Status.OPTIMAL
    assert 0 < siting.gap <= 0.5


def test_the_clock_is_a_last_resort_and_is_named():
    """A time limit leaves a cover and a bound, and says that another run may differ."""
    coverage = coverage_of(lattice_sets(25, 25), 625)
    siting = lscp(coverage, settings=SolverSettings(time_limit_seconds=1e-6))
    assert siting.status is Status.FEASIBLE
    assert siting.verify() == []
    assert not siting.reproducible
    assert any("clock" in note for note in siting.notes)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_interrupt_returns_the_best_so_far(after):
    """Ctrl-C at any stage leaves a cover, a bound, and the word interrupted."""
    coverage = coverage_of(lattice_sets(25, 25), 625)
    said = []

    def stop(text):
        said.append(text)
        if len(said) == after:
            raise KeyboardInterrupt

    siting = lscp(coverage, progress=stop)
    assert siting.interrupted
    assert not siting.reproducible
    assert siting.status is Status.FEASIBLE
    assert siting.verify() == []
    assert 0 < siting.bound < siting.objective


def test_progress_tells_sizes_cost_and_bound():
    """Long work says where it stands."""
    said = []
    lscp(coverage_of(lattice_sets(6, 6), 36), progress=said.append)
    assert said[0] == "set cover: 36 rows, 36 sites"
    assert any("after presolve" in text for text in said)
    assert "gap" in said[-1]


def test_bad_effort_is_refused():
    """Effort is a positive number."""
    for effort in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="effort must be finite and > 0"):
            lscp(coverage_of([[0]], 1), effort=effort)


def test_inputs_are_left_alone():
    """Coverage and costs given are not changed."""
    coverage = coverage_of(lattice_sets(6, 6), 36)
    cost = np.ones(36)
    before = coverage.site.copy()
    siting = lscp(coverage, cost=cost)
    assert np.array_equal(coverage.site, before)
    assert siting.question.roles.cost is not cost

"""Branch and bound with cuts: true cuts, a higher bound, the least cost."""

import numpy as np
import pytest
from cover_instances import disc_sets, lattice_sets, problem_of
from oracles import cheapest_cover_by_milp

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover import branching
from allocator.location.engines.set_cover.branching import branch, cutting_planes
from allocator.lp.arrays import solve_arrays
from allocator.lp.status import Status


def relaxed(problem, cuts):
    """Least cost of the linear program with some cuts."""
    rows = np.concatenate([problem.matrix.toarray(), cuts.toarray()])
    n = problem.n_sites
    solution = solve_arrays(
        problem.cost, type(problem.matrix)(rows), np.ones(len(rows)), np.full(len(rows), np.inf),
        np.zeros(n), np.ones(n),
    )  # fmt: skip
    return solution.objective


def test_cuts_raise_the_linear_program_but_not_above_the_least_cost():
    """A checked gain: part of the way from the linear program to the integer one."""
    sets = disc_sets(1, 140, 60, 0.18)
    problem = problem_of(sets, np.ones(60))
    cuts = cutting_planes(problem, Limits())
    least = cheapest_cover_by_milp(sets, np.ones(60))
    without = relaxed(problem, cuts[:0])
    assert without + 0.05 < relaxed(problem, cuts) <= least + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_the_least_cost_satisfies_every_cut(seed):
    """Covers of any kind, the cheapest and random ones, stay within the cuts."""
    rng = np.random.default_rng(seed)
    sets = disc_sets(seed, 60, 30, 0.2)
    problem = problem_of(sets, rng.integers(1, 4, 30).astype(float))
    cuts = cutting_planes(problem, Limits())
    for _ in range(200):
        y = rng.random(30) < rng.uniform(0.1, 0.9)
        for near in sets:
            if not y[near].any():
                y[rng.choice(near)] = True
        assert (cuts @ y.astype(float) >= 1).all()


@pytest.mark.parametrize("seed", range(4))
def test_branching_with_cuts_finds_the_least_cost(monkeypatch, seed):
    """The same optimum as the textbook's program, proven."""
    monkeypatch.setattr(branching, "_ROWS_WORTH_CUTS", 0)
    sets = disc_sets(seed, 70, 35, 0.2)
    cost = np.random.default_rng(seed).integers(1, 5, 35).astype(float)
    solution = branch(problem_of(sets, cost), Limits())
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(cheapest_cover_by_milp(sets, cost))


def test_work_is_limited():
    """No more linear programs than allowed; with none there are no cuts."""
    problem = problem_of(lattice_sets(9, 9, reach=1.5), np.ones(81))
    assert cutting_planes(problem, Limits(effort=1e-9)).shape == (0, 81)
    late = Limits(time_limit_seconds=1e-9)
    assert cutting_planes(problem, late).shape[0] == 0

"""The integer program by itself: the optimum of the formulation, with nearest sites too."""

from dataclasses import replace

import numpy as np
import pytest
from capacitated_instances import problem_of
from capacitated_oracles import by_milp

from allocator.location.engines.capacitated.program import read_program, solve_program
from allocator.location.engines.limits import Limits
from allocator.lp.status import Status


@pytest.mark.parametrize("closest", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_it_finds_the_optimum_of_the_formulation(seed, closest):
    """Bands bind, distances are whole so that some are equal; each site may be passed by or not."""
    rng = np.random.default_rng(seed)
    away = rng.integers(1, 6, (7, 4)).astype(float)
    people = rng.integers(1, 9, 7).astype(float)
    low, high = np.full(4, 3.0), np.full(4, np.ceil(people.sum() * 0.6))
    price = rng.integers(0, 9, 4).astype(float)
    problem = problem_of(away * people[:, None], people, low, high, closest=closest)
    problem = replace(problem, away=away[problem.cell, problem.site], price=price, p=3)
    expected = by_milp(
        away, people, people, low, high, p=3, single=False, closest=closest, price=price
    )
    solution = solve_program(problem, Limits())
    if expected is None:
        assert solution.status is Status.INFEASIBLE
        return
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(expected)
    found = read_program(problem, solution)
    assert found.cost == pytest.approx(expected)

"""The engine for the worst of several futures: bounds that hold at any point, starts, limits."""

from itertools import combinations

import numpy as np
import pytest

from allocator.location.engines.limits import Limits
from allocator.location.engines.robust.master import RobustMaster
from allocator.location.engines.robust.problem import RobustProblem
from allocator.location.engines.robust.proof import best_for_worst
from allocator.location.engines.robust.search import Choices


def quiet(_: str) -> None:
    """Say nothing."""


def random_problem(seed: int, *, samples: int = 3, must_reach: bool = False) -> RobustProblem:
    """Twelve cells and seven sites on a square; some cells may do without a site, or none."""
    rng = np.random.default_rng(seed)
    away = np.hypot(*(rng.random((12, 1, 2)) - rng.random((1, 7, 2))).transpose(2, 0, 1))
    cell, site = np.nonzero(away < 0.6)
    beyond = np.full(12, np.inf if must_reach else 0.6)
    weight = rng.integers(0, 9, (samples, 12)).astype(float)
    return RobustProblem.of(
        (cell, site, away[cell, site]), beyond, weight, rng.random(samples), n_sites=7, most=3
    )


def least(problem: RobustProblem) -> float:
    """By trying all choices."""
    sizes = range(problem.most + 1)
    every = [c for k in sizes for c in combinations(range(problem.n_sites), k)]
    return min(problem.value(np.array(c, dtype=np.int64)) for c in every)


@pytest.mark.parametrize("must_reach", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_every_bound_holds(seed, must_reach):
    """At each round of cuts, before and after, and with each site closed or opened."""
    problem = random_problem(seed, must_reach=must_reach)
    best = least(problem)
    master = RobustMaster(problem, Limits())
    last = -np.inf
    for _ in range(20):
        point = master.solve()
        if not point.feasible:
            assert best == np.inf
            return
        assert -point.bound <= best + 1e-9
        assert -point.bound >= last - 1e-6
        last = -point.bound
        if not master.cut_off(point, 0.0):
            break
    found = best_for_worst(problem, Limits(), quiet)
    assert found.value == pytest.approx(best)
    assert found.bound == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert found.bound <= best + 1e-9


def test_a_choice_that_leaves_somebody_without_a_site_is_none():
    """Infinite, whatever the others pay; never offered."""
    problem = random_problem(1, must_reach=True)
    nobody = np.empty(0, dtype=np.int64)
    assert problem.value(nobody) == np.inf
    choices = Choices(problem)
    choices.offer(nobody)
    assert choices.chosen is None


def test_exchanges_do_not_make_it_worse():
    """Nor open more than may be open."""
    for seed in range(5):
        problem = random_problem(10 + seed)
        choices = Choices(problem)
        start = np.array([0], dtype=np.int64)
        choices.improve(start)
        assert choices.value <= problem.value(start)
        assert len(choices.chosen) <= problem.most
        assert choices.value == pytest.approx(problem.value(choices.chosen))


def test_what_the_user_stopped_has_the_best_of_the_starts():
    """And the bound that costs nothing."""
    problem = random_problem(3)
    start = np.array([1, 4], dtype=np.int64)
    found = best_for_worst(problem, Limits(), quiet, [start], stopped=True)
    assert found.interrupted
    assert found.chosen.tolist() == [1, 4]
    assert found.bound <= least(problem) <= found.value


def test_nothing_to_choose_is_an_answer():
    """No site may be open, or nobody weighs anything."""
    closed = random_problem(4)
    none = RobustProblem(
        closed.start, closed.site, closed.cost, closed.beyond, closed.weight, closed.offset, 7, 0
    )
    found = best_for_worst(none, Limits(), quiet)
    assert found.value == found.bound == none.value(np.empty(0, dtype=np.int64))


def test_a_node_limit_leaves_a_bound():
    """Stopped by work: the bound is below the value, and both are true."""
    problem = random_problem(5, samples=4)
    found = best_for_worst(problem, Limits(node_limit=1), quiet)
    assert found.bound <= least(problem) + 1e-9
    assert least(problem) <= found.value + 1e-9

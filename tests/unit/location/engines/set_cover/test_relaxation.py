"""Bounds: never above the least cost, near the LP where they should be."""

import numpy as np
import pytest
from cover_instances import disc_sets, lattice_sets, problem_of
from oracles import cheapest_cover_by_milp

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover import relaxation
from allocator.location.engines.set_cover.relaxation import (
    price_bound,
    reduced_cost,
    row_prices,
    simple_prices,
)


def test_prices_bound_whatever_they_are():
    """Any prices >= 0 give a bound below the least cost, even careless ones."""
    rng = np.random.default_rng(0)
    sets = disc_sets(0, 50, 25, 0.25)
    cost = rng.integers(1, 5, 25).astype(float)
    problem = problem_of(sets, cost)
    least = cheapest_cover_by_milp(sets, cost)
    for _ in range(20):
        assert price_bound(problem, rng.uniform(0, 2, 50)) <= least + 1e-9


def test_simple_prices_are_fair():
    """No site earns more than it costs at the simple prices."""
    problem = problem_of(disc_sets(1, 50, 25, 0.25), np.ones(25))
    assert (reduced_cost(problem, simple_prices(problem)) >= -1e-12).all()
    assert price_bound(problem, simple_prices(problem)) > 0


@pytest.mark.parametrize("seed", range(4))
def test_lp_prices_give_the_lp_bound(seed):
    """Small problems get the bound of the linear relaxation, by simplex."""
    sets = disc_sets(seed, 60, 30, 0.2)
    cost = np.random.default_rng(seed).uniform(1, 3, 30)
    problem = problem_of(sets, cost)
    prices = row_prices(problem, float(cost.sum()), Limits())
    expected = cheapest_cover_by_milp(sets, cost, relaxed=True)
    assert price_bound(problem, prices) == pytest.approx(expected, rel=1e-6)


def test_interior_point_prices_give_the_lp_bound(monkeypatch):
    """Middling problems get it by the interior point method, whose prices are only nearly fair."""
    monkeypatch.setattr(relaxation, "_SIMPLEX_PAIRS", 0)
    sets = lattice_sets(14, 14)
    problem = problem_of(sets, np.ones(196))
    bound = price_bound(problem, row_prices(problem, 30.0, Limits()))
    expected = cheapest_cover_by_milp(sets, np.ones(196), relaxed=True)
    assert bound == pytest.approx(expected, rel=1e-4)
    assert bound <= expected + 1e-9


@pytest.mark.parametrize("whole", [True, False])
def test_ascent_comes_close_to_the_lp(monkeypatch, whole):
    """Large problems get within 0.5 % of it by ascent, from below."""
    monkeypatch.setattr(relaxation, "_LP_PAIRS", 0)
    sets = lattice_sets(20, 20)
    rng = np.random.default_rng(0)
    cost = np.ones(400) if whole else rng.uniform(1, 2, 400)
    problem = problem_of(sets, cost)
    expected = cheapest_cover_by_milp(sets, cost, relaxed=True)
    bound = price_bound(problem, row_prices(problem, 1.2 * expected, Limits()))
    assert 0.995 * expected <= bound <= expected + 1e-9


def test_the_clock_leaves_prices_that_bound():
    """Out of time, what is there still bounds, and the clock is remembered."""
    problem = problem_of(lattice_sets(20, 20), np.ones(400))
    limits = Limits(time_limit_seconds=1e-9)
    assert price_bound(problem, row_prices(problem, 30.0, limits)) > 0
    assert limits.stopped_by_clock

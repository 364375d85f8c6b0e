"""Bounds by prices: never above the optimum, close to it, and what they rule out is not needed."""

from dataclasses import replace

import numpy as np
import pytest
from capacitated_instances import problem_of
from capacitated_oracles import by_milp

from allocator.location.engines.capacitated.bracket import CapacitatedBracket
from allocator.location.engines.capacitated.kernels import relax
from allocator.location.engines.capacitated.prices import PriceClimb, climb_prices, rule_out
from allocator.location.engines.limits import Limits


def instance(seed, single):
    """Eight cells and five sites, three of which may open."""
    rng = np.random.default_rng(seed)
    away = np.hypot(*(rng.random((8, 1, 2)) - rng.random((1, 5, 2))).transpose(2, 0, 1))
    people = rng.integers(1, 9, 8).astype(float)
    high = np.full(5, np.ceil(people.sum() / 3 * 1.4))
    low = np.full(5, np.floor(people.sum() / 3 * 0.5)) * (seed % 2)
    problem = problem_of(away * people[:, None], people, low, high, single=single)
    expected = by_milp(
        away, people, people, low, high, p=3, single=single, closest=False, price=np.zeros(5)
    )
    return replace(problem, p=3), expected


def climbed(seed, single):
    """Answer and bound after a climb of prices, and the least cost; None if there is none."""
    problem, expected = instance(seed, single)
    bracket = CapacitatedBracket(problem)
    if expected is not None:
        climb_prices(bracket, PriceClimb(problem), Limits())
    return bracket, expected


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_no_prices_bound_above_the_optimum(seed, single):
    """Whatever the prices are."""
    problem, expected = instance(seed, single)
    rng = np.random.default_rng(seed)
    share, value = np.zeros(len(problem.site)), np.empty(5)
    for _ in range(50):
        prices = rng.uniform(-1, 3, 8) * problem.people
        bound = relax(problem.arcs, prices, share, value, np.zeros(5, dtype=np.bool_))
        assert expected is None or bound <= expected + 1e-9


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_the_climb_comes_close_and_rules_out_no_optimum(seed, single):
    """Within a few percent; the best answer survives what prices rule out."""
    bracket, expected = climbed(seed, single)
    if expected is None:
        return
    assert expected * 0.85 <= bracket.bound <= expected + 1e-9
    assert optimum_of_the_rest(bracket, expected, single) == pytest.approx(expected)


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_poor_prices_rule_out_no_optimum_either(seed, single):
    """Where the relaxation opens other sites than the best answer does."""
    bracket, expected = climbed(seed, single)
    if expected is None:
        return
    good, rng = bracket.prices, np.random.default_rng(seed)
    for _ in range(10):
        bracket.prices = good * rng.uniform(0.7, 1.3, 8)
        assert optimum_of_the_rest(bracket, expected, single) == pytest.approx(expected)


def optimum_of_the_rest(bracket, expected, single):
    """The least cost with what prices leave, for a target of the least cost."""
    problem = bracket.problem
    shut, must, kept = rule_out(bracket, expected)
    arcs = kept & ~shut[problem.site]
    away = np.full((8, 5), np.inf)
    away[problem.cell[arcs], problem.site[arcs]] = (problem.away / problem.people[problem.cell])[
        arcs
    ]
    again = by_milp(
        away, problem.people, problem.people, problem.low, problem.high, p=3, single=single,
        closest=False, price=np.where(must, -1000.0, 0.0),
    )  # fmt: skip
    return None if again is None else again + 1000.0 * must.sum()

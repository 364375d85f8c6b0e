"""Cut programs: rows come and go, bounds stay true, and a stand can be returned to."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from allocator.location.engines.branching import kernels
from allocator.location.engines.branching.program import CutProgram
from allocator.location.engines.limits import Limits

N_SITES, N_THETAS, MOST = 12, 4, 3


@pytest.fixture
def program():
    return CutProgram(
        np.zeros(N_SITES), -np.ones(N_THETAS), least=np.zeros(N_THETAS), top=np.ones(N_THETAS),
        most=MOST, limits=Limits(),
    )  # fmt: skip


def some_cuts(seed):
    """``theta_k <= constant + sum of the values of open sites``, three per theta."""
    rng = np.random.default_rng(seed)
    theta = np.repeat(np.arange(N_THETAS), 3)
    values = [rng.uniform(0.1, 0.6, 4) for _ in theta]
    sites = [np.sort(rng.permutation(N_SITES)[:4]).astype(np.int32) for _ in theta]
    start = np.arange(len(theta) + 1) * 4
    return theta, rng.uniform(0, 0.1, len(theta)), start, sites, values


def add(program, cuts):
    theta, constant, start, sites, values = cuts
    program.add_cuts(
        theta, -constant, start, np.concatenate(sites), np.concatenate(values), sign=-1.0
    )


def expected(all_cuts, low, high, extra=()):
    """Optimum of the same program by another solver, from what was asked."""
    rows, sides = [np.r_[np.ones(N_SITES), np.zeros(N_THETAS)]], [MOST]
    for theta, constant, _, sites, values in all_cuts:
        for k, c, where, value in zip(theta, constant, sites, values, strict=True):
            row = np.zeros(N_SITES + N_THETAS)
            row[where], row[N_SITES + k] = -value, 1.0
            rows.append(row)
            sides.append(c)
    for members, most in extra:
        rows.append(np.r_[members.astype(float), np.zeros(N_THETAS)])
        sides.append(most)
    found = linprog(
        np.r_[np.zeros(N_SITES), -np.ones(N_THETAS)], A_ub=rows, b_ub=sides,
        bounds=[*zip(low, high, strict=True), *[(0, 1)] * N_THETAS],
    )  # fmt: skip
    return found.fun


@pytest.mark.parametrize("seed", range(5))
def test_the_optimum_is_that_of_all_rows_while_cuts_come_and_lasting_rows_go(program, seed):
    low, high = np.zeros(N_SITES), np.ones(N_SITES)
    all_cuts = []
    half = np.zeros((1, N_SITES), dtype=bool)
    half[0, :6] = True
    for turn in range(6):
        all_cuts.append(some_cuts([seed, turn]))
        add(program, all_cuts[-1])
        [number] = program.add_sites_rows(half)
        program.rows.set_sides(number, -np.inf, 1.0)
        least = expected(all_cuts, low, high, [(half[0], 1)])
        assert program.solve().bound <= least + 1e-9  # some cuts have gone: less is asked
        for cuts in all_cuts:
            add(program, cuts)
        assert program.solve().bound == pytest.approx(least)
        program.rows.release([number])
        assert program.solve().bound == pytest.approx(expected(all_cuts, low, high))
    assert len(program.rows) < 1 + 12 * (6 + 21)  # what idles has gone


def test_a_stand_can_be_returned_to_after_rows_came_and_went(program):
    first, more = some_cuts(1), some_cuts(2)
    add(program, first)
    [number] = program.add_sites_rows(np.eye(1, N_SITES, dtype=bool))
    program.rows.set_sides(number, 1.0, np.inf)
    program.solve()
    stand = program.stand()
    add(program, more)
    program.rows.drop_after(number - 1)  # binds in the stand
    program.set_sites(np.zeros(N_SITES), np.r_[np.zeros(4), np.ones(N_SITES - 4)])
    program.solve()
    program.set_sites(np.zeros(N_SITES), np.ones(N_SITES))
    program.return_to(stand)
    assert program.solve().bound == pytest.approx(
        expected([first, more], np.zeros(N_SITES), np.ones(N_SITES))
    )


def test_returning_to_the_optimum_takes_no_step(program):
    add(program, some_cuts(3))
    program.solve()
    stand = program.stand()
    add(program, some_cuts(4))
    program.set_sites(np.zeros(N_SITES), np.r_[np.zeros(6), np.ones(N_SITES - 6)])
    program.solve()
    low, high = np.zeros(N_SITES), np.ones(N_SITES)
    program.set_sites(low, high)
    program.return_to(stand)
    # A bound after hardly a step is that of the stand: no worse than without the new cuts.
    before = expected([some_cuts(3)], low, high)
    assert program.probe(1) >= before - 1e-9


def test_places_of_rows_by_their_numbers(program):
    rows = program.rows
    numbers = program.add_sites_rows(np.eye(3, N_SITES, dtype=bool))
    then = rows.numbers
    assert rows.places_of(then) is None
    rows.drop_after(numbers[0])
    [new] = program.add_sites_rows(np.eye(1, N_SITES, dtype=bool))
    assert new > numbers[-1]  # a number is never given twice
    assert rows.places_of(then).tolist() == [0, 1, -1, -1]


@pytest.mark.parametrize("seed", range(10))
def test_prices_of_any_sign_sum_the_rows(program, seed):
    cuts = some_cuts(seed)
    add(program, cuts)
    prices = np.random.default_rng(seed).normal(size=len(program.rows))
    prices[::3] = 0.0
    dense = np.zeros((len(program.rows), N_SITES + N_THETAS))
    dense[0, :N_SITES] = 1
    for at, (k, where, value) in enumerate(zip(cuts[0], cuts[3], cuts[4], strict=True), start=1):
        dense[at, where], dense[at, N_SITES + k] = value, -1.0
    assert program.rows.priced(prices) == pytest.approx(prices @ dense)


def least_sum(worth, low, high, most):
    """Least sum of at most ``most`` sites, those fixed open among them: every set is tried."""
    fixed = set(np.flatnonzero(low > 0.5))
    may = [j for j in range(len(worth)) if high[j] > 0.5]
    sums = [
        sum(worth[j] for j in chosen)
        for n in range(most + 1)
        for chosen in combinations(may, n)
        if fixed <= set(chosen)
    ]
    return min(sums, default=np.inf)


@pytest.mark.parametrize("seed", range(40))
def test_the_best_sites_and_what_closing_and_opening_each_costs(seed):
    rng = np.random.default_rng(seed)
    worth = rng.integers(-6, 4, 7).astype(np.float64)
    low, high = np.zeros(7), np.ones(7)
    for j in rng.permutation(7)[: rng.integers(0, 4)]:
        low[j] = high[j] = float(rng.integers(0, 2))
    most = int(rng.integers(1, 5))
    total, closing, opening = kernels.best_sites(worth, low, high, most)
    best = least_sum(worth, low, high, most)
    assert total == best
    if np.isinf(best):
        return
    for j in range(7):
        shut, put = high.copy(), low.copy()
        shut[j], put[j] = 0.0, 1.0
        without = np.inf if low[j] > 0.5 else least_sum(worth, low, shut, most)
        given = np.inf if high[j] < 0.5 else least_sum(worth, put, high, most)
        assert total + closing[j] == without
        assert total + opening[j] == given

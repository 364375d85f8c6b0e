"""Windows and their cuts: every cover, tried one by one, weighs at least 1."""

from itertools import combinations

import numpy as np
import pytest
from cover_instances import disc_sets, lattice_sets, problem_of
from oracles import cheapest_cover_by_milp

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover import light_cover_kernels, window_kernels
from allocator.location.engines.set_cover.relaxation import price_bound, row_prices
from allocator.location.engines.set_cover.window_cuts import window_bound
from allocator.location.engines.set_cover.windows import CutMaker, window_kinds


def lightest_cover(kind, weight):
    """Weight of the lightest cover of a window, by trying all choices of few sites."""
    everything = (1 << kind.n_rows) - 1
    traces = [int(t) for t in kind.trace]
    best = np.inf
    for size in range(1, 5):
        for chosen in combinations(range(len(traces)), size):
            union = 0
            for k in chosen:
                union |= traces[k]
            if union == everything:
                best = min(best, float(weight[list(chosen)].sum()))
    return best


def test_windows_of_a_raster_are_mostly_alike():
    """A window around each row; inside a rectangle they are all of one kind."""
    problem = problem_of(lattice_sets(16, 16), np.ones(256))
    kinds = window_kinds(problem, 9)
    assert sum(kind.n_windows for kind in kinds) == 256
    assert kinds[0].n_windows >= 8 * 8
    assert kinds[0].n_rows == 9
    assert kinds[0].n_windows == max(kind.n_windows for kind in kinds)


def test_a_window_knows_which_sites_cover_what():
    """Traces are the sites' rows within the window, whichever way they are worked out."""
    sets = disc_sets(3, 40, 20, 0.25)
    problem = problem_of(sets, np.ones(20))
    rows, columns = problem.rows, problem.columns
    start, member = window_kernels.windows_around(
        rows.start, rows.site, columns.start, columns.site, 7
    )
    first, site, trace = window_kernels.traces(rows.start, rows.site, 20, start, member)
    for w in range(40):
        window = member[start[w] : start[w + 1]].tolist()
        assert w in window
        expected = {j: sum(1 << k for k, i in enumerate(window) if j in sets[i]) for j in range(20)}
        low, high = first[w], first[w + 1]
        found = dict(zip(site[low:high].tolist(), trace[low:high].tolist(), strict=True))
        assert found == {j: bits for j, bits in expected.items() if bits}


@pytest.mark.parametrize("seed", range(6))
def test_cuts_are_true_and_cut(seed):
    """No cover is lighter than 1; the point itself is."""
    problem = problem_of(disc_sets(seed, 60, 16, 0.3), np.ones(16))
    rng = np.random.default_rng(seed)
    n_cuts = 0
    for kind in window_kinds(problem, 8)[:20]:
        y = np.full(16, 0.5) * rng.uniform(0.6, 1.0, 16)
        weight, solves = CutMaker(kind).cut(kind.mean_load(y), 200, Limits())
        assert solves >= 1
        if weight is not None:
            n_cuts += 1
            assert (weight >= 0).all()
            assert lightest_cover(kind, weight) >= 1
            assert weight @ kind.mean_load(y) < 1
    assert n_cuts > 0


def test_the_known_cut_of_a_triangle():
    """Three rows of which each site covers two need two sites, not one and a half."""
    problem = problem_of([[0, 1], [1, 2], [0, 2]], np.ones(3))
    (kind,) = window_kinds(problem, 3)
    weight, _ = CutMaker(kind).cut(kind.mean_load(np.full(3, 0.5)), 50, Limits())
    assert weight == pytest.approx([0.5, 0.5, 0.5], abs=1e-5)


def test_light_covers_are_all_found():
    """The search through a window ends with none only when there are none."""
    rng = np.random.default_rng(5)
    for seed in range(30):
        problem = problem_of(disc_sets(seed, 30, 12, 0.3), np.ones(12))
        kind = window_kinds(problem, 6)[0]
        weight = rng.uniform(0, 0.8, len(kind.trace))
        lightest = lightest_cover(kind, weight)
        for below in (lightest * 0.999, lightest * 1.001):
            covers, nodes = light_cover_kernels.light_covers(
                kind.trace, weight, kind.n_rows, below, 5, 10_000
            )
            assert nodes > 0
            assert (len(covers) > 0) == (below > lightest)
            assert (covers @ weight < below).all()


def test_the_bound_rises_above_the_linear_program(monkeypatch):
    """On a raster without an edge, rows give one site per 21 cells; cuts give more."""
    monkeypatch.setattr("allocator.location.engines.set_cover.window_cuts._ROWS_PER_WINDOW", 16)
    monkeypatch.setattr("allocator.location.engines.set_cover.window_cuts._SOLVES", 90)
    side = 18
    x, y = (v.ravel() for v in np.meshgrid(np.arange(side), np.arange(side)))
    across, up = (np.abs(v[:, None] - v) for v in (x, y))
    away = np.hypot(np.minimum(across, side - across), np.minimum(up, side - up))
    problem = problem_of([np.flatnonzero(row).tolist() for row in away <= 2.46], np.ones(side**2))
    prices = np.full(side**2, 1 / 21)
    assert price_bound(problem, prices) == pytest.approx(side**2 / 21)
    bound = window_bound(problem, prices, 20.0, Limits())
    assert side**2 / 20.9 < bound < side**2 / 20
    assert bound == window_bound(problem, prices, 20.0, Limits())


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_never_above_the_least_cost(seed, monkeypatch):
    """With costs of any kind, and cuts from every window."""
    monkeypatch.setattr("allocator.location.engines.set_cover.window_cuts._LEAST_SHARE", 0.0)
    sets = lattice_sets(9, 9, reach=1.5)
    cost = [np.ones(81), 1.0 + np.arange(81) % 3, 1.0 + np.arange(81.0) / 80][seed]
    problem = problem_of(sets, cost)
    least = cheapest_cover_by_milp(sets, cost)
    prices = row_prices(problem, least, Limits())
    bound = window_bound(problem, prices, least, Limits())
    assert price_bound(problem, prices) - 1e-3 * least < bound <= least + 1e-9


def test_scattered_windows_are_left_alone(monkeypatch):
    """Where cuts reach few rows only, there is nothing to gain."""
    monkeypatch.setattr("allocator.location.engines.set_cover.window_cuts._SOLVES", 1)
    problem = problem_of(disc_sets(0, 80, 40, 0.2), np.ones(40))
    prices = row_prices(problem, 40.0, Limits())
    assert window_bound(problem, prices, 40.0, Limits()) == -np.inf

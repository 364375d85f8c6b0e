"""Placing servers: bounds that hold, steps that fit, ends that are honest."""

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets
from hypothesis import given
from hypothesis import strategies as st

from allocator.location.engines.limits import Limits
from allocator.location.engines.servers.narrowing import narrowed
from allocator.location.engines.servers.placing import best_servers
from allocator.location.engines.servers.problem import ServerProblem, without_idle
from allocator.location.engines.servers.program import server_rows
from allocator.location.engines.servers.start import ServerSearch
from allocator.lp.arrays import solve_arrays


def problem_on(seed=0, *, gain, p=6, cap=None, n_cells=80, n_sites=15, needed=(), share=0.0):
    """Servers on a small map; ``needed`` are cells that must reach one."""
    rng = np.random.default_rng(seed)
    rows = coverage_of(disc_sets(seed, n_cells, n_sites, 0.25), n_sites)
    weight = rng.integers(1, 200, n_cells) * 1.0
    return ServerProblem(
        rows=rows, weight=weight, gain=np.asarray(gain, dtype=float),
        low=np.zeros(n_sites, np.int64), high=np.full(n_sites, cap or p), p=p,
        must=rows.of_cells(np.array(needed, dtype=np.int64)), share=share * weight.sum(),
    )  # fmt: skip


EXPECTED = 0.5 * 0.5 ** np.arange(6)
TWICE = np.array([0.0, 1, 0, 0, 0, 0])
FIRST_AND_BACKUP = np.array([0.3, 0.7, 0, 0, 0, 0])


def quietly(_):
    """Say nothing."""


@pytest.mark.parametrize("gain", [EXPECTED, TWICE, FIRST_AND_BACKUP])
@pytest.mark.parametrize("cap", [None, 1])
def test_a_placement_is_proven_and_kept_within_its_rules(gain, cap):
    """Bound and worth meet; caps, number and needed rows are kept."""
    problem = problem_on(1, gain=gain, cap=cap, needed=[3, 40])
    placed = best_servers(problem, Limits(), quietly)
    assert problem.allows(placed.servers)
    assert placed.worth == pytest.approx(problem.worth(placed.servers))
    assert placed.bound == pytest.approx(placed.worth, rel=1e-6)
    assert not placed.infeasible


@pytest.mark.parametrize("gain", [EXPECTED, TWICE, FIRST_AND_BACKUP])
def test_the_point_of_a_placement_keeps_every_row(gain):
    """What a start looks like to the solver: feasible, and worth what it is worth."""
    problem = problem_on(2, gain=gain, share=0.2)
    rows = server_rows(problem, np.full(problem.n_rows, 6))
    rng = np.random.default_rng(0)
    for _ in range(20):
        servers = np.bincount(rng.integers(0, 15, 6), minlength=15)
        point = rows.point(problem, servers)
        activity = rows.matrix @ point
        kept = (activity >= rows.row_lower - 1e-9) & (activity <= rows.row_upper + 1e-9)
        assert kept.all() or not problem.allows(servers)
        assert (point <= rows.col_upper).all()
        assert rows.people(float(rows.cost @ point)) == pytest.approx(problem.worth(servers))


@given(st.integers(0, 50), st.integers(0, 4))
def test_no_prices_give_a_bound_that_is_too_low(seed, coarse):
    """The Lagrangian at any prices lies above every placement, coarse steps or fine."""
    problem = problem_on(seed, gain=EXPECTED, n_cells=12, n_sites=5, p=6)
    rows = server_rows(problem, np.full(problem.n_rows, coarse))
    rng = np.random.default_rng(seed)
    servers = np.bincount(rng.integers(0, 5, 6), minlength=5)
    for size in (0.0, 1e3, 1e6):
        duals = size * rng.normal(size=len(rows.row_lower))
        assert rows.safe_bound(duals) >= problem.worth(servers) - 1e-6
    assert rows.safe_bound(np.empty(0)) >= problem.worth(servers)


def test_prices_of_the_relaxation_give_its_bound():
    """At the relaxation's own prices the Lagrangian is the relaxation."""
    problem = problem_on(3, gain=EXPECTED)
    rows = server_rows(problem, np.full(problem.n_rows, 6))
    solution = solve_arrays(
        rows.cost, rows.matrix, rows.row_lower, rows.row_upper, rows.col_lower, rows.col_upper
    )
    bound = rows.safe_bound(solution.duals)
    assert bound == pytest.approx(rows.people(solution.objective), rel=1e-6)


def test_coarse_steps_are_refined_until_they_do_not_matter(monkeypatch):
    """A town that needs thirty servers gets them, although the single steps end long before."""
    monkeypatch.setattr(ServerSearch, "run", lambda self, first: None)
    rows = coverage_of([[0], [1]], 2)
    problem = ServerProblem(
        rows, np.array([1e6, 1.0]), 0.1 * 0.9 ** np.arange(30), np.zeros(2, np.int64),
        np.array([30, 30]), 30, rows.of_cells(np.empty(0, np.int64)),
    )  # fmt: skip
    work = best_servers(problem, Limits(), quietly, first=np.array([0, 30]))
    assert work.servers.tolist() == [30, 0]
    assert work.bound == pytest.approx(1e6 * (1 - 0.9**30), rel=1e-9)


@given(st.integers(0, 200), st.sampled_from([0.5, 0.9, 0.99, 1.0]), st.booleans())
def test_what_prices_leave_out_held_nothing_better(seed, share, good_prices):
    """The best placement is worth as much in the narrowed problem, whatever the prices."""
    gain = [EXPECTED, TWICE, FIRST_AND_BACKUP][seed % 3]
    problem = problem_on(seed, gain=gain, n_cells=20, n_sites=7, needed=[0, 5], cap=1 + seed % 2)
    best = best_servers(problem, Limits(), quietly)
    rows = server_rows(problem, np.full(problem.n_rows, 6))
    solution = solve_arrays(
        rows.cost, rows.matrix, rows.row_lower, rows.row_upper, rows.col_lower, rows.col_upper
    )
    noise = np.random.default_rng(seed).normal(size=len(solution.duals))
    duals = solution.duals * (1.0 if good_prices else 1 + 0.3 * noise)
    # Better than what is known must be found; as good as what is known may be left out.
    known = share * best.worth
    rest = narrowed(problem, rows, duals, known)
    if rest is None:
        assert share == 1.0
        return
    left = best_servers(rest.problem, Limits(), quietly)
    assert len(rest.sites) <= problem.n_sites
    if left.servers is None:
        assert share == 1.0
        return
    assert problem.allows(rest.widened(left.servers))
    assert left.worth <= best.worth * (1 + 1e-9)
    assert left.worth >= best.worth * (1 - 1e-9) or share == 1.0


@pytest.mark.parametrize("price", [20.0, 1000.0])
def test_a_site_is_kept_as_long_as_the_gap_allows_one_server(price):
    """Known: 9 of 10 + 9 people. However dear a server looks, the one that reaches 10 stays."""
    rows = coverage_of([[0], [1]], 2)
    nobody = rows.of_cells(np.empty(0, np.int64))
    problem = ServerProblem(
        rows, np.array([10.0, 9.0]), np.array([1.0]), np.zeros(2, np.int64),
        np.ones(2, np.int64), 1, nobody,
    )  # fmt: skip
    program = server_rows(problem, np.ones(2, np.int64))
    duals = np.zeros(len(program.row_lower))
    duals[-1] = -price * program.scale
    rest = narrowed(problem, program, duals, 9.0)
    assert rest.problem.high.tolist() == [1, 1]
    assert best_servers(rest.problem, Limits(), quietly).worth == 10


def test_rows_out_of_each_others_way():
    """Needed rows that two servers cannot both reach: proven impossible."""
    rows = coverage_of([[0], [1], [2]], 3)
    problem = ServerProblem(
        rows, np.ones(3), np.array([1.0, 0.0]), np.zeros(3, np.int64), np.ones(3, np.int64), 2, rows
    )
    placed = best_servers(problem, Limits(), quietly)
    assert placed.infeasible
    assert placed.servers is None


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_interrupt_keeps_placement_and_bound(after):
    """Wherever it comes, the best so far stands, and the bound above it."""
    said = []

    def stop(text):
        said.append(text)
        if len(said) == after:
            raise KeyboardInterrupt

    problem = problem_on(4, gain=TWICE, cap=1)
    placed = best_servers(problem, Limits(), stop)
    assert placed.interrupted
    assert problem.allows(placed.servers)
    assert placed.bound >= placed.worth
    proven = best_servers(problem, Limits(), quietly)
    assert placed.bound >= proven.worth
    assert said[0] == "servers: 80 rows, 15 sites, 0 rows that need one"


def test_no_time_at_all_gives_a_placement_and_a_bound():
    """The clock ends the search at once: still an answer, and marked."""
    problem = problem_on(5, gain=TWICE, cap=1)
    limits = Limits(time_limit_seconds=1e-9)
    placed = best_servers(problem, limits, quietly)
    assert problem.allows(placed.servers)
    assert placed.bound >= best_servers(problem, Limits(), quietly).worth
    assert limits.stopped_by_clock


def test_the_search_alone_comes_close_and_repeats_itself():
    """Same seed, same placement; never worse than what it was given."""
    problem = problem_on(6, gain=TWICE, cap=2)
    found = []
    for _ in range(2):
        search = ServerSearch(problem, Limits(seed=7))
        search.run(problem.low)
        found.append(search.best.tolist())
    assert found[0] == found[1]
    assert problem.worth(np.array(found[0])) >= 0.9 * best_servers(problem, Limits(), quietly).worth


def test_idle_servers_are_taken_away():
    """A server beyond the second adds nothing to backup; one that a rule needs stays."""
    rows = coverage_of([[0], [1]], 2)
    problem = ServerProblem(
        rows, np.array([5.0, 0.0]), np.array([0.0, 1, 0, 0]), np.zeros(2, np.int64),
        np.array([4, 4]), 4, rows.of_cells(np.array([1])),
    )  # fmt: skip
    assert without_idle(problem, np.array([3, 1])).tolist() == [2, 1]

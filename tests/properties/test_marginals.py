"""What one more and one less are worth: against trying it, and against the duals of the LP."""

import numpy as np
import pytest
from builders import rule
from hypothesis import given
from hypothesis import strategies as st
from plan_builders import audited, plan_facts
from planned import EMS, planned, statuses
from scipy.optimize import linprog
from scipy.sparse import csr_array
from strategies import regions, some

from allocator.lp.incremental import GrowingLp
from allocator.lp.program import Program
from allocator.lp.solvers import SolverSettings

PEOPLE_RULES = st.one_of(
    st.builds(
        lambda km, group, share: rule(
            "coverage", id="X", within_km=km, group=group, share=share, sites=EMS
        ),
        st.sampled_from([1, 2, "1.5"]),
        st.sampled_from(["total", "urban", "rural"]),
        st.sampled_from([1, "0.6", "0.1"]),
    ),
    st.builds(
        lambda minutes: rule("mean_response", id="X", minutes=minutes, sites=EMS),
        st.sampled_from([6, 8, 40]),
    ),
)


@some
@given(region=regions(), asked=PEOPLE_RULES, cap=st.integers(1, 4))
def test_the_best_addition_and_removal_are_those_that_the_audit_finds(region, asked, cap):
    """Open or close each site in turn and audit: the best of each is what the table says."""
    most = rule("count", id="N", number=cap, sense="<=", sites=EMS, strength="wish")
    plan = planned(region, asked, most)
    if not region.grid.in_group(asked.group).any():
        assert "X" not in set(plan.marginals["rule"])
        return
    table = region.sites.table
    now = {"existing": "kept", "candidate": "new", "required": "new"}
    shown = statuses(plan)
    standing = {s for s, status in shown.items() if status != "closed"}

    def figure(opened):
        known = {s: now[was] if s in opened else "closed" for s, was in table["status"].items()}
        facts = plan_facts(region, {}, known)
        return audited(region, facts, asked)["X", "all"].achieved

    base = figure(standing)
    up = [figure(standing | {s}) for s in table.index if s not in standing]
    down = [
        figure(standing - {s})
        for s, status in table["status"].items()
        if s in standing and status != "required"
    ]
    best = max if asked.kind == "coverage" else min
    found = plan.marginals[(plan.marginals["rule"] == "X") & (plan.marginals["area"] == "all")]
    effects = dict(zip(found["step"], found["effect"], strict=True))
    if base is None:
        assert not effects  # nobody comes from nowhere
        return
    wanted = {1.0: best(up) - base} if up else {}
    # Without the only station there is no mean at all.
    wanted |= {-1.0: best(down) - base} if down and None not in down else {}
    assert effects == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("seed", range(100))
def test_duals_lie_between_the_one_sided_differences(seed):
    """Invariant 20, of a minimum over floors: V(b) - V(b - e) <= e * dual <= V(b + e) - V(b).

    The duals are scipy's and those of the growing LP; the differences come from solving the
    program again with a row moved. Rows that repeat others make the optimum degenerate.
    """
    draw = np.random.default_rng(seed)
    n, m, step = 5, 6, 1e-3
    cost = draw.integers(1, 9, n).astype(float)
    matrix = draw.integers(0, 5, (m, n)).astype(float)
    matrix[-1] = matrix[0]  # twice the same row: its dual may lie on either
    floor = draw.integers(1, 20, m).astype(float)
    floor[-1] = floor[0]
    program = Program("floors")
    columns = [program.continuous(f"x{j}", 0, 50) for j in range(n)]
    rows = [
        program.require(f"r{i}", [(a, x) for a, x in zip(matrix[i], columns, strict=True) if a],
                        ">=", min(floor[i], 50 * matrix[i].sum()))
        for i in range(m) if matrix[i].any()
    ]  # fmt: skip
    kept = [i for i in range(m) if matrix[i].any()]

    def value(row=None, by=0.0):
        if row is not None:
            program.shift(row, by)
        solution = program.solve(list(zip(cost, columns, strict=True)), SolverSettings())
        if row is not None:
            program.shift(row, 0.0)
        return solution.objective if solution.status.has_answer else np.inf

    scipy_answer = linprog(cost, A_ub=-matrix[kept], b_ub=-floor[kept], bounds=[(0, 50)] * n)
    growing = GrowingLp(cost, np.zeros(n), np.full(n, 50.0))
    growing.add_rows(floor[kept], np.full(len(kept), np.inf), csr_array(matrix[kept]))
    ours = growing.solve()
    base = value()
    assert base == pytest.approx(scipy_answer.fun) == pytest.approx(ours.objective)
    for k, row in enumerate(rows):
        right = (value(row, step) - base) / step
        left = (base - value(row, -step)) / step
        for dual in (-scipy_answer.ineqlin.marginals[k], ours.duals[k]):
            assert left - 1e-5 <= dual <= right + 1e-5
            assert dual >= -1e-9
    # Strong duality, upper bounds included.
    assert floor[kept] @ ours.duals + np.minimum(ours.reduced_costs, 0) @ np.full(n, 50.0) == (
        pytest.approx(base)
    )

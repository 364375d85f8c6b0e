"""What one more and one less are worth: against trying it, and against the duals of the LP."""

import math
from itertools import combinations

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
from allocator.planning.marginals import RESITED, TRIED

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
    found = found[found["method"] == TRIED]
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
    reduced = cost - ours.duals @ matrix[kept]
    assert floor[kept] @ ours.duals + 50.0 * np.minimum(reduced, 0).sum() == pytest.approx(base)


@some
@given(region=regions(), asked=PEOPLE_RULES, km=st.sampled_from([None, 1, 2]))
def test_one_more_and_one_less_with_the_others_free_are_the_best_of_all_choices(region, asked, km):
    """Every choice of as many sites that keeps the other rules as well is tried; stations stay."""
    plan = planned(region, asked, *([] if km is None else [_everybody(km)]))
    table = region.sites.table
    shown = statuses(plan)
    standing = frozenset(s for s, status in shown.items() if status != "closed")
    stay = frozenset(table.index[table["status"] != "candidate"])
    found = plan.marginals[(plan.marginals["rule"] == "X") & (plan.marginals["area"] == "all")]
    found = found[found["method"].str.startswith("solved again")]
    assert set(found["method"]) <= {RESITED}
    now = {"existing": "kept", "candidate": "new", "required": "new"}

    def figures(opened):
        known = {s: now[was] if s in opened else "closed" for s, was in table["status"].items()}
        lines = audited(region, plan_facts(region, {}, known), asked, _everybody(km or 1))
        return lines["X", "all"], lines["E", "all"].achieved

    base, base_other = figures(standing)
    for step, effect in zip(found["step"], found["effect"], strict=True):
        size = len(standing) + round(step)
        choices = [
            stay.union(some)
            for some in combinations(sorted(set(table.index) - stay), max(0, size - len(stay)))
        ]
        kept = [
            line.achieved - base.achieved
            for line, other in map(figures, choices)
            if (km is None or other >= base_other - 1e-6) and (step < 0 or _share_kept(line, base))
        ]
        if math.isnan(effect):
            assert not kept
        else:
            best = max(kept) if asked.kind == "coverage" else min(kept)
            assert effect == pytest.approx(best, abs=1e-6)


def _everybody(km):
    return rule("coverage", id="E", within_km=km, sites=EMS)


def _share_kept(line, base):
    return (line.slack or 0) >= min(0.0, base.slack or 0.0) - 1e-6

"""``al.trade_off``: what one figure of a plan costs in terms of another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf, isnan

import pandas as pd

from allocator.assumptions import Assumptions, Value
from allocator.auditing.compliance import audit_lines
from allocator.auditing.facts import Facts
from allocator.errors import PolicyError, raise_if_any
from allocator.lp.solvers import SolverSettings
from allocator.plan_tables import compliance_table
from allocator.planning.case import Case
from allocator.planning.trading import Trader
from allocator.plans import Plan
from allocator.policy.policies import Policy, parse_rules
from allocator.policy.rules import Rule
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.studies.figures import Figure
from allocator.studies.front import Front, point_table, sorted_out
from allocator.studies.front_search import Gaps, Point, Search
from allocator.studies.naming import figures
from allocator.travel.journeys import Travel

Progress = Callable[[str], None]

_MOST_SOLVES = 2
"""Per point asked for: some limits lead to a plan that is known."""


def trade_off(
    region: Region,
    policy: Policy,
    *,
    between: Sequence[str] = ("coverage", "budget"),
    points: int = 12,
    set_aside: Sequence[str] | None = None,
    budget: float | None = None,
    travel: Travel | None = None,
    assumptions: Assumptions | Mapping[str, Value] | None = None,
    solver: SolverSettings | None = None,
    progress: Progress | None = None,
) -> Front:
    """Find plans between two figures, by epsilon-constraints, each point solved and proven.

    The rules come first, as in every plan: all points miss them by as little as any plan can. Of
    the two figures each end has one at its best, and the other as good as it can then be; between
    the ends the second figure is held at limits, in the widest part first, and the first is at its
    best (Haimes, Lasdon & Wismer, IEEE Transactions SMC-1, 1971). Every figure is read from the
    plan's tables by the audit.

    Parameters
    ----------
    region, policy
        As for :func:`allocator.planning.optimisation.plan`.
    between
        Two of ``coverage``, ``budget``, ``change``, ``beds``, ``gini``, ``lowest_rate``,
        ``mean_response`` and ``response_p90``, some with what they are about
        (``coverage:J012``, ``gini:ambulances``).
    points
        How many to look for, both ends among them; there may be fewer.
    set_aside
        Rules that are to ask for nothing; by default those that state one of the figures (coverage
        rules for coverage, a budget for the budget). Every point's compliance still has them.
    budget
        No point's plan may cost more, in the region's currency. Not where the budget is traded.
    travel, assumptions, solver
        As for a plan.
    progress
        Called with a line of text as the work goes on.

    Returns
    -------
    Front
        After an interrupt (Ctrl-C) the points so far, ``interrupted``.

    Raises
    ------
    PolicyError
        Unknown figures, and figures that this policy or region does not have: all in one error.
    InfeasibleError
        If even the physical limits contradict each other.
    """
    readings = Assumptions.of(assumptions)
    stated = policy.stated_population
    prepared = for_planning(region, readings, None if stated is None else float(stated))
    first, second = _in_order(*figures(between, Case(prepared, policy, readings)))
    aside = _aside(policy, (first, second), set_aside, points, budget)
    held = [r.model_copy(update={"strength": "info"}) if r.id in aside else r for r in policy.rules]
    held += [] if budget is None else [_own_budget(budget)]
    asked = replace(policy, rules=tuple(held))
    trader = Trader(
        region, asked, readings, travel, solver if solver is not None else SolverSettings(),
        rules_of=(*first.sites_of, *second.sites_of), progress=progress,
    )  # fmt: skip
    found, interrupted = _solved(Search(trader, first, second), points, progress)
    return _front(_With(trader, policy, (first, second), aside), found, interrupted)


def _in_order(first: Figure, second: Figure) -> tuple[Figure, Figure]:
    """What can only be limited comes second; money does too, as people think of it so."""
    if first.aim is None or (first.name == "budget" and second.aim is not None):
        return second, first
    return first, second


def _own_budget(amount: float) -> Rule:
    """The planner's own budget as a rule, which couples all that costs money."""
    (rule,), _ = parse_rules([{
        "id": "budget of the planner", "kind": "budget", "strength": "must",
        "meaning": f"at most {amount:,.0f}", "amount": repr(float(amount)),
    }])  # fmt: skip
    return rule


def _aside(
    policy: Policy, figures: tuple[Figure, Figure], given: Sequence[str] | None, points: int,
    budget: float | None,
) -> tuple[str, ...]:  # fmt: skip
    """Ids of the rules that ask for nothing, in the policy's order."""
    known = [r.id for r in policy.rules]
    problems = []
    if isinstance(points, bool) or not isinstance(points, int) or points < 2:
        problems.append(f"points must be a whole number >= 2, got {points!r}")
    if budget is not None and not 0 <= budget < inf:
        problems.append(f"budget must be finite and >= 0, got {budget}")
    if budget is not None and any(f.name == "budget" for f in figures):
        problems.append("the budget is traded, so it has no limit of its own; leave it out")
    problems += [
        f"set_aside: the policy has no rule {name!r}" for name in given or () if name not in known
    ]
    raise_if_any(problems, where="trade_off", kind=PolicyError)
    wanted = {name for f in figures for name in f.about} if given is None else set(given)
    strong = {r.id for r in policy.rules if r.strength != "info"}
    return tuple(name for name in known if name in wanted & strong)


def _solved(search: Search, points: int, progress: Progress | None) -> tuple[list[Point], bool]:
    """The points, ends first; and whether the user stopped it."""
    say = progress or (lambda _: None)
    found: list[Point] = []
    try:
        say(f"trade-off: the ends ({search.first.label}, {search.second.label})")
        found.append(search.best_first())
        found.append(search.best_second())
        held = search.second
        gaps = Gaps(held.low(found[0].second), held.low(found[1].second))
        for _ in range(_MOST_SOLVES * points):
            chosen = gaps.next()
            known = len(sorted_out(found, (search.first, held))[0])
            if chosen is None or known >= points or any(p.plan.interrupted for p in found):
                break
            part, low = chosen
            limit = low if held.best == "min" else -low
            say(f"trade-off: {known} of {points} points; {held.label} {limit:,.6g}")
            point = search.at(limit)
            gaps.looked(part, low, None if point is None else held.low(point.second))
            found += [point] if point is not None else []
    except KeyboardInterrupt:
        return found, True
    return found, any(p.plan.interrupted for p in found)


class _With:
    """What the points of a front have in common."""

    def __init__(
        self, trader: Trader, policy: Policy, figures: tuple[Figure, Figure],
        aside: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.trader, self.policy, self.figures, self.aside = trader, policy, figures, aside

    def judged(self, plan: Plan) -> Plan:
        """The plan with the compliance of the policy as it is, rules set aside too."""
        case = self.trader.case
        facts = Facts.of_plan(case.region, plan.units, plan.facilities)
        lines = audit_lines(case.region, self.policy, case.assumptions, facts, case.journeys)
        told = {"figures": [f.name for f in self.figures], "set_aside": list(self.aside)}
        return replace(
            plan, compliance=compliance_table(lines),
            provenance={**plan.provenance, "trade_off": told},
        )  # fmt: skip


def _front(common: _With, found: Sequence[Point], interrupted: bool) -> Front:
    judged = [replace(p, plan=common.judged(p.plan)) for p in found]
    kept, gone = sorted_out(judged, common.figures)
    table = point_table([judged[k] for k in kept], common.figures, kept)
    removed = point_table([judged[k] for k, _ in gone], common.figures, [k for k, _ in gone])
    removed = removed.drop(columns="knee").assign(reason=[reason for _, reason in gone])
    return Front(
        region=common.trader.region.name,
        policy=common.policy.id,
        figures=common.figures,
        points=table,
        plans=tuple(judged[k].plan for k in kept),
        removed=removed,
        set_aside=common.aside,
        interrupted=interrupted,
        notes=tuple(_notes(common, table, interrupted)),
    )


def _notes(common: _With, table: pd.DataFrame, interrupted: bool) -> list[str]:
    first, second = common.figures
    notes = []
    if common.aside:
        notes.append(f"these rules state a figure and ask for nothing: {', '.join(common.aside)}")
    if len(table) == 1:
        notes.append(
            f"one plan has the best {first.label} and the best {second.label}: there is nothing "
            "to trade"
        )
    if len(table) and not table["proven"].all():
        notes.append(
            f"{int((~table['proven']).sum())} of {len(table)} points are not proven: their bounds "
            "say how much better they could be"
        )
    if any(not isnan(v) and v > 0 for v in (common.trader.held or {}).values()):
        notes.append("some rules cannot hold; every point misses them by no more than at best")
    if len(set(table["must_failed"])) > 1 and common.aside:
        notes.append("how many must rules fail differs by point: see the table")
    if interrupted:
        notes.append("interrupted: the points so far")
    placed = common.trader.placed_before
    if placed:
        notes.append(f"placed before, at least cost: {', '.join(placed)}")
    return notes

"""Where a plan comes from: inputs, solver, versions, what its figures leave out."""

from fractions import Fraction

from allocator.auditing.budgets import plan_cost
from allocator.auditing.facts import Facts
from allocator.lp.solvers import SolverSettings, versions
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import leaves
from allocator.planning.have import Have
from allocator.planning.planned import planned_resources
from allocator.planning.tasks import OFFERED, TOGETHER
from allocator.policy.rules import CoverageRule, Rule
from allocator.region.ground import Region, Source


def provenance(
    case: Case, region: Region, settings: SolverSettings, limit: float | None, decided: Decided,
    facts: Facts,
) -> dict[str, object]:  # fmt: skip
    """What a reader needs to judge a plan and to make it again."""
    return {
        "region": region.name,
        "policy": case.policy.id,
        "policy_sha256": case.policy.sha256,
        "policy_verified": case.policy.verified,
        "document": case.policy.document,
        "sources": [vars(s) for s in (*region.sources, *_sources_of_travel(case))],
        "travel": None if case.journeys is None else case.journeys.reports,
        "attribution": dict(region.attribution),
        "notes": [
            *case.region.notes,
            *([] if case.journeys is None else case.journeys.notes()),
            *decided.notes,
            *_unpriced(case),
            *_unused_stock(case),
            _sequence_note(decided),
        ],
        "solver": vars(settings),
        "versions": versions(),
        "budget": limit,
        "currency": region.costs.currency,
        "cost": plan_cost(case.region, case.assumptions, facts, case.policy.rules).total,
        "rules": {
            rule.id: {
                "meaning": rule.meaning,
                "clause": rule.clause,
                "line": rule.line,
                "document": rule.document,
            }
            for rule in _all_rules(case)
        },
        "coverage_rules": {
            rule.id: {
                "meaning": rule.meaning,
                "kinds": list(rule.sites.kinds),
                "group": rule.group,
                "within_minutes": _plain(rule.within_minutes),
                "from_call": rule.from_call,
                "within_km": _plain(rule.within_km),
                "mode": rule.mode,
            }
            for rule in _all_rules(case)
            if isinstance(rule, CoverageRule)
        },
        "branches": {f"{rule} [{area}]": b for (rule, area), b in decided.branches.items()},
    }


def _sources_of_travel(case: Case) -> list[Source]:
    return [] if case.journeys is None else case.journeys.sources


def _all_rules(case: Case) -> list[Rule]:
    """Every rule, and every branch of an either-or."""
    rules = case.policy.rules
    return list({r.id: r for rule in rules for r in (rule, *leaves(rule))}.values())


def _plain(number: Fraction | None) -> float | None:
    return None if number is None else float(number)


def _unpriced(case: Case) -> list[str]:
    """Say of what nobody counted today, so that its additions are in no cost."""
    planned = planned_resources(case, list(case.policy.rules))
    unknown = [r for r in planned if Have.of(case, r).whole is None and case.region.costs.of(r)]
    if not unknown:
        return []
    return [f"no stock is known of {', '.join(unknown)}: what is added of them is in no cost"]


def _unused_stock(case: Case) -> list[str]:
    """Say which stock stands at units that get no plan of their own."""
    units = case.region.units
    stated = dict.fromkeys(case.region.stock.table["unit"])
    unused = [u for u in stated if u not in units.planning and u != units.root]
    if not unused:
        return []
    names = ", ".join(unused[:10]) + (f" and {len(unused) - 10} more" if len(unused) > 10 else "")
    return [
        f"stock stated for {names} is not used: beds, staff and vehicles are planned for "
        f"{', '.join(units.planning[:10])}"
    ]


def _sequence_note(decided: Decided) -> str:
    if any(record.block in {TOGETHER, OFFERED} for record in decided.records):
        return "All blocks were solved together: the budget couples them."
    return (
        "Networks of sites were solved before beds, staff and vehicles, which they reach only "
        "through counts (posts per facility, a vehicle per station). Each block's own optimum is "
        "proven as stated; what posts cost was not weighed when sites were chosen."
    )

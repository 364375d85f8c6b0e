"""In which areas a rule holds: the region as a whole, some units together, or each unit apart."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, each_apart, line_of, shared_out
from allocator.plan_tables import Line
from allocator.policy.rules import Rule

Find = Callable[[tuple[str, ...]], Finding]
"""What a rule finds in some units taken together."""


def lines_by_area(
    rule: Rule,
    case: Case,
    find: Find,
    *,
    measure: str,
    sense: str,
    each: bool = False,
    split: bool = True,
    units: tuple[str, ...] | None = None,
) -> list[Line]:
    """Lines of a rule on something that adds up over units.

    Parameters
    ----------
    rule, case
        The rule and what is audited.
    find
        Asks the rule of some units taken together.
    each
        A rule without a level holds in every planning unit, not on the region's sum.
    split
        Units get a share of the region's figure, for information; otherwise each its own.
    units
        The units in which it holds, where the rule leaves some of its level out.
    """
    at = holding(rule, case) if units is None else units
    if not at:
        return [line_of(rule, _no_units(rule), measure=measure, sense=sense)]
    if rule.pool or not (rule.level or each):
        total = find(at if rule.level else (case.root,))
        if rule.level:
            total = _noted(total, f"together: {case.names(at)}")
        parts = at if total.lower is not None or total.upper is not None else ()
        findings = [find((unit,)) for unit in parts]
        method = case.assumptions.word("apportionment")
        findings = shared_out(total, findings, method) if split else findings
        strength = "info"
    else:
        findings = [find((unit,)) for unit in at]
        total = _total(case, find, at, findings)
        parts, strength = at, rule.strength
    by_unit = list(zip(parts, findings, strict=True))
    return _lines(rule, case, total, by_unit, measure=measure, sense=sense, strength=strength)


def lines_of_means(
    rule: Rule, case: Case, find: Find, *, measure: str, sense: str = "<="
) -> list[Line]:
    """Lines of a rule on a mean, which does not add up: each area has its own.

    Where the rule holds in every unit apart, the region's line is that of the worst unit.
    """
    at = holding(rule, case)
    if not at:
        return [line_of(rule, _no_units(rule), measure=measure, sense=sense)]
    parts = [find((unit,)) for unit in at]
    if rule.level and not rule.pool:
        total, strength = max(parts, key=_height), rule.strength
    else:
        total, strength = find(at if rule.level else (case.root,)), "info"
    by_unit = list(zip(at, parts, strict=True))
    return _lines(rule, case, total, by_unit, measure=measure, sense=sense, strength=strength)


def _lines(
    rule: Rule,
    case: Case,
    total: Finding,
    by_unit: list[tuple[str, Finding]],
    *,
    measure: str,
    sense: str,
    strength: str,
) -> list[Line]:
    """The region's line, then a line of every unit."""
    return [line_of(rule, total, measure=measure, sense=sense)] + [
        line_of(
            rule,
            part,
            measure=measure,
            sense=sense,
            area=unit,
            area_name=case.region.units.name(unit),
            strength=strength,
        )
        for unit, part in by_unit
    ]


def _height(part: Finding) -> float:
    return inf if part.achieved is None else part.achieved


def holding(rule: Rule, case: Case) -> tuple[str, ...]:
    """The units at the rule's levels; the planning units where it names none."""
    units = case.region.units
    return tuple(units.at(rule.level)) if rule.level else units.planning


def _total(case: Case, find: Find, at: tuple[str, ...], parts: list[Finding]) -> Finding:
    """The units' sum; the region's own figure where no unit's is known."""
    total = each_apart(parts)
    if not total.missing:
        return replace(total, rate_achieved=find(at).rate_achieved)
    if set(at) != set(case.region.units.planning) or not all(part.missing for part in parts):
        return total
    whole = find((case.root,))
    if whole.missing:
        return replace(total, missing=whole.missing)
    asked = whole if total.lower is None and total.upper is None else total
    return _noted(
        replace(whole, lower=asked.lower, upper=asked.upper, weight=None),
        "known for the region as a whole only; no unit could be checked",
    )


def _no_units(rule: Rule) -> Finding:
    return Finding(missing=f"the units file has no unit of level {' or '.join(rule.level)}")


def _noted(finding: Finding, note: str) -> Finding:
    return replace(finding, note="; ".join(part for part in (finding.note, note) if part))

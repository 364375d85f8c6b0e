"""Parts of a whole: part {>=, <=} number * whole."""

from fractions import Fraction
from math import ceil, floor

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding
from allocator.plan_tables import Line
from allocator.policy.rules import Share
from allocator.region.stock import resources


def lines(rule: Share, case: Case) -> list[Line]:
    """Audit a share; the region's figure is split over units by the whole that each has."""

    def find(units: tuple[str, ...]) -> Finding:
        whole = case.count(units, rule.whole)
        part = case.count(units, rule.part)
        missing = case.missing_counts(units, (rule.part, rule.whole))
        if whole is None:
            return Finding(missing=missing)
        asked = rule.number * Fraction(whole)
        return Finding(
            lower=float(ceil(asked)) if rule.sense == ">=" else None,
            upper=float(floor(asked)) if rule.sense == "<=" else None,
            achieved=part,
            weight=Fraction(whole),
            rate_required=float(rule.number),
            rate_achieved=part / whole if part is not None and whole else None,
            missing=missing,
            basis=case.stock_basis((rule.part, rule.whole)),
        )

    return lines_by_area(
        rule,
        case,
        find,
        measure=resources()[rule.part].unit,
        sense=rule.sense,
        each=case.ceiling_in_every_unit,
    )

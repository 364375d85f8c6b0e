"""What staff, teams or beds can take on of a demand, in every planning unit by themselves."""

from fractions import Fraction
from math import ceil, floor

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding
from allocator.plan_tables import Line
from allocator.policy.rules import Service
from allocator.region.stock import resources

_TOLERANCE = 2e-6
"""Visits of a year are no exact count: two in a million are none."""


def lines(rule: Service, case: Case) -> list[Line]:
    """Audit a service: sum over units of min(capacity * staff, demand), against a share of it."""
    capacity = case.exactly(rule.capacity)
    takes = f"one of {rule.by} takes on {float(capacity):,g} ({rule.capacity})"

    def find(units: tuple[str, ...]) -> Finding:
        parts = [u for u in case.region.units.planning if u in case.inside(units)]
        together = any(_known(rule, case, (u,)) is None for u in parts) or not parts
        known = [_known(rule, case, a) for a in ([units] if together else [(u,) for u in parts])]
        pairs = [pair for pair in known if pair is not None]
        if not pairs:
            return Finding(missing=_missing(rule, case, units))
        demand = sum(asked for asked, _ in pairs)
        served = sum((min(capacity * staff, Fraction(asked)) for asked, staff in pairs), Fraction())
        return Finding(
            lower=float(ceil(rule.share * demand)),
            achieved=float(served),
            weight=Fraction(demand),
            rate_required=float(rule.share),
            rate_achieved=float(served / demand) if demand else None,
            note=f"{takes}; by unit it is not known" if together and len(parts) > 1 else takes,
            basis="assumed",  # as the capacity is
            tolerance=_TOLERANCE,
        )

    measure = "people" if rule.demand is None else resources()[rule.demand].unit
    return lines_by_area(rule, case, find, measure=measure, sense=">=")


def _known(rule: Service, case: Case, units: tuple[str, ...]) -> tuple[int, Fraction] | None:
    """Demand of some units, and who is there to take it on; None where either is not known."""
    staff = case.count(units, rule.by)
    asked: float | Fraction | None
    if rule.demand is None:
        asked = case.people(units, str(rule.group))
    else:
        asked = case.count(units, rule.demand)
    if staff is None or asked is None:
        return None
    return floor(Fraction(asked) + Fraction(1, 2)), Fraction(staff)


def _missing(rule: Service, case: Case, units: tuple[str, ...]) -> str:
    if rule.demand is not None and (text := case.missing_counts(units, (rule.demand,))):
        return text
    if rule.demand is None and case.people(units, str(rule.group)) is None:
        return case.missing_people(units, str(rule.group))
    return case.missing_counts(units, (rule.by,))

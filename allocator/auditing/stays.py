"""Mean length of stay, and the beds that admissions of that length fill."""

from fractions import Fraction
from math import ceil, floor

from allocator.auditing.areas import lines_by_area, lines_of_means
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding
from allocator.plan_tables import Line
from allocator.policy.rules import Stay
from allocator.region.stock import resources

_DAYS_A_YEAR = 365


def lines(rule: Stay, case: Case) -> list[Line]:
    """Audit a mean stay in days; where ``bed_need`` asks for beds, the beds."""
    reading = case.assumptions.word("bed_need")

    def days(units: tuple[str, ...]) -> Finding:
        return _mean_stay(rule, case, units)

    def beds(units: tuple[str, ...]) -> Finding:
        return _beds(rule, case, units, least=reading == "min")

    if reading == "report":
        return lines_of_means(rule, case, days, measure="days")
    measure, sense = resources()[rule.beds[0]].unit, ">=" if reading == "min" else "<="
    return lines_by_area(rule, case, beds, measure=measure, sense=sense)


def _mean_stay(rule: Stay, case: Case, units: tuple[str, ...]) -> Finding:
    wanted = (*rule.admissions, *rule.bed_days)
    if missing := case.missing_counts(units, wanted):
        return Finding(missing=missing)
    admissions, days = (_sum(case, units, names) for names in (rule.admissions, rule.bed_days))
    return Finding(
        upper=float(rule.days),
        achieved=float(days / admissions) if admissions else 0.0,
        rate_required=float(rule.days),
        rate_achieved=float(days / admissions) if admissions else None,
        note=_use_of_beds(rule, case, units, days) if admissions else "no admissions",
        basis=case.given_basis(wanted),
    )


def _use_of_beds(rule: Stay, case: Case, units: tuple[str, ...], days: Fraction) -> str:
    """Beds that the admissions need, and how far those that are there are occupied."""
    needed = _filled(rule, case, units) / case.exactly("bed_occupancy_to")
    limit = case.assumptions.number("bed_occupancy_to")
    need = f"{ceil(needed):,} beds hold {float(rule.days):g} days at {limit:.0%} occupancy"
    if case.missing_counts(units, rule.beds):
        return need
    there = _sum(case, units, rule.beds)
    if not there:
        return f"{need}; there are none"
    use = float(days / (_DAYS_A_YEAR * there))
    return f"{need}; {float(there):,g} are there, {use:.0%} occupied"


def _beds(rule: Stay, case: Case, units: tuple[str, ...], *, least: bool) -> Finding:
    """Beds against those that the admissions fill up to, or down to, an occupancy."""
    if missing := case.missing_counts(units, (*rule.admissions, *rule.beds)):
        return Finding(missing=missing)
    filled = _filled(rule, case, units)
    occupied = case.exactly("bed_occupancy_to" if least else "bed_occupancy_from")
    return Finding(
        lower=float(ceil(filled / occupied)) if least else None,
        upper=None if least else float(floor(filled / occupied)),
        achieved=float(_sum(case, units, rule.beds)),
        weight=filled,
        note=f"{float(rule.days):g} days at {float(occupied):.0%} occupancy",
        basis=case.given_basis(rule.admissions),
    )


def _filled(rule: Stay, case: Case, units: tuple[str, ...]) -> Fraction:
    """Beds that the admissions would fill all year round."""
    return _sum(case, units, rule.admissions) * rule.days / _DAYS_A_YEAR


def _sum(case: Case, units: tuple[str, ...], names: tuple[str, ...]) -> Fraction:
    return sum((Fraction(case.count(units, name) or 0) for name in names), Fraction(0))

"""Staffing: resource >= number * base in every planning unit, for each pair apart."""

from fractions import Fraction
from math import ceil

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, each_apart
from allocator.plan_tables import Line
from allocator.policy.rules import Ratio, RatioPair
from allocator.region.stock import resources


def lines(rule: Ratio, case: Case) -> list[Line]:
    """Audit a ratio. Staff work where the beds and vehicles are: every unit holds it alone."""
    number = rule.number / rule.per
    if rule.on_duty:
        number *= case.exactly("on_duty_share") * case.exactly("fte_per_post")

    def find(units: tuple[str, ...]) -> Finding:
        pairs = [_pair(pair, number, case, units) for pair in rule.pairs]
        return pairs[0] if len(pairs) == 1 else each_apart(pairs, of="groups of staff")

    return lines_by_area(
        rule,
        case,
        find,
        measure=resources()[rule.pairs[0].resource].unit,
        sense=">=",
        each=True,
    )


def _pair(pair: RatioPair, number: Fraction, case: Case, units: tuple[str, ...]) -> Finding:
    base, unknown, note = _base(pair, case, units)
    staff = case.count(units, pair.resource)
    missing = [unknown, case.missing_counts(units, (pair.resource,))]
    return Finding(
        lower=None if base is None else float(ceil(number * base)),
        achieved=staff,
        rate_required=float(number),
        rate_achieved=float(staff / base) if staff is not None and base else None,
        weight=base,
        missing="; ".join(text for text in missing if text),
        note=note,
        basis=case.stock_basis((pair.resource,)),
    )


def _base(pair: RatioPair, case: Case, units: tuple[str, ...]) -> tuple[Fraction | None, str, str]:
    """What the staff serve, what is missing to know it, and what may be missing from it."""
    if pair.units:
        at = set(case.region.units.at(pair.units))
        unknown = f"the units file has no unit of level {' or '.join(pair.units)}"
        return Fraction(len(at & case.inside(units))), "" if at else unknown, ""
    if pair.base is not None:
        count = case.count(units, pair.base)
        missing = case.missing_counts(units, (pair.base,))
        return (None if count is None else Fraction(count)), missing, ""
    silent = [text for text in map(case.facilities.missing, pair.sites) if text]
    if len(silent) == len(pair.sites):
        return None, "; ".join(silent), ""
    served = case.facilities.open(*pair.sites, units=units)
    return Fraction(len(served)), "", "; ".join(silent)

"""Parts of the facilities: with an attribute, or of a narrower kind, against all of them."""

from fractions import Fraction
from math import ceil, floor

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding
from allocator.plan_tables import Line
from allocator.policy.rules import SiteShare


def lines(rule: SiteShare, case: Case) -> list[Line]:
    """Audit a share of facilities, in whole facilities: two thirds of five are four."""
    silent = [text for text in map(case.facilities.missing, rule.sites) if text]
    missing = "; ".join(silent) if len(silent) == len(rule.sites) else ""
    if not missing and rule.part is not None:
        missing = case.facilities.missing(rule.part)

    def find(units: tuple[str, ...]) -> Finding:
        whole = case.facilities.open(*rule.sites, units=units)
        if rule.part is None:
            part = case.facilities.open(*rule.sites, attribute=rule.attribute, units=units)
        else:
            narrower = case.facilities.open(rule.part, units=units)
            part = whole[whole.index.isin(narrower.index)]
        asked = rule.number * len(whole)
        notes = silent if len(whole) else [*silent, "no facility"]
        return Finding(
            lower=None if rule.sense == "<=" else float(ceil(asked)),
            upper=float(floor(asked)) if rule.sense == "<=" else None,
            achieved=float(len(part)),
            weight=Fraction(len(whole)),
            rate_required=float(rule.number),
            rate_achieved=len(part) / len(whole) if len(whole) else None,
            missing=missing,
            note="" if missing else "; ".join(notes),
            basis=case.facilities.basis(*rule.sites),
        )

    found = lines_by_area(rule, case, find, measure="sites", sense=rule.sense)
    # Half of a city's centres are nobody's share: a split over the units would only mislead.
    return found[:1] if rule.pool or not rule.level else found

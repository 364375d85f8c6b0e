"""People per facility: number of open sites between people / upper and people / lower."""

from math import ceil, floor

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding
from allocator.plan_tables import Line
from allocator.policy.rules import ServedBand


def lines(rule: ServedBand, case: Case) -> list[Line]:
    """Audit a served-population band on the mean of each unit."""
    missing = case.facilities.missing(rule.sites)

    def find(units: tuple[str, ...]) -> Finding:
        people = case.people(units, rule.group)
        if people is None:
            return Finding(missing=case.missing_people(units, rule.group))
        fewest = ceil(people / rule.upper)
        most = floor(people / rule.lower) if rule.lower else None
        impossible = most is not None and most < fewest
        sites = len(case.facilities.open(rule.sites, units=units))
        return Finding(
            lower=float(fewest),
            upper=None if most is None else float(most),
            achieved=float(sites),
            weight=people,
            rate_required=float(rule.lower),
            rate_achieved=float(people / sites) if sites else None,
            missing=missing,
            note=f"no number of sites serves {float(people):,.0f} people within the band"
            if impossible
            else "",
            basis=case.facilities.basis(rule.sites),
        )

    return lines_by_area(rule, case, find, measure="sites", sense="band")

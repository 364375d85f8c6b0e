"""What equipping sites costs at the very least, wherever they are placed."""

from itertools import islice
from math import ceil

from allocator.planning.case import Area, Case
from allocator.planning.families import areas_of_count, positions_of
from allocator.policy.rules import Count, ForcedSite, Rule, SiteShare
from allocator.region.sites import level_below


def for_all(rule: Rule) -> tuple[str, ...]:
    """Attributes that a rule asks of all its sites: its own, and the levels below."""
    if not isinstance(rule, SiteShare) or rule.number < 1 or rule.attribute is None:
        return ()
    found = [rule.attribute]
    while lower := level_below(found[-1]):
        found.append(lower)
    return tuple(found)


def needed_by_some(rules: list[Rule], case: Case, closing: set[int]) -> float:
    """Least cost of attributes that only some sites need: of the cheapest that could get them.

    Of several rules on one attribute the dearest counts, so that no site is counted twice; what
    every site needs is left out. ``closing`` are positions of sites that may close.
    """
    left_out = {attribute for rule in rules for attribute in for_all(rule)}
    least: dict[str, float] = {}
    named: dict[str, dict[int, float]] = {}
    for rule in rules:
        attribute = getattr(rule, "attribute", None)
        if attribute is None or attribute in left_out:
            continue
        if isinstance(rule, ForcedSite):
            for j in case.named(rule.site)[:1]:
                cost = 0.0 if case.had(attribute, j) else case.attribute_cost(attribute, j)
                named.setdefault(attribute, {})[j] = cost
        elif isinstance(rule, SiteShare | Count):
            least[attribute] = max(least.get(attribute, 0.0), _least(rule, case, closing))
    for attribute, costs in named.items():
        least[attribute] = max(least.get(attribute, 0.0), sum(costs.values()))
    return sum(least.values())


def _least(rule: SiteShare | Count, case: Case, closing: set[int]) -> float:
    """What a rule costs at the least, over its areas; of those inside one another, the dearest."""
    areas = (
        areas_of_count(rule, case) if isinstance(rule, Count)
        else case.areas(rule.level, pool=rule.pool)
    )  # fmt: skip
    costs = [_least_in(area, rule, case, closing) for area in areas]
    return sum(costs) if _apart(areas, case) else max(costs, default=0.0)


def _apart(areas: list[Area], case: Case) -> bool:
    ancestors = case.region.units.ancestors
    known = {unit for area in areas for unit in area.units}
    return all(len(known.intersection(ancestors(unit))) == 1 for unit in known)


def _least_in(area: Area, rule: SiteShare | Count, case: Case, closing: set[int]) -> float:
    positions = case.positions_in(area, sorted(positions_of(rule, case)))
    if isinstance(rule, Count):
        asked = ceil((rule.number if rule.number is not None else rule.lower) or 0)
        asked = asked if rule.in_share == 1 else 0
    else:
        stay = sum(case.stands(j) and j not in closing for j in positions)
        asked = ceil(rule.number * stay) if rule.sense != "<=" else 0
    attribute = str(rule.attribute)
    lacking = [j for j in positions if not case.had(attribute, j)]
    missing = max(0, asked - (len(positions) - len(lacking)))
    costs = sorted(case.attribute_cost(attribute, j) for j in lacking)
    return sum(islice(costs, missing))

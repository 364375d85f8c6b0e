"""Which rules speak of sites, which of stocks, and what they couple."""

from typing import TypeGuard

from allocator.planning.case import Area, Case
from allocator.policy.rules import (
    Count,
    CoverageRule,
    EitherOr,
    Fairness,
    ForcedSite,
    Gate,
    Inflow,
    Link,
    MeanResponse,
    Proportional,
    Quota,
    Ratio,
    Rule,
    ServedBand,
    Service,
    Share,
    SiteShare,
    Stay,
    Total,
)
from allocator.region.sites import FOUND_ATTRIBUTES

SITE_RULES = (Count, ForcedSite, CoverageRule, MeanResponse, ServedBand, SiteShare, Link)
STOCK_RULES = (Quota, Total, Share, Ratio, Service, Inflow, Stay, Proportional, Gate, Fairness)


def leaves(rule: Rule) -> tuple[Rule, ...]:
    """The rule itself, or the branches of an either-or."""
    return rule.branches if isinstance(rule, EitherOr) else (rule,)


def speaks_of_sites(rule: Rule) -> bool:
    """Whether every part of the rule is about sites."""
    return all(isinstance(leaf, SITE_RULES) for leaf in leaves(rule))


def speaks_of_stocks(rule: Rule) -> bool:
    """Whether every part of the rule is about beds, staff or vehicles, or brings some."""
    if isinstance(rule, ForcedSite) and rule.brings:
        return True
    return all(isinstance(leaf, STOCK_RULES) for leaf in leaves(rule))


def positions_of(rule: Rule, case: Case) -> set[int]:
    """Positions of the sites that a site rule speaks of."""
    found: set[int] = set()
    for leaf in leaves(rule):
        if isinstance(leaf, ForcedSite):
            found |= set(case.named(leaf.site))
        elif isinstance(leaf, SiteShare):
            found |= {j for chosen in leaf.sites for j in case.positions(chosen)}
        elif isinstance(leaf, Link):
            found |= {j for chosen in (leaf.sites, leaf.to) for j in case.positions(chosen)}
        elif isinstance(leaf, Count | CoverageRule | MeanResponse | ServedBand):
            found |= set(case.positions(leaf.sites))
    return found


def kinds_of(rule: Rule, case: Case) -> set[str]:
    """Site kinds that a site rule speaks of."""
    kinds = case.region.sites.table["kind"].to_numpy()
    return set(map(str, kinds[sorted(positions_of(rule, case))]))


def networks(rules: list[Rule], case: Case) -> list[tuple[frozenset[str], list[Rule]]]:
    """Group site rules by the kinds that they couple; what no rule couples is solved apart."""
    groups: list[tuple[set[str], list[Rule]]] = []
    for rule in rules:
        kinds = kinds_of(rule, case)
        if not kinds:
            continue
        touching = [g for g in groups if g[0] & kinds]
        merged = (kinds.union(*(g[0] for g in touching)), [r for g in touching for r in g[1]])
        groups = [g for g in groups if not g[0] & kinds]
        groups.append((merged[0], [*merged[1], rule]))
    return [(frozenset(kinds), found) for kinds, found in groups]


def required_apart(
    case: Case, groups: list[tuple[frozenset[str], list[Rule]]]
) -> list[tuple[frozenset[str], list[Rule]]]:
    """Networks without rules: kinds of required sites that no site rule speaks of."""
    table = case.region.sites.table
    required = set(table.loc[table["status"] == "required", "kind"])
    return [
        (frozenset({kind}), []) for kind in sorted(required.difference(*(g[0] for g in groups)))
    ]


def areas_of_count(rule: Count, case: Case) -> list[Area]:
    """Areas in which a count holds: those with as many residents as it speaks of."""
    found = []
    for area in case.areas(rule.level, pool=rule.pool):
        residents = sum(case.region.units.people(u) for u in area.units)
        large = rule.above_people is None or residents > rule.above_people
        if large and (rule.up_to_people is None or residents <= rule.up_to_people):
            found.append(area)
    return found


def closable(rules: list[Rule], case: Case) -> set[int]:
    """Positions of sites of which a rule may want fewer: what stands there may have to close."""
    found: set[int] = set()
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if not _limits_sites(rule):
            continue
        areas = (
            areas_of_count(rule, case) if isinstance(rule, Count)
            else case.areas(rule.level, pool=rule.pool)
        )  # fmt: skip
        chosen = case.positions(rule.sites)
        found |= {j for area in areas for j in case.positions_in(area, chosen)}
    return found


def crowding(rules: list[Rule], case: Case) -> set[int]:
    """Positions of sites of which a rule may forbid one more.

    One more makes a share of sites smaller, or has nobody left to work with. What a plan can give
    any site never forbids one.
    """
    linked = [case.positions(rule.sites) for rule in rules if isinstance(rule, Link)]
    return {j for positions in linked for j in positions} | {
        j
        for rule in rules
        if isinstance(rule, SiteShare)
        and (rule.sense == "<=" or rule.part is not None or rule.attribute in FOUND_ATTRIBUTES)
        for j in positions_of(rule, case)
    }


def _limits_sites(rule: Rule) -> TypeGuard[Count | ServedBand]:
    if isinstance(rule, Count):
        return rule.sense != ">=" and rule.attribute is None
    return isinstance(rule, ServedBand) and rule.lower > 0

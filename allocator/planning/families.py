"""Which rules speak of sites, which of stocks, and what they couple."""

from typing import TypeGuard

import numpy as np

from allocator.planning.case import Case
from allocator.policy.rules import (
    Count,
    CoverageRule,
    EitherOr,
    ForcedSite,
    MeanResponse,
    Quota,
    Ratio,
    Rule,
    ServedBand,
    Share,
    Total,
)

SITE_RULES = (Count, ForcedSite, CoverageRule, MeanResponse, ServedBand)
STOCK_RULES = (Quota, Total, Share, Ratio)


def leaves(rule: Rule) -> tuple[Rule, ...]:
    """The rule itself, or the branches of an either-or."""
    return rule.branches if isinstance(rule, EitherOr) else (rule,)


def speaks_of_sites(rule: Rule) -> bool:
    """Whether every part of the rule is about sites."""
    return all(isinstance(leaf, SITE_RULES) for leaf in leaves(rule))


def speaks_of_stocks(rule: Rule) -> bool:
    """Whether every part of the rule is about beds, staff or vehicles."""
    return all(isinstance(leaf, STOCK_RULES) for leaf in leaves(rule))


def positions_of(rule: Rule, case: Case) -> set[int]:
    """Positions of the sites that a site rule speaks of."""
    found: set[int] = set()
    table = case.region.sites.table
    for leaf in leaves(rule):
        if isinstance(leaf, ForcedSite):
            named = (table.index == leaf.site) | (table["name"] == leaf.site)
            found |= {int(j) for j in np.asarray(named).nonzero()[0]}
        elif isinstance(leaf, Count | CoverageRule | MeanResponse | ServedBand):
            found |= set(case.positions(leaf.sites))
    return found


def kinds_of(rule: Rule, case: Case) -> set[str]:
    """Site kinds that a site rule speaks of."""
    kinds = case.region.sites.table["kind"]
    return {str(kinds.iloc[j]) for j in positions_of(rule, case)}


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


def capped_kinds(rules: list[Rule], case: Case) -> set[str]:
    """Kinds of which a rule may forbid one more: an existing site of them may have to close."""
    kinds = case.region.sites.table["kind"]
    capped: set[str] = set()
    for rule in rules:
        for leaf in leaves(rule):
            if _limits_sites(leaf):
                capped |= {str(kinds.iloc[j]) for j in case.positions(leaf.sites)}
    return capped


def _limits_sites(rule: Rule) -> TypeGuard[Count | ServedBand]:
    if isinstance(rule, Count):
        return rule.sense != ">=" and rule.attribute is None
    return isinstance(rule, ServedBand) and rule.lower > 0

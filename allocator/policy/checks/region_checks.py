"""Rules against the region they are for: levels, what stands today, who lives there."""

from collections.abc import Iterator
from itertools import combinations
from math import isnan
from typing import Any

from allocator.policy.checks.claims import floor_of
from allocator.policy.checks.findings import Finding, binding
from allocator.policy.figures import figure_of
from allocator.policy.policies import Policy
from allocator.policy.rule_parts import SiteFilter
from allocator.region.ground import Region


def check_on_region(policy: Policy, region: Region) -> list[Finding]:
    """What a region tells of rules: levels that it has not, sites that are short, whose rate holds.

    Parameters
    ----------
    policy, region
        What must hold, and where. Rules of strength info are looked at too where they count what
        stands: they say what a plan starts from.
    """
    return [
        *_missing_levels(policy, region),
        *_short_counts(policy, region),
        *_urban_rates(policy, region),
    ]


def _rules(policy: Policy) -> Iterator[Any]:
    for rule in policy.rules:
        yield from getattr(rule, "branches", (rule,))


def _missing_levels(policy: Policy, region: Region) -> Iterator[Finding]:
    for rule in _rules(policy):
        if rule.level and not region.units.at(rule.level):
            text = (
                f"{rule.id} holds at level {'/'.join(rule.level)}, of which the region has no unit"
            )
            yield Finding("level", (rule.id,), text, "the rule is not evaluated")


def _short_counts(policy: Policy, region: Region) -> Iterator[Finding]:
    for rule in _rules(policy):
        plain = rule.kind == "count" and rule.level and not rule.pool and rule.attribute is None
        if not plain or rule.sense not in {">=", "=="} or not _is_plain(rule.sites):
            continue
        if rule.above_people or rule.up_to_people or rule.times or rule.in_share < 1:
            continue
        units = region.units.at(rule.level)
        asked, stand = rule.number * len(units), _standing(rule.sites, region)
        if stand < asked:
            text = (
                f"{rule.id} ({rule.strength}) asks for {figure_of(rule).text} in each of "
                f"{len(units)} units of level {'/'.join(rule.level)}: {asked}; {stand} stand today"
            )
            kept = f"at most {stand} of {asked} hold today; " + (
                "it is information: nothing is opened for it"
                if rule.strength == "info"
                else "a plan opens what is missing where it may"
            )
            yield Finding("too few stand", (rule.id,), text, kept)


def _is_plain(sites: SiteFilter) -> bool:
    """Whether a filter only speaks of kind, grade and who runs it."""
    rest = (sites.new, sites.having, sites.without, sites.beds_from, sites.beds_below)
    return rest in {(None, (), (), None, None), (False, (), (), None, None)}


def _standing(sites: SiteFilter, region: Region) -> int:
    table = region.sites.table
    mask = table["status"] == "existing"
    for column, wanted in (
        ("kind", sites.kinds), ("grade", sites.grades), ("run_by", sites.run_by)
    ):  # fmt: skip
        if wanted:
            mask &= table[column].isin(wanted)
    return int(mask.sum())


def _urban_rates(policy: Policy, region: Region) -> Iterator[Finding]:
    """Which of two rates, per head of all and per head of some, asks for more here."""
    quotas = [r for r in binding(list(policy.rules)) if r.kind == "quota" and floor_of(r)]
    for a, b in combinations(quotas, 2):
        groups = {a.group, b.group}
        if a.resources != b.resources or len(groups) == 1 or "total" not in groups:
            continue
        whole, part = (a, b) if a.group == "total" else (b, a)
        group = "age60" if part.group == "elderly" else part.group
        units = region.units
        share = units.people(units.root, group) / units.people(units.root)
        if isnan(share):
            continue
        of_all, of_part = float(floor_of(whole) or 0), float(floor_of(part) or 0) * share
        more, less = (part, whole) if of_part >= of_all else (whole, part)
        text = (
            f"{share:.1%} of the people are of group {group}: {whole.id} asks for "
            f"{of_all * whole.per:.4g} per {whole.per:,} of all, {part.id} for "
            f"{of_part * whole.per:.4g}"
        )
        kept = f"both lines are kept; {more.id} decides here, {less.id} holds with it"
        yield Finding("denominators here", (whole.id, part.id), text, kept)

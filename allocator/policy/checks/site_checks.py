"""Rules on facilities that meet: implied counts, one site named twice, new and existing ones."""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from allocator.policy.checks.findings import Finding, binding
from allocator.policy.figures import figure_of
from allocator.policy.policies import Policy
from allocator.policy.rule_parts import SiteFilter
from allocator.policy.words import exact_text, sites_in_words
from allocator.region.stock import resources

_DEPTH = {"city": 0, "district": 1, "county": 1, "street": 2, "town": 2, "village": 3}
"""How deep the usual levels of a region lie."""
_USUAL_COST_PER_BED = (100_000, 10_000_000)
"""Currency units; outside of it a figure is most likely in another unit."""


def implied_counts(policy: Policy) -> Iterator[Finding]:
    """One in every town is one in every county; one run by the county is one of any kind."""
    counts = [c for c in _with_branches(policy) if c[0].kind == "count" and c[0].sense == ">="]
    for low, either in counts:
        if low.in_share < 1 or low.above_people or low.up_to_people or low.times:
            continue
        above = [high for high, _ in counts if _implies(low, high)]
        same = [h for h in above if h.attribute in {None, low.attribute}]
        proviso = f", where that branch of {either} is taken" if either else ""
        other = [h for h in above if h not in same and h.level != low.level and not low.attribute]
        for rules, but in ((same, ""), (other, " but for what it has")):
            if rules:
                ids = ", ".join(h.id for h in rules)
                each = "; ".join(f"{h.id} {figure_of(h).short} {_where(h)}" for h in rules)
                text = f"{low.id} asks for {figure_of(low).short} {_where(low)}, {each}"
                kept = f"all lines are kept; {ids} is redundant{but}{proviso}"
                yield Finding("implied", (low.id, *(h.id for h in rules)), text, kept)


def _implies(low: Any, high: Any) -> bool:
    """Whether enough sites of one rule, deeper down or of a narrower kind, are enough for both."""
    if low is high or low.number < high.number or not _selects(high.sites, low.sites):
        return False
    if low.level == high.level:
        return bool(low.pool == high.pool and low.sites != high.sites)
    return bool(min(_depths(low), default=0) > max(_depths(high), default=9))


def equipped_counts(policy: Policy) -> Iterator[Finding]:
    """What all of them have, one in every town has too, wherever there is one."""
    rules = binding(list(policy.rules))
    shares = [r for r in rules if r.kind == "site_share" and r.number == 1 and r.sense != "<="]
    counts = [r for r in rules if r.kind == "count" and r.attribute and r.number == 1]
    for share in shares:
        for count in counts:
            if share.attribute == count.attribute and any(
                _selects(sites, count.sites) for sites in share.sites
            ):
                text = (
                    f"{share.id} asks all {sites_in_words(share.sites)} for {share.attribute}, "
                    f"{count.id} for {figure_of(count).short} {_where(count)}"
                )
                kept = f"both lines are kept; {count.id} is redundant where one stands"
                yield Finding("implied", (share.id, count.id), text, kept)


def coverage_and_response(policy: Policy) -> Iterator[Finding]:
    """A radius and a mean response time ask for the same stations in two ways."""
    rules = _with_branches(policy)
    for (near, _), (mean, _) in ((a, b) for a in rules for b in rules):
        if (near.kind, mean.kind) != ("coverage", "mean_response"):
            continue
        if near.within_km and (near.sites, near.group) == (mean.sites, mean.group):
            text = (
                f"{near.id} ({exact_text(near.within_km)} km) and {mean.id} "
                f"({exact_text(mean.minutes)} min on the mean) ask for the same sites in two ways; "
                "neither implies the other"
            )
            kept = "both lines are kept; the column 'binding' says which one decides"
            yield Finding("radius and response", (near.id, mean.id), text, kept)


def new_and_existing(policy: Policy) -> Iterator[Finding]:
    """A number of new sites and one of existing ones: no site counts for both."""
    counts = [r for r in binding(list(policy.rules)) if r.kind == "count"]
    for new, old in ((a, b) for a in counts for b in counts):
        same_kinds = set(new.sites.kinds) == set(old.sites.kinds)
        if same_kinds and (new.sites.new, old.sites.new) == (True, False):
            text = (
                f"{new.id} counts new {'/'.join(new.sites.kinds)} ({figure_of(new).short}), "
                f"{old.id} existing ones ({figure_of(old).short})"
            )
            kept = "two numbers: a site counts for one of them only"
            yield Finding("new and existing", (new.id, old.id), text, kept)


def named_twice(policy: Policy) -> Iterator[Finding]:
    """One site asked for by two rules, or by name and by number."""
    rules = binding(list(policy.rules))
    named = [r for r in rules if r.kind == "forced_site"]
    for a, b in combinations(named, 2):
        if (a.site, a.attribute) == (b.site, b.attribute):
            text = f"{a.id} and {b.id} name the same site, {a.site}"
            yield Finding("named twice", (a.id, b.id), text, "one site, a line for each rule")
    for count in (r for r in rules if r.kind == "count" and r.attribute and not r.level):
        same = [r for r in named if r.attribute == count.attribute]
        if same and len(same) == count.number:
            text = (
                f"{count.id}{_dated(count)} asks for {figure_of(count).text}; "
                f"{', '.join(r.id for r in same)}{_dated(same[0])} name them"
            )
            kept = "the named sites count for both; where the years differ the later one holds"
            yield Finding("named and counted", (count.id, *(r.id for r in same)), text, kept)


def unlikely_costs(policy: Policy) -> Iterator[Finding]:
    """What a project costs per bed, where that is far from what beds cost."""
    for rule in policy.rules:
        if rule.kind != "forced_site" or rule.cost is None:
            continue
        beds = sum(b.amount for b in rule.brings if resources()[b.resource].form == "bed")
        low, high = _USUAL_COST_PER_BED
        if beds and not low <= rule.cost / beds <= high:
            text = f"{rule.id} costs {float(rule.cost / beds):,.4g} per bed: in another unit?"
            kept = "taken as written, in the currency of the region; mend the number if it is not"
            yield Finding("unit of money", (rule.id,), text, kept)


def unusual_levels(policy: Policy) -> Iterator[Finding]:
    """Levels that look like a slip of a usual one."""
    for rule, _ in _with_branches(policy):
        for level in (name for name in rule.level if name not in _DEPTH):
            near = get_close_matches(level, _DEPTH, n=1)
            if near:
                text = f"{rule.id} holds at level {level!r}; did you mean {near[0]!r}?"
                kept = "if the region has no unit at that level the rule is not evaluated"
                yield Finding("unknown level", (rule.id,), text, kept)


def _with_branches(policy: Policy) -> list[tuple[Any, str]]:
    """Rules that ask for something, each with the id of the either-or that it is a branch of."""
    return [
        pair
        for rule in binding(list(policy.rules))
        for pair in (
            [(b, rule.id) for b in rule.branches] if rule.kind == "either_or" else [(rule, "")]
        )
    ]


def _depths(rule: Any) -> list[int]:
    return [_DEPTH[level] for level in rule.level if level in _DEPTH and not rule.pool]


def _where(rule: Any) -> str:
    return f"in every {' and '.join(rule.level)}" if rule.level else "in the region"


def _selects(outer: SiteFilter, inner: SiteFilter) -> bool:
    """Whether what the inner filter selects is selected by the outer one."""
    plain = ("kinds", "grades", "run_by")
    restricts = [n for n in type(outer).model_fields if n not in plain]
    if any(getattr(outer, n) not in (None, (), getattr(inner, n)) for n in restricts):
        return False
    return all(
        not getattr(outer, n)
        or (getattr(inner, n) and set(getattr(inner, n)) <= set(getattr(outer, n)))
        for n in plain
    )


def _dated(rule: Any) -> str:
    return f" ({rule.year})" if rule.year else ""

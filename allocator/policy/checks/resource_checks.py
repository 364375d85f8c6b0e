"""Rules on beds, staff and money that meet: denominators, parts and wholes, use and inflow."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from allocator.policy.checks.claims import floor_of
from allocator.policy.checks.findings import Finding, binding, weaker
from allocator.policy.figures import figure_of
from allocator.policy.policies import Policy
from allocator.policy.words import PEOPLE, exact_text
from allocator.region.stock import parts_of, resources

_SETTLEMENT = {"urban", "rural"}


def denominators(policy: Policy) -> Iterator[Finding]:
    """Rates of one resource per head of different people: neither is dropped for the other."""
    rules = binding(list(policy.rules))
    quotas = [r for r in rules if r.kind == "quota" and floor_of(r) is not None]
    for a, b in combinations(quotas, 2):
        if a.resources == b.resources and a.group != b.group:
            where = _where_implied(a, b)
            yield _two_denominators(a, b, figure_of(a).text, figure_of(b).text, where)
    for quota in quotas:
        for ratio in (r for r in rules if r.kind == "ratio"):
            for pair in ratio.pairs:
                if [pair.resource] != list(quota.resources) or not pair.base:
                    continue
                if resources()[pair.base].given and resources()[pair.base].form == "people":
                    share = (floor_of(quota) or Fraction(0)) / (ratio.number / ratio.per)
                    where = (
                        f"{ratio.id} implies {quota.id} where {resources()[pair.base].label} are "
                        f"at least {_percent(share)} of the {PEOPLE[quota.group]}"
                    )
                    yield _two_denominators(
                        quota, ratio, figure_of(quota).text, figure_of(ratio).text, where
                    )


def _two_denominators(a: Any, b: Any, a_text: str, b_text: str, where: str) -> Finding:
    text = f"{a.id} asks for {a_text}, {b.id} for {b_text}"
    return Finding("denominators differ", (a.id, b.id), text, f"both lines are kept; {where}")


def _where_implied(a: Any, b: Any) -> str:
    """When a rate per head of some implies the one per head of all, or the other way round."""
    whole, part = (a, b) if a.group == "total" else (b, a)
    if whole.group != "total":
        return "which one decides depends on the region's people"
    of_all, of_part = floor_of(whole) or Fraction(0), floor_of(part) or Fraction(0)
    if of_all >= of_part:
        return f"{whole.id} implies {part.id} everywhere"
    share = of_all / of_part
    people = PEOPLE[part.group].removesuffix(" residents")
    return (
        f"{part.id} implies {whole.id} where at least {_percent(share)} of the people are {people}"
    )


def dominated_shares(policy: Policy) -> Iterator[Finding]:
    """A share of a whole that has a quota asks for a rate itself; so may the part."""
    rules = binding(list(policy.rules))
    quotas = [r for r in rules if r.kind == "quota" and floor_of(r) and r.group == "total"]
    for share in (r for r in rules if r.kind == "share" and r.sense == ">="):
        for whole in (q for q in quotas if q.resources == (share.whole,)):
            for part in (q for q in quotas if share.part in q.resources and q is not whole):
                asked = share.number * (floor_of(whole) or Fraction(0))
                own = floor_of(part) or Fraction(0)
                more, less = (share, part) if asked > own else (part, share)
                text = (
                    f"{share.id} ({share.strength}) asks for {_percent(share.number)} of "
                    f"{share.whole}, which with {whole.id} is {_per(asked, part)}; {part.id} "
                    f"({part.strength}) asks for {_per(own, part)} of {' + '.join(part.resources)}"
                )
                kept = f"both lines are kept; {more.id} decides"
                if weaker(more, less):
                    kept += f" while it holds, and as a {more.strength} gives way before {less.id}"
                yield Finding("one dominates", (share.id, part.id), text, kept)


def sums_of_parts(policy: Policy) -> Iterator[Finding]:
    """Quotas of all parts of a whole add up to a rate of the whole."""
    rules = [r for r in binding(list(policy.rules)) if r.kind == "quota" and r.group == "total"]
    for whole in resources():
        found = _rate_of_parts(whole, rules)
        if found is None:
            continue
        rate, used = found
        per = used[0].per
        ids = tuple(dict.fromkeys(r.id for r in used))
        text = f"{' + '.join(ids)} add up to {_per(rate, used[0])} of {whole}"
        kept = "each keeps its own line; the sum is told, not asked for"
        for own in (r for r in rules if r.resources == (whole,)):
            asked = floor_of(own) or Fraction(0)
            over = rate - asked
            text += (
                f", {exact_text(abs(over) * per)} {'more' if over >= 0 else 'less'} than {own.id}"
            )
            ids = (*ids, own.id)
        yield Finding("sum of parts", ids, text, kept)


def _rate_of_parts(whole: str, rules: list[Any]) -> tuple[Fraction, list[Any]] | None:
    """Rate per head of all parts together, and the rules behind it; None where a part has none."""
    parts = parts_of(whole)
    rate, used = Fraction(0), []
    for part in parts:
        own = [r for r in rules if part in r.resources and floor_of(r) is not None]
        below = None if own else _rate_of_parts(part, rules)
        if not own and below is None:
            return None
        rate += floor_of(own[0]) or Fraction(0) if own else below[0] if below else Fraction(0)
        used += own[:1] if own else below[1] if below else []
    return (rate, used) if parts else None


def splits(policy: Policy) -> Iterator[Finding]:
    """Shares of the two parts of one whole bound one another."""
    shares = [r for r in binding(list(policy.rules)) if r.kind == "share"]
    for a, b in combinations(shares, 2):
        if a.whole != b.whole or {a.part, b.part} != set(parts_of(a.whole)):
            continue
        text = f"{a.id} ({_bound(a)}) and {b.id} ({_bound(b)}) split {a.whole} in two parts"
        ends = {r.sense: r.number for r in (a, b)}
        ids = (a.id, b.id)
        if len(ends) == 2 and sum(ends.values()) == 1:
            kept = "both lines are kept; as equalities they would fix the split exactly"
            yield Finding("split", ids, f"{text}; they say the same", kept)
        elif len(ends) == 1 and _impossible(a.sense, a.number + b.number):
            kept = "the stronger is met first, the other gives way as little as possible"
            yield Finding("split", ids, f"{text}; they contradict each other", kept)
        else:
            yield Finding("split", ids, text, "both lines are kept")


def _impossible(sense: str, together: Fraction) -> bool:
    return together > 1 if sense == ">=" else together < 1


def stays_against_quotas(policy: Policy) -> Iterator[Finding]:
    """Beds per head and the length of stay are two measures of need."""
    rules = binding(list(policy.rules))
    stays = [r for r in rules if r.kind == "stay"]
    over = {above for r in stays for bed in r.beds for above in _above(bed)}
    quotas = [r for r in rules if r.kind == "quota" and over & set(r.resources)]
    if stays and quotas:
        text = (
            f"{_ids(quotas)} ask for beds per head, {_ids(stays)} for shorter stays, at which the "
            "same patients need fewer beds"
        )
        kept = (
            "both lines are kept; assumption bed_need says whether use is only reported, or the "
            "least or the most that is built"
        )
        gates = [r.id for r in rules if r.kind == "gate"]
        if gates:
            kept += f"; {', '.join(gates)} stops further beds only where a standard is failed"
        ids = tuple(r.id for r in (*quotas, *stays))
        yield Finding("quota and use", (*ids, *gates), text, kept)


def _above(resource: str) -> list[str]:
    """The resource and all that contain it."""
    found = [resource]
    while inside := (resources()[found[-1]].inside or resources()[found[-1]].part_of):
        found.append(inside)
    return found


def inflow_against_quotas(policy: Policy) -> Iterator[Finding]:
    """Staff per head, and floors of recruiting that may not fill the posts."""
    rules = binding(list(policy.rules))
    quotas = [r for r in rules if r.kind == "quota"]
    for quota in quotas:
        fed = [
            r for r in rules
            if r.kind == "inflow" and set(quota.resources) & set(resources()[r.resource].feeds)
        ]  # fmt: skip
        if fed:
            text = (
                f"{quota.id} asks for {figure_of(quota).text}; {_ids(fed)} say what comes in, "
                "which is a floor of recruiting, not all of it"
            )
            kept = (
                "both lines are kept; other hires fill the rest, up to assumption "
                "staff_inflow_cap where it is set, and the miss of the quota is told"
            )
            yield Finding("posts and recruits", (quota.id, *(r.id for r in fed)), text, kept)


def shared_staff(policy: Policy) -> Iterator[Finding]:
    """Services that count on the same staff, and shares of two parts of one demand."""
    services = [r for r in binding(list(policy.rules)) if r.kind == "service"]
    by_staff: dict[str, list[Any]] = {}
    for rule in services:
        by_staff.setdefault(rule.by, []).append(rule)
    for staff, rules in by_staff.items():
        if len(rules) > 1:
            text = f"{_ids(rules)} count on the same {resources()[staff].label}"
            kept = "each is checked by itself; their needs are not added up"
            yield Finding("same staff", tuple(r.id for r in rules), text, kept)
    for a, b in combinations([r for r in services if r.demand], 2):
        whole = resources()[a.demand].part_of
        if whole and whole == resources()[b.demand].part_of and a.share != b.share:
            text = f"{a.id} asks for {figure_of(a).text}, {b.id} for {figure_of(b).text}"
            kept = "as written: they speak of different people, and nothing is averaged"
            yield Finding("two parts", (a.id, b.id), text, kept)


def _ids(rules: list[Any]) -> str:
    return ", ".join(r.id for r in rules)


def _bound(rule: Any) -> str:
    return f"{rule.part} {rule.sense} {_percent(rule.number)}"


def _per(rate: Fraction, like: Any) -> str:
    return f"{exact_text(rate * like.per)} per {like.per:,}"


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):,.4g} %"

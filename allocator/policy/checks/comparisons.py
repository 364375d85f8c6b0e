"""Pairs of rules on one subject: which one implies, repeats or contradicts the other."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

from allocator.policy.checks.claims import Claim, Ends, claims_of
from allocator.policy.checks.findings import STRENGTHS, Finding
from allocator.policy.policies import Policy

_TWO, _SIZE = "two numbers", "rate and number"


def compared(policy: Policy) -> list[Finding]:
    """Pairs of rules of which one implies or contradicts the other.

    A laxer must beside a stricter target or wish is no finding: the strict one is a further step.
    The branches of an either-or are not compared with one another: they are alternatives.
    """
    by_subject: dict[tuple[object, ...], list[Claim]] = {}
    for rule in policy.rules:
        for claim in claims_of(rule):
            by_subject.setdefault(claim.subject, []).append(claim)
    pairs = [p for claims in by_subject.values() for p in combinations(claims, 2)]
    found = [_compare(a, b, policy.stated_population, policy.origins) for a, b in pairs]
    return list(dict.fromkeys(finding for finding in found if finding))


def _compare(
    a: Claim, b: Claim, stated: Fraction | None, origins: Mapping[str, str]
) -> Finding | None:
    if a.rule == b.rule or (a.either and a.either == b.either):
        return None
    names = [_named(claim, origins) for claim in (a, b)]
    head = f"{a.about}: {names[0]} {a.text}; {names[1]} {b.text}"
    population, at = Fraction(1), ""
    if a.per_person != b.per_person:
        if stated is None:
            text = f"{head}; which one decides depends on the population, which no rule states"
            kept = "both lines are kept; the region's people decide"
            return Finding(_SIZE, (a.rule, b.rule), text, kept)
        population, at = stated, f" at the stated {float(stated):,.0f} people"
    topic = _SIZE if at else _TWO
    ends_a, ends_b = a.bounds(population), b.bounds(population)
    rules = (a.rule, b.rule)
    if _contradict(ends_a, ends_b):
        if a.either or b.either:
            return None  # the other branch is there for that
        return Finding(topic, rules, f"{head}; they contradict each other{at}", _gives_way(a, b))
    if ends_a == ends_b:
        kept = "both lines are kept; neither asks for more than the other"
        return Finding(topic, rules, f"{head}; they say the same{at}", kept)
    for strict, lax in ((a, b), (b, a)):
        if _within(strict.bounds(population), lax.bounds(population)):
            if STRENGTHS.index(strict.strength) > STRENGTHS.index(lax.strength):
                return None
            text = f"{head}; {strict.rule} implies {lax.rule}{at}"
            kept = f"both lines are kept; {strict.rule} is the stricter and decides"
            return Finding(topic, rules, text, f"{kept}{_turn(strict, lax)}", strict.rule)
    return None


def _named(claim: Claim, origins: Mapping[str, str]) -> str:
    words = [claim.strength]
    words += [f"a branch of {claim.either}"] if claim.either else []
    words += [origins[claim.rule]] if claim.rule in origins else []
    return f"{claim.rule} ({', '.join(words)})"


def _contradict(a: Ends, b: Ends) -> bool:
    lows = [x for x in (a[0], b[0]) if x is not None]
    highs = [x for x in (a[1], b[1]) if x is not None]
    return bool(lows and highs and max(lows) > min(highs))


def _within(inner: Ends, outer: Ends) -> bool:
    low = outer[0] is None or (inner[0] is not None and inner[0] >= outer[0])
    return low and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def _gives_way(a: Claim, b: Claim) -> str:
    if a.strength == b.strength:
        return "a plan keeps both lines, lets them give way as little as possible, and says why"
    first, last = (a, b) if STRENGTHS.index(a.strength) < STRENGTHS.index(b.strength) else (b, a)
    return f"a plan keeps both lines; {first.rule} is the stronger, so {last.rule} gives way"


def _turn(strict: Claim, lax: Claim) -> str:
    """Up to how many people a number asks for more than a rate does."""
    if strict.per_person or not lax.per_person or not lax.lower or strict.lower is None:
        return ""
    people = strict.lower / lax.lower
    return f" below {float(people):,.0f} people, where {lax.rule} has no price"

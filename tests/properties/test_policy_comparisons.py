"""What is said of two rules on one thing holds for every number that a plan could choose."""

from fractions import Fraction

from builders import rule, small_policy
from hypothesis import given
from hypothesis import strategies as st

from allocator.policy.checks.comparisons import compared
from allocator.policy.merging import merged

AMOUNTS = [Fraction(n, 4) for n in range(45)]
"""Nurses per 1,000 that may be chosen: finer than the numbers of the rules, and beyond them."""


@st.composite
def bounds(draw):
    """A quota's sense and figures, in halves up to 10; at nought every amount is enough."""
    halves = st.integers(1, 20).map(lambda n: Fraction(n, 2))
    sense = draw(st.sampled_from([">=", "<=", "==", "band"]))
    if sense != "band":
        return {"sense": sense, "number": draw(halves)}
    lower, upper = sorted((draw(halves), draw(halves)))
    return {"sense": sense, "lower": lower, "upper": upper}


def allowed(fields):
    """The amounts that a quota permits, by its definition."""
    holds = {
        ">=": lambda x: x >= fields["number"],
        "<=": lambda x: x <= fields["number"],
        "==": lambda x: x == fields["number"],
        "band": lambda x: fields["lower"] <= x <= fields["upper"],
    }[fields["sense"]]
    return {x for x in AMOUNTS if holds(x)}


def quota(name, fields, **more):
    return rule("quota", id=name, resources=["nurses"], per=1000, **fields, **more)


@given(first=bounds(), second=bounds())
def test_what_is_said_of_two_quotas_is_true(first, second):
    """Implied, the same, contradicting or none of these, as trying all amounts tells."""
    findings = compared(small_policy(quota("A", first), quota("B", second)))
    a, b = allowed(first), allowed(second)
    said = findings[0].text.rpartition("; ")[2] if findings else ""
    assert said == (
        "they contradict each other" if not a & b
        else "they say the same" if a == b
        else "A implies B" if a < b
        else "B implies A" if b < a
        else ""
    )  # fmt: skip
    assert len(findings) == bool(said)


@given(local=bounds(), other=bounds())
def test_of_two_plans_the_stricter_is_named_on_both(local, other):
    """Laid over another plan nothing is lost, and only a true difference is remarked on."""
    both = merged(
        small_policy(quota("A", local), id="local"),
        over=small_policy(quota("B", other), id="national"),
    )
    assert [r.id for r in both.rules] == ["A", "B"]
    a, b = allowed(local), allowed(other)
    strict = "A" if a < b and a else "B" if b < a and b else ""
    told = {name for name, text in both.remarks.items() if text.startswith("stricter than")}
    assert told == ({strict} if strict else set())
    assert set(both.remarks) == ({"A", "B"} if strict else set())

"""Which rules a planner is told to look at."""

import pytest
from builders import rule, small_policy

from allocator.policy.checks.comparisons import compared
from allocator.policy.policies import read_policy

NURSES = {"resources": ["nurses"]}
CENTRES = {"sites": {"kinds": ["health_station"]}}


def warnings(*rules):
    """Findings of a policy of rules A, B ... ; a rule is (kind, fields)."""
    named = [rule(kind, **{"id": "ABCDEF"[i], **fields}) for i, (kind, fields) in enumerate(rules)]
    return [finding.text for finding in compared(small_policy(*named))]


def quota(number, **fields):
    return "quota", {**NURSES, "number": number, **fields}


def total(number, **fields):
    return "total", {**NURSES, "number": number, **fields}


POPULATION = ("parameter", {"number": 1_000_000})


@pytest.mark.parametrize(
    ("rules", "ending"),
    [
        ([quota(5), quota(4)], "A implies B"),
        ([quota(4), quota(5)], "B implies A"),
        ([quota(50, per=10_000), quota(5)], "they say the same"),
        ([quota(5), quota(4, sense="<=")], "they contradict each other"),
        ([quota(5, sense="=="), quota(4)], "A implies B"),
        ([quota(5, sense="=="), quota(4, sense="==")], "they contradict each other"),
        ([quota(5, sense="about"), quota(4.75)], "A implies B"),
        ([quota(None, sense="band", lower=4, upper=5), quota(4)], "A implies B"),
        ([quota(5), total(4000), POPULATION], "A implies B at the stated 1,000,000 people"),
        ([quota(5), total(6000), POPULATION], "B implies A at the stated 1,000,000 people"),
        ([quota(5), total(5000), POPULATION], "they say the same at the stated 1,000,000 people"),
        ([quota(5), total(4999, sense="<="), POPULATION],
         "they contradict each other at the stated 1,000,000 people"),
        ([quota(5), total(6000)],
         "which one decides depends on the population, which no rule states"),
        ([total(0, sense="<="), total(1)], "they contradict each other"),
        ([("share", {"part": "tcm_beds", "whole": "public_beds", "number": 0.1, "sense": ">="}),
          ("share", {"part": "tcm_beds", "whole": "public_beds", "number": 0.2, "sense": ">="})],
         "B implies A"),
        ([("ratio", {"number": 2, "pairs": [{"resource": "nurses", "base": "public_beds"}]}),
          ("ratio", {"number": 1, "pairs": [{"resource": "nurses", "base": "public_beds"}]})],
         "A implies B"),
        ([("count", {**CENTRES, "number": 2}), ("count", {**CENTRES, "number": 1, "sense": "<="})],
         "they contradict each other"),
        ([("coverage", {**CENTRES, "within_minutes": 15}),
          ("coverage", {**CENTRES, "within_minutes": 20})], "A implies B"),
        ([("mean_response", {**CENTRES, "minutes": 12}),
          ("mean_response", {**CENTRES, "minutes": 8})], "B implies A"),
        ([("served_band", {**CENTRES, "lower": 1, "upper": 5}),
          ("served_band", {**CENTRES, "lower": 6, "upper": 9})], "they contradict each other"),
        ([quota(5, level=["county"]), quota(4, level=["county"])], "A implies B"),
    ],
)  # fmt: skip
def test_pairs_that_speak_of_the_same_are_told(rules, ending):
    """Which rule implies, repeats or contradicts which; with both figures."""
    (told,) = warnings(*rules)
    assert told.endswith(ending)
    assert "A (must)" in told
    assert "B (must)" in told


@pytest.mark.parametrize(
    "rules",
    [
        [quota(5), quota(4, group="age60")],
        [quota(5), quota(4, level=["county"])],
        [quota(5), quota(4, resources=["physicians"])],
        [quota(5), quota(6, sense="<=")],
        [quota(5), quota(6, strength="target")],
        [quota(5), quota(4, strength="info")],
        [total(5, level=["county"]), quota(4, level=["county"])],
        [quota(5, level=["county"]), quota(4, level=["county"], pool=True)],
        [("coverage", {**CENTRES, "within_minutes": 15, "group": "urban"}),
         ("coverage", {**CENTRES, "within_minutes": 20, "group": "rural"})],
        [("coverage", {**CENTRES, "within_minutes": 15}),
         ("coverage", {**CENTRES, "within_km": 2})],
        [("coverage", {**CENTRES, "within_minutes": 15, "share": 0.9}),
         ("coverage", {**CENTRES, "within_minutes": 10, "share": 0.5})],
        [("indicator", {"number": "3"}), ("budget", {"amount": 4})],
    ],
)  # fmt: skip
def test_pairs_that_do_not_meet_are_not_told(rules):
    """Other groups, levels, resources; a band of two rules; a stricter target beside a must."""
    assert warnings(*rules) == []


def test_a_laxer_target_beside_a_must_is_told():
    """It adds nothing."""
    (told,) = warnings(quota(5), quota(4, strength="target"))
    assert told.endswith("A implies B")


def test_branches_of_an_either_or_are_alternatives():
    """They are not compared with one another."""
    branches = [{**NURSES, "kind": "quota", "id": i, "number": n, "per": 1000, "sense": ">=",
                 "strength": "must", "clause": "c", "line": 1, "meaning": "m"}
                for i, n in (("A1", 1), ("A2", 2))]  # fmt: skip
    assert warnings(("either_or", {"branches": branches})) == []


def test_the_infectious_floor_of_jiaxing_is_told():
    """900 beds bind; 1.5 per 10,000 gives 870 at 5.80 million people."""
    (told,) = [f for f in compared(read_policy("jiaxing-2025")) if "infectious_beds" in f.text]
    assert told.text.endswith("J072 implies J071 at the stated 5,800,000 people")
    assert told.treatment == (
        "both lines are kept; J072 is the stricter and decides below 6,000,000 people, where J071 "
        "has no price"
    )


def test_a_branch_is_compared_with_what_stands_beside_it():
    """A rule that asks for less than a branch is told; one that contradicts it is left to it."""
    branches = [{**NURSES, "kind": "quota", "id": i, "number": n, "per": 1000, "sense": ">=",
                 "strength": "must", "clause": "c", "line": 1, "meaning": "m"}
                for i, n in (("C1", 5), ("C2", 9))]  # fmt: skip
    told = warnings(quota(4), quota(5, sense="<="), ("either_or", {"branches": branches}))
    assert [text.partition("; ")[2].partition(" ")[0] for text in told] == ["C1", "C2"]
    assert "A (must) >= 4 per 1,000 residents; C1 (must, a branch of C)" in told[0]
    assert told[0].endswith("C1 implies A")


@pytest.mark.parametrize(
    ("rules", "treatment"),
    [
        ([quota(5), quota(4)], "both lines are kept; A is the stricter and decides"),
        ([quota(5), quota(4, sense="<=")],
         "a plan keeps both lines, lets them give way as little as possible, and says why"),
        ([quota(5, strength="wish"), quota(4, sense="<=")],
         "a plan keeps both lines; B is the stronger, so A gives way"),
        ([quota(5), quota(50, per=10_000)],
         "both lines are kept; neither asks for more than the other"),
        ([quota(5), total(6000)], "both lines are kept; the region's people decide"),
    ],
)  # fmt: skip
def test_what_a_plan_does_about_a_pair(rules, treatment):
    """Nothing is dropped: the stricter or the stronger decides, and is named."""
    named = [rule(kind, **{"id": "AB"[i], **fields}) for i, (kind, fields) in enumerate(rules)]
    (finding,) = compared(small_policy(*named))
    assert finding.treatment == treatment
    assert finding.rules == ("A", "B")


def test_parts_of_sites_and_services_are_compared():
    """A share of facilities, or of a demand, implies a smaller one of the same."""
    part = {"sites": [{"kinds": ["health_station"]}], "attribute": "standard", "sense": ">="}
    served = {"demand": "visits", "by": "physicians", "capacity": "visits_per_physician"}
    for kind, fields, name in (("site_share", part, "number"), ("service", served, "share")):
        (told,) = warnings((kind, {**fields, name: 0.5}), (kind, {**fields, name: 0.9}))
        assert told.endswith("B implies A")
        assert ">= 50 %" in told

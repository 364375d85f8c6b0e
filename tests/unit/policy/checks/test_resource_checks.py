"""Denominators, parts and wholes, use and inflow: what is told, and what is done about it."""

import pytest
from builders import rule, small_policy

from allocator.policy.checks import resource_checks as checks
from allocator.policy.policies import read_policy

GPS = {"resources": ["gps"], "per": 10_000}


def found(check, *rules):
    """Findings of one check on rules (kind, fields), named A, B ... in their order."""
    named = [rule(kind, **{"id": "ABCDEF"[i], **fields}) for i, (kind, fields) in enumerate(rules)]
    return [(f.rules, f.text, f.treatment) for f in check(small_policy(*named))]


def quota(number, *resources, **fields):
    return "quota", {"resources": list(resources), "number": number, **fields}


def share(part, whole, number, sense=">=", **fields):
    return "share", {"part": part, "whole": whole, "number": number, "sense": sense, **fields}


@pytest.mark.parametrize(
    ("of_all", "of_urban", "ending"),
    [
        (3, 4, "B implies A where at least 75 % of the people are urban"),
        (4, 4, "A implies B everywhere"),
        (5, 4, "A implies B everywhere"),
    ],
)
def test_a_rate_per_head_of_some_people(of_all, of_urban, ending):
    """The share of the people at which one rate implies the other is worked out."""
    rules = ("quota", {**GPS, "number": of_all}), ("quota", {**GPS, "number": of_urban,
                                                              "group": "urban"})  # fmt: skip
    ((ids, _, treatment),) = found(checks.denominators, *rules)
    assert ids == ("A", "B")
    assert treatment == f"both lines are kept; {ending}"


def test_a_rate_per_head_of_people_served():
    """A ratio to given people is another denominator; one to beds or schools is not."""
    served = {"number": 4, "per": 10_000, "pairs": [{"resource": "gps", "base": "served_people"}]}
    ((_, _, told),) = found(checks.denominators, ("quota", {**GPS, "number": 3}), ("ratio", served))
    assert told.endswith("B implies A where people served by community health centres are at "
                         "least 75 % of the residents")  # fmt: skip
    schools = {"number": 4, "pairs": [{"resource": "gps", "base": "public_schools"}]}
    assert found(checks.denominators, ("quota", {**GPS, "number": 3}), ("ratio", schools)) == []


@pytest.mark.parametrize(
    "rules",
    [
        [("quota", {**GPS, "number": 3}), ("quota", {**GPS, "number": 4})],
        [("quota", {**GPS, "number": 3}), quota(4, "nurses", group="urban")],
        [("quota", {**GPS, "number": 3}), ("quota", {**GPS, "number": 4, "group": "urban",
                                                     "strength": "info"})],
        [("quota", {**GPS, "number": 3}), ("quota", {**GPS, "number": 4, "group": "urban",
                                                     "sense": "<="})],
    ],
)  # fmt: skip
def test_no_other_denominator(rules):
    """Same people, other things, information and caps are not told here."""
    assert found(checks.denominators, *rules) == []


@pytest.mark.parametrize(
    ("number", "strength", "treatment"),
    [
        (0.5, "wish", "A decides while it holds, and as a wish gives way before C"),
        (0.5, "must", "A decides"),
        (0.1, "must", "C decides"),
    ],
)
def test_a_share_of_a_whole_with_a_quota_is_a_rate(number, strength, treatment):
    """Half of 8.5 per 1,000 is 4.25, more than 1.5; a tenth is less."""
    rules = (
        share("private_beds", "all_beds", number, strength=strength),
        quota(8.5, "all_beds"),
        quota(1.5, "private_beds", "private_reserve"),
    )
    ((ids, text, told),) = found(checks.dominated_shares, *rules)
    assert ids == ("A", "C")
    assert told == f"both lines are kept; {treatment}"
    assert ("4.25" if number == 0.5 else "0.85") + " per 1,000" in text


def test_quotas_of_all_parts_add_up():
    """5.75 public and 1.8 private are 7.55, 0.05 more than 7.5; with a part missing, nothing."""
    parts = quota(5.75, "public_beds"), quota(1.8, "private_beds", "private_reserve")
    ((ids, text, _),) = found(checks.sums_of_parts, *parts)
    assert ids == ("A", "B")
    assert text == "A + B add up to 7.55 per 1,000 of all_beds"
    ((ids, text, _),) = found(checks.sums_of_parts, *parts, quota(7.5, "all_beds"))
    assert ids == ("A", "B", "C")
    assert text.endswith("0.05 more than C")
    assert found(checks.sums_of_parts, parts[0]) == []


def test_quotas_of_two_levels_add_up():
    """Municipal 1.0, county 2.45 and private 1.45 per 1,000 are 4.9."""
    texts = [f.text for f in checks.sums_of_parts(read_policy("yulin-2020"))]
    assert "Y003 + Y004 + Y005 add up to 4.9 per 1,000 of all_beds" in texts


@pytest.mark.parametrize(
    ("care", "geriatric", "ending"),
    [
        ((0.8, "<="), (0.2, ">="), "they say the same"),
        ((0.8, ">="), (0.3, ">="), "they contradict each other"),
        ((0.5, "<="), (0.4, "<="), "they contradict each other"),
        ((0.8, ">="), (0.2, ">="), "in two parts"),
        ((0.7, "<="), (0.2, ">="), "in two parts"),
    ],
)
def test_shares_of_the_two_parts_of_a_whole(care, geriatric, ending):
    """Two parts make up the whole: a cap on one is a floor of the other."""
    ((_, text, _),) = found(
        checks.splits,
        share("care_home_nursing_beds", "nursing_type_beds", *care),
        share("geriatric_nursing_beds", "nursing_type_beds", *geriatric),
    )
    assert text.endswith(ending)


def test_recruits_are_told_beside_the_posts():
    """A floor of recruiting is not all that comes in: a plan says what is missed."""
    trainees = {"resource": "gp_trainees", "each": "year", "number": 200}
    ((ids, _, told),) = found(
        checks.inflow_against_quotas, quota(4.5, "physicians"), ("inflow", trainees)
    )
    assert ids == ("A", "B")
    assert "staff_inflow_cap" in told
    assert found(checks.inflow_against_quotas, quota(4.5, "nurses"), ("inflow", trainees)) == []


def test_services_by_the_same_staff_are_told():
    """Households and people of the same teams; two parts of one demand as written."""
    team = {"by": "family_doctor_teams", "capacity": "households_per_team"}
    told = found(
        checks.shared_staff,
        ("service", {**team, "demand": "households_urban", "share": 0.3}),
        ("service", {**team, "demand": "households_rural", "share": 0.8}),
    )
    assert [ids for ids, _, _ in told] == [("A", "B")] * 2
    assert "not added up" in told[0][2]
    assert told[1][2].startswith("as written")

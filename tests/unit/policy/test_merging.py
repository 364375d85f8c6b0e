"""A local plan over another one, with a planner's own rules and overrides."""

from fractions import Fraction
from typing import Any

import pytest
from builders import rule, small_policy

from allocator.errors import PolicyError
from allocator.policy.merging import merged
from allocator.policy.policies import read_policy

STATIONS = {"kinds": ["ems_station"]}
OWN = {
    "id": "mine", "kind": "quota", "strength": "must", "meaning": "more nurses",
    "resources": ["nurses"], "sense": ">=", "number": 6.5, "per": 1000,
}  # fmt: skip


def local(*more: Any):
    """A local plan: stations within 3.5 km, 4.5 nurses, a figure of people, an alternative."""
    branch = {"strength": "must", "clause": "c", "line": 1, "meaning": "m"}
    branches = [
        {**branch, "kind": "coverage", "id": "E1", "sites": STATIONS, "within_km": 10,
         "group": "rural"},
        {**branch, "kind": "count", "id": "E2", "sites": STATIONS, "sense": ">=", "number": 1,
         "level": ["town"]},
    ]  # fmt: skip
    return small_policy(
        rule("coverage", id="L1", sites=STATIONS, within_km=3.5, group="urban"),
        rule("quota", id="L2", resources=["nurses"], number=4.5),
        rule("parameter", id="L3", number=1_000_000, strength="info"),
        rule("either_or", id="E", branches=branches),
        *more,
        id="local",
    )


def national():
    """A national plan: 5 km, 20 km, 5 nurses, another figure of people, what people are meant."""
    return small_policy(
        rule("coverage", id="N1", sites=STATIONS, within_km=5, group="urban"),
        rule("coverage", id="N2", sites=STATIONS, within_km=20, group="rural"),
        rule("quota", id="N3", resources=["nurses"], number=5),
        rule("parameter", id="N4", number=9_000_000, strength="info"),
        rule("parameter", id="N5", definition="resident"),
        id="national",
    )


def test_rules_of_both_plans_are_there_with_their_origin():
    """The local ones first; people of the local plan's year are the local plan's."""
    both = merged(local(), over=national())
    assert [r.id for r in both.rules] == ["L1", "L2", "L3", "E", "N1", "N2", "N3", "N5"]
    assert [both.origin_of(i) for i in ("L1", "E1", "N1", "N5")] == [
        "local", "local", "national", "national",
    ]  # fmt: skip
    assert both.stated_population == 1_000_000
    assert both.id == "local"


def test_the_stricter_of_two_is_named_on_both():
    """Local 3.5 km over 5 km, a branch of 10 km over 20 km, national 5 nurses over 4.5."""
    remarks = merged(local(), over=national()).remarks
    assert remarks == {
        "L1": "stricter than N1 (national)",
        "N1": "L1 (local) is stricter",
        "E1": "stricter than N2 (national)",
        "N2": "E1 (local) is stricter",
        "N3": "stricter than L2 (local)",
        "L2": "N3 (national) is stricter",
    }


def test_rules_of_one_plan_get_no_remark():
    """Only rules of different origin are compared here; the check of the plan does the rest."""
    twice = local(rule("quota", id="L9", resources=["nurses"], number=9))
    assert merged(twice).remarks == {}


def test_an_own_rule_is_marked_and_compared():
    """It needs no clause and no line; the plan's laxer rule stays."""
    whole = merged(local(), rules=[OWN])
    assert whole.rules[-1].number == Fraction(13, 2)
    assert (whole.rules[-1].clause, whole.rules[-1].line) == ("own rule, not from a text", 0)
    assert whole.origins == {"mine": "own rule"}
    assert whole.remarks["L2"] == "mine (own rule) is stricter"


def test_an_override_changes_what_it_names_and_says_so():
    """Number and strength, in a branch too; the clause stays that of the text."""
    whole = merged(
        local(),
        over=national(),
        overrides={
            "L2": {"number": "1/3", "strength": "wish"},
            "E1": {"within_km": 8},
            "N1": {"strength": "info"},
        },
    )
    rules = {b.id: b for r in whole.rules for b in (r, *getattr(r, "branches", ()))}
    assert (rules["L2"].number, rules["L2"].strength) == (Fraction(1, 3), "wish")
    assert rules["L2"].clause == "the clause"
    assert rules["E1"].within_km == 8
    assert rules["N1"].strength == "info"
    assert whole.origin_of("L2") == "override of local"
    assert whole.origin_of("E1") == "override of local"
    assert whole.origin_of("N1") == "override of national"
    assert whole.origin_of("E") == "local"
    assert whole.remarks["L2"].startswith(
        "number 1/3 in place of 4.5, strength wish in place of must (local); N3 (national) is"
    )
    assert whole.remarks["E1"].startswith("within_km 8 in place of 10 (local); stricter than N2")
    assert [r.id for r in whole.rules][:4] == ["L1", "L2", "L3", "E"]


def test_none_empties_a_field():
    """A floor becomes a band, km become minutes."""
    changes = {
        "L2": {"sense": "band", "number": "none", "lower": 4, "upper": 5},
        "L1": {"within_km": "none", "within_minutes": 12},
    }
    first, second = merged(local(), overrides=changes).rules[:2]
    assert (first.within_km, first.within_minutes) == (None, 12)
    assert (second.number, second.lower, second.upper) == (None, 4, 5)


def test_nothing_is_changed_in_place():
    """The plans, the rules and the overrides stay as they are."""
    plan, other, own = local(), national(), dict(OWN)
    changes = {"L2": {"number": 1}}
    merged(plan, over=other, rules=[own], overrides=changes)
    assert (plan, other, own, changes) == (local(), national(), OWN, {"L2": {"number": 1}})


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"overrides": {"L22": {"number": 1}}},
         "overrides.L22: no rule of this id; did you mean 'L2'?"),
        ({"overrides": {"zzzz": {"number": 1}}}, "overrides.zzzz: no rule of this id"),
        ({"overrides": {"L2": {}}}, "overrides.L2: must be a table of fields, got {}"),
        ({"overrides": {"L2": 5}}, "overrides.L2: must be a table of fields, got 5"),
        ({"overrides": {"L2": {"kind": "total"}}},
         "overrides.L2: kind cannot be changed; write a rule of your own"),
        ({"overrides": {"L2": {"id": "x"}}},
         "overrides.L2: id cannot be changed; write a rule of your own"),
        ({"overrides": {"L2": {"numbr": 5}}},
         "overrides: rule L2: unknown key 'numbr'; did you mean 'number'?"),
        ({"overrides": {"E1": {"within_km": -1}}},
         "overrides: rule E: branches #1.within_km: must be > 0, got -1"),
        ({"rules": [{**OWN, "id": "L2"}]},
         'rule L2: this id is taken; change that rule under [overrides."L2"], or give '
         "yours another id"),
        ({"rules": [{**OWN, "per": 0}]}, "rule mine: per: must be > 0, got 0"),
        ({"rules": ["mine"]}, "rule number 1: must be a table, got 'mine'"),
    ],
)  # fmt: skip
def test_problem_in_words(fields, problem):
    """Field, value, and what to write instead."""
    with pytest.raises(PolicyError) as error:
        merged(local(), **fields)
    assert error.value.problems == (problem,)


def test_every_problem_comes_out_at_once():
    """Overrides and own rules are checked together."""
    with pytest.raises(PolicyError) as error:
        merged(local(), rules=[{**OWN, "per": 0}], overrides={"x": {"number": 1}, "L2": {"id": 1}})
    assert len(error.value.problems) == 3


def test_two_plans_with_one_id_are_refused():
    """Compliance lines are named after ids."""
    with pytest.raises(PolicyError, match="rule id 'L1' is used twice"):
        merged(local(), over=local())


def test_jiaxing_is_stricter_than_the_national_references():
    """3.5 km and 10 km over 5 km and 20 km; the same 40 % of negative pressure."""
    both = merged(read_policy("jiaxing-2025"), over=read_policy("national"))
    assert both.remarks == {
        "J012": "stricter than N001 (national)",
        "N001": "J012 (jiaxing-2025) is stricter",
        "J014": "stricter than N002 (national)",
        "N002": "J014 (jiaxing-2025) is stricter",
    }
    assert both.stated_population == 5_800_000


@pytest.mark.parametrize("plan", ["xihu-2020", "gongshu-2025", "yulin-2020", "zhengzhou-2017"])
def test_every_plan_can_be_laid_over_the_national_references(plan):
    """No id is used twice, and every national rule is there."""
    both = merged(read_policy(plan), over=read_policy("national"))
    assert {r.id for r in both.rules} >= {r.id for r in read_policy("national").rules}
    assert both.sha256 != read_policy(plan).sha256

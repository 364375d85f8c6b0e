"""Rules against the region they are for."""

from pathlib import Path

import pytest
from builders import rule, site, small_policy, small_region

from allocator.policy.checks.region_checks import check_on_region
from allocator.policy.policies import read_policy
from allocator.region.folder import read_region

DATA = Path(__file__).parents[4] / "data"
STATIONS = {"kinds": ["ems_station"]}


def found(*rules, **region):
    """Findings on rules (kind, fields), named A, B ..., in a small region."""
    named = [rule(kind, **{"id": "ABCDEF"[i], **fields}) for i, (kind, fields) in enumerate(rules)]
    return [
        (f.topic, f.rules, f.text, f.treatment)
        for f in check_on_region(small_policy(*named), small_region(**region))
    ]


def count(*level, **fields):
    return "count", {"sites": STATIONS, "number": 1, "level": list(level), **fields}


def test_a_level_that_the_region_has_not():
    """The region has a city, a district and a county."""
    ((topic, rules, text, _),) = found(count("town"))
    assert (topic, rules) == ("level", ("A",))
    assert text == "A holds at level town, of which the region has no unit"


def test_fewer_stand_than_there_are_units():
    """One station for a district and a county; candidates do not stand yet."""
    sites = [site("s", kind="ems_station"), site("c", kind="ems_station", status="candidate")]
    ((topic, _, text, treatment),) = found(count("district", "county"), sites=sites)
    assert topic == "too few stand"
    assert text.endswith("in each of 2 units of level district/county: 2; 1 stand today")
    assert treatment == "at most 1 of 2 hold today; a plan opens what is missing where it may"
    told = found(count("district", "county", strength="info"), sites=sites)
    assert told[0][3].endswith("it is information: nothing is opened for it")


@pytest.mark.parametrize(
    "rules",
    [
        [count("county")],
        [count("district", "county", sense="<=")],
        [count("district", "county", attribute="direct")],
        [count("district", "county", pool=True)],
        [count("district", "county", above_people=10)],
        [count("district", "county", sites={**STATIONS, "new": True})],
        [count()],
    ],
)
def test_enough_stand_or_it_cannot_be_told(rules):
    """Caps, attributes, pools, conditions and new sites are left to the plan."""
    assert found(*rules, sites=[site("s", kind="ems_station")]) == []


@pytest.mark.parametrize(("rate", "decides"), [(4, "A"), (7, "B")])
def test_which_denominator_asks_for_more_here(rate, decides):
    """Urban people are 3,000 of 4,400, 68 %: 4 per 1,000 of them are 2.7 of all, 7 are 4.8."""
    quota = {"resources": ["gps"], "per": 1000}
    ((topic, rules, _, treatment),) = found(
        ("quota", {**quota, "number": 3.5}),
        ("quota", {**quota, "number": rate, "group": "urban"}),
    )
    assert (topic, rules) == ("denominators here", ("A", "B"))
    assert f"{decides} decides here" in treatment


def test_gongshu_has_fewer_centres_than_streets():
    """15 centres for 18 streets, as the plan itself says."""
    told = check_on_region(read_policy("gongshu-2025"), read_region(DATA / "gongshu"))
    (finding,) = [f for f in told if f.rules == ("G042",)]
    assert finding.text.endswith("in each of 18 units of level street: 18; 15 stand today")


def test_in_xihu_the_urban_rate_decides():
    """Far more than 75 % of its people are urban."""
    told = check_on_region(read_policy("xihu-2020"), read_region(DATA / "xihu"))
    (finding,) = [f for f in told if f.rules == ("X006", "X007")]
    assert "X007 decides here, X006 holds with it" in finding.treatment

"""Counts that others imply, sites named twice, new and existing ones, slips of unit and level."""

import pytest
from builders import rule, small_policy

from allocator.policy.checks import site_checks as checks

STATIONS = {"sites": {"kinds": ["ems_station"]}}


def found(check, *rules):
    """Findings of one check on rules (kind, fields), named A, B ... in their order."""
    named = [rule(kind, **{"id": "ABCDEF"[i], **fields}) for i, (kind, fields) in enumerate(rules)]
    return [(f.rules, f.text, f.treatment) for f in check(small_policy(*named))]


def count(number, *level, **fields):
    return "count", {**STATIONS, "number": number, "level": list(level), **fields}


@pytest.mark.parametrize(
    ("rules", "treatment"),
    [
        ([count(1, "county"), count(1, "town")], "A is redundant"),
        ([count(1, "city"), count(1, "district", "county")], "A is redundant"),
        ([count(1, "county", attribute="direct"), count(1, "town")],
         "A is redundant but for what it has"),
        ([count(1, "county", attribute="direct"), count(1, "town", attribute="direct")],
         "A is redundant"),
        ([count(1, "county", sites={}), count(1, "town")], "A is redundant"),
        ([count(1, "county"), count(1, "county", sites={"kinds": ["ems_station"],
                                                        "run_by": ["county"]})], "A is redundant"),
    ],
)  # fmt: skip
def test_counts_that_another_implies(rules, treatment):
    """One in every town is one in every county; one of a narrower kind is one."""
    ((ids, _, told),) = found(checks.implied_counts, *rules)
    assert ids == ("B", "A")
    assert told == f"all lines are kept; {treatment}"


@pytest.mark.parametrize(
    "rules",
    [
        [count(2, "county"), count(1, "town")],
        [count(1, "county"), count(1, "town", sense="<=")],
        [count(1, "county", sites={"kinds": ["ems_station"], "run_by": ["city"]}),
         count(1, "town")],
        [count(1, "county"), count(1, "town", attribute="direct", in_share=0.5)],
        [count(1, "county"), count(1, "town", above_people=1000)],
        [count(1, "county", attribute="direct"), count(1, "town", attribute="decontamination")],
        [count(1, "county"), count(1, "county", attribute="direct")],
        [count(1, "county", strength="info"), count(1, "town")],
    ],
)  # fmt: skip
def test_counts_that_no_other_implies(rules):
    """Two per county, caps, other runners, other attributes, only some units."""
    assert found(checks.implied_counts, *rules) == []


def test_a_branch_implies_where_it_is_taken():
    """The town's station is one branch: the county's is redundant only with it."""
    branch = {"strength": "must", "clause": "c", "line": 1, "meaning": "m"}
    branches = [
        {**branch, **STATIONS, "kind": "coverage", "id": "B1", "within_km": 10},
        {**branch, **STATIONS, "kind": "count", "id": "B2", "sense": ">=", "number": 1,
         "level": ["town"]},
    ]  # fmt: skip
    ((ids, _, told),) = found(
        checks.implied_counts, count(1, "county"), ("either_or", {"branches": branches})
    )
    assert ids == ("B2", "A")
    assert told == "all lines are kept; A is redundant, where that branch of B is taken"


def test_what_all_have_one_has():
    """All stations with an area: one per county with an area, wherever one stands."""
    share = {"sites": [STATIONS["sites"]], "attribute": "direct", "sense": "==", "number": 1}
    ((ids, _, _),) = found(
        checks.equipped_counts, ("site_share", share), count(1, "county", attribute="direct")
    )
    assert ids == ("A", "B")
    part = {**share, "sense": ">=", "number": 0.5}
    assert not found(
        checks.equipped_counts, ("site_share", part), count(1, "county", attribute="direct")
    )


def test_a_radius_and_a_response_time_on_the_same_stations():
    """Both are kept, for the same people only."""
    near = ("coverage", {**STATIONS, "within_km": 3.5, "group": "urban"})
    mean = {**STATIONS, "minutes": 11}
    ((ids, _, _),) = found(
        checks.coverage_and_response, near, ("mean_response", {**mean, "group": "urban"})
    )
    assert ids == ("A", "B")
    assert not found(
        checks.coverage_and_response, near, ("mean_response", {**mean, "group": "rural"})
    )


def test_new_ones_and_existing_ones_are_two_numbers():
    """A filter tells them apart; another kind is no matter."""
    new, old = ({"kinds": ["ems_station"], "new": n} for n in (True, False))
    ((ids, _, _),) = found(checks.new_and_existing, count(2, sites=old), count(3, sites=new))
    assert ids == ("B", "A")
    other = {"kinds": ["health_station"], "new": True}
    assert not found(checks.new_and_existing, count(2, sites=old), count(3, sites=other))


def test_a_site_named_twice_and_sites_named_and_counted():
    """One site, two lines; three named sites are the three that are counted."""
    names = [("forced_site", {"site": s, "attribute": "regional_subhub", "year": "2023"})
             for s in "xyz"]  # fmt: skip
    counted = count(3, attribute="regional_subhub", year="2018")
    ((ids, text, _),) = found(checks.named_twice, *names, counted)
    assert ids == ("D", "A", "B", "C")
    assert "D (2018)" in text
    assert "C (2023)" in text
    assert not found(checks.named_twice, *names[:2], counted)
    ((ids, _, _),) = found(checks.named_twice, names[0], names[0])
    assert ids == ("A", "B")


@pytest.mark.parametrize(
    ("cost", "told"), [(29_477, 1), (294_770_000, 0), (20_000_000, 0), (2_947_700_000_000, 1)]
)
def test_a_cost_per_bed_that_nobody_pays(cost, told):
    """200 beds for 29,477 are in another unit; for 294.77 million they are not."""
    project = {"site": "x", "cost": cost, "brings": [{"resource": "public_beds", "amount": 200}]}
    assert len(found(checks.unlikely_costs, ("forced_site", project))) == told


def test_a_level_that_looks_like_a_slip():
    """A near miss of a usual level is told; a level of another country is not."""
    ((ids, text, _),) = found(checks.unusual_levels, count(1, "conty"), count(1, "state"))
    assert ids == ("A",)
    assert text.endswith("did you mean 'county'?")

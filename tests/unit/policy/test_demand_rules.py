"""Rules on demand, inflow, splits, links and gates say what is wrong with them."""

import pytest

from allocator.errors import PolicyError
from allocator.policy.policies import make_policy

SERVICE = {"kind": "service", "share": 0.5, "by": "physicians", "capacity": "visits_per_physician"}
INFLOW = {"kind": "inflow", "resource": "gp_trainees", "each": "year"}
SPLIT = {"kind": "proportional", "resource": "centre_posts"}
LINK = {
    "kind": "link", "sites": {"kinds": ["care_home"]}, "to": {"kinds": ["clinic"]},
    "within": "link_km", "capacity": "homes_per_institution",
}  # fmt: skip
WARD = {
    "beds": "beds_3a_tcm", "bed_days": "bed_days_3a_tcm", "admissions": "admissions_3a_tcm",
    "nurses": "nurses_3a_tcm", "floor_m2": "floor_m2_3a_tcm",
}  # fmt: skip


def made(**fields):
    return make_policy("p", "P", [{"id": "X", "strength": "must", "meaning": "m", **fields}])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (SERVICE, "exactly one of demand (a given resource) and group, got neither"),
        ({**SERVICE, "demand": "visits", "group": "total"}, "got both"),
        ({**SERVICE, "demand": "nurses"}, "unknown given resource 'nurses'"),
        ({**SERVICE, "group": "total", "share": 1.2}, "share: must be <= 1"),
        ({**SERVICE, "group": "total", "capacity": "radius_reading"},
         "capacity: unknown assumption 'radius_reading'"),
        (INFLOW, "exactly one of number and faster_than, got neither"),
        ({**INFLOW, "number": 3, "faster_than": "recurrent_spending"}, "got both"),
        ({**INFLOW, "faster_than": "visits"}, "faster_than must be money, got 'visits'"),
        ({**INFLOW, "faster_than": "recurrent_spending", "sense": "=="}, "its sense is '>='"),
        ({**INFLOW, "number": 3, "years": 0}, "years: must be > 0"),
        (SPLIT, "exactly one of group and to (a given resource), got neither"),
        ({**SPLIT, "group": "total", "to": "visits"}, "got both"),
        ({**SPLIT, "group": "total", "level": ["county"]}, "no level, no pool"),
        ({**LINK, "pool": True}, "a link holds in the region as a whole"),
        ({**LINK, "to": {"kind": ["clinic"]}}, "unknown key 'to.kind'; did you mean 'kinds'?"),
        ({"kind": "stay", "beds": [], "admissions": ["visits"], "bed_days": ["visits"], "days": 0},
         "beds: needs at least 1"),
        ({"kind": "gate", "wards": [WARD], "level": ["county"]}, "holds in every planning unit"),
        ({"kind": "gate", "wards": [{**WARD, "nurse": 1}]},
         "unknown key 'wards #1.nurse'; did you mean 'nurses'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_the_words_of_the_file(fields, words):
    """Field, value, and how to mend it."""
    with pytest.raises(PolicyError) as error:
        made(**fields)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "fields",
    [
        {**SERVICE, "demand": "visits"}, {**INFLOW, "number": "1/3"}, {**SPLIT, "to": "visits"},
        LINK, {"kind": "gate", "wards": [WARD, WARD]},
    ],
)  # fmt: skip
def test_a_rule_that_is_whole_is_taken(fields):
    """And says its kind."""
    assert made(**fields).rules[0].kind == fields["kind"]

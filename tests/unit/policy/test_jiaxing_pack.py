"""The Jiaxing pack: the figures a planner expects, and the things that its rules speak of."""

import math

import pytest
from catalogue_rows import leaves

from allocator.policy.policies import read_policy

PACK = read_policy("jiaxing-2025")
SIMPLE = {r.id: r for r in leaves(PACK)}
ON_DUTY = {"J008", "J009", "J010", "J011"}
RADII = {"J012", "J014"}
FIRST = {
    *(f"J{n:03d}" for n in (1, *range(4, 17), 20, 21, 24, 26, 27, *range(31, 36), *range(41, 47))),
    *(f"J{n:03d}" for n in (*range(49, 60), 71, 72)), "J025.street", "J025.people",
}  # fmt: skip
"""Rules on stations, beds, staff and primary care, whose every word is checked below."""


def test_is_marked_as_an_unverified_copy():
    """A planner sees that the text was not compared with the original, and that tables lack."""
    assert not PACK.verified
    assert "commercial" in PACK.source
    assert "missing" in PACK.note
    assert "unverified" in repr(PACK)
    assert PACK.title_zh == "嘉兴市区域卫生规划(2021-2025年)"


def test_the_readings_that_rest_on_assumptions_are_marked():
    """Service radii, and staff per ambulance on duty: a planner may choose how to read them."""
    assert {i for i, r in SIMPLE.items() if getattr(r, "radius", False)} == RADII
    assert {i for i, r in SIMPLE.items() if getattr(r, "on_duty", False)} == ON_DUTY
    assert SIMPLE["J033"].group == "elderly"


@pytest.mark.parametrize(
    ("rule_id", "expected"),
    [
        ("J031", 33_350), ("J032", 1_740), ("J034", 4_234), ("J035", 10_440), ("J041", 26_100),
        ("J042", 3_596), ("J043", 30_276), ("J046", 232), ("J058", 194), ("J071", 870),
    ],
)  # fmt: skip
def test_city_figure_at_the_stated_population(rule_id, expected):
    """At 5.80 million residents each rate gives the whole number that a planner expects."""
    rule = SIMPLE[rule_id]
    assert PACK.stated_population == 5_800_000
    assert math.ceil(rule.number * PACK.stated_population / rule.per) == expected


def test_infectious_floor_asks_for_more_than_the_rate():
    """900 beds bind as long as there are fewer than 6.0 million residents."""
    rate, floor = SIMPLE["J071"], SIMPLE["J072"]
    assert rate.number * 5_800_000 / rate.per < floor.number
    assert rate.number * 6_000_000 / rate.per == floor.number


def test_alternatives_are_musts():
    """'A or B' in the text binds as strictly as its parts."""
    either = [r for r in PACK.rules if r.kind == "either_or"]
    assert [r.strength for r in either] == ["must", "must"]


def test_every_rule_speaks_of_the_right_things():
    """Resources, bases and facility kinds, rule by rule, as read from the text."""
    first = {i: r for i, r in SIMPLE.items() if i in FIRST}
    resources = {i: r.resources for i, r in first.items() if r.kind in {"quota", "total"}}
    assert resources == {
        "J031": ("public_beds",), "J032": ("rehab_beds",), "J033": ("rehab_nursing_beds",),
        "J034": ("tcm_beds",), "J035": ("private_beds", "private_reserve"),
        "J041": ("physicians",), "J042": ("tcm_physicians",), "J043": ("nurses",),
        "J045": ("mch_staff",), "J046": ("psychiatrists",), "J058": ("ambulances",),
        "J071": ("infectious_beds",), "J072": ("infectious_beds",),
    }  # fmt: skip
    pairs = {i: [(p.resource, p.base) for p in r.pairs] for i, r in first.items()
             if r.kind == "ratio"}  # fmt: skip
    assert pairs == {
        "J008": [("ems_physicians", "ambulances")],
        "J009": [("ems_drivers", "ambulances")],
        "J010": [("ems_nurses", "ambulances")],
        "J011": [("ems_stretcher_bearers", "ambulances")],
        "J049": [("technicians_3a_general", "beds_3a_general")],
        "J050": [("technicians_3b_general", "beds_3b_general")],
        "J051": [("technicians_2_general", "beds_2_general")],
        "J052": [("nurses_3a_general", "beds_3a_general")],
        "J053": [("nurses_3a_tcm", "beds_3a_tcm")],
        "J054": [("nurses_3b_general", "beds_3b_general")],
        "J055": [("nurses_2_general", "beds_2_general"), ("nurses_3b_tcm", "beds_3b_tcm")],
        "J056": [("ph_physicians", None)],
        "J057": [("village_physicians", None)],
    }
    shares = {i: (r.part, r.whole) for i, r in first.items() if r.kind == "share"}
    assert shares == {
        "J044": ("mch_technicians", "mch_staff"),
        "J059": ("negative_pressure_ambulances", "ambulances"),
    }
    primary = {"community_health_centre", "township_health_centre", "health_station"}
    filters = {i: set(r.sites.kinds) for i, r in first.items() if hasattr(r, "sites")}
    assert filters == {
        **{f"J{i:03d}": {"ems_station"} for i in (4, 5, 6, 7, 12, 13, 14, 15, 16)},
        "J020": {"general_hospital"}, "J021": {"tcm_hospital"}, "J024": {"township_health_centre"},
        "J025.street": {"community_health_centre"}, "J025.people": {"community_health_centre"},
        "J026": primary | {"village_clinic"}, "J027": primary | {"village_clinic"},
    }  # fmt: skip
    attributes = {i: r.attribute for i, r in first.items() if getattr(r, "attribute", None)}
    assert attributes == {
        "J004": "direct", "J005": "direct", "J006": "decontamination", "J007": "decontamination",
    }  # fmt: skip
    assert SIMPLE["J020"].sites.run_by == SIMPLE["J021"].sites.run_by == ("county",)


def test_public_health_physicians_count_each_facility_once():
    """Health centres and hospitals of grade 2 or more are one base, so both lists need posts."""
    (pair,) = SIMPLE["J056"].pairs
    centres, graded = pair.sites
    assert set(centres.kinds) == {"township_health_centre", "community_health_centre"}
    assert centres.grades == ()
    assert graded.kinds == ()
    assert {g[0] for g in graded.grades} == {"2", "3"}


def test_primary_care_is_reached_on_foot():
    """J026 and J027 differ in group and minutes only."""
    urban, rural = SIMPLE["J026"], SIMPLE["J027"]
    assert (urban.mode, rural.mode) == ("walk", "walk")
    assert urban.share == rural.share == 1
    assert urban.sites == rural.sites

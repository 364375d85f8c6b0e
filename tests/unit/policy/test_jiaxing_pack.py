"""The Jiaxing pack says what the 44 catalogue rows say; every pack can be traced to its text."""

import csv
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from allocator.policy.policies import list_policies, read_policy

CATALOGUE = Path(__file__).parents[2] / "catalogue_jiaxing_44.csv"
with CATALOGUE.open(encoding="utf-8", newline="") as handle:
    ROWS = {row["id"]: row for row in csv.DictReader(handle)}

STRENGTHS = {"H": "must", "T": "target", "S": "wish", "I": "info"}
SENSES = {
    "range": "band",
    "~=": "about",
    "== (planning ceiling and target)": "==",
    "<= / reserved": "==",
    "== or range": "==",
}
LEVELS = {
    "city proper": ("district",),
    "county": ("county",),
    "county+district": ("district", "county"),
    "town": ("town",),
    "street": ("street",),
}
FEWER_LEVELS = {"J014": (), "J025.people": ("district", "county")}
"""Where the row's scope is not the level at which the rule is counted."""
KINDS = {
    "per-capita quota": {"quota"},
    "staffing": {"ratio"},
    "ratio": {"ratio"},
    "share": {"share"},
    "coverage": {"coverage", "mean_response"},
    "facility count": {"count", "served_band", "total"},
    "parameter": {"parameter"},
}
EXCEPT_KIND = {"J015": {"count"}}
IRREGULAR = {
    "J001": ("5.411 / 5.80", ["5800000"]),
    "J006": ("3..5", ["3", "5"]),
    "J014": ("8..10", ["10"]),
    "J025.street": ("1 per street | 30000..100000", ["1"]),
    "J025.people": ("1 per street | 30000..100000", ["30000", "100000"]),
    "J044": ("80", ["4/5"]),
    "J045": ("1..1.5", ["1", "3/2"]),
    "J058": ("1/30000", ["1"]),
    "J059": ("40", ["2/5"]),
}
"""Checked by hand: cells that are no plain number, or whose unit differs from the rule's."""
PER = {
    "beds/1000": 1000,
    "persons/1000": 1000,
    "beds/10000": 10_000,
    "persons/10000": 10_000,
    "persons/100000": 100_000,
    "vehicles/person": 30_000,
}
ON_DUTY = {"J008", "J009", "J010", "J011"}
RADII = {"J012", "J014"}


def _all_rules(policy: Any) -> Iterator[Any]:
    for rule in policy.rules:
        yield rule
        yield from getattr(rule, "branches", ())


def _simple(policy: Any) -> dict[str, Any]:
    """The rules that carry a number: branches instead of the either-or above them."""
    return {r.id: r for r in _all_rules(policy) if r.kind != "either_or"}


def _numbers(rule: Any) -> list[Fraction]:
    names = ("number", "lower", "upper", "within_km", "within_minutes", "minutes")
    found = (getattr(rule, name, None) for name in names)
    return [n for n in found if n is not None]


PACK = read_policy("jiaxing-2025")
SIMPLE = _simple(PACK)


def _row(rule_id: str) -> dict[str, str]:
    return ROWS[rule_id.partition(".")[0]]


def test_carries_all_44_rows_and_no_other():
    """Every one of the 44 rows is there, once, under its catalogue id."""
    assert len(ROWS) == 44
    assert {rule_id.partition(".")[0] for rule_id in SIMPLE} == set(ROWS)
    assert len(PACK.rules) == 43  # J014 and J015 are branches of one rule


def test_is_marked_as_an_unverified_copy():
    """A planner sees that the text was not compared with the original, and that tables lack."""
    assert not PACK.verified
    assert "commercial" in PACK.source
    assert "missing" in PACK.note
    assert "unverified" in repr(PACK)
    assert PACK.title_zh == "嘉兴市区域卫生规划(2021-2025年)"


@pytest.mark.parametrize("rule_id", SIMPLE)
def test_rule_quotes_its_row(rule_id):
    """Phrase, line, year and strength are those of the catalogue."""
    rule, row = SIMPLE[rule_id], _row(rule_id)
    assert rule.clause == row["original_zh"]
    assert rule.line == int(row["line"])
    assert rule.strength == STRENGTHS[row["strength"]]
    assert rule.year == row["year"].rpartition("/")[2]


@pytest.mark.parametrize("rule_id", SIMPLE)
def test_rule_has_the_number_of_its_row(rule_id):
    """Numbers are the row's, exactly; irregular cells as checked by hand."""
    rule, cell = SIMPLE[rule_id], _row(rule_id)["number"]
    if rule_id in IRREGULAR:
        expected_cell, numbers = IRREGULAR[rule_id]
        assert cell == expected_cell
    else:
        numbers = [cell]
    assert _numbers(rule) == [Fraction(n) for n in numbers]


@pytest.mark.parametrize("rule_id", SIMPLE)
def test_rule_has_the_unit_scope_and_kind_of_its_row(rule_id):
    """Denominator, level, settlement group and kind agree with the row."""
    rule, row = SIMPLE[rule_id], _row(rule_id)
    assert rule.kind in EXCEPT_KIND.get(rule_id, KINDS[row["kind"]])
    assert rule.level == FEWER_LEVELS.get(rule_id, LEVELS.get(row["scope"], ()))
    assert rule.pool == (row["scope"] == "city proper")
    assert getattr(rule, "radius", False) == (rule_id in RADII)
    assert getattr(rule, "on_duty", False) == (rule_id in ON_DUTY)
    if rule.kind == "quota":
        assert rule.per == PER[row["unit"]]
        assert rule.group == ("elderly" if rule_id == "J033" else "total")
    if rule.kind in {"coverage", "mean_response"}:
        assert rule.group == row["urban_rural"]
    if hasattr(rule, "sense"):
        expected = SENSES.get(row["sense"], row["sense"])
        # "In principle 1", and more above 400,000 residents (J022): a floor.
        assert rule.sense == (">=" if rule_id in {"J020", "J021"} else expected)


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


def test_alternatives_are_kept_apart():
    """'A or B' in the text is one rule with two branches, not two rules."""
    either = {r.id: [b.id for b in r.branches] for r in PACK.rules if r.kind == "either_or"}
    assert either == {"J014/J015": ["J014", "J015"], "J025": ["J025.street", "J025.people"]}
    assert all(r.strength == "must" for r in PACK.rules if r.kind == "either_or")


def test_every_rule_speaks_of_the_right_things():
    """Resources, bases and facility kinds, rule by rule, as read from the text."""
    resources = {i: r.resources for i, r in SIMPLE.items() if r.kind in {"quota", "total"}}
    assert resources == {
        "J031": ("public_beds",), "J032": ("rehab_beds",), "J033": ("rehab_nursing_beds",),
        "J034": ("tcm_beds",), "J035": ("private_beds", "private_reserve"),
        "J041": ("physicians",), "J042": ("tcm_physicians",), "J043": ("nurses",),
        "J045": ("mch_staff",), "J046": ("psychiatrists",), "J058": ("ambulances",),
        "J071": ("infectious_beds",), "J072": ("infectious_beds",),
    }  # fmt: skip
    pairs = {i: [(p.resource, p.base) for p in r.pairs] for i, r in SIMPLE.items()
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
    shares = {i: (r.part, r.whole) for i, r in SIMPLE.items() if r.kind == "share"}
    assert shares == {
        "J044": ("mch_technicians", "mch_staff"),
        "J059": ("negative_pressure_ambulances", "ambulances"),
    }
    primary = {"community_health_centre", "township_health_centre", "health_station"}
    filters = {i: set(r.sites.kinds) for i, r in SIMPLE.items() if hasattr(r, "sites")}
    assert filters == {
        **{f"J{i:03d}": {"ems_station"} for i in (4, 5, 6, 7, 12, 13, 14, 15, 16)},
        "J020": {"general_hospital"}, "J021": {"tcm_hospital"}, "J024": {"township_health_centre"},
        "J025.street": {"community_health_centre"}, "J025.people": {"community_health_centre"},
        "J026": primary | {"village_clinic"}, "J027": primary | {"village_clinic"},
    }  # fmt: skip
    attributes = {i: r.attribute for i, r in SIMPLE.items() if getattr(r, "attribute", None)}
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


@pytest.mark.parametrize("pack", list_policies())
def test_every_pack_can_be_traced(pack):
    """Every rule of every pack names its phrase, line, meaning and document; ids are unique."""
    policy = read_policy(pack)
    assert policy.id == pack
    assert policy.title
    assert policy.document
    assert policy.source
    assert len(policy.sha256) == 64
    rules = list(_all_rules(policy))
    assert len({r.id for r in rules}) == len(rules)
    for rule in rules:
        assert rule.clause.strip()
        assert rule.meaning.strip()
        assert rule.meaning.isascii()
        assert rule.line >= 1
        assert rule.document == policy.document

"""Each of the 44 catalogued rules is broken by some edit of a plan, and the audit says so."""

from collections.abc import Callable
from dataclasses import replace
from math import nan
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders import small_region

from allocator.auditing.compliance import audit, audit_lines, recorded
from allocator.auditing.facts import Facts
from allocator.planning.optimisation import plan
from allocator.plans import Plan
from allocator.policy.policies import read_policy
from allocator.region.forecast import for_planning
from allocator.region.sites import Sites

CATALOGUE = pd.read_csv(Path(__file__).parents[1] / "catalogue_jiaxing_44.csv")["id"].tolist()
CITY, DISTRICT, COUNTY = "3304", "330402", "330481"
IN_DISTRICTS = ("330402", "330411")
PRIMARY_CARE = ("community_health_centre", "township_health_centre", "health_station",
                "village_clinic")  # fmt: skip
Edit = Callable[[Plan], Plan]


@pytest.fixture(scope="module")
def lines(jiaxing):
    """What the audit says of an edited plan under a policy, by rule and area.

    The region is prepared once, and without the thousands of candidates that the plan leaves alone:
    what is not there is in no line.
    """
    readings = recorded(jiaxing.plan.assumptions)
    region = for_planning(jiaxing.region, readings, jiaxing.policy.stated_population)
    sites = region.sites.table
    used = (sites["status"] == "existing") | sites.index.isin(jiaxing.plan.facilities["id"])
    region = replace(region, sites=Sites(sites[used]))

    def judged(policy, edited):
        facts = Facts.of_plan(region, edited.units, edited.facilities)
        return {(x.rule, x.area): x for x in audit_lines(region, policy, readings, facts)}

    return judged


@pytest.fixture
def line(jiaxing, lines):
    """The rule's line for the whole region in an edited plan."""
    return lambda edited, rule: lines(alone(jiaxing.policy, rule), edited)[rule, "all"]


def alone(policy, rule):
    """The policy with one rule (or alternative) and the people it is planned for."""

    def speaks(r):
        return rule in {r.id, *(b.id for b in getattr(r, "branches", ()))}

    return replace(policy, rules=tuple(r for r in policy.rules if r.id == "J001" or speaks(r)))


# ---------------------------------------------------------------- edits


def more(resource: str, number: int, unit: str | None = None) -> Edit:
    """``number`` more (below 0: fewer) of a resource: in one unit, or wherever there are any."""

    def edit(made: Plan) -> Plan:
        units = made.units.copy()
        rows = units["resource"] == resource
        left = number
        for at in units.index[rows & (units["unit"] != CITY)]:
            here = left if unit == units.loc[at, "unit"] else 0
            if unit is None:
                here = max(left, -units.loc[at, "allocated"])
            units.loc[at, "allocated"] += here
            left -= here
        assert left == 0
        units.loc[rows & (units["unit"] == CITY), "allocated"] += number
        return replace(made, units=units)

    return edit


def among(made: Plan, kinds: tuple[str, ...], units: tuple[str, ...] = ("",)) -> "pd.Series[bool]":
    """Facilities of some kinds in units whose ids begin like this."""
    facilities = made.facilities
    return facilities["kind"].isin(kinds) & facilities["unit"].str.startswith(units)


def close(*kinds: str, units: tuple[str, ...] = ("",), spare: int = 0, one: bool = False) -> Edit:
    """Close facilities of some kinds: in some units, all but a few, or only the first."""

    def edit(made: Plan) -> Plan:
        facilities = made.facilities.copy()
        at = facilities.index[among(made, kinds, units) & (facilities["status"] != "closed")]
        at = at[:1] if one else at[spare:]
        assert len(at)
        facilities.loc[at, "status"] = "closed"
        return replace(made, facilities=facilities)

    return edit


def without(attribute: str, *units: str) -> Edit:
    """Take an attribute from the stations of some units."""

    def edit(made: Plan) -> Plan:
        facilities = made.facilities.copy()
        rows = among(made, ("ems_station",), units)
        kept = facilities.loc[rows, "attributes"].map(
            lambda text: ";".join(a for a in text.split(";") if a != attribute)
        )
        assert (kept != facilities.loc[rows, "attributes"]).any()
        facilities.loc[rows, "attributes"] = kept
        return replace(made, facilities=facilities)

    return edit


def all_with(attribute: str, *units: str) -> Edit:
    """Give an attribute to every station of some units."""

    def edit(made: Plan) -> Plan:
        facilities = made.facilities.copy()
        facilities.loc[among(made, ("ems_station",), units), "attributes"] = attribute
        return replace(made, facilities=facilities)

    return edit


def second(kind: str) -> Edit:
    """Build another facility of a kind where one stands."""

    def edit(made: Plan) -> Plan:
        new = made.facilities[made.facilities["kind"] == kind].iloc[:1]
        return with_facilities(made, new.assign(id="second", status="new"))

    return edit


def with_facilities(made: Plan, new: gpd.GeoDataFrame) -> Plan:
    """The plan with further rows in its facility table."""
    table = pd.concat([made.facilities, new], ignore_index=True)
    return replace(made, facilities=table)


def one_resident_less(made: Plan) -> Plan:
    """Plan for one person less than the document states."""
    units = made.units.copy()
    units.loc[(units["unit"] == CITY) & (units["resource"] == "residents"), "allocated"] -= 1
    return replace(made, units=units)


def at_lonely_cells(made: Plan, rule: str, kind: str) -> gpd.GeoDataFrame:
    """A new facility of a kind at every rural cell that the rule's sites do not reach."""
    cells = made.cells
    lonely = cells[~cells["urban"] & ~cells[f"covered:{rule}"].astype(bool)]
    like = made.facilities[made.facilities["kind"] == kind].iloc[[0] * len(lonely)]
    return like.assign(
        id=[f"by-hand-{cell}" for cell in lonely.index], status="new",
        x_m=lonely["x_m"].to_numpy(), y_m=lonely["y_m"].to_numpy(), lon=nan, lat=nan,
        unit=lonely["unit"].to_numpy(), ambulances=0, negative_pressure=0,
    )  # fmt: skip


EDITS: dict[str, list[Edit]] = {
    "J001": [one_resident_less],
    "J004": [without("direct", *IN_DISTRICTS)],
    "J005": [without("direct", COUNTY)],
    "J006": [without("decontamination", *IN_DISTRICTS), all_with("decontamination", *IN_DISTRICTS)],
    "J007": [without("decontamination", COUNTY)],
    "J008": [more("ems_physicians", -1, COUNTY)],
    "J009": [more("ems_drivers", -1, COUNTY)],
    "J010": [more("ems_nurses", -1, COUNTY)],
    "J011": [more("ems_stretcher_bearers", -1, COUNTY)],
    "J012": [close("ems_station", units=(DISTRICT,))],
    "J013": [close("ems_station", spare=1)],
    "J015": [close("ems_station", units=(COUNTY,))],
    "J016": [close("ems_station", spare=1)],
    "J020": [close("general_hospital", units=(COUNTY,))],
    "J021": [close("tcm_hospital", units=(COUNTY,))],
    "J024": [close("township_health_centre", one=True), second("township_health_centre")],
    "J025": [close("community_health_centre", one=True), second("community_health_centre")],
    "J026": [close(*PRIMARY_CARE, units=(DISTRICT,))],
    "J031": [more("public_beds", -1), more("public_beds", 1, COUNTY)],
    "J032": [more("rehab_beds", -1)],
    "J033": [more("rehab_nursing_beds", -1)],
    "J034": [more("tcm_beds", -250), more("tcm_beds", 250, COUNTY)],
    "J035": [more("private_reserve", -1), more("private_reserve", 1, COUNTY)],
    "J041": [more("physicians", -1)],
    "J042": [more("tcm_physicians", -1)],
    "J043": [more("nurses", -1)],
    "J044": [more("mch_technicians", -1), more("mch_staff", 200, COUNTY)],
    "J045": [more("mch_staff", -20, COUNTY), more("mch_staff", 200, COUNTY)],
    "J046": [more("psychiatrists", -1)],
    "J056": [more("ph_physicians", -1, COUNTY)],
    "J057": [more("village_physicians", -1, COUNTY)],
    "J058": [more("ambulances", -1)],
    "J059": [more("negative_pressure_ambulances", -1), more("ambulances", 5, COUNTY)],
    "J071": [more("infectious_beds", -31)],
    "J072": [more("infectious_beds", -1)],
}
HARD_TO_MEET = {"J014": ("ems_station", 10_000), "J027": ("village_clinic", 20 * 80 / 1.3)}
"""Circles that the plan leaves people outside of, with the kind of site and the radius in metres:
met by hand first, then broken."""
PAIRS = {
    "J049": [("technicians_3a_general", "beds_3a_general")],
    "J050": [("technicians_3b_general", "beds_3b_general")],
    "J051": [("technicians_2_general", "beds_2_general")],
    "J052": [("nurses_3a_general", "beds_3a_general")],
    "J053": [("nurses_3a_tcm", "beds_3a_tcm")],
    "J054": [("nurses_3b_general", "beds_3b_general")],
    "J055": [("nurses_2_general", "beds_2_general"), ("nurses_3b_tcm", "beds_3b_tcm")],
}
STAFF_PER_BED = {
    "J049": 1.25, "J050": 1.15, "J051": 1.0, "J052": 0.7, "J053": 0.65, "J054": 0.65, "J055": 0.6,
}  # fmt: skip


def test_every_rule_of_the_catalogue_is_tried():
    """The 44 rules of the catalogue are those broken below, each exactly once."""
    assert sorted([*EDITS, *HARD_TO_MEET, *PAIRS]) == sorted(CATALOGUE)


# ---------------------------------------------------------------- on the Jiaxing plan


@pytest.mark.parametrize(
    ("rule", "edit"),
    [
        pytest.param(rule, e, id=f"{rule}-{n}")
        for rule, es in EDITS.items()
        for n, e in enumerate(es)
    ],
)
def test_an_edit_breaks_the_rule(jiaxing, line, rule, edit):
    """The rule holds in the plan as made, and not after the edit."""
    made = jiaxing.line(rule)
    assert made["met"]
    broken = line(edit(jiaxing.plan), rule)
    assert broken.evaluated
    assert not broken.met
    assert broken.slack < 0 <= made["slack"]


def test_what_is_judged_is_the_plan(jiaxing, lines):
    """Without an edit every line is that of the plan, to the last digit that is written."""
    judged = lines(jiaxing.policy, jiaxing.plan)
    assert set(judged) == set(jiaxing.lines.index)
    for (rule, area), found in judged.items():
        made = jiaxing.line(rule, area)
        for name in ("met", "required", "achieved", "slack"):
            now, was = getattr(found, name), made[name]
            assert pd.isna(was) if now is None else now == pytest.approx(was, rel=1e-9), rule


@pytest.mark.parametrize("rule", HARD_TO_MEET)
def test_a_circle_holds_for_everyone_until_its_sites_are_taken(jiaxing, line, rule):
    """Sites at every lonely cell reach the whole country; not so without those near one cell."""
    kind, radius_m = HARD_TO_MEET[rule]
    extra = at_lonely_cells(jiaxing.plan, rule, kind)
    whole = line(with_facilities(jiaxing.plan, extra), rule)
    assert whole.met
    assert whole.achieved == whole.required
    lonely = extra.iloc[0]
    away_m = np.hypot(extra["x_m"] - lonely["x_m"], extra["y_m"] - lonely["y_m"])
    broken = with_facilities(jiaxing.plan, extra[away_m > radius_m])
    assert not line(broken, rule).met


def test_without_either_branch_the_alternative_fails(jiaxing, line):
    """Towns without a station break J015; as J014 leaves people out too, the alternative fails."""
    broken = close("ems_station", units=(COUNTY,))(jiaxing.plan)
    for rule in ("J014", "J015", "J014/J015"):
        assert not line(broken, rule).met


# ---------------------------------------------------------------- rules without data in Jiaxing


@pytest.fixture(scope="module")
def hospitals():
    """Two units with beds by hospital grade, and the plan of the pack's own rules for them."""
    beds = {
        "beds_3a_general": (1001, 400), "beds_3b_general": (333, 77), "beds_2_general": (123, 55),
        "beds_3a_tcm": (201, 63), "beds_3b_tcm": (101, 49),
    }  # fmt: skip
    stock = {(u, r): n for r, both in beds.items() for u, n in zip("AB", both, strict=True)}
    staff = {s: 100_000.0 for pairs in PAIRS.values() for s, _ in pairs}
    region = small_region(
        stock={**stock, **{(u, s): 10.0 for u in "AB" for s in staff}},
        costs={**staff, **dict.fromkeys(beds, 500_000.0)},
    )
    pack = read_policy("jiaxing-2025")
    policy = replace(pack, rules=tuple(r for r in pack.rules if r.id in PAIRS))
    assert len(policy.rules) == len(PAIRS)
    return region, policy, plan(region, policy)


@pytest.mark.parametrize("rule", PAIRS)
def test_staff_per_bed_binds_in_every_unit(hospitals, rule):
    """The plan hires exactly what the beds ask for, in each unit."""
    _, _, made = hospitals
    units = made.units.set_index(["unit", "resource"])["allocated"]
    for staff, beds in PAIRS[rule]:
        for unit in "AB":
            assert units[unit, beds] > 0
            assert units[unit, staff] - 1 < STAFF_PER_BED[rule] * units[unit, beds]
            assert units[unit, staff] >= STAFF_PER_BED[rule] * units[unit, beds] - 1e-9
    found = made.compliance[(made.compliance["rule"] == rule) & (made.compliance["area"] == "all")]
    assert found["met"].all()
    assert found["binding"].all()


@pytest.mark.parametrize(
    ("rule", "staff"), [(rule, staff) for rule, pairs in PAIRS.items() for staff, _ in pairs]
)
@pytest.mark.parametrize("unit", ["A", "B"])
def test_one_post_less_breaks_staff_per_bed(hospitals, rule, staff, unit):
    """One post less in one unit breaks the rule there and in the region."""
    region, policy, made = hospitals
    units = made.units.copy()
    rows = (units["resource"] == staff) & units["unit"].isin([unit, "R"])
    assert rows.sum() == 2
    units.loc[rows, "allocated"] -= 1
    found = audit(region, policy, replace(made, units=units)).set_index(["rule", "area"])
    assert not found.loc[(rule, "all"), "met"]
    assert not found.loc[(rule, unit), "met"]
    assert found.loc[(rule, "all"), "slack"] == -1

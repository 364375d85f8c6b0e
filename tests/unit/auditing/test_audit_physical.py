"""Each physical defect of a plan is caught, and a sound plan has none."""

import pytest
from builders import rule, site, small_region
from plan_builders import audited, facility_rows, unit_rows

from allocator.auditing.facts import Facts

CHECKS = {"inside", "sums", "whole", "given", "beds", "vehicles", "places", "sites"}
SITES = [
    site("a", x_km=0.5),
    site("b", x_km=1.5, y_km=1.5),
    site("c", x_km=2.5, status="candidate"),
    site("must", x_km=3.5, status="required"),
]
ALLOCATED = {
    ("A", "ambulances"): 5, ("B", "ambulances"): 2, ("A", "negative_pressure_ambulances"): 2,
    ("B", "negative_pressure_ambulances"): 1, ("A", "public_beds"): 10, ("B", "public_beds"): 5,
    ("A", "tcm_beds"): 10, ("B", "tcm_beds"): 0, ("A", "beds_3a_tcm"): 7, ("B", "beds_3a_tcm"): 0,
    ("A", "beds_3b_tcm"): 7, ("B", "beds_3b_tcm"): 0,
}  # fmt: skip
ANY = rule("total", id="T", resources=["nurses"], number=0, strength="info")


def sound():
    """A region, a unit table and a facility table without defects."""
    region = small_region(sites=SITES)
    facilities = facility_rows(
        region,
        {"c": "new", "must": "new"},
        ambulances={"a": 2, "c": 2, "must": 1, "b": 2},
        negative_pressure={"a": 1, "c": 1, "b": 1},
    )
    return region, unit_rows(region, ALLOCATED), facilities.set_index("id", drop=False)


def failing(region, units, facilities):
    """The checks that fail, with their notes."""
    facts = Facts.of_plan(region, units, facilities)
    lines = [line for line in audited(region, facts, ANY).values() if "PHYSICAL" in line.rule]
    assert {line.rule.removeprefix("PHYSICAL.") for line in lines} == CHECKS
    assert {(line.strength, line.area) for line in lines} == {("must", "all")}
    assert all(line.met == (line.slack >= 0) for line in lines)
    return {line.rule.removeprefix("PHYSICAL."): line.note for line in lines if not line.met}


def test_a_sound_plan_has_no_defect():
    """Siblings inside a parent are not summed: 7 + 7 graded beds fit 10 TCM beds."""
    assert failing(*sound()) == {}


def test_fractions_of_persons_sum_as_far_as_they_are_written():
    """A raster's people, written with ten digits, sum to their total; a person more does not."""
    region, units, facilities = sound()
    written = {"A": 449424.9832, "B": 420170.0452, "R": 869595.0283}
    people = units["resource"] == "residents"
    units.loc[people, "allocated"] = units.loc[people, "unit"].map(written)
    assert failing(region, units, facilities) == {}
    units.loc[people & (units["unit"] == "R"), "allocated"] += 1
    assert set(failing(region, units, facilities)) == {"sums"}


@pytest.mark.parametrize(
    ("unit", "resource", "number", "checks"),
    [
        ("A", "tcm_beds", 11, {"inside", "sums"}),
        ("R", "public_beds", 9, {"inside", "sums"}),
        ("R", "public_beds", 16, {"sums"}),
        ("B", "public_beds", 4, {"sums"}),
        ("B", "public_beds", 5.5, {"sums", "whole"}),
        ("B", "beds_3a_tcm", -1, {"sums", "whole"}),
        ("B", "beds_3a_tcm", None, {"sums"}),
        ("A", "ambulances", 6, {"sums", "vehicles"}),
        ("B", "negative_pressure_ambulances", 2, {"sums", "vehicles"}),
        ("B", "negative_pressure_ambulances", 3, {"inside", "sums", "vehicles"}),
    ],
)
def test_defects_of_the_unit_table(unit, resource, number, checks):
    """An edited number is caught by every check that it breaks, and by no other."""
    region, units, facilities = sound()
    row = (units["unit"] == unit) & (units["resource"] == resource)
    units["allocated"] = units["allocated"].astype(object)
    units.loc[row, "allocated"] = number
    assert failing(region, units, facilities).keys() == checks


@pytest.mark.parametrize(
    ("facility", "column", "value", "checks"),
    [
        ("a", "ambulances", 3, {"vehicles"}),
        ("a", "ambulances", 1.5, {"vehicles", "whole"}),
        ("a", "negative_pressure", 0, {"vehicles"}),
        ("must", "negative_pressure", 2, {"vehicles"}),
        ("a", "beds", -1, {"whole"}),
        ("a", "lon", 120.0, {"places"}),
        ("a", "unit", "nowhere", {"places", "vehicles"}),
        ("a", "x_m", 300_502.0, {"places", "sites"}),
        ("a", "kind", "school", {"sites"}),
        ("a", "grade", "3A", {"sites"}),
        ("a", "status", "new", {"sites"}),
        ("c", "status", "kept", {"sites"}),
        ("c", "id", "elsewhere", set()),
        ("a", "id", "elsewhere", {"sites"}),
        ("a", "id", "b", {"sites"}),
        ("must", "status", "closed", {"sites", "vehicles"}),
        ("a", "status", "closed", {"vehicles"}),
    ],
)
def test_defects_of_the_facility_table(facility, column, value, checks):
    """An edited facility is caught by every check that it breaks, and by no other."""
    region, units, facilities = sound()
    facilities[column] = facilities[column].astype(object)
    facilities.loc[facility, column] = value
    assert failing(region, units, facilities).keys() == checks


def test_an_existing_site_that_is_left_out():
    """Every site that stands must be kept, upgraded or closed in so many words."""
    region, units, facilities = sound()
    found = failing(region, units, facilities.drop(index="b"))
    assert found["sites"] == "b: stands today, but is not listed"


def test_a_site_unknown_to_the_region_is_allowed_but_named():
    """A planner may add a site of their own; it is audited where it stands."""
    region, units, _ = sound()
    facilities = facility_rows(
        region, {"must": "new"}, strangers=[site("mine", x_km=1.5, y_km=0.6)]
    )
    facts = Facts.of_plan(region, units, facilities)
    asked = rule("coverage", id="C", sites={"kinds": ["ems_station"]}, within_km="0.5")
    lines = audited(region, facts, asked)
    assert lines["PHYSICAL.sites", "all"].met
    assert lines["PHYSICAL.sites", "all"].note == "not among the region's candidates: mine"
    assert lines["C", "all"].achieved == 900 + 600 + 400 + 800


def test_a_unit_without_a_station_keeps_its_ambulances_elsewhere():
    """Its vehicles are named, not counted as a defect; a table without vehicles is none either."""
    region = small_region(sites=[site("a")])
    units = unit_rows(region, {("A", "ambulances"): 2, ("B", "ambulances"): 1})
    facts = Facts.of_plan(region, units, facility_rows(region, ambulances={"a": 2}))
    line = audited(region, facts, ANY)["PHYSICAL.vehicles", "all"]
    assert (line.met, line.note) == (True, "B: no open station for its 1 ambulances")
    bare = Facts.of_plan(region, units, facility_rows(region))
    assert audited(region, bare, ANY)["PHYSICAL.vehicles", "all"].met


def test_today_has_no_physical_lines():
    """The region's reading has checked what stands."""
    region, _, _ = sound()
    assert not [r for r, _ in audited(region, Facts.of_today(region), ANY) if "PHYSICAL" in r]


def test_one_planning_unit_that_is_the_region():
    """A region of a single unit sums to itself."""
    region = small_region(units={"R": ("city", "")}, planning=["R"])
    units = unit_rows(region, {("R", "nurses"): 3})
    assert failing(region, units, facility_rows(region)) == {}


def test_given_figures_wholes_of_parts_and_found_attributes_are_checked():
    """A plan that edits what is given, a whole of parts, or where a site lies, is caught."""
    stock = {("A", "visits"): 7, ("B", "visits"): 5}
    region = small_region(sites=[site("n", attributes=["north_city"])], stock=stock)
    sound = {
        **{key: float(number) for key, number in stock.items()},
        **{(u, r): n for u in ("A", "B") for r, n in (("all_beds", 9.0), ("public_beds", 4.0))},
        **{(u, "private_beds"): 5.0 for u in ("A", "B")},
    }
    rows = facility_rows(region)
    assert failing(region, unit_rows(region, sound), rows) == {}
    visits = unit_rows(region, {**sound, ("A", "visits"): 8.0})
    assert failing(region, visits, rows) == {"given": "A: 8 visits, in the region 7"}
    beds = unit_rows(region, {**sound, ("B", "private_beds"): 4.0})
    assert failing(region, beds, rows).keys() == {"sums"}
    moved = facility_rows(region, attributes={"n": ["of_scale"]})
    note = failing(region, unit_rows(region, sound), moved)["sites"]
    assert "n: is not said to be north_city" in note
    assert "n: is said to be of_scale" in note


@pytest.mark.parametrize(("beds", "fails"), [(30, []), (29, ["beds"])])
def test_a_unit_has_the_beds_of_its_new_private_hospitals(beds, fails):
    """Thirty by the region's word, whatever the plan's own table says of the site."""
    sites = [
        site("h", "general_hospital", 3.5, 1.5, run_by="private", beds=30.0, status="candidate"),
        site("old", "general_hospital", 3.5, 1.5, run_by="private", beds=500.0),
        site("home", "care_home", 3.5, 1.5, run_by="private", beds=80.0, status="candidate"),
    ]
    region = small_region(sites=sites)
    units = unit_rows(region, {("A", "private_beds"): 0, ("B", "private_beds"): beds})
    facilities = facility_rows(region, {"h": "new", "home": "new"}).assign(beds=None)
    facts = Facts.of_plan(region, units, facilities)
    lines = audited(region, facts, ANY).values()
    assert [line.rule for line in lines if line.met is False] == [f"PHYSICAL.{f}" for f in fails]

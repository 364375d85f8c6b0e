"""Facilities per unit, named sites and people per facility, audited."""

import pytest
from builders import rule, site, small_region
from plan_builders import audited, plan_facts

from allocator.auditing.facts import Facts

UNITS = {
    "R": ("city", ""), "A": ("district", "R"), "B": ("district", "R"), "C": ("county", "R"),
    "C1": ("town", "C"), "C2": ("town", "C"),
}  # fmt: skip
CELLS = ["A", "A", "B", "B", "C1", "C1", "C2", "C2"]
STATIONS = {"kinds": ["ems_station"]}


def region_with(*sites, **more):
    return small_region(units=UNITS, cell_units=CELLS, sites=sites, **more)


def stations(*places, **more):
    """Stations at cells by column and row of the default lattice."""
    return [site(f"s{x}{y}", x_km=x + 0.5, y_km=y + 0.5, **more) for x, y in places]


@pytest.mark.parametrize(
    ("sense", "met", "slack"), [(">=", True, 0), ("==", True, 0), ("<=", True, 0)]
)
def test_one_per_town_where_each_town_has_one(sense, met, slack):
    """Every sense is met exactly with one station per town."""
    region = region_with(*stations((0, 1), (2, 1)))
    asked = rule("count", id="N", sites=STATIONS, number=1, sense=sense, level=["town"])
    lines = audited(region, plan_facts(region), asked)
    assert (lines["N", "all"].required, lines["N", "all"].achieved) == (2, 2)
    assert (lines["N", "all"].met, lines["N", "all"].slack) == (met, slack)
    assert lines["N", "C1"].strength == "must"
    assert lines["N", "C1"].binding


def test_two_stations_in_one_town_do_not_help_the_other():
    """One town has two, the other none: a floor, an equality and a ceiling all fail."""
    region = region_with(*stations((0, 1), (1, 1)))
    facts = plan_facts(region)
    for sense, achieved, slack in ((">=", 1, -1), ("==", 1, -2), ("<=", 3, -1)):
        asked = rule("count", id="N", sites=STATIONS, number=1, sense=sense, level=["town"])
        line = audited(region, facts, asked)["N", "all"]
        assert (line.met, line.achieved, line.slack) == (False, achieved, slack)


def test_a_station_counts_for_every_unit_above_it():
    """A station in a town is one of the county and one of the region."""
    region = region_with(*stations((0, 1)))
    county = rule("count", id="C", sites=STATIONS, number=1, level=["county"])
    whole = rule("count", id="R", sites=STATIONS, number=1)
    lines = audited(region, plan_facts(region), county, whole)
    assert lines["C", "C"].met
    assert lines["R", "all"].met
    assert not any(rule == "R" and area != "all" for rule, area in lines)


def test_closed_sites_and_other_kinds_do_not_count():
    """Only open facilities that the filter selects."""
    region = region_with(
        *stations((0, 0), (1, 0)),
        site("h", "general_hospital", grade="3A", run_by="county"),
        site("p", "general_hospital", grade="3A", run_by="private"),
        site("l", "general_hospital", grade="2", run_by="county"),
    )
    chosen = {"kinds": ["general_hospital"], "grades": ["3A"], "run_by": ["county"]}
    lines = audited(
        region,
        plan_facts(region, statuses={"s00": "closed"}),
        rule("count", id="S", sites=STATIONS, number=2),
        rule("count", id="H", sites=chosen, number=1),
    )
    assert (lines["S", "all"].achieved, lines["S", "all"].met) == (1, False)
    assert (lines["H", "all"].achieved, lines["H", "all"].met) == (1, True)


@pytest.mark.parametrize(
    ("upgraded", "met", "slack"),
    [(2, False, -1), (3, True, 0), (4, True, 1), (5, True, 0), (6, False, -1)],
)
def test_three_to_five_stations_with_a_decontamination_area(upgraded, met, slack):
    """The attribute is counted over the two districts together; a county's does not count."""
    places = [(x, 0) for x in range(4)]
    sites = stations(*places) + [site(f"t{i}", x_km=i + 0.6) for i in range(2)]
    county = site("c", y_km=1.5, attributes=["decontamination"])
    region = region_with(*sites, county)
    facts = plan_facts(
        region,
        statuses={s["id"]: "upgraded" for s in sites[:upgraded]},
        attributes={s["id"]: ["direct", "decontamination"] for s in sites[:upgraded]},
    )
    asked = rule("count", id="J006", sites=STATIONS, attribute="decontamination", sense="band",
                 lower=3, upper=5, level=["district"], pool=True)  # fmt: skip
    line = audited(region, facts, asked)["J006", "all"]
    assert (line.required, line.required_upper, line.achieved) == (3, 5, upgraded)
    assert (line.met, line.slack) == (met, slack)


def test_counts_that_hold_above_a_number_of_residents():
    """A (1,700) has more than 1,500 residents, B (1,300) and C (1,400) have not."""
    region = region_with(*stations((2, 0)))
    asked = rule("count", id="N", sites=STATIONS, number=1, level=["district", "county"],
                 above_people=1500)  # fmt: skip
    lines = audited(region, plan_facts(region), asked)
    assert (lines["N", "all"].required, lines["N", "all"].met) == (1, False)
    assert ("N", "B") not in lines
    exactly = audited(region, plan_facts(region), asked.model_copy(update={"above_people": 1700}))
    assert exactly["N", "all"].met
    assert exactly["N", "all"].note == "no unit has more than 1,700 residents"
    pooled = asked.model_copy(update={"above_people": 4000, "pool": True})
    assert audited(region, plan_facts(region), pooled)["N", "all"].required == 1
    whole = asked.model_copy(update={"above_people": 4399, "level": ()})
    assert audited(region, plan_facts(region), whole)["N", "all"].met


def test_a_kind_that_nobody_lists_is_not_zero():
    """No data on village clinics; a candidate is data, and then none is open."""
    asked = rule("count", id="N", sites={"kinds": ["village_clinic"]}, number=1)
    nowhere = region_with(*stations((0, 0)))
    line = audited(nowhere, plan_facts(nowhere), asked)["N", "all"]
    assert (line.evaluated, line.note) == (False, "sites.csv has no site of kind village_clinic")
    possible = region_with(site("v", "village_clinic", status="candidate"))
    assert audited(possible, plan_facts(possible), asked)["N", "all"].achieved == 0
    opened = plan_facts(possible, statuses={"v": "new"})
    assert audited(possible, opened, asked)["N", "all"].met


def test_an_owner_that_nobody_states_is_not_zero():
    """Hospitals whose owner the file leaves empty cannot be counted by owner."""
    region = region_with(site("h", "general_hospital"))
    asked = rule("count", id="N", sites={"kinds": ["general_hospital"], "run_by": ["county"]},
                 number=1)  # fmt: skip
    line = audited(region, Facts.of_today(region), asked)["N", "all"]
    assert line.note == "sites.csv has no run_by for any site of kind general_hospital"


def test_today_counts_existing_sites_with_the_weakest_basis():
    """Candidates and required sites that do not stand yet are not there today."""
    region = region_with(
        site("m", basis="measured"), site("a", basis="modelled"), site("c", status="candidate"),
        site("r", status="required"),
    )  # fmt: skip
    line = audited(region, Facts.of_today(region), rule("count", id="N", sites=STATIONS, number=2))
    assert (line["N", "all"].achieved, line["N", "all"].basis) == (2, "modelled")


@pytest.mark.parametrize("name", ["s00", "site s00"])
def test_a_named_site_must_be_open(name):
    """By id or by name; closed is not met, unknown is not evaluated."""
    region = region_with(*stations((0, 0)))
    asked = rule("forced_site", id="F", site=name)
    assert audited(region, plan_facts(region), asked)["F", "all"].met
    closed = audited(region, plan_facts(region, statuses={"s00": "closed"}), asked)["F", "all"]
    assert (closed.met, closed.slack) == (False, -1)
    stranger = rule("forced_site", id="F", site="nobody")
    line = audited(region, plan_facts(region), stranger)["F", "all"]
    assert (line.evaluated, line.note) == (False, "sites.csv has no site 'nobody'")


@pytest.mark.parametrize(
    ("n", "met", "slack"), [(1, False, -1), (2, True, 0), (3, True, 0), (4, False, -1)]
)
def test_people_per_facility_lie_in_the_band(n, met, slack):
    """3,000 urban residents at 1,000 to 1,500 each: two or three centres."""
    centres = [site(f"h{i}", "community_health_centre", i + 0.5) for i in range(n)]
    region = small_region(sites=[*centres, *stations((0, 1))])
    if not n:
        return
    asked = rule("served_band", id="J025", sites={"kinds": ["community_health_centre"]},
                 group="urban", lower=1000, upper=1500)  # fmt: skip
    lines = audited(region, plan_facts(region), asked)
    line = lines["J025", "all"]
    assert (line.required, line.required_upper) == (2, 3)
    assert (line.met, line.slack) == (met, slack)
    assert line.rate_achieved == 3000 / n
    assert sum(lines["J025", u].required for u in "AB") == 2


def test_people_per_facility_without_a_lower_end_and_with_an_impossible_one():
    """Lower 0 sets no ceiling; a unit too small for one facility is named."""
    region = small_region(sites=[site("h", "community_health_centre")])
    asked = rule("served_band", id="S", sites={"kinds": ["community_health_centre"]},
                 lower=0, upper=4400)  # fmt: skip
    line = audited(region, plan_facts(region), asked)["S", "all"]
    assert (line.required, line.required_upper, line.met, line.binding) == (1, None, True, True)
    impossible = asked.model_copy(update={"lower": 4500, "upper": 9000})
    line = audited(region, plan_facts(region), impossible)["S", "all"]
    assert not line.met
    assert "no number of sites serves 4,400 people within the band" in line.note

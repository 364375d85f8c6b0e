"""Coverage and mean response, audited against distances computed pair by pair."""

import math

import numpy as np
import pytest
from builders import rule, site, small_region
from plan_builders import audited, plan_facts

from allocator.auditing.facts import Facts

STATIONS = {"kinds": ["ems_station"]}
WITHIN_1_KM = rule("coverage", id="C", sites=STATIONS, within_km=1)


def by_hand(region, places_km, limit_km):
    """People with a station within the limit: every pair, no tree."""
    found = 0.0
    for _, cell in region.grid.table.iterrows():
        away = min(
            math.hypot(cell.x_m - 300_000 - 1000 * x, cell.y_m - 3_400_000 - 1000 * y)
            for x, y in places_km
        )
        away = max(away, 0.38 * region.grid.side_m)
        found += cell.people if away <= 1000 * limit_km * (1 + 1e-9) else 0.0
    return found


@pytest.mark.parametrize("limit", ["0.379", "0.38", "1", "1.414", "1.42", "2", "3.2"])
def test_people_within_a_radius(limit):
    """Equal to a count pair by pair, at every ring of the lattice; the radius is inclusive."""
    region = small_region(sites=[site("a"), site("b", x_km=2.5, y_km=1.5)])
    asked = rule("coverage", id="C", sites=STATIONS, within_km=limit)
    line = audited(region, plan_facts(region), asked)["C", "all"]
    assert line.achieved == by_hand(region, [(0.5, 0.5), (2.5, 1.5)], float(limit))
    assert line.required == 4400
    assert line.basis == "measured"


def test_a_radius_includes_its_own_value_in_spite_of_rounding():
    """A site 1,000.7 m away, which binary coordinates make 1,000.70000000001 m."""
    region = small_region(people=[100], sites=[site("a", x_km=1.5007)])
    asked = rule("coverage", id="C", sites=STATIONS, within_km="1.0007")
    assert region.sites.table["x_m"].iloc[0] - region.grid.xy_m[0, 0] > 1000.7
    assert audited(region, plan_facts(region), asked)["C", "all"].met
    short = rule("coverage", id="C", sites=STATIONS, within_km="1.0006")
    assert not audited(region, plan_facts(region), short)["C", "all"].met


def test_every_person_of_the_group_must_be_covered():
    """One cell of 200 people out of reach: the rule is not met, and the unit lines say where."""
    region = small_region(
        people=[900, 800, 700, 200], x_km=[0.5, 1.5, 2.5, 9.5], y_km=[0.5] * 4,
        sites=[site("a", x_km=1.5)],
    )  # fmt: skip
    lines = audited(region, plan_facts(region), WITHIN_1_KM)
    whole = lines["C", "all"]
    assert (whole.required, whole.achieved, whole.slack, whole.met) == (2600, 2400, -200, False)
    assert (lines["C", "A"].met, lines["C", "A"].binding) == (True, True)
    assert (lines["C", "B"].required, lines["C", "B"].achieved) == (900, 700)
    assert lines["C", "B"].strength == "info"
    assert "settled density of 300 per km2; 200 of them are not covered" in whole.note


def test_thinly_settled_people_are_never_left_out():
    """All settled people covered is not enough; the note tells the two apart."""
    region = small_region(sites=[site("a", x_km=1.5, y_km=1.0)])
    asked = rule("coverage", id="C", sites=STATIONS, within_km="1.6")
    line = audited(region, plan_facts(region), asked, settled_density_per_km2=700.0)["C", "all"]
    assert not line.met
    assert line.achieved == 4400 - 600 - 200
    assert line.note == (
        "2,000 people live in cells below the settled density of 700 per km2; "
        "800 of them are not covered; 800 people are out of reach of every site, candidates too"
    )


@pytest.mark.parametrize(("share", "met"), [("0.8863", True), ("0.8864", False)])
def test_a_share_of_the_people(share, met):
    """3,900 of 4,400 people are 88.636 per cent."""
    region = small_region(sites=[site("a", x_km=1.5, y_km=1.0)])
    asked = rule("coverage", id="C", sites=STATIONS, within_km="1.6", share=share)
    people = audited(region, plan_facts(region), asked)["C", "all"].achieved
    assert people == 3600
    asked = rule("coverage", id="C", sites=STATIONS, within_km="1.6", group="urban", share=share)
    line = audited(region, plan_facts(region), asked)["C", "all"]
    assert line.achieved == 2400
    assert line.met is False
    exact = rule("coverage", id="C", sites=STATIONS, within_km="1.6", group="urban", share="0.8")
    line = audited(region, plan_facts(region), exact)["C", "all"]
    assert (line.met, line.binding, line.slack) == (True, True, 0)


def test_minutes_depend_on_the_way_of_travel_and_the_settlement():
    """Walking 1 km x 1.3 at 4.8 km/h takes 16.25 minutes; driving is slower in urban cells."""
    region = small_region(sites=[site("a", x_km=0.5, y_km=1.0)])
    away_km = np.hypot(np.array([0, 1, 2, 3] * 2), 0.5)
    people = region.grid.people
    for mode, kmh in (
        ("walk", np.full(8, 4.8)),
        ("drive", np.repeat([20.0, 60.0], 4)),
        ("ambulance", np.repeat([40.0, 80.0], 4)),
    ):
        minutes = away_km * 1.3 / kmh * 60
        for limit in (3.0, 6.0, 10.0, 20.0):
            asked = rule("coverage", id="C", sites=STATIONS, within_minutes=limit, mode=mode)
            line = audited(
                region, plan_facts(region), asked, driving_urban_kmh=20.0, driving_rural_kmh=60.0,
                ambulance_urban_kmh=40.0, ambulance_rural_kmh=80.0,
            )["C", "all"]  # fmt: skip
            assert line.achieved == people[minutes <= limit].sum(), (mode, limit)


def test_closed_and_candidate_sites_cover_nobody():
    """Today's audit sees existing sites, a plan's audit open ones."""
    region = small_region(sites=[site("a"), site("b", x_km=3.5, status="candidate")])
    assert audited(region, Facts.of_today(region), WITHIN_1_KM)["C", "all"].achieved == 2200
    closed = plan_facts(region, statuses={"a": "closed", "b": "new"})
    assert audited(region, closed, WITHIN_1_KM)["C", "all"].achieved == 600 + 700 + 200


def test_no_open_site_covers_nobody_and_no_site_at_all_is_no_data():
    """A closed last station is a failure; a kind without any site is a missing input."""
    region = small_region(sites=[site("a")])
    line = audited(region, plan_facts(region, statuses={"a": "closed"}), WITHIN_1_KM)["C", "all"]
    assert (line.achieved, line.met) == (0, False)
    bare = small_region()
    line = audited(bare, plan_facts(bare), WITHIN_1_KM)["C", "all"]
    assert (line.evaluated, line.note) == (False, "sites.csv has no site of kind ems_station")


def test_a_group_without_people_is_covered():
    """Nobody is left out where nobody lives, and the note says so."""
    region = small_region(urban=[False], sites=[site("a")])
    asked = rule("coverage", id="C", sites=STATIONS, within_km=1, group="urban")
    line = audited(region, plan_facts(region), asked)["C", "all"]
    assert (line.required, line.met, line.note) == (0, True, "the grid has no urban cells here")


def test_coverage_in_every_unit():
    """With a level each unit answers for its own people."""
    region = small_region(sites=[site("a", x_km=1.5)])
    asked = rule("coverage", id="C", sites=STATIONS, within_km=1, share="0.5",
                 level=["district", "county"])  # fmt: skip
    lines = audited(region, plan_facts(region), asked)
    assert (lines["C", "A"].met, lines["C", "B"].met) == (True, False)
    assert lines["C", "B"].strength == "must"
    assert (lines["C", "all"].required, lines["C", "all"].achieved) == (2200, 1500 + 400)
    assert not lines["C", "all"].met


def test_people_outside_every_unit_count_and_are_named():
    """The region's line has them, no unit's line does."""
    region = small_region(cell_units=["A"] * 4 + ["B"] * 3 + [""], sites=[site("a", x_km=1.5)])
    lines = audited(region, plan_facts(region), WITHIN_1_KM)
    assert lines["C", "all"].required == 4400
    assert lines["C", "A"].required + lines["C", "B"].required == 4200
    assert "200 people live in cells outside every planning unit" in lines["C", "all"].note


RADIUS = rule("coverage", id="C", sites=STATIONS, within_km=1, radius=True, group="urban")


def test_the_three_readings_of_a_service_radius():
    """Every person, a share of them, or enough sites for the mean area."""
    region = small_region(sites=[site("a", x_km=1.0), site("b", x_km=2.5, y_km=1.5)])
    facts = plan_facts(region)
    every = audited(region, facts, RADIUS)["C", "all"]
    assert (every.measure, every.required, every.achieved) == ("people", 3000, 2400)
    share = audited(region, facts, RADIUS, radius_reading="share", radius_share=0.8)["C", "all"]
    assert (share.required, share.met, share.binding) == (2400, True, True)
    lines = audited(region, facts, RADIUS, radius_reading="area_mean")
    mean = lines["C", "all"]
    assert (mean.measure, mean.required, mean.achieved, mean.slack) == ("sites", 2, 1, -1)
    assert (lines["C", "A"].required, lines["C", "B"].required) == (2, 0)
    assert mean.rate_required == pytest.approx(math.pi)


def test_only_service_radii_have_readings():
    """A rule in km that is no service radius is read as it stands."""
    region = small_region(sites=[site("a")])
    line = audited(region, plan_facts(region), WITHIN_1_KM, radius_reading="area_mean")["C", "all"]
    assert line.measure == "people"


def response(**more):
    return rule("mean_response", id="M", sites=STATIONS, minutes=11, **more)


def test_mean_response_over_people():
    """Call handling, turnout and the way at ambulance speed, weighted by people."""
    region = small_region(sites=[site("a"), site("b", x_km=3.5, y_km=1.5)])
    places = [(0.5, 0.5), (3.5, 1.5)]
    total = 0.0
    for _, cell in region.grid.table.iterrows():
        x, y = (cell.x_m - 300_000) / 1000, (cell.y_m - 3_400_000) / 1000
        km = max(0.38, min(math.hypot(x - a, y - b) for a, b in places))
        total += cell.people * (2 + 5 + km * 1.5 / (40 if cell.urban else 60) * 60)
    line = audited(
        region, plan_facts(region), response(), call_handling_minutes=2.0, turnout_minutes=5.0,
        detour=1.5, ambulance_urban_kmh=40.0, ambulance_rural_kmh=60.0,
    )["M", "all"]  # fmt: skip
    assert line.achieved == pytest.approx(total / 4400, rel=1e-12)
    assert line.slack == pytest.approx(11 - total / 4400)
    assert (line.sense, line.met) == ("<=", True)


def test_mean_response_includes_its_limit():
    """Just at the limit is met and binds."""
    region = small_region(people=[100], sites=[site("a", x_km=6.5)])
    minutes = 4 + 6 * 1.3 / 30 * 60
    at_limit = response().model_copy(update={"minutes": rule("mean_response", sites=STATIONS,
                                             minutes=minutes).minutes})  # fmt: skip
    line = audited(region, plan_facts(region), at_limit)["M", "all"]
    assert (line.met, line.binding) == (True, True)


def test_mean_response_of_units_and_groups():
    """Units have their own mean for information; with a level the slowest decides."""
    region = small_region(sites=[site("a")])
    lines = audited(region, plan_facts(region), response())
    means = {u: lines["M", u].achieved for u in "AB"}
    assert lines["M", "all"].achieved == pytest.approx(
        (means["A"] * 3000 + means["B"] * 1400) / 4400
    )
    assert lines["M", "A"].strength == "info"
    each = audited(region, plan_facts(region), response(level=["district", "county"]))
    assert each["M", "all"].achieved == max(means.values())
    assert each["M", "A"].strength == "must"
    pooled = response(level=["district", "county"], pool=True)
    assert audited(region, plan_facts(region), pooled)["M", "all"].achieved == pytest.approx(
        lines["M", "all"].achieved
    )
    urban = audited(region, plan_facts(region), response(group="urban"))
    assert urban["M", "all"].achieved == pytest.approx(means["A"])
    assert urban["M", "B"].note == "the grid has no urban people here"


def test_mean_response_without_a_station():
    """Nothing open is a failure without a number; nothing listed is a missing input."""
    region = small_region(sites=[site("a")])
    line = audited(region, plan_facts(region, statuses={"a": "closed"}), response())["M", "all"]
    assert (line.evaluated, line.met, line.achieved, line.slack) == (True, False, None, None)
    assert line.note == "no station is open"
    assert line.binding is False
    bare = small_region()
    assert not audited(bare, plan_facts(bare), response())["M", "all"].evaluated
    towns = audited(region, plan_facts(region), response(level=["town"]))["M", "all"]
    assert towns.note == "the units file has no unit of level town"

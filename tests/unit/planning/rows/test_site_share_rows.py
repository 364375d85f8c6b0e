"""A part of the facilities: with an attribute, or of a narrower kind."""

import pytest
from builders import rule, site, small_region
from planned import EMS, line, misses, open_ids, planned, statuses

ALL = [EMS]


def stations(number, *, renovated=0, **more):
    return [
        site(f"s{k}", x_km=k / 2, attributes=["renovated"] if k < renovated else [], **more)
        for k in range(number)
    ]


def share(number, sense=">=", **more):
    return rule("site_share", id="S", sites=ALL, sense=sense, number=number, **more)


@pytest.mark.parametrize(
    ("number", "today", "upgraded"),
    [("2/3", 0, 4), ("0.6", 0, 3), ("0.6", 2, 1), ("0.6", 3, 0), (1, 1, 4), (0, 0, 0)],
)
def test_as_many_are_upgraded_as_the_share_lacks(number, today, upgraded):
    """Two thirds of five are four, 60 % are three; those that have it count."""
    region = small_region(sites=stations(5, renovated=today), costs={"renovated": 10})
    plan = planned(region, share(number, attribute="renovated"))
    assert plan.objective_value == 10 * upgraded
    assert list(statuses(plan).values()).count("upgraded") == upgraded
    found = line(plan, "S")
    assert (found["met"], found["achieved"]) == (True, today + upgraded)


def test_every_one_of_a_level_apart():
    """All stations, those that a floor opens too; each unit has its own line."""
    sites = [*stations(2), site("new", x_km=0.5, y_km=1.5, status="candidate")]
    region = small_region(sites=sites, costs={"renovated": 10, "ems_station": 1})
    both = ["district", "county"]
    every = share(1, "==", attribute="renovated", level=both)
    plan = planned(region, every, rule("count", id="N", sites=EMS, number=1, level=both))
    assert plan.objective_value == 31
    assert (line(plan, "S")["required"], line(plan, "S", "B")["required"]) == (3, 1)
    assert line(plan, "S")["binding"]


def test_a_unit_without_facilities_lacks_none():
    """No station in B: nothing is asked there, and the line says why."""
    region = small_region(sites=stations(2, renovated=2))
    plan = planned(region, share(1, attribute="renovated", level=["district", "county"]))
    found = line(plan, "S", "B")
    assert (found["met"], found["required"], found["note"]) == (True, 0, "no facility")


def test_a_kind_that_no_table_has_is_not_evaluated():
    """A share of village clinics where nobody has listed any names what is missing."""
    asked = rule(
        "site_share", id="S", sites=[{"kinds": ["village_clinic"]}], sense=">=", number=1,
        attribute="standard",
    )  # fmt: skip
    found = line(planned(small_region(sites=stations(1)), asked), "S")
    assert (found["evaluated"], found["note"]) == (
        False, "sites.csv has no site of kind village_clinic",
    )  # fmt: skip


def test_a_narrower_filter_makes_the_part():
    """Half of the new ones must be private: of two that open, the dearer private one is one."""
    places = [("pub0", "city", 1.0), ("pub1", "city", 2.0), ("priv", "private", 9.0)]
    sites = [
        site(name, x_km=k + 0.5, status="candidate", run_by=owner, opening_cost=cost)
        for k, (name, owner, cost) in enumerate(places)
    ]
    part = {**EMS, "run_by": ["private"]}
    rules = [rule("count", id="N", sites=EMS, number=2), share("1/2", part=part)]
    plan = planned(small_region(sites=sites), *rules)
    assert open_ids(plan) == {"pub0", "priv"}
    most = planned(small_region(sites=sites), rules[0], share("1/2", "<=", part=part))
    assert open_ids(most) == {"pub0", "pub1"}


def test_a_facility_of_two_filters_counts_once():
    """Stations by kind and the same by owner are the whole only once."""
    sites = stations(3, renovated=1, run_by="city")
    both = rule(
        "site_share", id="S", sites=[EMS, {"run_by": ["city"]}], sense=">=", number="1/3",
        attribute="renovated",
    )  # fmt: skip
    found = line(planned(small_region(sites=sites), both), "S")
    assert (found["required"], found["achieved"], found["binding"]) == (1, 1, True)


def test_no_facility_closes_to_make_a_share_larger():
    """One of three is private and stays one of three: the share is missed, nothing closes."""
    sites = [*stations(2), site("priv", x_km=3.5, run_by="private")]
    plan = planned(small_region(sites=sites), share("1/2", part={**EMS, "run_by": ["private"]}))
    assert len(open_ids(plan)) == 3
    assert line(plan, "S")["slack"] == -1
    assert misses(plan)[0] == pytest.approx(0.5 / 1.5)


def test_people_are_not_left_out_for_a_share_of_lower_strength():
    """A must cover opens public stations although a target wants most of them private."""
    sites = [site(f"s{k}", x_km=10 * k, y_km=0, status="candidate") for k in range(3)]
    sites.append(site("priv", x_km=0, y_km=0, run_by="private"))
    region = small_region(
        people=[1000] * 3, x_km=[0, 10, 20], y_km=[0] * 3, urban=[True], sites=sites
    )
    cover = rule("coverage", id="C", sites=EMS, within_km=2)
    private = share("1/2", part={**EMS, "run_by": ["private"]}, strength="target")
    plan = planned(region, cover, private)
    assert line(plan, "C")["met"]
    assert line(plan, "S")["slack"] == -1
    swapped = planned(
        region, cover.model_copy(update={"strength": "target"}),
        private.model_copy(update={"strength": "must"}),
    )  # fmt: skip
    assert line(swapped, "S")["met"]
    assert not line(swapped, "C")["met"]

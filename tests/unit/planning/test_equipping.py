"""Sites are placed as a cover first and equipped afterwards, where that loses nothing."""

from dataclasses import replace

import pandas as pd
import pytest
from builders import rule, site, small_region
from planned import EMS, line, misses, open_ids, planned

from allocator.lp.status import Status
from allocator.policy.rules import SiteFilter
from allocator.region.sites import Sites

STATIONS = {"kinds": ["health_station"]}
COVER = rule("coverage", id="C", sites=STATIONS, within_km="1.2")
EMS_COVER = rule("coverage", id="E", sites=EMS, within_km=2)


@pytest.fixture
def always(monkeypatch):
    """Take the road of the full grid however small the network is."""
    monkeypatch.setattr("allocator.planning.full_cover.LARGE", 0)


def region(*, standing=(), **costs):
    """Nine cells 1 km apart, a station to be had in each, and places for ambulances."""
    sites = [
        site(f"c{k}", "health_station", k, 0, status="existing" if k in standing else "candidate")
        for k in range(9)
    ]
    sites += [site(f"e{k}", x_km=k, y_km=0, status="candidate") for k in (1, 4, 7)]
    return small_region(
        people=[1000] * 9, x_km=range(9), y_km=[0] * 9, urban=[True], sites=sites,
        costs={"health_station": 3, "ems_station": 10, **costs},
    )  # fmt: skip


def share(number, **more):
    return rule(
        "site_share", id="S", sites=[STATIONS, EMS], sense=">=", number=number,
        attribute="renovated", **more,
    )  # fmt: skip


def blocks(plan):
    return list(dict.fromkeys(plan.tiers["block"]))


@pytest.mark.parametrize("number", ["1/2", 1])
def test_two_steps_find_the_plan_of_one(monkeypatch, number):
    """Attributes for nothing: the same cost, misses and lines as all in one program."""
    rules = [COVER, EMS_COVER, share(number)]
    whole = planned(region(standing=(2,)), *rules)
    assert len(blocks(whole)) == 2
    monkeypatch.setattr("allocator.planning.full_cover.LARGE", 0)
    stepped = planned(region(standing=(2,)), *rules)
    assert blocks(stepped)[:2] == ["health station", "ems station"]
    assert "equipment" in blocks(stepped)[2]
    assert stepped.objective_value == whole.objective_value
    assert misses(stepped) == misses(whole) == (0, 0, 0)
    assert line(stepped, "S")["met"]
    assert stepped.provenance["cost"] == whole.provenance["cost"]


def test_what_every_site_needs_is_paid_once_with_the_site(always):
    """Each station is equipped for 2, those that stand too: all of it is proven."""
    plan = planned(region(standing=(2, 3), renovated=2), COVER, EMS_COVER, share(1))
    number = len(open_ids(plan))
    assert plan.objective_value == plan.provenance["cost"] == plan.bound
    objectives = plan.tiers.loc[plan.tiers["tier"] == "objective", "objective"]
    assert objectives.sum() == plan.objective_value
    assert line(plan, "S")["achieved"] == number
    assert not any("was decided once the sites were placed" in n for n in plan.provenance["notes"])


def test_sites_that_are_dearer_to_equip_are_not_placed(always):
    """Of two kinds that cover as well for 3 and 4, the dearer needs no equipment for 2."""
    places = region(renovated=2, village_clinic=4)
    clinics = [
        {**row, "id": row["id"].replace("c", "v"), "kind": "village_clinic"}
        for row in places.sites.table.reset_index().to_dict("records")
        if row["kind"] == "health_station"
    ]
    more = places.sites.table.reset_index().to_dict("records") + clinics
    both = replace(places, sites=Sites(pd.DataFrame(more).set_index("id")))
    kinds = SiteFilter(kinds=("health_station", "village_clinic"))
    either = COVER.model_copy(update={"sites": kinds})
    every = {"sense": "==", "number": 1}
    equipped = [
        rule("site_share", id="S", sites=[STATIONS], attribute="renovated", **every),
        rule("site_share", id="V", sites=[{"kinds": ["village_clinic"]}], attribute="standard",
             **every),
    ]  # fmt: skip
    plan = planned(both, either, *equipped)
    assert {name[0] for name in open_ids(plan)} == {"v"}
    assert plan.objective_value == plan.bound == 4 * len(open_ids(plan))
    assert plan.status is Status.OPTIMAL


def test_a_share_that_some_need_proves_no_bound(always):
    """Half of the stations are equipped for 2 each, which with other sites might be fewer."""
    plan = planned(region(renovated=2), COVER, EMS_COVER, share("1/2"))
    number = line(plan, "S")["achieved"]
    assert plan.objective_value == plan.provenance["cost"]
    assert plan.objective_value - plan.bound == pytest.approx(2 * number)
    assert any("was decided once the sites were placed" in n for n in plan.provenance["notes"])
    assert plan.status is Status.FEASIBLE
    last = plan.tiers[plan.tiers["gap"] > 0]
    assert len(last) == 1
    assert last["status"].tolist() == ["feasible"]


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        ([{"number": "1/2"}], 8), ([{"number": "1/2"}, {"number": "1/4"}], 8),
        ([{"number": "1/2", "level": ["district", "county"]}], 10),
    ],
)  # fmt: skip
def test_what_some_of_those_that_stand_need_is_proven(always, asked, least):
    """Half of seven stations, or in each of two units half of its own, for 2 each."""
    shares = [
        rule("site_share", id=f"S{k}", sites=[STATIONS], sense=">=", attribute="renovated", **more)
        for k, more in enumerate(asked)
    ]
    plan = planned(region(standing=range(7), renovated=2), COVER, EMS_COVER, *shares)
    paid = 10 * sum(name.startswith("e") for name in open_ids(plan))
    assert plan.bound >= paid + least
    assert plan.objective_value == plan.provenance["cost"]
    assert plan.objective_value - plan.bound <= 4


def test_of_floors_and_named_sites_the_dearer_is_proven(always):
    """Three of those that stand, two of them by name, for 7 each: 21 are proven, not 35."""
    attribute = "decontamination"
    floor = rule("count", id="N", sites=STATIONS, attribute=attribute, number=3)
    names = [rule("forced_site", id=f"F{k}", site=f"c{k}", attribute=attribute) for k in (1, 2)]
    plan = planned(region(standing=range(5), decontamination=7), COVER, floor, *names)
    assert line(plan, "N")["achieved"] == 3
    covering = 3 * (len(open_ids(plan)) - 5)
    assert plan.objective_value == covering + 21
    assert plan.bound == plan.objective_value


def test_floors_that_need_a_new_site_are_not_put_off(always):
    """Two with an area where one stands: the second is opened and equipped in one program."""
    floor = rule("count", id="N", sites=STATIONS, attribute="decontamination", number=6)
    plan = planned(region(standing=(2,)), COVER, floor)
    assert line(plan, "N")["achieved"] == 6
    assert misses(plan) == (0, 0, 0)
    assert not any("equipment" in block for block in blocks(plan))
    standing = planned(region(standing=range(6)), COVER, floor)
    assert any("equipment" in block for block in blocks(standing))
    assert line(standing, "N")["achieved"] == 6


def test_a_named_site_that_stands_is_equipped_later(always):
    """c2 is to be rebuilt: the cover is found first, and c2 is part of it."""
    named = rule("forced_site", id="P", site="c2", attribute="rebuilt", cost=7)
    plan = planned(region(standing=(2,)), COVER, named)
    assert line(plan, "P")["met"]
    assert any("equipment" in block for block in blocks(plan))
    assert plan.objective_value == plan.provenance["cost"]


@pytest.mark.parametrize("named", ["h0", "h1"])
def test_what_speaks_of_other_sites_than_the_cover_does_not_wait(always, named):
    """One of two centres gets level 2, and one of them by name a level above it: the same one."""
    centres = [site(f"h{k}", "community_health_centre", k, 0) for k in (0, 1)]
    stations = [site(f"c{k}", "health_station", k, 0, status="candidate") for k in range(9)]
    ground = small_region(
        people=[1000] * 9, x_km=range(9), y_km=[0] * 9, urban=[True], sites=[*centres, *stations],
        costs={"health_station": 3, "level_2": 5, "level_2B": 7},
    )  # fmt: skip
    one = rule(
        "count", id="N", sites={"kinds": ["community_health_centre"]}, attribute="level_2",
        number=1, sense="==",
    )  # fmt: skip
    both = SiteFilter(kinds=("health_station", "community_health_centre"))
    forced = rule("forced_site", id="F", site=named, attribute="level_2B")
    later = rule(
        "site_share", id="S", sites=[STATIONS], number=1, attribute="renovated", sense=">="
    )
    plan = planned(ground, COVER.model_copy(update={"sites": both}), one, forced, later)
    assert any("equipment" in block for block in blocks(plan))
    assert misses(plan) == (0, 0, 0)
    assert line(plan, "N")["achieved"] == 1
    assert plan.objective_value == plan.bound == 3 * (len(open_ids(plan)) - 2) + 12
    assert plan.status is Status.OPTIMAL

"""Facilities that each need one of others to work with, near and not full."""

import pytest
from builders import rule, site, small_region
from planned import line, misses, open_ids, planned

CENTRES = {"kinds": ["community_health_centre"]}
HOSPITALS = {"kinds": ["general_hospital"]}
LINK = {"within": "link_km", "capacity": "centres_per_hospital"}


def centre(k, x_km, **more):
    return site(f"c{k}", "community_health_centre", x_km, 0.5, **more)


def hospital(k, x_km, **more):
    return site(f"h{k}", "general_hospital", x_km, 0.5, **more)


def link(**more):
    return rule("link", id="L", **{"sites": CENTRES, "to": HOSPITALS, **LINK, **more})


def how(km=30.0, each=10.0):
    return {"link_km": km, "centres_per_hospital": each}


@pytest.mark.parametrize(("each", "found"), [(1.0, 2), (2.0, 3), (2.9, 3), (5.0, 3)])
def test_no_hospital_works_with_more_than_it_can(each, found):
    """Three centres, two of which only one hospital is near; a part of a centre is none."""
    sites = [centre(0, 0), centre(1, 1), centre(2, 9), hospital(0, 1), hospital(1, 9)]
    plan = planned(small_region(sites=sites), link(), assume=how(5.0, each))
    got = line(plan, "L")
    assert (got["required"], got["achieved"], got["met"]) == (3, found, found == 3)
    assert misses(plan)[0] == pytest.approx((3 - found) / 3)


@pytest.mark.parametrize(("km", "met"), [(4.0, True), (3.999, False)])
def test_the_distance_is_included(km, met):
    """4 km are within 4 km."""
    sites = [centre(0, 0), hospital(0, 4)]
    assert line(planned(small_region(sites=sites), link(), assume=how(km)), "L")["met"] == met


def test_room_is_given_to_those_who_have_no_other():
    """The first centre reaches both hospitals and leaves the near one to the second."""
    sites = [centre(0, 2), centre(1, 0), hospital(0, 1), hospital(1, 4)]
    plan = planned(small_region(sites=sites), link(), assume=how(2.5, 1.0))
    assert line(plan, "L")["achieved"] == 2


def test_hospitals_open_for_centres_that_lack_one():
    """Three centres and one hospital for two: the cheaper of two candidates opens."""
    sites = [*(centre(k, k) for k in range(3)), hospital(0, 1)]
    sites += [hospital(k, 2, status="candidate", opening_cost=10 - k) for k in (1, 2)]
    plan = planned(small_region(sites=sites), link(), assume=how(each=2.0))
    assert open_ids(plan) == {"c0", "c1", "c2", "h0", "h2"}
    assert (plan.objective_value, line(plan, "L")["met"]) == (8, True)


def test_a_centre_that_would_find_nobody_is_not_opened_where_that_is_a_must():
    """The only hospital is full: a target of two centres gives way to the links of one."""
    sites = [centre(0, 0), centre(1, 1, status="candidate"), hospital(0, 1)]
    more = rule("count", id="N", sites=CENTRES, number=2, strength="target")
    plan = planned(small_region(sites=sites), link(), more, assume=how(each=1.0))
    assert open_ids(plan) == {"c0", "h0"}
    assert (line(plan, "L")["met"], line(plan, "N")["slack"]) == (True, -1)


def test_cover_gives_way_where_links_are_the_stronger_rule():
    """A target to reach everybody does not open a centre that no hospital has room for."""
    sites = [centre(0, 0), centre(1, 20, status="candidate"), hospital(0, 1)]
    region = small_region(people=[1000, 1000], x_km=[0, 20], y_km=[0, 0], urban=[True], sites=sites)
    cover = rule("coverage", id="C", sites=CENTRES, within_km=2, strength="target")
    plan = planned(region, link(), cover, assume=how(each=1.0))
    assert (line(plan, "L")["met"], line(plan, "C")["slack"]) == (True, -1000)


def test_nobody_works_with_itself():
    """Two centres may work with each other, one alone has nobody."""
    two = small_region(sites=[centre(0, 0), centre(1, 1)])
    assert line(planned(two, link(to=CENTRES)), "L")["met"]
    one = small_region(sites=[centre(0, 0)])
    found = line(planned(one, link(to=CENTRES)), "L")
    assert (found["slack"], found["note"]) == (
        -1, "up to 10 each, within 30 km; 1 have no partner there",
    )  # fmt: skip


def test_kinds_that_no_table_has_are_named():
    """No hospital is listed: nobody can say that centres lack one."""
    plan = planned(small_region(sites=[centre(0, 0)]), link())
    assert line(plan, "L")["note"] == "sites.csv has no site of kind general_hospital"
    assert misses(plan) == (0, 0, 0)


def test_more_centres_ask_for_more_links():
    """A fifth more sites in the data: a fifth more is asked for."""
    asked = [
        line(planned(small_region(sites=[*(centre(k, k / 9) for k in range(n)), hospital(0, 1)]),
                     link()), "L")
        for n in (5, 6)
    ]  # fmt: skip
    assert [found["required"] for found in asked] == [5, 6]

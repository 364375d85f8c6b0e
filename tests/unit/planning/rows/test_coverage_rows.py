"""People within reach of an open site."""

import math

import pytest
from builders import rule, site, small_region
from planned import EMS, line, misses, open_ids, planned

CHEAP = {"ems_station": 1}


def line_of_cells(people, sites, **more):
    """Urban cells 1 km apart in A and B alike, and candidate sites given by km."""
    n = len(people)
    return small_region(
        people=people, x_km=list(range(n)), y_km=[0] * n, urban=[True] * n,
        sites=[site(f"s{k}", x_km=x, y_km=0, status="candidate") for k, x in enumerate(sites)],
        costs=CHEAP, **more,
    )  # fmt: skip


def cover(**more):
    return rule("coverage", id="C", sites=EMS, **{"within_km": 1, **more})


def test_the_fewest_sites_that_reach_everybody():
    """Six cells in a row, reach 1 km: two sites in the right places, not three."""
    region = line_of_cells([1000] * 6, [0, 1, 2, 3, 4, 5])
    plan = planned(region, cover())
    assert open_ids(plan) == {"s1", "s4"}
    assert line(plan, "C").achieved == 6000
    assert line(plan, "C").binding


@pytest.mark.parametrize(("away", "covered"), [(2.0, True), (2.000001, False), (1.999999, True)])
def test_exactly_at_the_radius_is_covered(away, covered):
    """A settled cell at exactly 2 km is reached by the rule of 2 km; a millimetre on, it is not."""
    region = line_of_cells([1000], [away])
    plan = planned(region, cover(within_km=2))
    assert line(plan, "C").met == covered
    assert misses(plan)[0] == (0 if covered else 1)


def test_thin_cells_are_not_enforced_but_count_as_not_covered():
    """299 people per km2 need no site of their own; the line still counts them."""
    region = line_of_cells([1000, 299], [0, 9])
    plan = planned(region, cover())
    assert open_ids(plan) == {"s0"}
    assert line(plan, "C").required == 1299
    assert line(plan, "C").achieved == 1299  # the first site reaches the neighbour
    apart = line_of_cells([1000, 0, 0, 299], [0, 3])
    plan = planned(apart, cover())
    assert open_ids(plan) == {"s0"}
    assert line(plan, "C").achieved == 1000
    assert not line(plan, "C").met
    denser = planned(apart, cover(), assume={"settled_density_per_km2": 299.0})
    assert open_ids(denser) == {"s0", "s1"}
    assert line(denser, "C").met


def test_people_whom_no_site_can_reach_are_a_fixed_miss():
    """1,000 of 4,000 live out of everybody's reach: a miss of a quarter, whatever is built."""
    region = line_of_cells([1000, 2000, 0, 0, 0, 1000], [0, 1])
    plan = planned(region, cover())
    assert misses(plan)[0] == pytest.approx(0.25)
    assert line(plan, "C").slack == -1000
    assert len(open_ids(plan)) == 1


def test_a_share_leaves_out_those_who_are_dear_to_reach():
    """90 % of 10,000 people: the last 1,000 would need a site of their own and go without."""
    region = line_of_cells([5000, 4000, 0, 0, 1000], [0, 4])
    plan = planned(region, cover(share="0.9"))
    assert open_ids(plan) == {"s0"}
    assert line(plan, "C").required == 9000
    assert line(plan, "C").binding
    more = planned(region, cover(share="0.9001"))
    assert open_ids(more) == {"s0", "s1"}


def test_a_share_counts_people_in_thin_cells_too():
    """Half of 1,000 people: the 400 and 100 that are reached include a cell below the density."""
    region = small_region(
        people=[400, 500, 100], x_km=[0, 9, 0.5], y_km=[0] * 3, urban=[True], costs=CHEAP,
        sites=[site("near", x_km=0, y_km=0, status="candidate")],
    )  # fmt: skip
    plan = planned(region, cover(share="0.5"))
    assert line(plan, "C").met
    assert line(plan, "C").achieved == 500


def test_a_group_is_served_alone():
    """A rule for urban residents opens nothing for the rural ones."""
    region = small_region(
        people=[1000, 1000], x_km=[0, 9], y_km=[0, 0], urban=[True, False], costs=CHEAP,
        sites=[site("u", x_km=0, y_km=0, status="candidate"),
               site("r", x_km=9, y_km=0, status="candidate")],
    )  # fmt: skip
    assert open_ids(planned(region, cover(group="urban"))) == {"u"}
    assert open_ids(planned(region, cover(group="rural"))) == {"r"}
    assert open_ids(planned(region, cover())) == {"u", "r"}


def test_a_level_makes_every_unit_hold_its_own_share():
    """60 % of all are covered in A alone; 60 % in each unit needs a site in B too."""
    units = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R")}
    region = line_of_cells([4000, 4000, 0, 0, 500, 500], [0, 5], units=units)
    assert open_ids(planned(region, cover(share="0.6"))) == {"s0"}
    each = planned(region, cover(share="0.6", level=["county"]))
    assert open_ids(each) == {"s0", "s1"}
    assert line(each, "C").met
    alone = line_of_cells([4000, 4000, 0, 0, 500, 500], [0], units=units)
    short = planned(alone, cover(share="0.6", level=["county"]))
    assert misses(short)[0] == pytest.approx(0.6)
    assert not line(short, "C", "B").met


def test_minutes_by_mode():
    """2 km at 4.8 km/h with a detour of 1.3 are 32.5 minutes on foot, 5.2 by car in town."""
    region = line_of_cells([1000], [2.0])
    for mode, limit, met in (
        ("walk", "32.5", True), ("walk", "32.4", False), ("drive", "5.2", True),
        ("drive", "5.1", False), ("ambulance", "5.2", True),
    ):  # fmt: skip
        made = cover(within_km=None, within_minutes=limit, mode=mode)
        assert line(planned(region, made), "C").met == met


# ---------------------------------------------------------------- readings of a service radius


def test_the_radius_as_a_limit_a_share_and_a_mean_area():
    """6 cells of 1 km2 and a radius of 1 km: everyone needs 2 sites, 60 % 2, 50 % 1, by area 2."""
    region = line_of_cells([1000] * 6, [0, 1, 2, 3, 4, 5])
    radius = cover(radius=True)
    found = {}
    for reading, share in (("max", 0.9), ("share", 0.6), ("share", 0.5), ("area_mean", 0.9)):
        assume = {"radius_reading": reading, "radius_share": share}
        plan = planned(region, radius, assume=assume)
        assert line(plan, "C").met
        found[reading, share] = len(open_ids(plan))
    assert found == {
        ("max", 0.9): 2, ("share", 0.6): 2, ("share", 0.5): 1, ("area_mean", 0.9): 2
    }  # fmt: skip


@pytest.mark.parametrize(("cells", "expected"), [(3, 1), (4, 2), (6, 2), (7, 3)])
def test_the_mean_area_counts_discs(cells, expected):
    """A disc of 1 km holds 3.14 km2: 3 cells need one site, 4 need two, 7 need three."""
    region = line_of_cells([1000] * cells, list(range(cells)))
    plan = planned(region, cover(radius=True), assume={"radius_reading": "area_mean"})
    assert expected == math.ceil(cells / math.pi)
    assert len(open_ids(plan)) == expected
    assert line(plan, "C").required == expected


def test_the_mean_area_counts_only_sites_in_the_groups_cells():
    """A site in the rural part does not serve the mean area of the urban part."""
    region = small_region(
        people=[1000] * 3, x_km=[0, 1, 9], y_km=[0] * 3, urban=[True, True, False],
        sites=[site("rural", x_km=9, y_km=0), site("urban", x_km=0, y_km=0, status="candidate")],
    )  # fmt: skip
    radius = cover(radius=True, group="urban")
    plan = planned(region, radius, assume={"radius_reading": "area_mean"})
    assert open_ids(plan) == {"rural", "urban"}


def test_a_rule_that_is_no_service_radius_is_never_read_otherwise():
    """The reading of radii does not touch a rule that is not marked as one."""
    region = line_of_cells([1000] * 6, [0, 1, 2, 3, 4, 5])
    for reading in ("share", "area_mean"):
        plan = planned(region, cover(), assume={"radius_reading": reading, "radius_share": 0.1})
        assert open_ids(plan) == {"s1", "s4"}


# ---------------------------------------------------------------- with other rules


def test_a_ceiling_on_sites_leaves_out_the_fewest_people():
    """One site for two groups of 1,000 and 3,000: the larger group is served."""
    region = line_of_cells([1000, 0, 0, 3000], [0, 3])
    cap = rule("count", id="N", sites=EMS, number=1, sense="<=")
    plan = planned(region, cover(), cap)
    # One site too many weighs 1; 1,000 of 4,000 people weigh 0.25.
    assert open_ids(plan) == {"s1"}
    assert misses(plan)[0] == pytest.approx(0.25)
    firm = planned(
        region, cover(), rule("count", id="N", sites=EMS, number=1, sense="<=", strength="wish")
    )
    assert open_ids(firm) == {"s0", "s1"}
    assert misses(firm) == (0, 0, pytest.approx(1))


def test_two_coverage_rules_of_one_kind_share_their_sites():
    """1 km for urban and 3 km for rural people: one site where both can be reached."""
    region = small_region(
        people=[1000, 1000], x_km=[0, 3], y_km=[0, 0], urban=[True, False], costs=CHEAP,
        sites=[site("u", x_km=0, y_km=0, status="candidate"),
               site("r", x_km=3, y_km=0, status="candidate")],
    )  # fmt: skip
    plan = planned(
        region,
        rule("coverage", id="U", sites=EMS, group="urban", within_km=1),
        rule("coverage", id="R", sites=EMS, group="rural", within_km=3),
    )
    assert open_ids(plan) == {"u"}

"""Travel along roads: legs, directions, limits, who is left out, and what is refused."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from road_builders import at, network

from allocator.errors import InputError
from allocator.region.coordinates import project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.road_report import RoadWarning
from allocator.travel.road_speeds import RoadSpeeds
from allocator.travel.roads import road_network, road_network_km

quiet = pytest.mark.filterwarnings("ignore::allocator.travel.road_report.RoadWarning")
# Two km of residential road (30 km/h: 4 minutes) along the x axis, in two streets.
ROAD = network([(0, 0), (1, 0), (2, 0)], [(0, 1, "<>"), (1, 2, "<>")])


def arcs(times):
    return {
        (int(i), int(j)): v for i, j, v in zip(times.cell, times.site, times.value, strict=True)
    }


def test_walk_drive_walk():
    """A walk to the nearest spot on the street, the drive along it, a walk at the other end."""
    times = road_network(
        ROAD, at((0.25, 0.12)), at((1.5, -0.24)), max_minutes=60, direction="to site"
    )
    walked = (0.12 + 0.24) / 4.8 * 60
    assert arcs(times) == pytest.approx({(0, 0): walked + 1.25 / 30 * 60})
    km = road_network_km(ROAD, at((0.25, 0.12)), at((1.5, -0.24)), max_km=9, direction="to site")
    assert arcs(km) == pytest.approx({(0, 0): 0.12 + 1.25 + 0.24})
    assert (times.unit, km.unit, km.limit) == ("minutes", "km", 9.0)


def test_walking_speed_is_a_choice():
    """Twice the speed halves the legs, and the drive stays."""
    slow, fast = (
        road_network(
            ROAD, at((0, 0.12)), at((1, 0)), max_minutes=60, direction="to site", access_kmh=kmh
        ).value[0]
        for kmh in (2.4, 4.8)
    )
    assert slow - fast == pytest.approx(1.5)


def test_exactly_the_limit_is_within_it():
    """2 km at 30 km/h are 4 minutes, and a limit of 4 minutes holds them; 3.99 does not."""
    for limit, found in ((4.0, 3), (3.99, 2)):
        times = road_network(
            ROAD, at((0, 0), (1, 0), (2, 0)), at((0, 0)), max_minutes=limit, direction="to site"
        )
        assert len(times) == found
        assert times.within(limit).degree.sum() == found


@quiet
def test_no_time_at_all_is_a_limit_too():
    """Within 0 minutes lies what zero-minute streets lead to, and the place itself."""
    bridge = network([(0, 0), (1, 0), (2, 0)], [(0, 1, "<>"), (1, 2, "<>")],
                     minutes=[[0, 0], [0, 1]])  # fmt: skip
    ends = at((0, 0), (1, 0), (2, 0)), at((0, 0))
    there = road_network(bridge, *ends, max_minutes=0, direction="to site")
    back = road_network(bridge, *ends, max_minutes=0, direction="from site")
    assert arcs(there) == {(0, 0): 0, (1, 0): 0}
    assert arcs(back) == {(0, 0): 0, (1, 0): 0, (2, 0): 0}


@quiet
def test_one_way_streets_tell_the_ambulance_from_the_patient():
    """On a one-way ring the way there and the way back differ; both sides may be the smaller."""
    ring = network([(0, 0), (1, 0), (0.5, 1)], [(0, 1, ">"), (1, 2, ">"), (2, 0, ">")])
    ends = {"max_km": 99, "least_part_km": 0}
    one, several = at((0, 0)), at((1, 0), (0.5, 1), (0.2, 0))
    side = np.hypot(0.5, 1)
    to_site = {0: 2 * side, 1: side, 2: 0.8 + 2 * side}
    from_site = {0: 1.0, 1: 1 + side, 2: 0.2}
    for direction, expected in (("to site", to_site), ("from site", from_site)):
        few_sites = arcs(road_network_km(ring, several, one, direction=direction, **ends))
        assert few_sites == pytest.approx({(i, 0): km for i, km in expected.items()})
        other = "from site" if direction == "to site" else "to site"
        few_cells = arcs(road_network_km(ring, one, several, direction=other, **ends))
        assert few_cells == pytest.approx({(0, i): km for i, km in expected.items()})


def test_two_points_on_one_one_way_street():
    """Straight along where the street allows it, else round the block."""
    block = network([(0, 0), (1, 0), (1, 1)], [(0, 1, ">"), (1, 2, "<>"), (2, 0, "<>")])
    ends = {"max_km": 99, "direction": "to site", "least_part_km": 0}
    there = road_network_km(block, at((0.2, 0)), at((0.7, 0)), **ends)
    back = road_network_km(block, at((0.7, 0)), at((0.2, 0)), **ends)
    assert arcs(there) == pytest.approx({(0, 0): 0.5})
    assert arcs(back) == pytest.approx({(0, 0): 0.3 + 1 + np.sqrt(2) + 0.2})


def test_islands_are_people_without_arcs_and_not_errors():
    """Who lives on a part without a site has no arc; numbers of people stand in the provenance."""
    islands = network([(0, 0), (2, 0), (9, 0), (11, 0)], [(0, 1, "<>"), (2, 3, "<>")])
    demand = Demand(np.array([70.0, 20.0, 10.0]), ids=["a", "b", "c"],
                    xy_m=at((1, 0), (10, 0), (5, 0)), crs="EPSG:32651")  # fmt: skip
    sites = SiteSet(["x"], xy_m=at((0, 0)), crs="EPSG:32651")
    with pytest.warns(RoadWarning, match="20 people \\(20.0%\\) are on a part"):
        times = road_network(islands, demand, sites, max_minutes=30, direction="from site")
    assert arcs(times) == pytest.approx({(0, 0): 2.0})
    told = times.provenance["left_out"]
    assert told["on_a_part_without_a_site"] == {
        "people": 20.0, "cells": 1, "share": 0.2, "first": ["b"],
    }  # fmt: skip
    assert told["too_far_from_a_road"]["first"] == ["c"]
    assert told["farthest_from_a_road_m"] == pytest.approx(3000)
    assert told["parts"] == [
        {"people": 70.0, "sites": 1, "km": 2.0}, {"people": 20.0, "sites": 0, "km": 2.0},
    ]  # fmt: skip
    assert told["n_parts"] == 2
    assert times.demand is demand
    assert times.sites is sites


def test_a_network_smaller_than_the_grid_is_warned_about():
    """People beyond the edge of the roads are counted even where a road is near enough."""
    demand = Demand(np.array([60.0, 40.0]), xy_m=at((1, 0), (2.5, 0)))
    with pytest.warns(RoadWarning, match="40 people .* smaller than the grid"):
        times = road_network(ROAD, demand, at((0, 0)), max_minutes=60, direction="to site")
    assert times.provenance["left_out"]["beyond_the_edge_of_the_roads"]["share"] == 0.4
    assert (1, 0) in arcs(times)


def test_a_site_off_the_roads_is_named():
    """Sites that nobody can reach are named in a warning."""
    sites = SiteSet(["near", "far"], xy_m=at((0, 0), (0, 5)))
    with pytest.warns(RoadWarning, match="1 sites lie farther than 1000 m .*: far"):
        times = road_network(ROAD, at((1, 0)), sites, max_minutes=60, direction="to site")
    assert times.provenance["left_out"]["sites_too_far_from_a_road"] == ["far"]
    assert set(times.site) == {0}


def test_all_is_well_without_a_word():
    """No warning and no note where everybody is on the roads."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        times = road_network(ROAD, at((1, 0)), at((0, 0)), max_minutes=60, direction="to site")
    assert times.provenance["notes"] == []


def test_provenance_is_plain_and_says_what_was_assumed():
    """Source, speeds, direction and options go with the times, in plain words and numbers."""
    times = road_network(
        ROAD, at((1, 0)), at((0, 0)), max_minutes=60, direction="from site",
        speeds=RoadSpeeds(congestion=0.8), urban=[True],
    )  # fmt: skip
    told = json.loads(json.dumps(times.provenance))
    assert told["direction"] == "from site"
    assert told["speeds"]["congestion"] == 0.8
    assert told["speeds"]["urban"] == 0.7
    assert told["speeds"]["class_kmh"]["residential"] == 30
    assert (told["snap_limit_m"], told["access_kmh"], told["max_minutes"]) == (1000, 4.8, 60)
    assert arcs(times) == pytest.approx({(0, 0): 2 / 0.8 / 0.7})


def test_points_in_degrees_are_brought_to_the_roads():
    """Cells and sites may come in another system than the roads', if they say in which."""
    roads = network([(0, 0), (1, 0)], [(0, 1, "<>")], crs="EPSG:32651")
    lon, lat = project(*at((0, 0), (1, 0)).T, "EPSG:32651", "EPSG:4326")
    there = np.stack([lon, lat], axis=1)
    times = road_network_km(
        roads, there[:1], there[1:], max_km=9, direction="to site", crs="EPSG:4326"
    )
    assert arcs(times) == pytest.approx({(0, 0): 1.0}, abs=1e-6)


def test_no_cells_or_no_sites():
    """Nothing to reach, or nothing to reach it from, is no error."""
    nobody = np.empty((0, 2))
    times = road_network(ROAD, nobody, at((0, 0)), max_minutes=9, direction="to site", urban=[])
    assert (len(times), times.n_cells, times.n_sites) == (0, 0, 1)
    with pytest.warns(RoadWarning):
        times = road_network(ROAD, at((0, 0)), nobody, max_minutes=9, direction="to site")
    assert (len(times), times.n_sites) == (0, 0)


def test_every_problem_at_once():
    """One error lists what is wrong with roads, points and options."""
    with pytest.raises(InputError) as found:
        road_network(
            "no/such/file.osm.pbf", Demand(np.ones(2)), np.ones((3, 3)), max_minutes=-1,
            direction="there", access_kmh=0, snap_limit_m=float("nan"), urban=[True],
        )  # fmt: skip
    text = str(found.value)
    for said in ("max_minutes", "snap_limit_m", "access_kmh", "direction", "no such file",
                 "demand have no coordinates"):  # fmt: skip
        assert said in text
    with pytest.raises(InputError, match="urban must have one entry per cell"):
        road_network(ROAD, at((0, 0)), at((0, 0)), max_minutes=9, direction="to site", urban=[])
    with pytest.raises(InputError, match="'EPSG:0' is not a known"):
        road_network(
            network([(0, 0), (1, 0)], [(0, 1, "<>")], crs="EPSG:32651"), at((0, 0)), at((0, 0)),
            max_minutes=9, direction="to site", crs="EPSG:0",
        )  # fmt: skip
    with pytest.raises(InputError, match="look like degrees"):
        road_network(ROAD, [[43.2, -11.7], [43.3, -11.8]], [[43.2, -11.6]], max_minutes=9,
                     direction="to site")  # fmt: skip


@quiet
def test_same_question_same_answer_on_one_or_two_threads():
    """Arcs come by cell and then by site, and the number of threads changes nothing."""
    rng = np.random.default_rng(5)
    nodes = rng.uniform(0, 9, (80, 2))
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, 80, (260, 2)) if a < b}
    roads = network(nodes, [(a, b, rng.choice(["<>", ">", "<"])) for a, b in sorted(pairs)])
    cells, sites = at(*rng.uniform(0, 9, (400, 2))), at(*rng.uniform(0, 9, (300, 2)))
    one, two = (
        road_network(roads, cells, sites, max_minutes=9, direction="to site", threads=threads,
                     snap_limit_m=9000)
        for threads in (1, 2)
    )  # fmt: skip
    table = pd.DataFrame({"cell": one.cell, "site": one.site})
    assert table.equals(table.sort_values(["cell", "site"]))
    assert len(one) > 1000
    for name in ("cell", "site", "value"):
        assert np.array_equal(getattr(one, name), getattr(two, name))

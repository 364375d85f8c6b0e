"""What each mode travels by, bound to the people of a region."""

import numpy as np
import pandas as pd
import pytest
from builders import site, small_region
from rasterio.transform import Affine
from road_builders import network

from allocator.assumptions import Assumptions
from allocator.errors import InputError
from allocator.travel.journeys import Journeys, Travel, site_set
from allocator.travel.means import AlongRoads, ByTable, OverSurface
from allocator.travel.road_speeds import RoadSpeeds
from allocator.travel.surface_raster import FrictionSurface


def region(**more):
    """Two cells, one of them urban, and a site between them; 1 km apart each."""
    return small_region(
        people=[1000, 500], x_km=[0, 2], y_km=[0, 0], urban=[True, False],
        sites=[site("s", x_km=1, y_km=0)], **more,
    )  # fmt: skip


def roads_of(ground):
    """A street through the three, one-way from west to east."""
    west, east = ground.grid.xy_m[0], ground.grid.xy_m[1]
    roads = network([(0, 0), (2, 0)], [(0, 1, ">")])
    shifted = np.stack([west, east])
    return AlongRoads(type(roads)(
        shifted, roads.tail, roads.head, roads.length_m, roads.minutes, roads.kmh, roads.class_of,
        roads.classes, crs=ground.crs,
    ))  # fmt: skip


def bound(ground, **means):
    return Journeys.of(Travel(**means), ground, Assumptions())


def test_people_go_to_sites_and_ambulances_come_from_them():
    """One-way: only the western cell reaches the site, and only the eastern one is served."""
    ground = region()
    journeys = bound(ground, drive=roads_of(ground))
    sites = journeys.setting.sites
    urban, rural = 1 / (30 * 0.7) * 60, 1 / 30 * 60
    to_site = journeys.ways("drive").nearest(sites)
    from_site = journeys.ways("ambulance").nearest(sites)
    assert np.isfinite(to_site).tolist() == [True, False]
    assert np.isfinite(from_site).tolist() == [False, True]
    assert to_site[0] in (pytest.approx(urban), pytest.approx(rural))
    assert journeys.ways("walk") is None
    assert journeys.ways("drive") is journeys.ways("drive")


def test_on_foot_streets_are_walked_at_the_assumed_speed():
    """4.8 km/h unless the planner says otherwise; and the speeds given win."""
    ground = region()
    for kmh, speeds in ((4.8, None), (3.6, None), (6.0, RoadSpeeds.walking(6.0))):
        means = roads_of(ground)
        walk = AlongRoads(means.roads, speeds=speeds)
        assumed = Assumptions({"walking_kmh": 3.6 if kmh == 3.6 else 4.8})
        journeys = Journeys.of(Travel(walk=walk), ground, assumed)
        away = journeys.ways("walk").nearest(journeys.setting.sites)
        assert away[0] == pytest.approx(60 / kmh)


def test_rural_people_may_travel_by_another_mode():
    """Urban cells keep the mode of the rule."""
    journeys = bound(region(), rural_by={"walk": "drive"})
    (first, urban), (second, rural) = journeys.modes("walk")
    assert (first, second) == ("walk", "drive")
    assert urban.tolist() == [True, False]
    assert rural.tolist() == [False, True]
    ((only, everybody),) = journeys.modes("drive")
    assert only == "drive"
    assert everybody.all()


def test_ambulances_of_a_table_are_not_taken_from_that_of_cars():
    """A table to the sites says nothing of ways from them."""
    table = pd.DataFrame([("c0", "s", 4.0)], columns=["from_id", "to_id", "minutes"])
    assert set(Travel(drive=ByTable(table)).by_mode) == {"drive"}
    assert set(Travel(drive=AlongRoads("a.pbf")).by_mode) == {"drive", "ambulance"}


def test_a_surface_and_a_table():
    """Minutes over 100 m cells of 0.01 minutes per metre; a table by ids, the missing unreached."""
    ground = region()
    west, north = ground.grid.xy_m[0] + [-50, 250]
    pace = np.full((5, 40), 0.01)
    surface = FrictionSurface(pace, Affine(100, 0, west, 0, -100, north), ground.crs)
    first = str(ground.grid.table.index[0])
    table = pd.DataFrame([(first, "s", 4.0)], columns=["from_id", "to_id", "minutes"])
    journeys = bound(ground, walk=OverSurface(surface), drive=ByTable(table))
    sites = journeys.setting.sites
    assert journeys.ways("walk").nearest(sites) == pytest.approx([10, 10])
    times = journeys.ways("walk").times(sites, 10.0)
    assert times.value == pytest.approx([10, 10])
    assert journeys.ways("drive").nearest(sites).tolist() == [4.0, np.inf]
    unknown = site_set(ground.sites.table.rename(index={"s": "new"}), ground.crs)
    assert np.isinf(journeys.ways("drive").nearest(unknown)).all()
    assert journeys.ways("drive").report(unknown)["sites_that_reach_nobody"]["first"] == ["new"]


def test_km_along_roads():
    """Kilometres of rules follow the roads of the named mode."""
    ground = region()
    journeys = bound(ground, drive=roads_of(ground), km_along="drive")
    assert journeys.km_ways.nearest(journeys.setting.sites) == pytest.approx([1.0, np.inf])
    assert bound(ground, drive=roads_of(ground)).km_ways is None


def test_reports_say_what_each_mode_goes_by():
    """Sources, and whom they leave out."""
    ground = region()
    journeys = bound(ground, drive=roads_of(ground), rural_by={"walk": "drive"})
    reports = journeys.reports
    assert [reports[m]["source"] for m in ("walk", "drive", "ambulance")] == [
        "straight line", "roads", "roads"
    ]  # fmt: skip
    assert reports["walk"]["rural_people_instead"] == "drive"
    assert reports["ambulance"]["direction"] == "from site"
    assert journeys.notes() == []


def test_wrong_travel_is_told_at_once():
    """Every problem in one error."""
    with pytest.raises(InputError) as caught:
        Travel(walk="roads.pbf", rural_by={"walk": "fly"}, km_along="drive")
    text = str(caught.value)
    assert "walk must be AlongRoads" in text
    assert "'fly'" in text
    assert "km_along" in text
    with pytest.raises(InputError, match="snap_limit_m"):
        AlongRoads("a.pbf", snap_limit_m=-1, access_kmh=0)
    assert not Travel()
    assert Travel(rural_by={"walk": "drive"})


def written(folder, minutes):
    """A table of times in a file: from both cells to the site."""
    path = folder / "times.csv"
    rows = [f"{cell},s,{minutes}" for cell in region().grid.table.index]
    path.write_text("\n".join(["from_id,to_id,minutes", *rows]), "utf-8")
    return path


def test_a_travel_stays_bound_to_the_same_people_sites_and_files(tmp_path):
    """Scenario after scenario the same ways are used; what changes is bound anew."""
    path = written(tmp_path, 3)
    travel = Travel(drive=ByTable(path))
    first = Journeys.of(travel, region(), Assumptions())
    assert Journeys.of(travel, region(), Assumptions()) is first
    fewer = small_region(people=[900, 500], x_km=[0, 2], y_km=[0, 0], urban=[True, False],
                         sites=[site("s", x_km=1, y_km=0)])  # fmt: skip
    assert Journeys.of(travel, fewer, Assumptions()) is not first
    assert first.ways("drive").nearest(first.setting.sites).tolist() == [3, 3]
    written(tmp_path, 2.5)
    again = Journeys.of(travel, region(), Assumptions())
    assert again is not first
    assert again.ways("drive").nearest(again.setting.sites).tolist() == [2.5, 2.5]


def test_what_is_no_file_is_bound_anew():
    """A network in memory may have been changed in place."""
    ground = region()
    travel = Travel(drive=roads_of(ground))
    first = Journeys.of(travel, ground, Assumptions())
    assert Journeys.of(travel, ground, Assumptions()) is not first


def test_arcs_are_kept_as_long_as_no_way_counts_for_less():
    """Another detour changes how near one may live at all."""
    ground = region()
    journeys = bound(ground, drive=roads_of(ground))
    ways, least = journeys.ways("drive"), np.array([1.0, 1.0])
    first = journeys.arcs("drive", ways, least)
    assert journeys.arcs("drive", ways, least.copy()) is first
    assert journeys.arcs("drive", ways, 2 * least) is not first

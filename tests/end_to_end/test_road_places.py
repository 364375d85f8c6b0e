"""Travel along the roads of real places: published shares, islands, a network that is too small.

The data are not part of the project: these tests run where a copy lies beside it, in
``../shared/data`` (OpenStreetMap, ODbL; hexagons of the Access to Opportunities Project; grid of
Helsinki, HSY, CC BY 4.0; WorldPop and WHO / KWTRP list, CC BY 4.0).
"""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from road_builders import DATA
from scipy.spatial import cKDTree

from allocator.region.coordinates import project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.osm_roads import roads_of_osm
from allocator.travel.road_files import read_roads
from allocator.travel.road_report import RoadWarning
from allocator.travel.roads import road_network, road_network_km
from allocator.travel.shortest import RoadEnds, shortest
from allocator.travel.snapping import snap

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")
PLACES = {
    "porto_alegre": ("poa_osm.pbf", "poa_hexgrid.csv", "EPSG:32722"),
    "sao_paulo": ("spo_osm.pbf", "spo_hexgrid.csv", "EPSG:32723"),
}


def hexagons(name):
    """Roads' file, people by hexagon, hexagons with a health facility."""
    roads, table, crs = PLACES[name]
    frame = pd.read_csv(DATA / name / table)
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    xy_m = np.stack(project(lon, lat, "EPSG:4326", crs), axis=1)
    demand = Demand(frame["population"].to_numpy(float), frame["id"].tolist(), xy_m=xy_m, crs=crs)
    has_one = (frame["healthcare"] > 0).to_numpy()
    sites = SiteSet(frame["id"][has_one].tolist(), xy_m=xy_m[has_one], crs=crs)
    return DATA / name / roads, demand, sites


def covered(demand, cells):
    return demand.people[np.unique(cells)].sum() / demand.people.sum()


@pytest.mark.parametrize(("name", "share"), [("porto_alegre", 0.7252), ("sao_paulo", 0.7098)])
def test_people_within_1000_m_of_a_facility_along_roads(name, share):
    """72.5 % and 71.0 % are within 1,000 m, as the data's description says.

    It goes by car streets whatever their access, enters them at the nearest point of the largest
    part on which one can return, and adds the straight way of people but not of facilities.
    """
    file, demand, sites = hexagons(name)
    roads = roads_of_osm(file, restricted=True)
    part, km = roads.round_trips
    largest = (part[roads.tail] == km.argmax()) & (part[roads.head] == km.argmax())
    points = roads.path_xy_m[np.repeat(largest, np.diff(roads.path_start))]

    def ends(xy_m, legs):
        away_m, point = cKDTree(points).query(xy_m)
        return RoadEnds(snap(roads, points[point], least_part_km=10), legs * away_m / 1000)

    along_km = np.where(roads.is_open, roads.length_m / 1000, np.inf)
    people, facilities = ends(demand.xy_m, 1), ends(sites.xy_m, 0)
    cell, _, _ = shortest(roads, along_km, people, facilities, limit=1.0)
    assert covered(demand, cell) == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "mode", "share"),
    [("porto_alegre", "drive", 0.6958), ("porto_alegre", "walk", 0.8108),
     ("sao_paulo", "drive", 0.6464), ("sao_paulo", "walk", 0.9035)],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::allocator.travel.road_report.RoadWarning")
def test_what_differs_from_the_description(name, mode, share):
    """Fewer people by car, more on foot.

    Here the straight way to the facility counts too, who enters a one-way street in its middle must
    follow it (entered at its ends, one may turn at once), and closed roads are closed. People on
    foot need not mind one-way streets.
    """
    file, demand, sites = hexagons(name)
    roads = read_roads(file, mode=mode)
    times = road_network_km(roads, demand, sites, max_km=1, direction="to site")
    assert covered(demand, times.cell) == pytest.approx(share, abs=5e-4)


def test_helsinki_has_fewer_roads_than_grid():
    """An extract that holds a quarter of the grid is warned about, with the share of people off it.

    55,746 of 71,724 people (77.7 %) live beyond the edge of the roads.
    """
    grid = gpd.read_file(DATA / "helsinki" / "helsinki_population_grid_2020.gpkg")
    middle = grid.to_crs("EPSG:32635").centroid
    demand = Demand(
        grid["population"].to_numpy(float),
        xy_m=np.stack([middle.x, middle.y], axis=1),
        crs="EPSG:32635",
    )
    sites = np.array([[386_000.0, 6_672_000.0]])
    with pytest.warns(RoadWarning, match=r"55,746 people \(77.7%\) .* smaller than the grid"):
        times = road_network(
            DATA / "helsinki" / "Helsinki.osm.pbf", demand, sites, max_minutes=60,
            direction="from site",
        )  # fmt: skip
    off = times.provenance["left_out"]["beyond_the_edge_of_the_roads"]
    assert off["share"] == pytest.approx(0.777, abs=5e-4)
    assert any("smaller than the grid" in note for note in times.provenance["notes"])


def test_islands_of_comoros():
    """Ambulances from 65 public facilities to the cells of a country of three islands.

    No arc leads from one island to another; who lives too far from a road is counted: WorldPop
    spreads people over all land, 209,104 of them (24 %) farther than 1 km from any road.
    """
    folder = DATA / "comoros"
    with rasterio.open(folder / "com_ppp_2020_UNadj.tif") as file:
        people = file.read(1)
        row, column = np.nonzero((people != file.nodata) & (people > 0))
        lon, lat = (np.asarray(side) for side in file.xy(row, column))
    crs = "EPSG:32738"
    demand = Demand(
        people[row, column].astype(float),
        xy_m=np.stack(project(lon, lat, "EPSG:4326", crs), axis=1),
        crs=crs,
    )
    listed = pd.read_csv(folder / "who_kwtrp_public_facilities_comoros.csv")
    listed = listed.dropna(subset=["Lat", "Long"])
    at = listed["Long"].to_numpy(float), listed["Lat"].to_numpy(float)
    sites = SiteSet(
        [f"{k}" for k in listed.index], xy_m=np.stack(project(*at, "EPSG:4326", crs), 1), crs=crs
    )
    roads = read_roads(folder / "comores-latest.osm.pbf")
    with pytest.warns(RoadWarning, match="209,104 people"):
        times = road_network(roads, demand, sites, max_minutes=60, direction="from site")
    told = times.provenance["left_out"]
    islands = [part for part in told["parts"] if part["sites"]]
    assert [part["sites"] for part in islands] == [31, 10, 23]
    assert told["on_a_part_without_a_site"]["people"] == pytest.approx(388, abs=1)
    assert told["sites_too_far_from_a_road"] == [sites.ids[17]]
    part = roads.parts[0]
    of_cell = part[snap(roads, demand.xy_m).node(roads)]
    of_site = part[snap(roads, sites.xy_m).node(roads)]
    assert (of_cell[times.cell] == of_site[times.site]).all()
    _, minutes = times.nearest(np.ones(len(sites), dtype=bool))
    for limit, share in ((15, 0.622), (30, 0.754), (60, 0.759)):
        within = demand.people[minutes <= limit].sum() / demand.people.sum()
        assert within == pytest.approx(share, abs=0.001)
    json.dumps(times.provenance)

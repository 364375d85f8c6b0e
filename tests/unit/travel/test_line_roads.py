"""Roads from layers of lines: where lines meet, which way, how fast; Alachua's streets."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pylusat
import pytest
from road_builders import DATA, at
from shapely import LineString, MultiLineString, Point

from allocator.errors import InputError
from allocator.region.folder import read_region
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.line_roads import LineFields, roads_of_lines
from allocator.travel.road_files import read_roads
from allocator.travel.road_report import RoadWarning
from allocator.travel.road_speeds import RoadSpeeds
from allocator.travel.roads import road_network, road_network_km

real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")
STREETS = Path(pylusat.__file__).parent / "datasets" / "streets" / "streets.shp"


def layer(*lines, crs="EPSG:32651", **columns):
    return gpd.GeoDataFrame(columns, geometry=[LineString(at(*line)) for line in lines], crs=crs)


# A street, one that ends on its middle, one that crosses both without a common point.
CROSSING = layer([(0, 0), (2, 0)], [(1, 0), (1, 2)], [(0, -0.3), (3, 1.2)])


@pytest.mark.parametrize(
    ("meet", "nodes", "streets", "parts"),
    [("ends", 6, 3, 3), ("points", 6, 4, 2), ("crossings", 8, 8, 1)],
)
def test_where_lines_meet(meet, nodes, streets, parts):
    """At ends only; also where one ends on another; also where they cross in mid air."""
    roads = roads_of_lines(CROSSING, LineFields(meet=meet, road_class=""))
    assert roads.n_nodes == nodes
    assert len(roads) == streets
    assert len(roads.parts[1]) == parts
    assert roads.km.sum() == pytest.approx(4 + np.hypot(3, 1.5))


def test_ends_that_nearly_meet_are_joined():
    """A gap of 40 cm is none, one of 60 cm is; what is too short to matter goes."""
    for gap_km, parts in ((0.0004, 1), (0.0006, 2)):
        lines = layer([(0, 0), (1, 0)], [(1 + gap_km, 0), (2, 0)])
        assert len(roads_of_lines(lines, LineFields()).parts[1]) == parts
    near = layer([(0, 0), (1, 0), (1.0003, 0)], [(1, 0), (1, 1)])
    roads = roads_of_lines(near, LineFields())
    assert len(roads.parts[1]) == 1
    assert (roads.tail != roads.head).all()


def test_direction_and_speed_fields():
    """F, T and B as along streets in American files; blank is both; mph are turned to km/h."""
    lines = layer(
        [(0, 0), (1, 0)], [(1, 0), (2, 0)], [(2, 0), (3, 0)], [(3, 0), (4, 0)],
        way=["F", "T", "B", None], limit=[30, 0, -1, None], kind=["primary", "", None, "primary"],
    )  # fmt: skip
    fields = LineFields(direction="way", speed="limit", speed_unit="mph", road_class="kind")
    roads = roads_of_lines(lines, fields)
    assert roads.is_open.tolist() == [[True, False], [False, True], [True, True], [True, True]]
    assert roads.kmh[0].tolist() == pytest.approx([48.28032] * 2)
    assert np.isnan(roads.kmh[1:]).all()
    assert (roads.classes, roads.class_of.tolist()) == (("primary",), [0, -1, -1, 0])
    assert roads_of_lines(lines, fields, mode="walk").is_open.all()


def test_numbers_in_the_direction_field():
    """1, 0 and -1 may come as numbers."""
    lines = layer([(0, 0), (1, 0)], [(1, 0), (2, 0)], [(2, 0), (3, 0)], way=[1.0, 0.0, -1.0])
    roads = roads_of_lines(lines, LineFields(direction="way"))
    assert roads.is_open.tolist() == [[True, False], [True, True], [False, True]]


def test_several_lines_in_one_and_classes_of_others():
    """Multi-lines are taken apart, and footways are left to those who walk."""
    both = MultiLineString([at((0, 0), (1, 0)), at((0, 1), (1, 1))])
    lines = gpd.GeoDataFrame(
        {"highway": ["service", "footway"]}, geometry=[both, LineString(at((0, 0), (0, 1)))],
        crs="EPSG:32651",
    )  # fmt: skip
    assert len(roads_of_lines(lines, LineFields())) == 2
    assert len(roads_of_lines(lines, LineFields(), mode="walk")) == 3


def test_every_problem_at_once():
    """Columns, units, options and coordinate systems are checked together."""
    fields = LineFields(direction="oneway", speed="v", speed_unit="knots", meet="above", join_m=0)
    with pytest.raises(InputError) as found:
        roads_of_lines(layer([(0, 0), (1, 0)], crs=None), fields, crs="EPSG:3857")
    assert len(found.value.problems) == 7
    with pytest.raises(InputError, match="the direction field says 'sideways'; known are"):
        roads_of_lines(layer([(0, 0), (1, 0)], way=["Sideways"]), LineFields(direction="way"))
    points = gpd.GeoDataFrame(geometry=[Point(0, 0)], crs="EPSG:32651")
    with pytest.raises(InputError, match="roads must be lines, got Point"):
        roads_of_lines(points, LineFields())
    with pytest.raises(InputError, match="no line that one may drive on"):
        roads_of_lines(layer([(0, 0), (1, 0)], highway=["steps"]), LineFields())


def test_layers_in_degrees_are_measured_in_metres(tmp_path):
    """A GeoJSON in degrees gets the UTM zone where it lies; the file and its hash are told."""
    file = tmp_path / "roads.geojson"
    layer([(0, 0), (1, 0)]).to_crs("EPSG:4326").to_file(file)
    roads = read_roads(file)
    assert roads.crs == "EPSG:32651"
    assert roads.km == pytest.approx([1], rel=1e-5)
    assert roads.source["file"] == "roads.geojson"
    assert len(roads.source["sha256"]) == 64


def test_streets_of_alachua():
    """The streets behind data/alachua: as many crossings and one-way arcs as its script finds.

    The script rounds ends to a grid of half a metre and finds 16,856 and 41,298.
    """
    fields = LineFields(direction="ONE_WAY", speed="SPEED", speed_unit="mph", meet="ends")
    roads = read_roads(STREETS, fields=fields, crs="EPSG:26917")
    assert roads.n_nodes == pytest.approx(16_856, abs=5)
    assert roads.n_arcs == pytest.approx(41_298, abs=15)
    assert np.bincount(roads.parts[0]).max() == pytest.approx(0.9986 * roads.n_nodes, rel=0.001)
    everything = read_roads(STREETS, fields=LineFields(direction="ONE_WAY"), crs="EPSG:26917")
    assert len(everything.parts[1]) == 1


@real
def test_raw_ways_of_comoros_are_split():
    """Ways as they come, not split at junctions: as many parts as the extract itself has."""
    roads = read_roads(DATA / "comoros" / "roads.gpkg")
    assert np.sort(np.bincount(roads.parts[0]))[:-4:-1] == pytest.approx(
        [3_838, 2_428, 1_057], rel=0.005
    )


def test_a_way_round_over_a_crossing():
    """Split at the crossing, the way turns there; unsplit, it must go to the ends."""
    cells, sites = at((0, 0)), at((2.5, 0.95))
    split = roads_of_lines(CROSSING, LineFields(meet="crossings"))
    times = road_network_km(split, cells, sites, max_km=20, direction="to site")
    assert times.value == pytest.approx([0.6 + np.hypot(1.9, 0.95)])


def test_ambulances_of_alachua_on_its_streets():
    """The shipped region and the streets behind it: 83 % of people within 8 minutes of a site.

    1.1 % live farther than a kilometre from any street.
    """
    region = read_region(Path(__file__).parents[3] / "data" / "alachua")
    fields = LineFields(direction="ONE_WAY", speed="SPEED", speed_unit="mph")
    roads = read_roads(STREETS, fields=fields, crs=region.crs)
    demand = Demand(region.grid.people, xy_m=region.grid.xy_m, crs=region.crs)
    xy_m = region.sites.table[["x_m", "y_m"]].to_numpy(float)
    sites = SiteSet(region.sites.table.index.astype(str).tolist(), xy_m=xy_m, crs=region.crs)
    with pytest.warns(RoadWarning, match=r"\(1.1%\) are farther than 1000 m from any road"):
        times = road_network(
            roads, demand, sites, max_minutes=30, direction="from site", urban=region.grid.urban,
            speeds=RoadSpeeds(kmh={"no class": 32}),
        )  # fmt: skip
    reached = times.within(8).degree > 0
    assert demand.people[reached].sum() / demand.people.sum() == pytest.approx(0.829, abs=0.002)
    assert times.provenance["left_out"]["n_parts"] == 1

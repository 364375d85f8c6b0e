"""Demand, sites, times and levels of a location question: what is read, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import Affine
from rasterio.warp import transform

from allocator.files.instances.ends import DemandFile, read_ends
from allocator.files.instances.levels import read_levels
from allocator.files.instances.site_columns import SitesFile
from allocator.region.findings import Findings

CELLS = "id,people,lon,lat\n01,10,120.70,30.70\n区2,20.5,120.71,30.70\n3,0,120.70,30.71\n"
SITES = "id,lon,lat\nA,120.70,30.70\nB,120.71,30.71\n"
IDS = ["01", "区2", "3"]


def ends(folder, *, demand="cells.csv", sites="sites.csv", crs=None, placed=True, capacity=False,
         **options):  # fmt: skip
    """Read both sides; what was found with them."""
    found = Findings()
    asked = None if demand is None else DemandFile(folder / demand, **options)
    wanted = SitesFile(folder / sites, needs_capacity=capacity)
    return read_ends(asked, wanted, crs=crs, placed=placed, found=found), found


def text_of(found):
    """All problems in one text."""
    return "\n".join(found.problems)


def test_degrees_are_measured_in_metres(folder):
    """lon and lat are projected to the UTM zone, and the notes say so; ids stay text."""
    read, found = ends(folder(cells__csv=CELLS, sites__csv=SITES))
    assert found.problems == []
    assert read.demand.ids == IDS
    assert read.demand.people.tolist() == [10, 20.5, 0]
    assert read.demand.crs == read.sites.crs == "EPSG:32651"
    km = np.hypot(*(read.demand.xy_m[1] - read.demand.xy_m[0])) / 1000
    assert km == pytest.approx(0.957, abs=0.002)
    assert any("EPSG:32651, the UTM zone" in note for note in found.notes)
    assert any("projected from EPSG:4326" in note for note in found.notes)


def test_a_byte_order_mark_gbk_and_capitals_are_read(folder):
    """Files as spreadsheets write them: BOM, GBK, headers in capitals."""
    where = folder(
        cells__csv=b"\xef\xbb\xbf" + CELLS.replace("id,people", "ID,People").encode(),
        sites__csv=SITES.replace("A,", "卫生院,").encode("gb18030"),
    )
    read, found = ends(where)
    assert found.problems == []
    assert read.demand.ids == IDS
    assert list(read.sites.ids) == ["卫生院", "B"]
    assert any("GBK" in note for note in found.notes)


def test_excel_and_map_layers_give_the_same(folder, tmp_path):
    """xlsx, gpkg points in another CRS, gpkg polygons: the same cells at the same places."""
    where = folder(cells__csv=CELLS, sites__csv=SITES)
    expected, _ = ends(where)
    table = pd.DataFrame({"id": IDS, "people": [10, 20.5, 0], "lon": [120.70, 120.71, 120.70],
                          "lat": [30.70, 30.70, 30.71]})  # fmt: skip
    table.to_excel(tmp_path / "cells.xlsx", index=False)
    points = gpd.GeoDataFrame(
        table[["id", "people"]], geometry=gpd.points_from_xy(table["lon"], table["lat"]),
        crs="EPSG:4326",
    )  # fmt: skip
    points.to_crs("EPSG:3857").to_file(tmp_path / "points.gpkg")
    metric = points.to_crs("EPSG:32651")
    metric.set_geometry(metric.buffer(100, cap_style="square")).to_file(tmp_path / "squares.gpkg")
    for name in ("cells.xlsx", "points.gpkg", "squares.gpkg"):
        read, found = ends(where, demand=name)
        assert found.problems == []
        assert read.demand.ids == IDS
        assert read.demand.people.tolist() == [10, 20.5, 0]
        assert read.demand.xy_m == pytest.approx(expected.demand.xy_m, abs=0.01)
        assert read.sites.xy_m == pytest.approx(expected.sites.xy_m, abs=0.01)


def test_web_mercator_is_not_measured_in(folder, tmp_path):
    """Coordinates stated in a map that stretches lengths are projected, and the notes say why."""
    x, y = transform("EPSG:4326", "EPSG:3857", [120.70, 120.71], [30.70, 30.71])
    text = "id,people,x,y\n" + "".join(f"c{i},1,{x[i]},{y[i]}\n" for i in range(2))
    read, found = ends(folder(cells__csv=text, sites__csv=SITES), crs="EPSG:3857")
    assert found.problems == []
    assert read.demand.crs == "EPSG:32651"
    assert any("not measured in EPSG:3857" in note for note in found.notes)
    assert read.demand.xy_m == pytest.approx(read.sites.xy_m, abs=0.01)


def test_metres_are_taken_as_they_are(folder):
    """x and y in a local metric CRS stay what they are; sites in degrees come to them."""
    where = folder(cells__csv="id,people,x,y\na,1,280000,3400000\n", sites__csv=SITES)
    read, found = ends(where, crs="EPSG:32651")
    assert found.problems == []
    assert read.demand.xy_m.tolist() == [[280000, 3400000]]
    assert read.sites.crs == "EPSG:32651"


@pytest.mark.parametrize(
    ("cells", "sites", "crs", "words"),
    [
        ("id,people,x,y\na,1,280000,3400000\n", SITES, None, "give --crs EPSG:N"),
        ("id,people,x,y\na,1,120.7,30.7\nb,1,120.8,30.7\n", SITES, "EPSG:32651", "look like deg"),
        ("id,people,lon,lat\na,1,280000,3400000\n", SITES, None, "look like metres"),
        ("id,people,lon,lat\na,1,30.7,120.7\n", SITES, None, "swapped"),
        (CELLS, "id,lon,lat\nA,30.70,120.70\n", None, "swapped"),
        (CELLS, SITES, "EPSG:99999", "not a known coordinate reference system"),
        ("id,people\na,1\n", SITES, None, "no coordinates"),
        ("id,people,lon,lat\na,1,,30.7\n", SITES, None, "no number (empty or NaN) in row 2"),
        ("id,people,x,y\na,1,9e9,9e9\n", SITES, "EPSG:32651", "lie outside EPSG:32651"),
    ],
)
def test_places_that_make_no_sense_are_refused(folder, cells, sites, crs, words):
    """Degrees taken for metres and the reverse, swapped, missing, unknown CRS."""
    read, found = ends(folder(cells__csv=cells, sites__csv=sites), crs=crs)
    assert read is None
    assert words in text_of(found)


def test_every_problem_of_both_files_is_told_at_once(folder):
    """Rows with bad people, twice the same id, unknown status, negative cost, in one go."""
    where = folder(
        cells__csv="id,people,lon,lat\na,-5,120.7,30.7\na,x,120.7,30.7\nb,,120.7,30.7\n",
        sites__csv="id,lon,lat,status,cost\nA,120.7,30.7,standing,1\nB,120.7,30.7,,-2\n",
    )
    read, found = ends(where)
    assert read is None
    told = text_of(found)
    for words in ("'-5' (row 2)", "'x' (row 3)", "row 4", "duplicate ids 'a'",
                  "'standing' is not known", "'-2' (row 3)"):  # fmt: skip
        assert words in told


def test_costs_capacity_and_status_of_sites(folder):
    """Empty status is candidate; an existing site with a closing cost may close."""
    where = folder(
        cells__csv=CELLS,
        sites__csv="id,lon,lat,status,cost,running_cost,closing_cost,capacity\n"
        "A,120.7,30.7,existing,,2,,30\nB,120.7,30.7,existing,,2,5,40\nC,120.7,30.7,,7,,,50\n",
    )
    read, found = ends(where, capacity=True)
    assert found.problems == []
    assert list(read.sites.status) == ["existing", "existing", "candidate"]
    assert read.may_close.tolist() == [1]
    assert read.sites.opening_cost.tolist() == [0, 0, 7]
    assert read.sites.running_cost.tolist() == [2, 2, 0]
    assert read.sites.closing_cost.tolist() == [0, 5, 0]
    assert read.sites.capacity.tolist() == [30, 40, 50]


def test_a_cost_or_capacity_that_is_needed_may_not_be_empty(folder):
    """A new site without cost beside others with one; capacity where the model needs it."""
    where = folder(
        cells__csv=CELLS,
        sites__csv="id,lon,lat,cost,capacity\nA,120.7,30.7,3,\nB,120.7,30.7,,9\n",
    )
    read, found = ends(where, capacity=True)
    assert read is None
    assert "sites.csv, cost: empty in row 3" in text_of(found)
    assert "sites.csv, capacity: no number (empty or NaN) in row 2" in text_of(found)


def test_groups_are_the_columns_that_are_named(folder):
    """Further numeric columns become groups when they are asked for, else they are left alone."""
    where = folder(
        cells__csv="id,people,urban,lon,lat\na,5,4,120.7,30.7\nb,6,1,120.7,30.71\n",
        sites__csv=SITES,
    )
    read, _ = ends(where, groups=("urban",))
    assert read.demand.groups["urban"].tolist() == [4, 1]
    assert ends(where)[0].demand.groups == {}
    read, found = ends(where, groups=("urbn",))
    assert read is None
    assert "'urbn' is missing; is it 'urban'?" in text_of(found)


def test_rows_without_ids_are_called_by_file_and_row(folder):
    """A list without ids can be used where places say which is which, and not with a table."""
    where = folder(cells__csv=CELLS, sites__csv="Lat,Long\n30.7,120.7\n30.71,120.7\n")
    read, found = ends(where)
    assert list(read.sites.ids) == ["sites:2", "sites:3"]
    assert any("called by file and row" in note for note in found.notes)
    read, found = ends(where, placed=False)
    assert read is None
    assert "column 'id' is missing" in text_of(found)


def test_no_coordinates_are_needed_beside_a_table_of_times(folder):
    """With --times ids are enough."""
    read, found = ends(
        folder(cells__csv="id,people\na,1\n", sites__csv="id\nA\n"), placed=False
    )  # fmt: skip
    assert found.problems == []
    assert read.demand.xy_m is None
    assert list(read.sites.ids) == ["A"]


def test_files_that_are_not_there_are_told_together(tmp_path):
    """Both names, with their options."""
    read, found = ends(tmp_path)
    assert read is None
    assert [p.split()[0] for p in found.problems] == ["--demand", "--sites"]


def test_a_map_file_with_several_layers_asks_which(folder, tmp_path):
    """Neither is guessed; naming one settles it."""
    one = gpd.GeoDataFrame({"id": ["a"], "people": [1]}, geometry=[shapely.Point(120.7, 30.7)],
                           crs="EPSG:4326")  # fmt: skip
    one.to_file(tmp_path / "two.gpkg", layer="first")
    one.to_file(tmp_path / "two.gpkg", layer="second")
    where = folder(sites__csv=SITES)
    read, found = ends(where, demand="two.gpkg")
    assert read is None
    assert "say which: --demand-layer NAME" in text_of(found)
    assert ends(where, demand="two.gpkg", layer="second")[0].demand.ids == ["a"]


@pytest.fixture
def raster(tmp_path):
    """A small raster in degrees: 4 cells with people, one nodata."""
    values = np.array([[5, 0, 7], [-99999, 2.5, 1]], dtype=np.float32)
    with rasterio.open(
        tmp_path / "people.tif", "w", driver="GTiff", width=3, height=2, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.01, 0, 120.7, 0, -0.01, 30.72), nodata=-99999,
    ) as file:  # fmt: skip
        file.write(values, 1)


@pytest.mark.usefixtures("raster")
def test_a_raster_is_read_once_somebody_says_what_it_holds(folder):
    """Counts as they are, densities times area; cells without people are no cells."""
    where = folder(sites__csv=SITES)
    read, found = ends(where, demand="people.tif", grid_kind="count")
    assert found.problems == []
    assert read.demand.people.tolist() == [5, 7, 2.5, 1]
    assert list(read.demand.ids) == ["r0c0", "r0c2", "r1c1", "r1c2"]
    assert read.demand.crs == "EPSG:32651"
    density, _ = ends(where, demand="people.tif", grid_kind="density")
    assert density.demand.people / read.demand.people == pytest.approx(1.062, abs=0.003)
    read, found = ends(where, demand="people.tif")
    assert read is None
    assert "--grid-kind count" in text_of(found)


def test_levels_are_read_from_the_lowest_up(folder):
    """What is empty is not asked for; a limit in the wrong unit is missing."""
    where = folder(
        levels__csv="name,radius_km,p,share,weight,cost\nstation,2,9,,,\nhospital,10,,0.9,3,50\n",
        bad__csv="name,radius_km,p,share\na,2,1.5,1.2\na,-1,1,\n",
    )
    found = Findings()
    low, high = read_levels(where / "levels.csv", unit="km", found=found)
    assert (low.name, low.reach, low.p, low.share, low.weight, low.cost) == (
        "station", 2, 9, None, 1, None,
    )  # fmt: skip
    assert (high.p, high.share, high.weight, high.cost) == (None, 0.9, 3, 50)
    assert read_levels(where / "bad.csv", unit="km", found=found) == []
    told = text_of(found)
    for words in ("duplicate ids 'a'", "'-1'", "whole number", "0..1"):
        assert words in told
    found = Findings()
    assert read_levels(where / "levels.csv", unit="minutes", found=found) == []
    assert "'minutes' is missing" in text_of(found)

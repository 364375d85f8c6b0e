"""Map layers and tables that a planner may bring, and what is wrong with some of them."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from region_folders import FILES, HALVES, TOML, outlines, swapped, tiny_folder
from shapely.geometry import Point, box

from allocator.assumptions import Assumptions
from allocator.errors import InputError
from allocator.region.findings import Findings, listed, nearest, repeated
from allocator.region.folder import read_region
from allocator.region.forecast import for_planning
from allocator.region.tables import read_table
from allocator.region.vector import read_sheet

SQUARES = gpd.GeoDataFrame(
    {"id": ["a", "b"], "name": ["南湖区", "秀洲区"], "people": [1.5, 2.0]},
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs="EPSG:4490",
)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp"])
def test_layers_of_every_form_read_the_same(tmp_path: Path, suffix: str) -> None:
    """GeoPackage, GeoJSON and shapefile give the same text and the same shapes."""
    SQUARES.to_file(tmp_path / f"layer.{suffix}", encoding="utf-8")
    found = Findings()
    sheet = read_sheet(tmp_path / f"layer.{suffix}", found)
    assert found.problems == []
    assert sheet is not None
    assert sheet.text("name").tolist() == ["南湖区", "秀洲区"]
    assert sheet.numbers("people").tolist() == [1.5, 2.0]
    assert [shape.area for shape in sheet.geometry] == [1.0, 1.0]


def test_a_shapefile_without_prj_is_refused(tmp_path: Path) -> None:
    """Without a CRS nobody knows where a layer lies."""
    SQUARES.to_file(tmp_path / "layer.shp", encoding="utf-8")
    (tmp_path / "layer.prj").unlink()
    found = Findings()
    assert read_sheet(tmp_path / "layer.shp", found) is None
    assert "layer.shp: has no coordinate reference system" in found.problems[0]


def test_the_layer_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    """Two layers in one GeoPackage need a choice, and a wrong choice names both."""
    path = tmp_path / "layers.gpkg"
    SQUARES.to_file(path, layer="one")
    SQUARES.to_file(path, layer="two")
    found = Findings()
    assert read_sheet(path, found) is None
    assert read_sheet(path, found, layer="three") is None
    assert "several layers (one, two)" in found.problems[0]
    assert "no layer 'three'; layers found: one, two" in found.problems[1]
    assert read_sheet(path, found, layer="two") is not None


def test_layers_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    """Broken files, tables without geometry and mixed geometries each get their own message."""
    (tmp_path / "broken.gpkg").write_bytes(b"not a GeoPackage")
    mixed = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[Point(0, 0), box(0, 0, 1, 1)], crs=4326)
    mixed.to_file(tmp_path / "mixed.geojson")
    found = Findings()
    for name in ("broken.gpkg", "mixed.geojson"):
        assert read_sheet(tmp_path / name, found) is None
    assert "broken.gpkg: cannot be read as a map layer" in found.problems[0]
    assert "mixed.geojson: mixes geometry types (Point, Polygon)" in found.problems[1]


def test_units_drawn_as_points_are_refused(tmp_path: Path) -> None:
    """Units need outlines, not points."""
    folder = tiny_folder(tmp_path, {"region.toml": swapped(TOML, "units.csv", "units.geojson")})
    table = pd.read_csv(folder / "units.csv").fillna("")
    points = gpd.GeoDataFrame(table, geometry=[Point(120.9, 30.7)] * 3, crs=4326)
    points.to_file(folder / "units.geojson")
    with pytest.raises(InputError, match=r"units R, A, B are not polygons \(Point\)"):
        read_region(folder)


def test_outlines_that_cross_themselves_are_repaired(tmp_path: Path) -> None:
    """A bow tie is mended, and a note names the unit."""
    text = outlines(HALVES)
    first = text.index("[[[") + 2
    ring = text[first : text.index("]]]") + 1].split("], [")
    ring[1], ring[2] = ring[2], ring[1]
    crossed = text[:first] + "], [".join(ring) + text[text.index("]]]") + 1 :]
    files = {"region.toml": swapped(TOML, "units.csv", "units.geojson"), "units.geojson": crossed}
    notes = read_region(tiny_folder(tmp_path, files)).notes
    assert any("outlines of A crossed themselves and were repaired" in note for note in notes)


def test_overlapping_outlines_are_noted(tmp_path: Path) -> None:
    """Planning units that share ground are told, with how much."""
    shapes = outlines({"A": (0, 0, 2, 2), "B": (1, 0, 4, 2)})
    files = {"region.toml": swapped(TOML, "units.csv", "units.geojson"), "units.geojson": shapes}
    notes = read_region(tiny_folder(tmp_path, files)).notes
    assert any("outlines of planning units overlap by 25.0%" in note for note in notes)


def test_numeric_ids_of_layers_stay_whole(tmp_path: Path) -> None:
    """An id column stored as 330402.0 is the id 330402."""
    table = SQUARES.assign(id=[330402.0, 330411.0])
    table.to_file(tmp_path / "layer.gpkg")
    sheet = read_sheet(tmp_path / "layer.gpkg", Findings())
    assert sheet is not None
    assert sheet.ids().tolist() == ["330402", "330411"]


def test_rows_are_named_as_in_the_file(tmp_path: Path) -> None:
    """Row numbers in messages count the header and blank lines, as a spreadsheet does."""
    (tmp_path / "t.csv").write_text("id,n\na,1\n\nb,x\n", encoding="utf-8")
    found = Findings()
    sheet = read_table(tmp_path / "t.csv", found)
    assert sheet is not None
    assert sheet.ids().tolist() == ["a", "b"]
    sheet.numbers("n")
    assert "not a number: 'x' (row 4)" in found.problems[0]


def test_empty_tables_have_no_rows(tmp_path: Path) -> None:
    """A header alone is a table without rows; an empty file is unreadable."""
    (tmp_path / "header.csv").write_text("id,n\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    found = Findings()
    header = read_table(tmp_path / "header.csv", found)
    assert header is not None
    assert len(header) == 0
    assert read_table(tmp_path / "empty.csv", found) is None
    assert "empty.csv: cannot be read as a table" in found.problems[0]


def test_words_are_listed_shortly() -> None:
    """Long lists end in how many more there are; hints name the nearest word."""
    assert listed("abc", most=2) == "a, b and 1 more"
    assert nearest("countty", ["county", "city"]) == "did you mean 'county'?"
    assert nearest("zzz", ["b", "a"]) == "known: a, b"
    assert repeated(["x", "y", "x", "x"]) == ["x"]


CELLS_OF_TABLES = st.sampled_from(
    ["", "nan", "inf", "-1", "0", "1e308", "abc", '"', "R", "A", "c1", "120.9", "91", "区", "1_0"]
)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from([n for n in FILES if n.endswith(".csv")]),
    row=st.integers(0, 7),
    column=st.integers(0, 11),
    value=CELLS_OF_TABLES,
)
def test_any_single_cell_may_be_wrong(
    tmp_path: Path, name: str, row: int, column: int, value: str
) -> None:
    """Whatever stands in a cell, the answer is a region to plan on, or an InputError."""
    rows = [line.split(",") for line in FILES[name].splitlines()]
    cells = rows[row % len(rows)]
    cells[column % len(cells)] = value
    text = "\n".join(",".join(line) for line in rows)
    try:
        region = read_region(tiny_folder(tmp_path, {name: text}))
    except InputError:
        return
    assert for_planning(region, Assumptions(), 4000).grid.people.sum() == 4000

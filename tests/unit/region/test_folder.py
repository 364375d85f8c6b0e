"""A region folder becomes a Region, whatever the form of its files."""

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from region_folders import (
    CELLS,
    FILES,
    GRID,
    HALVES,
    POPULATIONS,
    SITES,
    TOML,
    UNITS,
    outlines,
    raster,
    swapped,
    tiny_folder,
)

from allocator.errors import InputError
from allocator.region.folder import read_region, read_units
from allocator.region.sites import CandidateRule

OUTLINED = swapped(TOML, "units.csv", "units.geojson")


def without(text: str, start: str, end: str) -> str:
    """The text without what lies from ``start`` up to ``end``."""
    return text[: text.index(start)] + text[text.index(end) :]


def test_every_table_arrives_as_written(tmp_path: Path) -> None:
    """Units, people, cells, sites, stock, costs and candidates are those of the files."""
    region = read_region(tiny_folder(tmp_path))
    assert (region.name, region.crs, region.default_basis) == ("Tiny", "EPSG:32651", "census")
    assert region.units.root == "R"
    assert region.units.planning == ("A", "B")
    assert region.units.people("B", "rural") == 1000
    assert region.grid.people.tolist() == [100, 200, 300, 400, 500, 600, 500, 1000]
    assert region.grid.urban.sum() == 6
    assert region.grid.side_m == 1000
    assert region.sites.table.loc["S1", "attributes"] == ("direct", "decontamination")
    assert region.sites.table.loc["S2", "opening_cost"] == 1000
    assert np.isnan(region.sites.table.loc["S1", "opening_cost"])
    assert region.stock.have("B", "public_beds") == 20
    assert region.costs.of("closing:ems_station") == 100
    assert region.candidates == (CandidateRule("health_station"),)


def test_every_file_is_remembered_with_its_hash(tmp_path: Path) -> None:
    """Sources name each file with the SHA-256 of its bytes."""
    region = read_region(tiny_folder(tmp_path))
    expected = {
        name: hashlib.sha256(text.encode("utf-8")).hexdigest() for name, text in FILES.items()
    }
    assert {source.file: source.sha256 for source in region.sources} == expected


def test_sources_claim_only_the_basis_that_somebody_stated(tmp_path: Path) -> None:
    """Nobody said how the files were made; of the grid it may be said, and then it shows."""
    unstated = read_region(tiny_folder(tmp_path / "unstated"))
    assert {source.basis for source in unstated.sources} == {""}
    assert any("[grid] basis is not stated; read as measured" in n for n in unstated.notes)
    toml = swapped(TOML, 'kind = "count"', 'kind = "count"\nbasis = "modelled"')
    stated = read_region(tiny_folder(tmp_path / "stated", {"region.toml": toml}))
    assert {s.file for s in stated.sources if s.basis == "modelled"} == {"grid.csv"}
    assert stated.grid.basis == "modelled"
    assert not any("is not stated" in note for note in stated.notes)


def test_the_toml_file_itself_may_be_named(tmp_path: Path) -> None:
    """The path of region.toml reads the same region as its folder."""
    folder = tiny_folder(tmp_path)
    assert read_region(folder / "region.toml").sources == read_region(folder).sources


def test_tables_may_be_excel_files(tmp_path: Path) -> None:
    """The first sheet of an .xlsx file reads like the csv file, numeric ids included."""
    toml = TOML
    for name in ("units", "populations", "grid", "sites", "stock", "costs"):
        toml = swapped(toml, f"{name}.csv", f"{name}.xlsx")
    folder = tiny_folder(tmp_path / "excel", {"region.toml": toml})
    for name in ("units", "populations", "grid", "sites", "stock", "costs"):
        pd.read_csv(folder / f"{name}.csv").to_excel(folder / f"{name}.xlsx", index=False)
    excel, plain = read_region(folder), read_region(tiny_folder(tmp_path / "csv"))
    pd.testing.assert_frame_equal(excel.grid.table, plain.grid.table)
    pd.testing.assert_frame_equal(excel.sites.table, plain.sites.table)
    pd.testing.assert_frame_equal(excel.stock.table, plain.stock.table)
    pd.testing.assert_frame_equal(excel.costs.table, plain.costs.table)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_chinese_names_survive_excel_encodings(tmp_path: Path, encoding: str) -> None:
    """A csv file with a BOM, or in GBK, keeps its Chinese names."""
    text = swapped(UNITS, "West", "南湖区")
    region = read_region(tiny_folder(tmp_path, {"units.csv": text.encode(encoding)}))
    assert region.units.name("A") == "南湖区"


def test_stock_costs_and_sites_may_be_absent(tmp_path: Path) -> None:
    """A region of people alone, with candidates, is enough to plan on."""
    toml = without(TOML, "[sites]", "[[candidates]]")
    region = read_region(tiny_folder(tmp_path, {"region.toml": toml}))
    assert len(region.sites) == len(region.stock.table) == len(region.costs.table) == 0
    assert not region.stock.knows("public_beds")
    assert region.costs.of("public_beds") == 0


def test_without_figures_units_have_the_people_of_their_cells(tmp_path: Path) -> None:
    """No [populations]: totals, urban and rural people of units are sums over cells."""
    toml = without(TOML, "[populations]", "[grid]")
    region = read_region(tiny_folder(tmp_path, {"region.toml": toml}))
    table = region.units.table
    assert table["total"].to_dict() == {"R": 3600, "A": 1000, "B": 2600}
    assert table["rural"].to_dict() == {"R": 1000, "A": 0, "B": 1000}
    assert table["age60"].isna().all()


def test_the_local_zone_is_chosen_when_no_crs_is_given(tmp_path: Path) -> None:
    """Without crs the UTM zone of the middle is taken, and a note says so."""
    toml = swapped(TOML, 'name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"')
    region = read_region(tiny_folder(tmp_path, {"region.toml": toml}))
    assert region.crs == "EPSG:32651"
    assert any("EPSG:32651, the UTM zone" in note for note in region.notes)


def test_cells_and_sites_find_their_unit_by_location(tmp_path: Path) -> None:
    """With outlines, neither cells nor sites need a column ``unit``."""
    files = {
        "region.toml": OUTLINED,
        "units.geojson": outlines(HALVES),
        "grid.csv": swapped(GRID, "urban,unit", "urban,note"),
        "sites.csv": swapped(SITES, "lat,unit", "lat,note"),
    }
    region = read_region(tiny_folder(tmp_path, files))
    assert region.grid.table["unit"].tolist() == list("AAAABBBB")
    assert region.sites.table["unit"].to_dict() == {"S1": "A", "S2": "B"}
    assert region.units.table.geometry["R"].area == pytest.approx(8e6, rel=1e-3)


def test_sites_without_unit_and_outlines_follow_the_nearest_cell(tmp_path: Path) -> None:
    """Where units carry no outline a site belongs to the unit of the nearest populated cell."""
    sites = swapped(swapped(SITES, "30.713,A", "30.713,"), "30.713,B", "30.713,")
    region = read_region(tiny_folder(tmp_path, {"sites.csv": sites}))
    assert region.sites.table["unit"].to_dict() == {"S1": "A", "S2": "B"}


def test_people_off_the_coast_go_to_the_nearest_unit_and_farther_ones_are_told(
    tmp_path: Path,
) -> None:
    """Cells up to two sides outside stay, farther ones go; both sums stand in the notes."""
    files = {
        "region.toml": without(OUTLINED, "[populations]", "[grid]"),
        "units.geojson": outlines({"A": (0, 0, 2, 2), "B": (2, 0, 3, 2)}),
        "grid.csv": GRID.replace(",unit", ",note") + "far,310500,3400500,77,1,\n",
    }
    region = read_region(tiny_folder(tmp_path, files))
    assert region.grid.table.loc["c8", "unit"] == "B"
    assert "far" not in region.grid.table.index
    assert region.units.people("R") == 3600
    notes = "\n".join(region.notes)
    assert "1,600 people in 2 cells just outside all units" in notes
    assert "77 people in 1 cells lie outside all units" in notes


def test_cells_are_scaled_to_the_units_when_asked(tmp_path: Path) -> None:
    """``scale_to = "units"`` makes cells sum to the units' totals and says the factors."""
    files = {
        "region.toml": swapped(TOML, 'kind = "count"', 'kind = "count"\nscale_to = "units"'),
        "grid.csv": swapped(GRID, ",1000,1,B", ",2000,1,B"),
    }
    region = read_region(tiny_folder(tmp_path, files))
    sums = region.grid.table.groupby("unit")["people"].sum()
    assert sums.to_dict() == pytest.approx({"A": 1000, "B": 2600})
    assert any("factors 0.7222 to 1.0000" in note for note in region.notes)


def test_a_small_difference_between_cells_and_units_is_noted(tmp_path: Path) -> None:
    """Between 2 % and 20 % the difference is stated, not refused."""
    files = {"grid.csv": swapped(GRID, ",1000,1,B", ",1200,1,B")}
    notes = read_region(tiny_folder(tmp_path, files)).notes
    assert any("East: 2,800 in cells, 2,600 stated (+7.7%)" in note for note in notes)


def test_towns_without_figures_get_their_part_of_the_county(tmp_path: Path) -> None:
    """Units below the planning level take their cells' people, scaled to the planning unit."""
    towns = "T1,North,town,B\nT2,South,town,B\n"
    grid = GRID.replace("500,0,B\nc6", "500,0,T2\nc6").replace("600,1,B", "600,1,T2")
    grid = grid.replace("500,0,B", "500,0,T1").replace("1000,1,B", "1000,1,T1")
    files = {"units.csv": UNITS + towns, "grid.csv": grid}
    region = read_region(tiny_folder(tmp_path, files))
    assert region.units.planning == ("A", "B")
    assert region.units.people("T1") == 1500
    assert region.units.people("T2", "urban") == 600


def test_a_parent_without_figures_is_the_sum_of_its_units(tmp_path: Path) -> None:
    """The root's row may be left out of the population figures."""
    text = swapped(POPULATIONS, "R,census,3600,2600,1000,720,500,72\n", "")
    region = read_region(tiny_folder(tmp_path, {"populations.csv": text}))
    assert region.units.people("R") == 3600
    assert region.units.people("R", "age65") == 500


def test_a_parent_that_differs_by_rounding_takes_the_sum(tmp_path: Path) -> None:
    """A published total that misses its parts by rounding is replaced, with a note."""
    text = swapped(POPULATIONS, "R,census,3600,2600,1000", "R,census,3602,2600,1002")
    region = read_region(tiny_folder(tmp_path, {"populations.csv": text}))
    assert region.units.people("R") == 3600
    assert any("(rounding); the sum is used" in note for note in region.notes)


def test_rural_people_follow_from_urban(tmp_path: Path) -> None:
    """Of urban and rural one is enough."""
    rows = [line.split(",") for line in POPULATIONS.splitlines()]
    text = "\n".join(",".join(row[:4]) for row in rows)
    region = read_region(tiny_folder(tmp_path, {"populations.csv": text}))
    assert region.units.people("B", "rural") == 1000


def test_a_density_table_becomes_people(tmp_path: Path) -> None:
    """``kind = "density"`` multiplies by the cell's area."""
    toml = swapped(TOML, 'kind = "count"\ncell_m = 1000', 'kind = "density"\ncell_m = 2000')
    rows = [line.split(",") for line in GRID.splitlines()]
    rows[1:] = [[*row[:3], str(float(row[3]) / 4), *row[4:]] for row in rows[1:]]
    files = {"region.toml": toml, "grid.csv": "\n".join(",".join(row) for row in rows)}
    region = read_region(tiny_folder(tmp_path, files))
    assert region.grid.people.sum() == 3600
    assert region.grid.side_m == 2000


def test_a_grid_of_polygons_needs_no_cell_size(tmp_path: Path) -> None:
    """Cells drawn as squares in a GeoPackage carry their own area."""
    toml = swapped(TOML, 'cell_m = 1000\nsettlement = "urban"\ncrs = "EPSG:32651"', "")
    toml = swapped(toml, "grid.csv", "grid.gpkg")
    folder = tiny_folder(tmp_path, {"region.toml": toml})
    cells = pd.read_csv(folder / "grid.csv")
    squares = gpd.points_from_xy(cells["x"], cells["y"]).buffer(500, cap_style="square")
    table = gpd.GeoDataFrame(cells[["id", "people", "unit"]], geometry=squares, crs="EPSG:32651")
    table.to_crs(4326).to_file(folder / "grid.gpkg")
    region = read_region(folder)
    assert region.grid.side_m == pytest.approx(1000, rel=1e-4)
    assert region.grid.people.sum() == 3600
    assert region.grid.settlement == "density"


def test_a_raster_gives_the_same_region_as_the_table(tmp_path: Path) -> None:
    """GeoTIFF and csv with the same cells hold the same people in the same units."""
    start, end = OUTLINED.index("[grid]"), OUTLINED.index("[sites]")
    section = '[grid]\nfile = "people.tif"\nkind = "count"\nsettlement = "urban.tif"\n\n'
    toml = OUTLINED[:start] + section + OUTLINED[end:]
    files = {"region.toml": toml, "units.geojson": outlines(HALVES)}
    folder = tiny_folder(tmp_path / "raster", files)
    raster(folder / "people.tif", CELLS)
    raster(folder / "urban.tif", np.array([[1.0, 1, 0, 1], [1, 1, 0, 1]]))
    by_raster = read_region(folder).grid.table
    by_table = read_region(tiny_folder(tmp_path / "table")).grid.table
    columns = ["x_m", "y_m", "people", "urban", "unit", "area_km2"]
    first = by_raster.sort_values(["x_m", "y_m"])[columns].reset_index(drop=True)
    second = by_table.sort_values(["x_m", "y_m"])[columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, second)
    assert by_raster.index.tolist()[0] == "r0c0"


def test_columns_and_kinds_of_another_source_can_be_mapped(tmp_path: Path) -> None:
    """A facility list keeps its own headers and words; region.toml translates them."""
    section = """[[sites]]
file = "sites.csv"
status = "existing"
columns = { name = "Facility", kind = "Type", lon = "Long", lat = "Lat" }
kinds = { Hospital = "general_hospital", Pharmacy = "" }
"""
    toml = swapped(TOML, '[sites]\nfile = "sites.csv"\n', section)
    text = "Facility,Type,Long,Lat\nOne,Hospital,120.913,30.713\nTwo,Pharmacy,120.913,30.713\n"
    region = read_region(tiny_folder(tmp_path, {"region.toml": toml, "sites.csv": text}))
    assert region.sites.table.index.tolist() == ["sites:2"]
    assert region.sites.table["kind"].tolist() == ["general_hospital"]
    assert any("1 rows are left out" in note for note in region.notes)


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_chinese_web_map_coordinates_are_converted(tmp_path: Path, system: str) -> None:
    """Sites declared as GCJ-02 or BD-09 move by 300 to 1,500 m, and a note says so."""
    plain = read_region(tiny_folder(tmp_path / "plain"))
    toml = swapped(TOML, '"sites.csv"', f'"sites.csv"\ncoordinates = "{system}"')
    moved = read_region(tiny_folder(tmp_path / system, {"region.toml": toml}))
    shift = (moved.sites.table[["x_m", "y_m"]] - plain.sites.table[["x_m", "y_m"]]).astype(float)
    assert np.hypot(shift["x_m"], shift["y_m"]).between(300, 1_500).all()
    assert any(f"converted from {system}" in note for note in moved.notes)


def test_units_are_read_without_the_rest(tmp_path: Path) -> None:
    """As in the whole region; a grid that is not there does not matter, a wrong tree is told."""
    folder = tiny_folder(tmp_path)
    whole, alone = read_region(folder).units, read_units(folder / "region.toml")
    assert (alone.planning, alone.root) == (whole.planning, whole.root)
    assert alone.inside("R") == whole.inside("R")
    assert read_units(tiny_folder(tmp_path / "b", {"grid.csv": None})).planning == ("A", "B")
    orphans = {"units.csv": swapped(UNITS, "B,East,district,R", "B,East,district,X")}
    with pytest.raises(InputError, match=r"units\.csv"):
        read_units(tiny_folder(tmp_path / "c", orphans))
    levels = {"region.toml": f'planning_levels = ["town"]\n{TOML}'}
    with pytest.raises(InputError, match="no unit of level 'town'"):
        read_units(tiny_folder(tmp_path / "d", levels))
    missing = {"region.toml": without(TOML, "[units]", "[populations]")}
    with pytest.raises(InputError, match=r"section \[units\] is missing"):
        read_units(tiny_folder(tmp_path / "e", missing))

"""A region built from Python objects is the one read from files, with the same checks."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders import small_policy
from region_folders import (
    COSTS,
    FILES,
    GRID,
    HALVES,
    POPULATIONS,
    SITES,
    STOCK,
    TOML,
    UNITS,
    outlines,
    swapped,
    tiny_folder,
)
from shapely.geometry import Point, box

from allocator.auditing.compliance import audit
from allocator.errors import InputError
from allocator.region.building import build_region
from allocator.region.folder import read_region
from allocator.region.ground import Region
from allocator.region.sites import CandidateRule


def table(text: str) -> pd.DataFrame:
    """A table as pandas reads it, numbers as numbers."""
    return pd.read_csv(io.StringIO(text))


def tiny(**changed: Any) -> dict[str, Any]:
    """The arguments that make the region of the tiny folder."""
    return {
        "name": "Tiny", "units": table(UNITS), "populations": table(POPULATIONS),
        "cells": table(GRID), "sites": table(SITES), "stock": table(STOCK),
        "costs": table(COSTS), "candidates": [{"kind": "health_station"}], "crs": "EPSG:32651",
        "cell_m": 1000, "settlement": "urban", **changed,
    }  # fmt: skip


def assert_same_ground(one: Region, other: Region) -> None:
    """Everything but the names of the inputs is the same."""
    for name in ("name", "crs", "candidates", "default_basis", "attribution"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.units.planning == other.units.planning
    assert one.costs.currency == other.costs.currency
    for name in ("side_m", "basis", "note", "settlement"):
        assert getattr(one.grid, name) == getattr(other.grid, name), name
    pd.testing.assert_frame_equal(one.populations, other.populations)
    for part in ("units", "grid", "sites", "stock", "costs"):
        pd.testing.assert_frame_equal(getattr(one, part).table, getattr(other, part).table)


def outlined(**kwargs: Any) -> gpd.GeoDataFrame:
    """The units as a GeoDataFrame."""
    return gpd.read_file(io.BytesIO(outlines(HALVES, **kwargs).encode("utf-8")))


def test_objects_make_the_region_that_files_make(tmp_path: Path) -> None:
    """The same tables, as files and as data frames, are the same region."""
    assert_same_ground(build_region(**tiny()), read_region(tiny_folder(tmp_path)))


def test_map_layers_make_the_region_that_files_make(tmp_path: Path) -> None:
    """Outlines and cells drawn as squares are the same from GeoDataFrames as from GeoPackages."""
    units = outlined()
    rows = table(GRID)
    squares = gpd.points_from_xy(rows["x"], rows["y"]).buffer(500, cap_style="square")
    cells = gpd.GeoDataFrame(rows[["id", "people"]], geometry=squares, crs="EPSG:32651")
    toml = swapped(swapped(TOML, "units.csv", "units.gpkg"), "grid.csv", "grid.gpkg")
    toml = swapped(toml, 'cell_m = 1000\nsettlement = "urban"\ncrs = "EPSG:32651"', "")
    toml = swapped(toml, '"Tiny"\ncrs = "EPSG:32651"', '"Tiny"')
    folder = tiny_folder(tmp_path, {"region.toml": toml})
    units.to_file(folder / "units.gpkg")
    cells.to_file(folder / "grid.gpkg")
    built = build_region(**tiny(units=units, cells=cells, crs=None, cell_m=None, settlement=None))
    assert_same_ground(built, read_region(folder))
    assert built.grid.table["unit"].tolist() == list("AAAABBBB")


def test_settings_mean_what_they_mean_in_the_file(tmp_path: Path) -> None:
    """Every setting with a key in region.toml does what the key does."""
    toml = swapped(TOML, 'crs = "EPSG:32651"\n\n[units]\nfile = "units.csv"', (
        'crs = "EPSG:32651"\ncurrency = "USD"\nplanning_levels = ["borough"]\n'
        'default_basis = "later"\nnotes = ["Made up."]\n\n'
        '[units]\nfile = "units.csv"\nlevels = ["borough"]'
    ))  # fmt: skip
    toml = swapped(toml, '"populations.csv"', '"populations.csv"\nbasis = "census"')
    toml = swapped(toml, 'kind = "count"', (
        'kind = "density"\nscale_to = "units"\nbasis = "modelled"\nnote = "drawn"'
    ))  # fmt: skip
    toml = swapped(toml, '"sites.csv"', '"sites.csv"\ncoordinates = "gcj02"')
    toml = swapped(toml, '"health_station"', '"health_station"\ncells = "urban"\nspacing_km = 2')
    toml += '\n[attribution]\nSomebody = "CC0"\n'
    units = UNITS.replace("district", "borough")
    populations = POPULATIONS + "A,later,1500,,,,,\nB,later,2100,,,,,\n"
    files = {"region.toml": toml, "units.csv": units, "populations.csv": populations}
    built = build_region(**tiny(
        units=table(units), populations=table(populations), currency="USD",
        planning_levels="borough", levels=("borough",), default_basis="later", notes=("Made up.",),
        basis="census", kind="density", cell_m=np.int64(1000), scale_to="units",
        cells_basis="modelled", cells_note="drawn", coordinates="gcj02",
        candidates=CandidateRule("health_station", "urban", 2), attribution={"Somebody": "CC0"},
    ))  # fmt: skip
    read = read_region(tiny_folder(tmp_path, files))
    assert_same_ground(built, read)
    assert built.notes[0] == read.notes[0] == "Made up."
    assert len(built.notes) == len(read.notes)


def test_inputs_stay_as_they_are() -> None:
    """No table is changed, whatever is mended or derived inside."""
    arguments = tiny(units=outlined(), cells=table(GRID).drop(columns="unit"))
    before = {k: v.copy() for k, v in arguments.items() if isinstance(v, pd.DataFrame)}
    build_region(**arguments)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(arguments[name], frame)


def test_a_region_does_not_change_with_its_inputs() -> None:
    """What happens to a table later is not seen by the region."""
    arguments = tiny()
    region = build_region(**arguments)
    arguments["cells"]["people"] = 0
    arguments["sites"].loc[0, "name"] = "another"
    assert region.grid.people.sum() == 3600
    assert region.sites.table["name"].tolist() == ["Station one", "Hospital"]


def test_what_python_has_beside_text_is_understood() -> None:
    """Ids as an index, attributes as lists, truth as bool, gaps as None or NA: all are read."""
    units = table(UNITS).set_index("id")
    cells = table(GRID).astype({"urban": bool, "people": "Int64", "unit": "category"})
    sites = table(SITES)
    sites["attributes"] = [["direct", "decontamination"], None]
    sites["opening_cost"] = pd.array([pd.NA, 1000], dtype="Int64")
    region = build_region(**tiny(units=units, cells=cells.iloc[::-1], sites=sites))
    plain = build_region(**tiny())
    pd.testing.assert_frame_equal(region.grid.table.sort_index(), plain.grid.table)
    pd.testing.assert_frame_equal(region.sites.table, plain.sites.table)
    pd.testing.assert_frame_equal(region.units.table, plain.units.table)


def test_ids_that_nobody_gave_count_from_zero() -> None:
    """Without ids, cells and sites are named by their position."""
    cells, sites = table(GRID).drop(columns="id"), table(SITES).drop(columns="id")
    cells.index = pd.Index([7] * len(cells))
    region = build_region(**tiny(cells=cells, sites=sites))
    assert region.grid.table.index[0] == "c0"
    assert region.sites.table.index.tolist() == ["sites:0", "sites:1"]


def test_the_smallest_region_needs_three_arguments() -> None:
    """Units, cells and one place to build are enough; people come from the cells."""
    cells = pd.DataFrame({"lon": [120.91, 120.94], "lat": [30.72, 30.72], "people": [400, 100]})
    units = pd.DataFrame({"id": ["R"], "name": ["All"], "level": ["city"], "parent": [None]})
    region = build_region("Small", units=units, cells=cells, cell_m=500,
                          candidates=[{"kind": "village_clinic"}])  # fmt: skip
    assert region.units.people("R") == 500
    assert region.units.planning == ("R",)
    assert region.crs == "EPSG:32651"
    lines = audit(region, small_policy())
    assert lines.loc[lines["area"] == "all", "note"].str.contains("ambulances").any()


def test_sources_are_objects_without_hash() -> None:
    """Sources name the argument; no hash is claimed, and no basis that nobody stated."""
    region = build_region(**tiny(cells_basis="assumed", cells_note="made up"))
    assert {source.file for source in region.sources} == {
        f"{name} (object)"
        for name in ("units", "cells", "sites", "stock", "costs", "populations")
    }  # fmt: skip
    assert {source.sha256 for source in region.sources} == {""}
    stated = {source.file: (source.basis, source.note) for source in region.sources}
    assert stated.pop("cells (object)") == ("assumed", "made up")
    assert set(stated.values()) == {("", "")}


def test_an_unstated_basis_of_the_grid_is_noted() -> None:
    """Cells of which nobody says how they were made count as measured, and a note says so."""
    assert any("cells_basis is not stated" in note for note in build_region(**tiny()).notes)
    stated = build_region(**tiny(cells_basis="measured"))
    assert not any("cells_basis" in note for note in stated.notes)


def test_a_column_urban_that_is_not_used_is_noted() -> None:
    """Settlement is never guessed from a column's name, but its name is not passed over."""
    notes = build_region(**tiny(settlement=None)).notes
    assert "cells: column 'urban' is not used; to use it, set settlement = \"urban\"" in notes


def with_cell(name: str, row: int, column: str, value: object) -> dict[str, Any]:
    """One cell of one table replaced."""
    frame = tiny()[name].astype(object)
    frame.loc[row, column] = value
    return {name: frame}


def no_crs() -> dict[str, Any]:
    return {"units": outlined().set_crs(None, allow_override=True)}


def mixed() -> dict[str, Any]:
    shapes = [Point(0, 0), *[box(0, 0, 1, 1)] * 7]
    return {"cells": gpd.GeoDataFrame(table(GRID), geometry=shapes, crs="EPSG:32651")}


BAD: dict[str, tuple[Callable[[], dict[str, Any]], tuple[str, ...]]] = {
    "not_a_table": (
        lambda: {"units": [{"id": "R"}]},
        ("units: must be a DataFrame or a GeoDataFrame, got list", "pandas.DataFrame"),
    ),
    "cells_missing": (lambda: {"cells": None}, ("cells: must be a DataFrame", "NoneType")),
    "column_missing": (
        lambda: {"stock": table(STOCK).rename(columns={"have": "havr"})},
        ("stock: column 'have' is missing", "is it 'havr'?"),
    ),
    "column_twice": (
        lambda: {"costs": table(COSTS).rename(columns={"source": "basis"})},
        ("costs: columns 'basis' come twice",),
    ),
    "optional_column_misspelt": (
        lambda: {"sites": table(SITES).rename(columns={"grade": "grades"})},
        ("sites: unknown column 'grades'", "did you mean 'grade'?"),
    ),
    "unit_ids_twice": (
        lambda: {"units": table(UNITS + "B,East,district,R\n")},
        ("units, id: duplicate ids 'B'",),
    ),
    "level_unknown": (
        lambda: with_cell("units", 1, "level", "distrct"),
        ("units, level: 'distrct' is not known (row 1)", "did you mean 'district'?"),
    ),
    "two_roots": (lambda: with_cell("units", 1, "parent", None), ("2 units have an empty parent",)),
    "parent_unknown": (
        lambda: with_cell("units", 2, "parent", "RR"),
        ("units, parent: unit 'B' names parent 'RR'", "did you mean 'R'?"),
    ),
    "people_nan": (
        lambda: with_cell("cells", 0, "people", np.nan),
        ("cells, people: no number (empty or NaN) in row 0",),
    ),
    "people_negative": (
        lambda: with_cell("cells", 3, "people", -5), ("cells, people: must be >= 0: '-5' (row 3)",),
    ),
    "people_infinite": (
        lambda: with_cell("cells", 3, "people", np.inf), ("cells, people: not a number",),
    ),
    "nobody_anywhere": (lambda: {"cells": table(GRID).iloc[:0]}, ("nobody lives in any cell",)),
    "cell_unit_unknown": (
        lambda: with_cell("cells", 0, "unit", "Z"), ("cells, unit: 1 ids are not in units: 'Z'",),
    ),
    "cell_m_missing": (lambda: {"cell_m": None}, ("cell_m is missing: cells holds points",)),
    "cell_m_negative": (lambda: {"cell_m": -1.0}, ("cell_m: Input should be greater than 0",)),
    "kind_unknown": (lambda: {"kind": "people"}, ("kind: Input should be 'count' or 'density'",)),
    "settlement_missing": (
        lambda: {"settlement": "smod"}, ("settlement = 'smod' is no column of cells",),
    ),
    "scale_to": (lambda: {"scale_to": "unit"}, ("scale_to: Input should be 'units'",)),
    "cells_basis": (lambda: {"cells_basis": "guess"}, ("cells_basis: Input should be",)),
    "crs_geographic": (lambda: {"crs": "EPSG:4326"}, ("EPSG:4326 is geographic",)),
    "crs_missing": (lambda: {"crs": None}, ("'x' and 'y' need to know their crs", "write crs =")),
    "planning_level": (
        lambda: {"planning_levels": ["distrikt"]},
        ("planning_levels: no unit of level 'distrikt' in units", "did you mean 'district'?"),
    ),
    "several_bases": (
        lambda: {"populations": table(POPULATIONS + "A,later,1000,,,,,\nB,later,2600,,,,,\n")},
        ("populations has several bases (census, later)", 'today: basis = "census"'),
    ),
    "basis_unknown": (
        lambda: {"basis": "censsus"},
        ("basis = 'censsus' is not in populations", "did you mean 'census'?"),
    ),
    "grid_differs_from_units": (
        lambda: with_cell("cells", 7, "people", 2000),
        ("cells: cells differ from the units' totals", 'set scale_to = "units"'),
    ),
    "site_kind": (
        lambda: with_cell("sites", 0, "kind", "ems_statoin"),
        ("sites, kind: 'ems_statoin' is not known (row 0)", "did you mean 'ems_station'?"),
    ),
    "site_attribute": (
        lambda: with_cell("sites", 0, "attributes", ["direkt"]),
        ("sites, attributes: 'direkt' is not known (row 0)",),
    ),
    "site_swapped": (
        lambda: {"sites": table(SITES).rename(columns={"lon": "lat", "lat": "lon"})},
        ("sites, lon and lat: latitude 120.913 lies outside", "swapped"),
    ),
    "stock_unit": (
        lambda: with_cell("stock", 0, "unit", "X"),
        ("stock, unit: 1 of the ids are not in units: 'X'",),
    ),
    "cost_negative": (
        lambda: with_cell("costs", 0, "cost", -1), ("costs, cost: must be >= 0: '-1' (row 0)",),
    ),
    "candidate_kind": (
        lambda: {"candidates": [CandidateRule("helth_station")]},
        ("candidates.0.kind", "did you mean 'health_station'?"),
    ),
    "candidate_key": (
        lambda: {"candidates": [{"kind": "school", "spacing": 2}]},
        ("unknown key 'candidates.spacing'", "did you mean 'spacing_km'?"),
    ),
    "candidate_word": (lambda: {"candidates": "school"}, ("candidates.0", "got 'school'")),
    "nothing_to_site": (
        lambda: {"sites": None, "candidates": ()},
        ("no sites and no candidates", "a rule in candidates"),
    ),
    "name_empty": (lambda: {"name": ""}, ("name: ",)),
    "notes_number": (lambda: {"notes": 3}, ("notes: Input should be a valid list, got 3",)),
    "layer_without_crs": (no_crs, ("units: has no coordinate reference system", "set_crs")),
    "mixed_shapes": (mixed, ("cells: mixes geometry types (Point, Polygon)",)),
    "unit_without_outline": (
        lambda: {"units": outlined().assign(
            geometry=lambda t: t.geometry.where(t["id"] != "B", None))},
        ("units: units B have no outline",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_one_defect_gives_one_error_that_names_the_argument(case: str) -> None:
    """Bad objects are refused with a message that says which argument to mend, and how."""
    defect, phrases = BAD[case]
    with pytest.raises(InputError) as caught:
        build_region(**tiny(**defect()))
    for phrase in phrases:
        assert phrase in str(caught.value)
    assert "region.toml" not in str(caught.value)
    assert not any(name in str(caught.value) for name in FILES)
    assert len(caught.value.problems) <= 2, "one defect is not a flood of consequences"


def test_defects_of_all_arguments_come_out_together() -> None:
    """Four defects in four arguments are listed in one error."""
    defects = {
        **with_cell("units", 2, "parent", "Q"),
        **with_cell("stock", 0, "resource", "bedz"),
        **with_cell("costs", 0, "cost", "free"),
        "coordinates": "gps",
    }
    with pytest.raises(InputError) as caught:
        build_region(**tiny(**defects))
    problems = caught.value.problems
    assert len(problems) == 4
    for phrase in ("parent 'Q'", "'bedz'", "'free'", "'gps'"):
        assert sum(phrase in problem for problem in problems) == 1
    assert str(caught.value).startswith("region Tiny: 4 problems")


def test_a_region_shows_itself_in_a_line_and_in_a_notebook() -> None:
    """Name, CRS, units, people, sites, stock and notes; what names contain is escaped."""
    region = build_region(**tiny(name="<b>Tiny</b>"))
    line = (
        "<b>Tiny</b>: EPSG:32651; units: city 1, district 2; 8 cells with 3,600 people, 72% urban"
    )
    assert repr(region) == f"<Region {line}; 2 sites; 1 notes>"
    shown = region._repr_html_()
    for part in ("&lt;b&gt;Tiny&lt;/b&gt;, EPSG:32651", "ems_station", "existing", "public_beds",
                 "health_station in all cells", "1 notes"):  # fmt: skip
        assert part in shown
    assert "<b>" not in shown


def test_a_bare_region_shows_itself_too() -> None:
    """Without sites, stock and candidates the forms say so."""
    bare = build_region(**tiny(sites=None, stock=None))
    assert "no sites" in bare._repr_html_()
    assert "stock known: nothing" in bare._repr_html_()
    assert "; 0 sites;" in repr(bare)

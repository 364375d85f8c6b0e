"""``[settlement]`` of a region folder: who decides which cells are urban, and the refusals."""

import pytest
from region_folders import FILES, HALVES, outlines, swapped, tiny_folder

from allocator.errors import InputError
from allocator.region.building import build_region
from allocator.region.folder import read_region
from allocator.region.forecast import Assumptions, for_planning

TOML = swapped(FILES["region.toml"], 'settlement = "urban"\n', "")
DENSE = swapped(FILES["grid.csv"], "c8,303500,3401500,1000", "c8,303500,3401500,53000")
FIGURES = swapped(FILES["populations.csv"], "B,census,2600,1600,1000", "B,census,54600,53600,1000")
FIGURES = swapped(FIGURES, "R,census,3600,2600,1000", "R,census,55600,54600,1000")


def _region(folder, section, **files):
    return read_region(tiny_folder(folder, {"region.toml": TOML + section, **files}))


def _note(region, word):
    return next(note for note in region.notes if word in note)


def test_the_degree_of_urbanisation_from_the_manifest(tmp_path):
    """One dense cell is a city; its settled neighbours are its cluster; rules get both, or one."""
    section = '\n[settlement]\nmethod = "degree_of_urbanisation"\n'
    files = {"grid.csv": DENSE, "populations.csv": FIGURES}
    region = _region(tmp_path / "a", section, **files)
    dense_enough = region.grid.people >= 300
    assert region.grid.urban.tolist() == dense_enough.tolist()
    assert region.grid.settlement == "layer"
    note = _note(region, "degree of urbanisation")
    assert "urban centre 95.3%" in note
    assert "(1 centres, 1 clusters)" in note
    assert not any("no settlement layer" in note for note in region.notes)
    cities = _region(tmp_path / "b", section + 'urban = "centres"\n', **files)
    assert cities.grid.table.index[cities.grid.urban].tolist() == ["c8"]
    kept = for_planning(cities, Assumptions({"population": 5000}), None)
    assert kept.grid.urban.tolist() == cities.grid.urban.tolist()


def test_people_are_scaled_before_they_are_classified(tmp_path):
    """With scale_to the classes are those of the units' figures, not of the file's."""
    section = '\n[settlement]\nmethod = "degree_of_urbanisation"\n'
    toml = swapped(TOML, "cell_m = 1000", 'cell_m = 1000\nscale_to = "units"')
    files = {
        "region.toml": toml + section,
        "populations.csv": FILES["populations.csv"].replace(
            "A,census,1000,1000,0,", "A,census,4000,4000,0,"
        ).replace("R,census,3600,2600,1000", "R,census,6600,5600,1000"),
    }  # fmt: skip
    region = read_region(tiny_folder(tmp_path, files))
    assert region.grid.urban.all()


def test_units_have_the_people_of_urban_cells_without_figures(tmp_path):
    """Without figures the units' urban people are those of the classified cells."""
    toml = swapped(TOML, '[populations]\nfile = "populations.csv"\n', "")
    files = {
        "grid.csv": DENSE,
        "region.toml": toml + '\n[settlement]\nmethod = "units"\nunits = ["A"]',
    }
    region = read_region(tiny_folder(tmp_path, {**files, "populations.csv": None}))
    assert region.units.people("R", "urban") == 1000
    assert region.units.people("B", "urban") == 0


def test_units_named_urban_bring_all_units_in_them(tmp_path):
    """A named unit makes its cells urban, and those of every unit below it."""
    region = _region(tmp_path / "a", '\n[settlement]\nmethod = "units"\nunits = ["B"]\n')
    assert region.grid.urban.tolist() == (region.grid.table["unit"] == "B").tolist()
    assert "units B (72.2% of the people)" in _note(region, "urban are the cells")
    whole = _region(tmp_path / "b", '\n[settlement]\nmethod = "units"\nunits = ["R"]\n')
    assert whole.grid.urban.all()


def test_density_and_layer_are_what_they_were(tmp_path):
    """Both may be named; they do what happens without the section."""
    density = _region(tmp_path / "a", '\n[settlement]\nmethod = "density"\n')
    assert density.grid.settlement == "density"
    toml = FILES["region.toml"] + '\n[settlement]\nmethod = "layer"\n'
    layer = read_region(tiny_folder(tmp_path / "b", {"region.toml": toml}))
    plain = read_region(tiny_folder(tmp_path / "c"))
    assert layer.grid.urban.tolist() == plain.grid.urban.tolist()


@pytest.mark.parametrize(
    ("toml", "section", "words"),
    [
        (TOML, 'method = "layer"', r'method = "layer" needs the layer: set \[grid\] settlement'),
        (FILES["region.toml"], 'method = "degree_of_urbanisation"',
         r"\[grid\] settlement = 'urban' says which cells are urban, too"),
        (TOML, 'method = "units"', r"units: the list of urban units.*0 units"),
        (TOML, 'method = "density"\nunits = ["A"]', r"method 'density' and 1 units"),
        (TOML, 'method = "units"\nunits = ["Z"]', r"'Z' are not in the units file; known: A, B, R"),
        (TOML, 'method = "degurba"', r"settlement.method: Input should be 'degree_of_urban"),
        (TOML, 'method = "density"\ncel_km = 1', r"unknown key 'settlement.cel_km'; did you mean"),
        (TOML, 'method = "degree_of_urbanisation"\ncell_km = -1', r"settlement.cell_km: .*-1"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(tmp_path, toml, section, words):
    """Each mistake names its key and how to mend it."""
    with pytest.raises(InputError, match=words):
        read_region(tiny_folder(tmp_path, {"region.toml": toml + "\n[settlement]\n" + section}))


def test_from_python(tmp_path):
    """``build_region`` takes the same rule; its messages name the argument."""
    region = read_region(tiny_folder(tmp_path))
    cells = region.grid.table[["x_m", "y_m", "people", "unit"]]
    units = region.units.table.reset_index()[["id", "name", "level", "parent"]]
    arguments = {
        "units": units, "cells": cells, "crs": region.crs, "cell_m": 1000,
        "candidates": {"kind": "health_station"},
    }  # fmt: skip
    built = build_region("x", settlement_rule={"method": "units", "units": ["A"]}, **arguments)
    assert built.grid.urban.tolist() == (cells["unit"] == "A").tolist()
    built = build_region("x", settlement_rule="degree_of_urbanisation", **arguments)
    assert not built.grid.urban.any()
    with pytest.raises(InputError, match="settlement_rule units: the list of urban units"):
        build_region("x", settlement_rule="units", **arguments)


def test_land_may_be_named(tmp_path):
    """With outlines of land, people count per km2 of it; the file is remembered, or missed."""
    toml = swapped(TOML, '"units.csv"', '"units.geojson"')
    section = (
        '\n[settlement]\nmethod = "degree_of_urbanisation"\ncell_km = 2\nland = "land.geojson"'
    )
    cells = "id,x,y,people,unit\n" + "".join(
        f"c{i},{300_500 + 1000 * (i % 2)},{3_400_500 + 1000 * (i // 2)},600,A\n" for i in range(4)
    )
    files = {
        "region.toml": swapped(toml, '[populations]\nfile = "populations.csv"\n', "") + section,
        "units.csv": None, "units.geojson": outlines(HALVES), "populations.csv": None,
        "grid.csv": cells,
    }  # fmt: skip
    with pytest.raises(InputError, match=r"land\.geojson: cannot be read as a map layer"):
        read_region(tiny_folder(tmp_path / "a", files))
    files["land.geojson"] = outlines({"A": (0, 0, 2, 2)})
    region = read_region(tiny_folder(tmp_path / "b", files))
    assert "of which the land counts" in _note(region, "degree of urbanisation")
    assert "land.geojson" in [source.file for source in region.sources]

"""``aggregate_km`` of a region: fewer cells, the same sums, and a note on coverage."""

import re

import pytest
from region_folders import FILES, swapped, tiny_folder

from allocator.errors import InputError
from allocator.region.building import build_region
from allocator.region.folder import read_region


def _toml(km):
    return swapped(FILES["region.toml"], "cell_m = 1000\n", f"cell_m = 1000\naggregate_km = {km}\n")


def test_cells_are_put_together_and_the_change_is_told(tmp_path):
    """Two by two cells per unit become one for urban, one for rural people; a note measures."""
    plain = read_region(tiny_folder(tmp_path / "a"))
    region = read_region(tiny_folder(tmp_path / "b", {"region.toml": _toml(2)}))
    assert len(region.grid) == 3
    assert region.grid.side_m == 2000
    key = ["unit", "urban"]
    before, after = (r.grid.table.groupby(key)["people"].sum() for r in (plain, region))
    assert after.to_dict() == before.to_dict()
    note = next(note for note in region.notes if "put together" in note)
    assert note.startswith("grid.csv: 8 cells were put together to 3 of 2 km")
    assert "of the 2 existing sites: 4 km 100.00% became 100.00% (0.00% misjudged)" in note
    assert note.endswith("radii below 10 km want smaller cells")
    assert re.findall(r"(\d+) km \d", note) == ["4", "10", "20"]


def test_candidates_serve_where_nothing_stands(tmp_path):
    """Without existing sites the note takes the others; without any it measures nothing."""
    files = {
        "region.toml": _toml(2),
        "sites.csv": FILES["sites.csv"].replace("existing", "candidate"),
    }
    region = read_region(tiny_folder(tmp_path / "a", files))
    assert any("straight distance of the 2 sites" in note for note in region.notes)
    files["sites.csv"] = FILES["sites.csv"].splitlines()[0] + "\n"
    region = read_region(tiny_folder(tmp_path / "b", files))
    assert any(note.endswith("urban and rural, are the same") for note in region.notes)


def test_cells_are_not_made_smaller(tmp_path):
    """Less than the side of a cell is refused."""
    with pytest.raises(InputError, match=r"\[grid\] aggregate_km: 0.5 km is less than the side"):
        read_region(tiny_folder(tmp_path, {"region.toml": _toml(0.5)}))


def test_from_python(tmp_path):
    """The argument does the same."""
    region = read_region(tiny_folder(tmp_path))
    built = build_region(
        "x", units=region.units.table.reset_index()[["id", "name", "level", "parent"]],
        cells=region.grid.table, crs=region.crs, cell_m=1000, settlement="urban", aggregate_km=2,
        candidates={"kind": "clinic"},
    )  # fmt: skip
    assert len(built.grid) == 3
    assert built.grid.people.sum() == region.grid.people.sum()

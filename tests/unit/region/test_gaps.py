"""Gaps between outlines: their people belong to the nearest unit, and it is told."""

from region_folders import FILES, GRID, HALVES, outlines, swapped, tiny_folder

from allocator.assumptions import Assumptions
from allocator.region.folder import read_region
from allocator.region.forecast import for_planning

TOML = swapped(FILES["region.toml"], '"units.csv"', '"units.geojson"')
TOML = swapped(TOML, '[populations]\nfile = "populations.csv"\n', "")
CELLS = "\n".join(line.rsplit(",", 1)[0] for line in GRID.strip().splitlines()) + "\n"


def _region(folder, boxes):
    return read_region(
        tiny_folder(
            folder,
            {"region.toml": TOML, "units.csv": None, "units.geojson": outlines(boxes),
             "grid.csv": CELLS, "populations.csv": None},
        )
    )  # fmt: skip


def test_people_in_a_gap_are_planned_for_in_the_nearest_unit(tmp_path):
    """1,000 people live in the region, in neither half: they go to the half beside them."""
    region = _region(tmp_path, {"R": (0, 0, 4, 2), "A": (0, 0, 2, 2), "B": (3, 0, 4, 2)})
    assert set(region.grid.table["unit"]) == {"A", "B"}
    assert region.units.people("A") + region.units.people("B") == 3600
    note = next(note for note in region.notes if "gaps" in note)
    assert note.startswith("grid.csv: 1,000 people in 2 cells live in gaps between")
    assert note.endswith("(at most 0.5 km away)")
    assert for_planning(region, Assumptions(), 4000).grid.people.sum() == 4000


def test_outlines_that_meet_leave_nobody(tmp_path):
    """Without a gap nothing moves and nothing is told."""
    region = _region(tmp_path, {"R": (0, 0, 4, 2), **HALVES})
    assert not any("gaps" in note for note in region.notes)
    assert region.grid.table["unit"].value_counts().to_dict() == {"A": 4, "B": 4}

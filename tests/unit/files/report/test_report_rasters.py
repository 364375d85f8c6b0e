"""The pictures of the map show each cell in the colour of its class, where it stands."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from report_plans import full_plan

from allocator.files import map_contents
from allocator.files.report.layers import COVERED, UNCOVERED, band_ends, layers
from allocator.files.report.rasters import NOBODY, Raster, png

PLAN = full_plan()


def colours_at_cells(plan, layer):
    """Colour of each cell's centre in the decoded picture, read by its place on the ground."""
    raster = Raster.of(plan.cells, 1000.0)
    address = png(raster, layer.state, [e.fill for e in layer.entries], frozenset(), "#000000")
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA")
    wide, tall = picture.size
    found = []
    for x, y in plan.cells[["x_m", "y_m"]].to_numpy():
        column = int((x - raster.west) / (raster.east - raster.west) * wide)
        row = int((raster.north - y) / (raster.north - raster.south) * tall)
        red, green, blue, clear = picture.getpixel((column, row))
        found.append(f"#{red:02X}{green:02X}{blue:02X}" if clear else "")
    return found


@pytest.mark.parametrize("today", [True, False])
def test_who_is_covered_has_the_colours_of_the_plan(today):
    """Covered and not covered, cell by cell; the legend counts the same people."""
    themes, _ = map_contents.themes(PLAN)
    layer = next(x for x in layers(PLAN, themes) if x.form == "cover" and x.today is today)
    when = "covered_today" if today else "covered"
    held = PLAN.cells[f"{when}:COV-U"] | PLAN.cells[f"{when}:COV-R"]
    assert colours_at_cells(PLAN, layer) == [COVERED if h else UNCOVERED for h in held]
    people = PLAN.cells["people"]
    assert [e.people for e in layer.entries] == [people[held].sum(), people[~held].sum(), 0.0]


def test_bands_hold_the_people_within_their_minutes():
    """Upper ends belong to a band; every cell of the rules is in one."""
    themes, _ = map_contents.themes(PLAN)
    layer = next(x for x in layers(PLAN, themes) if x.form == "bands" and not x.today)
    away = PLAN.cells["minutes:COV-U"].fillna(PLAN.cells["minutes:COV-R"]).to_numpy()
    people = PLAN.cells["people"].to_numpy()
    starts = [0.0, 8.0, 11.0, 15.0, 20.0, 30.0, np.inf]
    assert [e.words.english for e in layer.entries[:2]] == ["0 to 8 minutes", "8 to 11 minutes"]
    for low, high, entry in zip(starts[:-1], starts[1:], layer.entries[:-1], strict=True):
        inside = (away > low) & (away <= high) if low else away <= high
        assert entry.people == people[inside].sum()


@pytest.mark.parametrize("minutes", [8.0, 15.0, 15.0 * (1 + 1e-12)])
def test_who_lives_just_as_far_as_a_band_goes_is_in_it(minutes):
    """The last bits of a figure put nobody into the next band."""
    plan = full_plan(
        cells=PLAN.cells.assign(**{"minutes:COV-U": minutes, "minutes:COV-R": minutes})
    )
    themes, _ = map_contents.themes(plan)
    layer = next(x for x in layers(plan, themes) if x.form == "bands" and not x.today)
    end = f"{minutes:.0f} minutes"
    (held,) = [e for e in layer.entries if e.people]
    assert held.words.english.endswith(f"to {end}")


def test_people_who_are_missed_are_counted_by_cell():
    """As many as are not covered, all classes together."""
    themes, _ = map_contents.themes(PLAN)
    layer = next(x for x in layers(PLAN, themes) if x.form == "missing" and x.today)
    cells = PLAN.cells
    held = cells["covered_today:COV-U"] | cells["covered_today:COV-R"]
    missed = cells["people"][~held].sum()
    assert sum(e.people for e in layer.entries[:-2]) == missed
    assert sum(e.people for e in layer.entries) == cells["people"].sum()


def test_where_no_cell_is_the_picture_is_clear():
    """A hole in the grid stays a hole."""
    cells = pd.DataFrame({"x_m": [500.0, 2500.0], "y_m": [500.0, 500.0]})
    raster = Raster.of(cells, 1000.0)
    assert set(np.unique(raster.cell)) == {-1, 0, 1}
    middle = raster.cell[:, raster.cell.shape[1] // 2]
    assert (middle == -1).all()
    address = png(raster, np.zeros(2, dtype=np.uint8), ["#112233"], frozenset({0}), "#000000")
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA")
    assert picture.getpixel((picture.width // 2, 0))[3] == 0
    inks = {c for _, c in picture.getcolors() if c[3]}
    assert inks == {(0x11, 0x22, 0x33, 255), (0, 0, 0, 255)}


def test_a_huge_grid_keeps_the_picture_small():
    """A million cells: no more than a million and a half pixels."""
    east, north = np.meshgrid(np.arange(1000) * 100.0, np.arange(1000) * 100.0)
    cells = pd.DataFrame({"x_m": east.ravel(), "y_m": north.ravel()})
    raster = Raster.of(cells, 100.0)
    assert raster.cell.size <= 1_500_000
    assert (raster.cell >= 0).all()


def test_no_cells_no_raster():
    """A plan without cells has no picture."""
    assert Raster.of(PLAN.cells.iloc[:0], 0.0) is None
    assert NOBODY == 255


@pytest.mark.parametrize(
    ("limits", "unit", "ends"),
    [([15, 20], "minutes", [8, 11, 15, 20, 30]), ([3.5], "km", [0.5, 1, 2, 3.5, 5]),
     ([], "km", [0.5, 1, 2, 3.5, 5]), ([7], "minutes", [5, 7, 11]),
     ([300], "minutes", [90, 120, 180, 240, 300])],
)  # fmt: skip
def test_bands_end_at_the_limits_of_the_rules(limits, unit, ends):
    """Each limit ends a band; at most five ends, rising."""
    assert band_ends([float(v) for v in limits], unit) == ends

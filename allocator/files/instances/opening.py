"""Opening the files of a location question: tables and map layers under our column names."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyogrio

from allocator.region.coordinates import parse_crs
from allocator.region.findings import Findings
from allocator.region.point_files import Points, coordinate_columns, points_of
from allocator.region.tables import Sheet
from allocator.region.vector import VECTOR_SUFFIXES, read_sheet


def is_there(path: Path, option: str, found: Findings) -> bool:
    """Whether a file exists; a problem that names the option if it does not."""
    if path.is_file():
        return True
    what = "is a folder" if path.is_dir() else "there is no such file"
    found.problem(f"{option} {path}: {what}; name a file")
    return False


def open_sheet(
    path: Path, option: str, found: Findings, *, layer: str | None, known: Sequence[str]
) -> Sheet | None:
    """Read a csv, xlsx or map file; ``known`` columns are found whatever their case."""
    if not is_there(path, option, found) or not _one_layer(path, option, layer, found):
        return None
    sheet = read_sheet(path, found, layer=layer)
    if sheet is None:
        return None
    theirs = {c.lower(): c for c in map(str, sheet.frame.columns)}
    ours = {
        theirs[name]: name for name in known if name in theirs and name not in sheet.frame.columns
    }
    sheet = replace(sheet, frame=sheet.frame.rename(columns=ours))
    if not len(sheet):
        found.problem(f"{path.name}: holds no rows; give at least one")
        return None
    return sheet


def row_ids(sheet: Sheet, *, needed: bool) -> list[str]:
    """Names of the rows; their place in the file serves where there is no column ``id``."""
    if "id" in sheet:
        return list(sheet.ids())
    if needed:
        sheet.has(["id"])
    else:
        sheet.found.note(f"{sheet.file}: no column 'id': rows are called by file and row")
    stem = sheet.file.rsplit(".", 1)[0]
    return [f"{stem}:{row}" for row in sheet.frame.index]


def sheet_points(sheet: Sheet, crs: str | None, around: Points | None) -> Points | None:
    """Where the rows lie: degrees in ``lon`` and ``lat``, or ``x`` and ``y`` in ``--crs``.

    Parameters
    ----------
    crs
        As the command line has it; columns named in degrees follow it only if it is in degrees.
    around
        The points of the other file, to tell swapped columns.
    """
    columns = None if sheet.geometry is not None else coordinate_columns(sheet)
    parsed = None if crs is None else parse_crs(crs)
    if columns is not None and not columns[0].lower().startswith("x"):
        crs = crs if parsed is not None and parsed.is_geographic else None
    elif columns is not None and crs is None:
        sheet.found.problem(
            f"{sheet.file}: nobody says in which system {columns[0]!r} and {columns[1]!r} are; "
            "give --crs EPSG:N, or columns lon and lat in degrees"
        )
        return None
    box = None
    if around is not None and (own := around.box()) is not None:
        from allocator.region.coordinates import box_in_degrees

        box = box_in_degrees(own, around.crs)
    return points_of(sheet, crs=crs, region_crs=None, box_degrees=box)


def _one_layer(path: Path, option: str, layer: str | None, found: Findings) -> bool:
    """Whether it is clear which layer of a map file is meant; what cannot be read is told later."""
    if path.suffix.lower() not in VECTOR_SUFFIXES or layer is not None:
        return True
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    except (pyogrio.errors.DataSourceError, OSError):
        return True
    if len(layers) > 1:
        found.problem(
            f"{path.name}: has several layers ({', '.join(layers)}); say which: {option}-layer NAME"
        )
    return len(layers) <= 1

"""Demand and sites of a location question, from csv, Excel, map layers or a population raster."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allocator.files.instances.opening import is_there, open_sheet, row_ids, sheet_points
from allocator.files.instances.places import box_of, measuring_crs, stated_crs
from allocator.files.instances.site_columns import SITE_COLUMNS, SitesFile, site_columns
from allocator.region.coordinates import Box, local_metric_crs, project, short_name
from allocator.region.findings import Findings, listed
from allocator.region.point_files import Points
from allocator.region.raster import KINDS_OF_VALUES, raster_box, raster_cells, raster_problems
from allocator.region.table_sources import RASTER_SUFFIXES
from allocator.region.tables import Sheet
from allocator.travel.ends import Demand, SiteSet

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DemandFile:
    """Where the people are.

    Attributes
    ----------
    path
        Table or map layer with ``people`` (and ``id``), or a population raster.
    layer
        Of a map file with several.
    people
        Name of the column with people.
    groups
        Columns with the people of parts of the population.
    weight
        Column by which distances are multiplied instead of people.
    grid_kind
        What a raster holds: ``count`` (people per cell) or ``density`` (per km2).
    """

    path: Path
    layer: str | None = None
    people: str = "people"
    groups: tuple[str, ...] = ()
    weight: str | None = None
    grid_kind: str | None = None

    @property
    def further(self) -> tuple[str, ...]:
        """Columns besides people."""
        return self.groups if self.weight is None else (*self.groups, self.weight)

    @property
    def is_raster(self) -> bool:
        """Whether it is a raster, by its suffix."""
        return self.path.suffix.lower() in RASTER_SUFFIXES


@dataclass(frozen=True, eq=False)
class Ends:
    """Both sides of a question.

    Attributes
    ----------
    demand
        None where the question is about sites alone.
    sites
        All sites.
    may_close
        Positions of existing sites with a closing cost.
    level
        What existing sites are today, as the file has it; empty text for the others.
    weight
        Of each cell, where a column was named for it; shape ``(n_cells,)``.
    """

    demand: Demand | None
    sites: SiteSet
    may_close: NDArray[np.int64]
    level: list[str]
    weight: Floats | None = None


def read_ends(
    demand: DemandFile | None,
    sites: SitesFile,
    *,
    crs: str | None,
    placed: bool,
    found: Findings,
) -> Ends | None:
    """Read both sides; None, with problems in ``found``, if they cannot be used.

    Parameters
    ----------
    crs
        Of columns ``x`` and ``y``, and the one to measure in if it is fit for distances.
    placed
        Whether coordinates are needed; without them ``id`` is.
    """
    crs = stated_crs(crs, found)
    cells = None if demand is None else _demand_sheet(demand, found)
    rows = open_sheet(sites.path, "--sites", found, layer=sites.layer, known=SITE_COLUMNS)
    if not placed:
        people = None if demand is None else _demand(demand, cells, None, "", found)
        return _together(demand, cells, people, site_columns(rows, sites, True, found), found)
    lived = None if cells is None else sheet_points(cells, crs, None)
    stand = None if rows is None else sheet_points(rows, crs, lived)
    box, own = _where(demand, lived, stand, sites, found)
    if box is None:
        # Whatever else is wrong is told too.
        site_columns(rows, sites, False, found)
        if demand is not None:
            _demand(demand, cells, None, "", found, ids_needed=False)
        return None
    metric = measuring_crs(crs, own, box, found)
    people = None if demand is None else _demand(demand, cells, lived, metric, found)
    columns = site_columns(rows, sites, False, found)
    if columns is not None and rows is not None and stand is not None:
        columns = columns | {"xy_m": _projected(stand, metric, rows, found), "crs": metric}
    return _together(demand, cells, people, columns, found)


def _demand_sheet(demand: DemandFile, found: Findings) -> Sheet | None:
    """The table of demand; None for a raster, whose problems are told here."""
    if not demand.is_raster:
        return open_sheet(
            demand.path, "--demand", found, layer=demand.layer, known=("id", demand.people)
        )
    if is_there(demand.path, "--demand", found):
        found.problems += raster_problems(demand.path)
    if demand.grid_kind not in KINDS_OF_VALUES:
        found.problem(
            f"{demand.path.name}: nobody says what its values are; give --grid-kind count (people "
            "per cell) or --grid-kind density (people per km2)"
        )
    if demand.further:
        found.problem(
            f"{demand.path.name}: a raster has no columns ({listed(demand.further)}); give a table "
            "with a column for each"
        )
    return None


def _where(
    demand: DemandFile | None,
    lived: Points | None,
    stand: Points | None,
    sites: SitesFile,
    found: Findings,
) -> tuple[Box | None, str | None]:
    """Where the points lie in degrees, and the CRS that their file is in."""
    if found.problems:
        return None, None
    if demand is not None and demand.is_raster:
        return raster_box(demand.path), None
    points, file = (stand, sites.path) if demand is None else (lived, demand.path)
    own = None if points is None else short_name(points.crs)
    return box_of(points, file.name, found), own


def _demand(
    demand: DemandFile, cells: Sheet | None, points: Points | None, metric: str, found: Findings,
    *, ids_needed: bool | None = None,
) -> Demand | None:  # fmt: skip
    if demand.is_raster:
        return None if found.problems else _raster_demand(demand, metric, found)
    if cells is None:
        return None
    if demand.people not in cells:
        found.problem(f"{cells.file}: nobody says where the people are; give --people-column NAME")
    if not cells.has([demand.people, *demand.further]):
        return None
    people = cells.numbers(demand.people)
    if demand.weight is not None:
        # Read again at the end; here its problems come with the others.
        cells.numbers(demand.weight)
    groups = {g: cells.numbers(g) for g in demand.groups}
    ids = row_ids(cells, needed=points is None if ids_needed is None else ids_needed)
    if found.problems:
        return None
    xy_m = None if points is None else _projected(points, metric, cells, found)
    return Demand(people, ids=ids, groups=groups, xy_m=xy_m, crs=metric)


def _raster_demand(demand: DemandFile, metric: str, found: Findings) -> Demand | None:
    """Cells of a raster in which somebody lives, called by row and column."""
    metric = metric or local_metric_crs(raster_box(demand.path))
    everywhere = gpd.GeoDataFrame(geometry=[None])
    kind = str(demand.grid_kind)
    raw = raster_cells(demand.path, kind=kind, crs=metric, found=found, units=everywhere)
    if raw is None or found.problems:
        return None
    people = raw.cells["people"].to_numpy(np.float64)
    what = "people per cell" if kind == "count" else "people per km2"
    found.note(f"{demand.path.name}: {what}, {people.sum():,.0f} people in {len(people):,} cells")
    xy_m = raw.cells[["x_m", "y_m"]].to_numpy(np.float64)
    return Demand(people, ids=list(raw.cells.index), xy_m=xy_m, crs=metric)


def _together(
    asked: DemandFile | None,
    cells: Sheet | None,
    demand: Demand | None,
    columns: dict[str, Any] | None,
    found: Findings,
) -> Ends | None:
    """Both sides, unless anything was wrong."""
    if found.problems or columns is None or (asked is not None and demand is None):
        return None
    may_close, level = columns.pop("may_close"), columns.pop("level")
    weight = None
    if asked is not None and asked.weight is not None and cells is not None:
        weight = cells.numbers(asked.weight)
    return Ends(demand, SiteSet(**columns), may_close, level, weight)


def _projected(points: Points, metric: str, sheet: Sheet, found: Findings) -> Floats | None:
    x_m, y_m = project(points.x, points.y, points.crs, metric)
    lost = ~(np.isfinite(x_m) & np.isfinite(y_m))
    if lost.any():
        found.problem(
            f"{sheet.file}: {sheet.rows(lost)} cannot be projected to {metric}; check the "
            "coordinates and --crs"
        )
        return None
    if short_name(points.crs) != metric:
        found.note(f"{sheet.file}: projected from {short_name(points.crs)} to {metric}")
    return np.column_stack([x_m, y_m])

"""The grid's file, whatever its form: raster, map layer or table."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from allocator.region.coordinates import Box, box_in_degrees
from allocator.region.findings import Findings
from allocator.region.grid import PopulationGrid
from allocator.region.grid_files import RawGrid, grid_cells
from allocator.region.manifest import GridFile
from allocator.region.placement import placed_grid
from allocator.region.point_files import Points, points_of
from allocator.region.raster import raster_box, raster_cells, raster_problems
from allocator.region.tables import Sheet
from allocator.region.vector import read_sheet

RASTER_SUFFIXES = (".tif", ".tiff")


@dataclass(frozen=True, eq=False)
class GridSource:
    """An opened grid: a raster on disk, or a table with its points."""

    path: Path
    section: GridFile
    rows: tuple[Sheet, Points] | None = None

    @property
    def is_raster(self) -> bool:
        """Whether cells come from a raster."""
        return self.rows is None

    def box_degrees(self) -> Box | None:
        """Where the grid lies."""
        if self.rows is None:
            return raster_box(self.path)
        box = self.rows[1].box()
        return None if box is None else box_in_degrees(box, self.rows[1].crs)

    def grid(self, units: gpd.GeoDataFrame, crs: str, found: Findings) -> PopulationGrid | None:
        """The population grid in the region's CRS, its cells given to units."""
        raw = self._cells(units, crs, found)
        if raw is None or raw.cells.empty:
            return None
        grid = placed_grid(
            raw,
            units,
            file=self.section.file,
            basis=self.section.basis,
            note=self.section.note,
            found=found,
        )
        return grid if len(grid) else None

    def _cells(self, units: gpd.GeoDataFrame, crs: str, found: Findings) -> RawGrid | None:
        if self.rows is not None:
            return grid_cells(*self.rows, self.section, crs)
        settlement = self.section.settlement
        layer = self.path.parent / settlement if settlement else None
        if layer is not None:
            problems = raster_problems(layer)
            found.problems += problems
            if problems:
                return None
            found.read(layer)
        return raster_cells(
            self.path,
            kind=self.section.kind,
            crs=crs,
            found=found,
            units=units,
            settlement=layer,
        )


def open_grid(
    folder: Path, section: GridFile, region_crs: str | None, box: Box | None, found: Findings
) -> GridSource | None:
    """Open the grid's file; None with its problems noted if it cannot be used."""
    path = folder / section.file
    if path.suffix.lower() in RASTER_SUFFIXES:
        problems = raster_problems(path)
        found.problems += problems
        if problems:
            return None
        found.read(path, basis=section.basis, note=section.note)
        return GridSource(path, section)
    sheet = read_sheet(path, found, layer=section.layer, basis=section.basis, note=section.note)
    if sheet is None:
        return None
    points = points_of(sheet, crs=section.crs, region_crs=region_crs, box_degrees=box)
    return None if points is None else GridSource(path, section, (sheet, points))

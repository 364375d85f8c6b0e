"""The grid's file, whatever its form: raster, map layer or table."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from allocator.region.coordinates import Box, box_in_degrees
from allocator.region.findings import Findings, listed
from allocator.region.grid import PopulationGrid
from allocator.region.grid_files import RawGrid, grid_cells
from allocator.region.manifest import GridFile
from allocator.region.placement import placed_grid
from allocator.region.point_files import Points, points_of
from allocator.region.raster import raster_box, raster_cells, raster_problems
from allocator.region.table_sources import TableSource
from allocator.region.tables import Sheet
from allocator.region.units import Units


@dataclass(frozen=True, eq=False)
class GridSource:
    """An opened grid: the path of a raster, or a table with its points."""

    section: GridFile
    cells: Path | tuple[Sheet, Points]

    @property
    def raster(self) -> Path | None:
        """Path of the raster that the cells come from, if it is one."""
        return self.cells if isinstance(self.cells, Path) else None

    def check_units(self, units: Units, found: Findings) -> None:
        """Say where cells name a unit above the planning level: nobody could plan for them."""
        if isinstance(self.cells, Path) or "unit" not in self.cells[0]:
            return
        sheet = self.cells[0]
        named = sheet.text("unit")
        above = [u for u in units.table.index if not units.planning_unit_of(str(u))]
        wrong = named.isin(above)
        if wrong.any():
            found.problem(
                f"{sheet.at('unit')}: {listed(map(repr, named[wrong].unique()))} holds planning "
                f"units ({sheet.rows(wrong)}); name the planning unit of the cell, or a finer one"
            )

    def box_degrees(self) -> Box | None:
        """Where the grid lies."""
        if isinstance(self.cells, Path):
            return raster_box(self.cells)
        points = self.cells[1]
        box = points.box()
        return None if box is None else box_in_degrees(box, points.crs)

    def grid(
        self,
        units: gpd.GeoDataFrame,
        crs: str,
        found: Findings,
        *,
        settled_later: bool = False,
    ) -> PopulationGrid | None:
        """The population grid in the region's CRS, its cells given to units.

        ``settled_later``: something else will say which cells are urban; none is as yet.
        """
        raw = self._cells(units, crs, found)
        if raw is None or raw.cells.empty:
            return None
        if settled_later:
            raw = RawGrid(raw.cells.assign(urban=False), "layer")
        if self.section.basis is None:
            setting = found.setting("grid.basis")
            found.note(f"{self.section.file}: {setting} is not stated; read as measured")
        grid = placed_grid(
            raw,
            units,
            file=self.section.file,
            basis=self.section.basis or "measured",
            note=self.section.note,
            found=found,
        )
        return grid if len(grid) else None

    def _cells(self, units: gpd.GeoDataFrame, crs: str, found: Findings) -> RawGrid | None:
        if not isinstance(self.cells, Path):
            return grid_cells(*self.cells, self.section, crs)
        settlement = self.section.settlement
        layer = self.cells.parent / settlement if settlement else None
        if layer is not None:
            problems = raster_problems(layer)
            found.problems += problems
            if problems:
                return None
            found.read(layer)
        return raster_cells(
            self.cells,
            kind=self.section.kind,
            crs=crs,
            found=found,
            units=units,
            settlement=layer,
        )


def open_grid(
    tables: TableSource,
    section: GridFile,
    region_crs: str | None,
    box: Box | None,
    found: Findings,
) -> GridSource | None:
    """Open the grid; None with its problems noted if it cannot be used."""
    basis, note = section.basis or "", section.note
    raster = tables.raster(section.file)
    if raster is not None:
        problems = raster_problems(raster)
        found.problems += problems
        if problems:
            return None
        found.read(raster, basis=basis, note=note)
        return GridSource(section, raster)
    sheet = tables.sheet(section.file, found, layer=section.layer, basis=basis, note=note)
    if sheet is None:
        return None
    points = points_of(sheet, crs=section.crs, region_crs=region_crs, box_degrees=box)
    return None if points is None else GridSource(section, (sheet, points))

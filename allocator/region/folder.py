"""``read_region``: a folder of files becomes a checked, frozen Region."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.region import checks
from allocator.region.containment import has_outlines
from allocator.region.coordinates import Box, box_in_degrees, region_crs, short_name
from allocator.region.findings import Findings, listed, repeated
from allocator.region.grid import PopulationGrid
from allocator.region.grid_source import GridSource, open_grid
from allocator.region.ground import Region
from allocator.region.manifest import Manifest, SitesFile, read_manifest
from allocator.region.point_files import Points, points_of
from allocator.region.population_files import (
    chosen_basis,
    population_rows,
    todays_people,
    with_parents,
)
from allocator.region.site_files import no_sites, our_names, sites_table, with_units
from allocator.region.sites import CandidateRule, Sites
from allocator.region.stock import Costs, Stock
from allocator.region.stock_files import costs_table, no_costs, no_stock, stock_table
from allocator.region.tables import Sheet
from allocator.region.unit_files import is_tree, planning_units, repair_outlines, units_table
from allocator.region.units import Units
from allocator.region.vector import read_sheet
from allocator.region.zones import compare_with_zones


def read_region(path: str | Path) -> Region:
    """Read a region folder, or its ``region.toml``.

    The files and their columns are described in ``data/README.md``.

    Raises
    ------
    InputError
        Listing every problem found in any of the files.
    """
    toml = Path(path)
    toml = toml / "region.toml" if toml.is_dir() else toml
    if not toml.is_file():
        raise InputError(
            f"no file {toml.name!r} at {str(path)!r}; a region is a folder with region.toml in it",
            where="region",
        )
    found = Findings()
    return _Reading(toml.parent, read_manifest(toml, found), found).region()


@dataclass(frozen=True, eq=False)
class _Tables:
    """The plain tables, as far as they could be read."""

    populations: Sheet | None
    stock: Sheet | None
    costs: Sheet | None


@dataclass
class _Reading:
    """One pass over a folder: read every file, then check them against each other."""

    folder: Path
    manifest: Manifest
    found: Findings

    def region(self) -> Region:
        """Read everything; problems of all files come out in one error."""
        found, manifest = self.found, self.manifest
        where = f"region {manifest.name or self.folder.name}"
        for text in manifest.notes:
            found.note(text)
        units = self._units()
        whole = units is not None and is_tree(units, self._units_file, found)
        if units is not None and whole:
            units = repair_outlines(units, self._units_file, found)
        source = self._grid_source(_degrees(units))
        sheets = [(s, self._sites_sheet(s)) for s in manifest.sites]
        tables = self._tables()
        box, crs = self._crs(units, source, sheets)
        if units is None or not whole:
            self._values_alone(units, sheets, tables, crs, box)
            raise_if_any(found.problems, where=where)
            raise InputError("the units could not be read", where=where)
        units = units.to_crs(crs) if has_outlines(units) else units
        planning = planning_units(units, manifest.planning_levels, self._units_file, found)
        figures, people, default_basis = self._people(tables.populations, units, planning)
        grid = None if source is None else source.grid(units, crs, found)
        sites = self._sites(sheets, units, crs, box, grid)
        stock = no_stock() if tables.stock is None else stock_table(tables.stock, units)
        costs = no_costs() if tables.costs is None else costs_table(tables.costs)
        all_units = Units(people, planning)
        if source is not None and grid is not None and planning:
            all_units, grid = self._together(all_units, grid, source, len(figures) > 0)
        raise_if_any(found.problems, where=where)
        if grid is None or stock is None or costs is None:
            raise InputError("could not be read", where=where)
        return Region(
            name=manifest.name,
            crs=crs,
            units=all_units,
            grid=grid,
            sites=Sites(sites),
            stock=Stock(stock),
            costs=Costs(costs, manifest.currency),
            candidates=tuple(
                CandidateRule(c.kind, c.cells, c.spacing_km) for c in manifest.candidates
            ),
            populations=figures,
            default_basis=default_basis,
            sources=tuple(found.sources),
            notes=tuple(found.notes),
            attribution=dict(manifest.attribution),
        )

    def _values_alone(
        self,
        units: gpd.GeoDataFrame | None,
        sheets: list[tuple[SitesFile, Sheet | None]],
        tables: "_Tables",
        crs: str,
        box: Box | None,
    ) -> None:
        """Check what can be checked when the units do not hang together."""
        if tables.costs is not None:
            costs_table(tables.costs)
        if units is None:
            return
        if tables.populations is not None:
            population_rows(tables.populations, units)
        if tables.stock is not None:
            stock_table(tables.stock, units)
        for section, sheet in sheets:
            if sheet is not None:
                sites_table(sheet, self._points(section, sheet, crs, box), units, crs)

    @property
    def _units_file(self) -> str:
        return self.manifest.units.file if self.manifest.units else "units"

    def _sheet(self, file: str, *, layer: str | None = None) -> Sheet | None:
        return read_sheet(self.folder / file, self.found, layer=layer)

    def _units(self) -> gpd.GeoDataFrame | None:
        section = self.manifest.units
        sheet = None if section is None else self._sheet(section.file, layer=section.layer)
        if section is None or sheet is None:
            return None
        return units_table(sheet.renamed(section.columns), section.levels)

    def _grid_source(self, box: Box | None) -> GridSource | None:
        if self.manifest.grid is None:
            return None
        return open_grid(self.folder, self.manifest.grid, self.manifest.crs, box, self.found)

    def _sites_sheet(self, section: SitesFile) -> Sheet | None:
        sheet = self._sheet(section.file, layer=section.layer)
        return None if sheet is None else our_names(sheet, section)

    def _tables(self) -> "_Tables":
        m = self.manifest
        return _Tables(
            None if m.populations is None else self._sheet(m.populations.file),
            None if m.stock is None else self._sheet(m.stock.file),
            None if m.costs is None else self._sheet(m.costs.file),
        )

    def _crs(
        self,
        units: gpd.GeoDataFrame | None,
        source: GridSource | None,
        sheets: list[tuple[SitesFile, Sheet | None]],
    ) -> tuple[Box | None, str]:
        """Where the region lies (units, else grid, else sites), and in which CRS it is measured."""
        box = _degrees(units) or (source.box_degrees() if source else None)
        for section, sheet in sheets:
            if box is None and sheet is not None:
                points = self._points(section, sheet, self.manifest.crs, None)
                around = None if points is None else points.box()
                if points is not None and around is not None:
                    box = box_in_degrees(around, points.crs)
        return box, region_crs(self.manifest.crs, box, self.found)

    def _people(
        self, sheet: Sheet | None, units: gpd.GeoDataFrame, planning: tuple[str, ...]
    ) -> tuple[pd.DataFrame, gpd.GeoDataFrame, str]:
        """Population figures by basis, units with today's, and the basis that splits a forecast."""
        section = self.manifest.populations
        rows = None if sheet is None else population_rows(sheet, units)
        if section is None or sheet is None or rows is None:
            return pd.DataFrame(), units, ""
        figures = with_parents(rows, units, sheet)
        file, found = section.file, self.found
        basis = chosen_basis(
            figures, section.basis, key="[populations] basis", file=file, found=found
        )
        default = self.manifest.default_basis or basis
        chosen_basis(figures, default, key="default_basis", file=file, found=found)
        people = todays_people(figures, units, planning, basis=basis, file=file, found=found)
        return figures, people, default

    def _points(
        self, section: SitesFile, sheet: Sheet, crs: str | None, box: Box | None
    ) -> Points | None:
        return points_of(
            sheet, crs=section.crs, region_crs=crs, system=section.coordinates, box_degrees=box
        )

    def _sites(
        self,
        sheets: list[tuple[SitesFile, Sheet | None]],
        units: gpd.GeoDataFrame,
        crs: str,
        box: Box | None,
        grid: PopulationGrid | None,
    ) -> pd.DataFrame:
        parts = []
        for section, sheet in sheets:
            points = None if sheet is None else self._points(section, sheet, crs, box)
            part = None if sheet is None else sites_table(sheet, points, units, crs)
            if part is not None:
                parts.append(with_units(part, units, grid, section.file, self.found))
        table = pd.concat(parts) if parts else no_sites()
        if again := repeated(list(table.index)):
            files = listed(section.file for section, _ in sheets)
            self.found.problem(
                f"{files}, id: {listed(map(repr, again))} come in several files; rename them"
            )
        if table.empty and len(parts) == len(sheets) and not self.manifest.candidates:
            self.found.problem(
                "region.toml: no sites and no candidates, so nothing can be sited; give [sites] "
                "a file with rows, or a [[candidates]] rule"
            )
        return table

    def _together(
        self, units: Units, grid: PopulationGrid, source: GridSource, has_figures: bool
    ) -> tuple[Units, PopulationGrid]:
        """Make grid and units agree, or say where they do not."""
        section, found = self.manifest.grid, self.found
        file = section.file if section else "grid"
        if source.is_raster and section is not None:
            compare_with_zones(self.folder / file, grid, units, section.kind, found)
        checks.check_outlines(units, self._units_file, found)
        if not has_figures:
            found.note("no [populations]: units have the people of their cells")
            return Units(checks.people_from_grid(units.table, grid), units.planning), grid
        if section is not None and section.scale_to == "units":
            grid = checks.scaled_to_units(grid, units, file, found)
        else:
            checks.compare_grid_with_units(grid, units, file, found)
        return checks.fill_finer_units(units, grid, found), grid


def _degrees(units: gpd.GeoDataFrame | None) -> Box | None:
    """Where the units lie, in degrees; None without outlines."""
    if units is None or not has_outlines(units):
        return None
    west, south, east, north = map(float, units.total_bounds)
    return box_in_degrees((west, south, east, north), short_name(units.crs))

"""``read_region``: a folder of files becomes a checked, frozen Region."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.region import checks
from allocator.region.containment import has_outlines
from allocator.region.coordinates import (
    Box,
    box_in_degrees,
    local_metric_crs,
    metric_problem,
    scale_check,
    short_name,
)  # fmt: skip
from allocator.region.findings import Findings, listed, repeated
from allocator.region.grid import PopulationGrid
from allocator.region.grid_source import GridSource, open_grid
from allocator.region.ground import Region
from allocator.region.manifest import Manifest, SitesFile, read_manifest
from allocator.region.point_files import Points, points_of
from allocator.region.population_files import chosen_basis, populations_table, todays_people
from allocator.region.site_files import no_sites, our_names, sites_table
from allocator.region.sites import CandidateRule, Sites
from allocator.region.stock import Costs, Stock
from allocator.region.stock_files import costs_table, no_costs, no_stock, stock_table
from allocator.region.tables import Sheet
from allocator.region.unit_files import planning_units, repair_outlines, units_table
from allocator.region.units import Units
from allocator.region.vector import read_sheet


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


@dataclass
class _Reading:
    """One pass over a folder: read every file, then check them against each other."""

    folder: Path
    manifest: Manifest
    found: Findings

    def region(self) -> Region:
        found, manifest = self.found, self.manifest
        where = f"region {manifest.name or self.folder.name}"
        for text in manifest.notes:
            found.note(text)
        units = self._units()
        source = self._grid_source(None if units is None else _degrees(units))
        sheets = [(s, self._sites_sheet(s)) for s in manifest.sites]
        populations, stock, costs = self._tables()
        if units is None:
            raise_if_any(found.problems, where=where)
            raise InputError("the units could not be read", where=where)
        box, crs = self._crs(units, source, sheets)
        units = self._projected(units, crs)
        planning = planning_units(units, manifest.planning_levels, self._units_file, found)
        figures, people, default_basis = self._people(populations, units, planning)
        grid = None if source is None else source.grid(units, crs, found)
        sites = self._sites(sheets, units, crs, box, grid)
        stock_rows = no_stock() if stock is None else stock_table(stock, units)
        cost_rows = no_costs() if costs is None else costs_table(costs)
        raise_if_any(found.problems, where=where)
        if grid is None or sites is None or stock_rows is None or cost_rows is None:
            raise InputError("could not be read", where=where)
        together = self._together(Units(people, planning), grid, bool(len(figures)))
        raise_if_any(found.problems, where=where)
        return Region(
            name=manifest.name, crs=crs, units=together[0], grid=together[1], sites=Sites(sites),
            stock=Stock(stock_rows), costs=Costs(cost_rows, manifest.currency),
            candidates=tuple(
                CandidateRule(c.kind, c.cells, c.spacing_km) for c in manifest.candidates
            ),
            populations=figures, default_basis=default_basis, sources=tuple(found.sources),
            notes=tuple(found.notes), attribution=dict(manifest.attribution),
        )  # fmt: skip

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
        table = units_table(sheet.renamed(section.columns), section.levels)
        return None if table is None else repair_outlines(table, sheet.file, self.found)

    def _grid_source(self, box: Box | None) -> GridSource | None:
        if self.manifest.grid is None:
            return None
        return open_grid(self.folder, self.manifest.grid, self.manifest.crs, box, self.found)

    def _sites_sheet(self, section: SitesFile) -> Sheet | None:
        sheet = self._sheet(section.file, layer=section.layer)
        return None if sheet is None else our_names(sheet, section)

    def _tables(self) -> tuple[Sheet | None, Sheet | None, Sheet | None]:
        m = self.manifest
        return tuple(  # type: ignore[return-value]
            None if section is None else self._sheet(section.file)
            for section in (m.populations, m.stock, m.costs)
        )

    def _crs(
        self,
        units: gpd.GeoDataFrame,
        source: GridSource | None,
        sheets: list[tuple[SitesFile, Sheet | None]],
    ) -> tuple[Box | None, str]:
        """Where the region lies, and the CRS in which it is measured."""
        stated = self.manifest.crs
        box = _degrees(units) or (source.box_degrees() if source else None)
        for section, sheet in sheets:
            if box is None and sheet is not None:
                points = self._points(section, sheet, stated, None)
                box = None if points is None else box_in_degrees(points.box(), points.crs)
        problem = metric_problem(stated) if stated else ""
        if problem:
            self.found.problem(f"region.toml: crs: {problem}")
        elif stated and box is not None:
            check = scale_check(stated, box)
            if check.problem:
                self.found.problem(f"region.toml: {check.problem}")
            if check.note:
                self.found.note(check.note)
        if stated and not problem:
            return box, stated
        if box is None:
            self.found.problem("region.toml: crs is missing, and no file says where the region is")
            return None, "EPSG:32631"
        crs = local_metric_crs(box)
        self.found.note(f"distances are measured in {crs}, the UTM zone of the region's middle")
        if note := scale_check(crs, box).note:
            self.found.note(note)
        return box, crs

    def _projected(self, units: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
        if not has_outlines(units):
            return units
        return units.to_crs(crs)

    def _people(
        self, sheet: Sheet | None, units: gpd.GeoDataFrame, planning: tuple[str, ...]
    ) -> tuple[pd.DataFrame, gpd.GeoDataFrame, str]:
        """Population figures by basis, units with today's, and the basis that splits a forecast."""
        section = self.manifest.populations
        figures = None if sheet is None else populations_table(sheet, units)
        if section is None or sheet is None or figures is None:
            return pd.DataFrame(), units, ""
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
    ) -> pd.DataFrame | None:
        parts = []
        for section, sheet in sheets:
            if sheet is None:
                continue
            points = self._points(section, sheet, crs, box)
            part = sites_table(sheet, points, units, crs, grid)
            parts += [] if part is None else [part]
        table = pd.concat(parts) if parts else no_sites()
        again = repeated(list(table.index))
        if again:
            files = listed(section.file for section, _ in sheets)
            self.found.problem(f"{files}, id: {listed(again)} come in several files; rename them")
        read = all(sheet is not None for _, sheet in sheets)
        if table.empty and read and not self.manifest.candidates and not self.found.problems:
            self.found.problem(
                "region.toml: no sites and no candidates, so nothing can be sited; give [sites] "
                "a file with rows, or a [[candidates]] rule"
            )
        return table

    def _together(
        self, units: Units, grid: PopulationGrid, has_figures: bool
    ) -> tuple[Units, PopulationGrid]:
        """Make grid and units agree, or say where they do not."""
        section, found = self.manifest.grid, self.found
        file = section.file if section else "grid"
        checks.check_outlines(units, self._units_file, found)
        if not has_figures:
            found.note("no [populations]: units have the people of their cells")
            return Units(checks.people_from_grid(units.table, grid), units.planning), grid
        if section is not None and section.scale_to == "units":
            grid = checks.scaled_to_units(grid, units, file, found)
        else:
            checks.compare_grid_with_units(grid, units, file, found)
        return checks.fill_finer_units(units, grid, found), grid


def _degrees(units: gpd.GeoDataFrame) -> Box | None:
    """Where the units lie, in degrees; None without outlines."""
    if not has_outlines(units):
        return None
    west, south, east, north = map(float, units.total_bounds)
    return box_in_degrees((west, south, east, north), short_name(units.crs))

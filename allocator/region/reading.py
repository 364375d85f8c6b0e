"""One pass over a region's tables, of files or of objects: read all, then check them together."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.region import checks
from allocator.region.borders import note_on_border
from allocator.region.coarsening import coarsened
from allocator.region.containment import has_outlines
from allocator.region.coordinates import Box, box_in_degrees, region_crs, short_name
from allocator.region.findings import Findings
from allocator.region.gaps import without_gaps
from allocator.region.grid import PopulationGrid
from allocator.region.grid_source import GridSource, open_grid
from allocator.region.ground import LEFT_OUT_COLUMNS, Region
from allocator.region.manifest import Manifest
from allocator.region.population_files import (
    chosen_basis,
    population_rows,
    todays_people,
    with_parents,
)
from allocator.region.settlement_files import DECIDED_LATER, check_rule, settled
from allocator.region.site_lists import SiteList, site_list, sites_of
from allocator.region.sites import CandidateRule, Sites
from allocator.region.stock import Costs, Stock
from allocator.region.stock_files import costs_table, no_costs, no_stock, stock_table
from allocator.region.table_sources import TableSource
from allocator.region.tables import Sheet
from allocator.region.unit_files import is_tree, planning_units, repair_outlines, units_table
from allocator.region.units import Units
from allocator.region.vector import in_wgs84
from allocator.region.zones import compare_with_zones


@dataclass(frozen=True, eq=False)
class _Opened:
    """Every input, as far as it could be read by itself; units None unless they are one tree."""

    units: gpd.GeoDataFrame | None
    loose_units: gpd.GeoDataFrame | None
    grid: GridSource | None
    sites: tuple[SiteList, ...]
    populations: Sheet | None
    stock: Sheet | None
    costs: Sheet | None


@dataclass(frozen=True, eq=False)
class Reading:
    """One pass over the inputs; problems of all of them come out in one error.

    Attributes
    ----------
    name
        Of the region, for messages.
    tables
        Where tables come from.
    manifest
        Which tables there are, and how to read them.
    found
        Where problems, notes and sources go.
    """

    name: str
    tables: TableSource
    manifest: Manifest
    found: Findings

    def region(self) -> Region:
        """Read everything, check everything.

        Raises
        ------
        InputError
            Listing every problem.
        """
        for text in self.manifest.notes:
            self.found.note(text)
        opened = self._open()
        box, crs = self._crs(opened)
        region = None
        if opened.units is None:
            self._values_alone(opened, crs, box)
        else:
            region = self._together(opened, opened.units, crs, box)
        where = f"region {self.name}".strip()
        raise_if_any(self.found.problems, where=where)
        if region is None:
            raise InputError("could not be read", where=where)
        return region

    def units(self) -> Units:
        """Read the units alone: who is inside whom, and which are planned for; nobody's people.

        Raises
        ------
        InputError
            Listing every problem of the units.
        """
        units = self._units()
        where = f"region {self.name}".strip()
        planning: tuple[str, ...] = ()
        if units is not None and is_tree(units, self._units_file, self.found):
            levels = self.manifest.planning_levels
            planning = planning_units(units, levels, self._units_file, self.found)
        raise_if_any(self.found.problems, where=where)
        if units is None:
            raise InputError("could not be read", where=where)
        return Units(units, planning)

    def _open(self) -> _Opened:
        m, found = self.manifest, self.found
        units = self._units()
        whole = units is not None and is_tree(units, self._units_file, found)
        if units is not None and whole:
            units = repair_outlines(units, self._units_file, found)
        box = _degrees(units)
        return _Opened(
            units if whole else None,
            units,
            None if m.grid is None else open_grid(self.tables, m.grid, m.crs, box, found),
            tuple(site_list(section, self.tables, found) for section in m.sites),
            None if m.populations is None else self.tables.sheet(m.populations.file, found),
            None if m.stock is None else self.tables.sheet(m.stock.file, found),
            None if m.costs is None else self.tables.sheet(m.costs.file, found),
        )

    def _units(self) -> gpd.GeoDataFrame | None:
        section = self.manifest.units
        if section is None:
            return None
        sheet = self.tables.sheet(section.file, self.found, layer=section.layer)
        sheet = in_wgs84(sheet, section.coordinates)
        if sheet is None:
            return None
        return units_table(sheet.renamed(section.columns), section.levels)

    @property
    def _units_file(self) -> str:
        return self.manifest.units.file if self.manifest.units else "units"

    def _crs(self, opened: _Opened) -> tuple[Box | None, str]:
        """Where the region lies (units, else grid, else sites), and in which CRS it is measured."""
        box = _degrees(opened.loose_units) or (opened.grid.box_degrees() if opened.grid else None)
        for sites in opened.sites:
            if box is None:
                points = sites.points(self.manifest.crs, None)
                around = None if points is None else points.box()
                if points is not None and around is not None:
                    box = box_in_degrees(around, points.crs)
        return box, region_crs(self.manifest.crs, box, self.found)

    def _values_alone(self, opened: _Opened, crs: str, box: Box | None) -> None:
        """Check what can be checked when the units do not hang together."""
        if opened.costs is not None:
            costs_table(opened.costs)
        units = opened.loose_units
        if units is None:
            return
        if opened.populations is not None:
            population_rows(opened.populations, units)
        if opened.stock is not None:
            stock_table(opened.stock, units)
        for sites in opened.sites:
            sites.table(units, crs, box)

    def _together(
        self, opened: _Opened, units: gpd.GeoDataFrame, crs: str, box: Box | None
    ) -> Region | None:
        """Check the inputs against each other; None if one is missing altogether."""
        m, found = self.manifest, self.found
        units = units.to_crs(crs) if has_outlines(units) else units
        planning = planning_units(units, m.planning_levels, self._units_file, found)
        figures, people, default_basis = self._people(opened.populations, units, planning)
        grid = self._grid(opened.grid, units, crs)
        sites = sites_of(opened.sites, units, crs, box, grid, needed=not m.candidates, found=found)
        stock = no_stock() if opened.stock is None else stock_table(opened.stock, units)
        costs = no_costs() if opened.costs is None else costs_table(opened.costs)
        all_units = Units(people, planning)
        if opened.grid is not None and grid is not None and planning:
            all_units, grid = self._agreed(
                all_units, grid, opened.grid, crs, has_figures=len(figures) > 0
            )
            note_on_border(all_units, grid, found)
            if not has_outlines(units):
                checks.check_sites_near_cells(sites, grid, found)
            grid = coarsened(grid, opened.grid.section, sites, found)
        if grid is None or stock is None or costs is None:
            return None
        return Region(
            name=m.name,
            crs=crs,
            units=all_units,
            grid=grid,
            sites=Sites(sites),
            stock=Stock(stock),
            costs=Costs(costs, m.currency),
            candidates=tuple(CandidateRule(c.kind, c.cells, c.spacing_km) for c in m.candidates),
            populations=figures,
            default_basis=default_basis,
            sources=tuple(found.sources),
            notes=tuple(found.notes),
            attribution=dict(m.attribution),
            left_out=pd.DataFrame(
                [vars(row) for row in found.left_out], columns=list(LEFT_OUT_COLUMNS)
            ),
        )

    def _grid(
        self, source: GridSource | None, units: gpd.GeoDataFrame, crs: str
    ) -> PopulationGrid | None:
        """The cells; which of them are urban may still have to be decided."""
        rule = self.manifest.settlement
        check_rule(rule, self.manifest.grid, self.found)
        later = rule is not None and rule.method in DECIDED_LATER
        return None if source is None else source.grid(units, crs, self.found, settled_later=later)

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
            figures, section.basis, key="populations.basis", file=file, found=found
        )
        default = self.manifest.default_basis
        if default:
            chosen_basis(figures, default, key="default_basis", file=file, found=found)
        people = todays_people(figures, units, planning, basis=basis, file=file, found=found)
        return figures, people, default or basis

    def _agreed(
        self, units: Units, grid: PopulationGrid, source: GridSource, crs: str, has_figures: bool
    ) -> tuple[Units, PopulationGrid]:
        """Make grid and units agree, or say where they do not."""
        found, section = self.found, source.section
        source.check_units(units, found)
        grid = without_gaps(grid, units, section.file, found)
        if source.raster is not None:
            compare_with_zones(source.raster, grid, units, section.kind, found)
        checks.check_outlines(units, self._units_file, found)
        if has_figures and section.scale_to == "units":
            grid = checks.scaled_to_units(grid, units, section.file, found)
        elif has_figures:
            checks.compare_grid_with_units(grid, units, section.file, found)
        grid = settled(
            grid, self.manifest.settlement, units, self.tables, crs=crs, file=section.file,
            found=found,
        )  # fmt: skip
        if not has_figures:
            found.note("no population figures: units have the people of their cells")
            return Units(checks.people_from_grid(units.table, grid), units.planning), grid
        return checks.fill_finer_units(units, grid, found), grid


def _degrees(units: gpd.GeoDataFrame | None) -> Box | None:
    """Where the units lie, in degrees; None without outlines."""
    if units is None or not has_outlines(units):
        return None
    west, south, east, north = map(float, units.total_bounds)
    return box_in_degrees((west, south, east, north), short_name(units.crs))

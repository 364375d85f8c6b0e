"""The region: all that is on the ground, checked once, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from allocator.region.grid import PopulationGrid
from allocator.region.sites import CandidateRule, Sites
from allocator.region.stock import Costs, Stock
from allocator.region.units import Units
from allocator.reprs import block, small_table

_MOST = 8
LEFT_OUT_COLUMNS = ("file", "row", "id", "name", "reason")


@dataclass(frozen=True)
class Source:
    """Where an input came from.

    ``sha256`` is empty for Python objects, ``basis`` where nobody states it.
    """

    file: str
    sha256: str
    basis: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Region:
    """What is on the ground.

    Attributes
    ----------
    name, crs
        Name, and the local metric CRS of all coordinates (``EPSG:32651``).
    units, grid, sites, stock, costs
        See their classes.
    candidates
        Rules that turn settled grid cells into candidate sites when a plan is made.
    populations
        Columns ``unit``, ``basis``, then one per group: the population figures by basis
        (``census2020``, ``end2021`` ...) from which a forecast is split.
    default_basis
        The basis that splits a forecast unless the planner names another.
    sources
        Every file read, with its hash.
    notes
        What the reader should know: modelled parts, people outside all units, repairs.
    left_out
        Rows of lists of sites that could not be used: ``file``, ``row``, ``id``, ``name``,
        ``reason``.
    """

    name: str
    crs: str
    units: Units
    grid: PopulationGrid
    sites: Sites
    stock: Stock
    costs: Costs
    candidates: tuple[CandidateRule, ...] = ()
    populations: pd.DataFrame = field(default_factory=pd.DataFrame)
    default_basis: str = ""
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    attribution: Mapping[str, str] = field(default_factory=dict)
    left_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=LEFT_OUT_COLUMNS))

    def __repr__(self) -> str:
        parts = [self.crs, *self._units_and_people(), f"{len(self.sites):,} sites"]
        return f"<Region {self.name}: {'; '.join(parts)}; {len(self.notes)} notes>"

    def _repr_html_(self) -> str:
        stocks = self.stock.table["resource"].unique()
        more = [f"and {len(stocks) - _MOST} more"] if len(stocks) > _MOST else []
        rules = [f"{rule.kind} in {rule.cells} cells" for rule in self.candidates]
        lines = [
            f"Region {self.name}, {self.crs}",
            *self._units_and_people(),
            f"may be built, beside candidate sites: {', '.join(rules) or 'nothing'}",
            f"stock known: {', '.join([*map(str, stocks[:_MOST]), *more]) or 'nothing'}",
            f"{len(self.notes)} notes (region.notes)",
        ]
        sites = self.sites.table
        table = pd.crosstab(sites["kind"], sites["status"]).reset_index()
        shown = small_table(table, rest="region.sites") if len(sites) else "<p>no sites</p>"
        return block(lines, shown)

    def _units_and_people(self) -> list[str]:
        people, grid = self.grid.people, self.grid
        urban = people[grid.urban].sum() / people.sum() if people.sum() > 0 else 0.0
        levels = self.units.table["level"].value_counts(sort=False)
        return [
            "units: " + ", ".join(f"{level} {count:,}" for level, count in levels.items()),
            f"{len(grid):,} cells with {people.sum():,.0f} people, {urban:.0%} urban",
        ]

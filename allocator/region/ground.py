"""The region: all that is on the ground, checked once, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from allocator.region.grid import PopulationGrid
from allocator.region.sites import CandidateRule, Sites
from allocator.region.stock import Costs, Stock
from allocator.region.units import Units


@dataclass(frozen=True)
class Source:
    """Where an input came from."""

    file: str
    sha256: str
    basis: str = "measured"
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

"""``build_region``: data frames in memory become a checked, frozen Region."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from allocator.region.findings import Findings
from allocator.region.ground import Region
from allocator.region.manifest import checked_manifest
from allocator.region.reading import Reading
from allocator.region.sites import CandidateRule
from allocator.region.table_sources import ObjectTables

_ARGUMENTS = {
    "populations.basis": "basis",
    "grid.basis": "cells_basis",
    "grid.note": "cells_note",
    "settlement.method": "settlement_rule",
    "settlement.units": "settlement_rule units",
    "settlement.cell_km": "settlement_rule cell_km",
    "settlement.urban": "settlement_rule urban",
}
"""Keys of ``region.toml`` whose argument has another name."""


def build_region(
    name: str,
    *,
    units: pd.DataFrame,
    cells: pd.DataFrame,
    sites: pd.DataFrame | None = None,
    stock: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    populations: pd.DataFrame | None = None,
    candidates: Iterable[CandidateRule | Mapping[str, Any]] = (),
    crs: str | None = None,
    currency: str = "CNY",
    planning_levels: Iterable[str] | None = None,
    levels: Iterable[str] = (),
    default_basis: str = "",
    basis: str | None = None,
    kind: str = "count",
    cell_m: float | None = None,
    settlement: str | None = None,
    settlement_rule: str | Mapping[str, Any] | None = None,
    scale_to: str | None = None,
    aggregate_km: float | None = None,
    cells_basis: str | None = None,
    cells_note: str = "",
    coordinates: str = "wgs84",
    notes: Iterable[str] = (),
    attribution: Mapping[str, str] | None = None,
) -> Region:
    """Build a region from data frames, with the checks that files get.

    Tables have the columns that ``data/README.md`` describes for files, a named index counts as a
    column, and none of them is changed. In messages, rows count from 0.

    Parameters
    ----------
    name
        Name of the region.
    units
        Administrative units: ``id``, ``name``, ``level``, ``parent``; a GeoDataFrame brings their
        outlines.
    cells
        Who lives where: ``people`` per cell, with ``lon`` and ``lat``, or ``x`` and ``y`` in
        ``crs``, or the geometry of a GeoDataFrame (points or polygons); ``unit``, unless outlines
        say it.
    sites
        What stands, or may be built: ``name``, ``kind``, ``status`` and where.
    stock, costs
        What units have today; what one more costs. Left out: not known; no costs.
    populations
        People of units by ``basis``. Left out: units have the people of their cells.
    candidates
        Rules for cells that may get a new site: ``{"kind": "health_station", "cells": "urban"}``.
    crs
        Local metric CRS, such as ``EPSG:32651``; left out: the UTM zone of the region's middle.
    currency
        ISO code of all costs.
    planning_levels
        Levels of the units that get their own beds, staff and vehicles; left out: the units
        right below the whole.
    levels
        Own words for levels, beside the usual ones.
    default_basis, basis
        The basis in ``populations`` that splits a forecast, and the one that holds today.
    kind
        ``count`` (people per cell) or ``density`` (people per km2).
    cell_m
        Side of a cell in metres; needed unless cells are polygons.
    settlement
        Column of ``cells`` with 1 (urban) or 0 (rural); left out: dense cells are urban.
    settlement_rule
        What makes a cell urban, where no column says it: ``degree_of_urbanisation``, or a table as
        ``[settlement]`` in ``region.toml``: ``{"method": "units", "units": ["330402"]}``.
    scale_to
        ``units``: multiply the cells so that planning units have their totals.
    aggregate_km
        Put the cells together on squares of this side; a note says what that does to coverage.
    cells_basis, cells_note
        ``measured``, ``modelled`` or ``assumed``, and how; shown with every plan.
    coordinates
        System of the sites' degrees: ``wgs84``, ``gcj02`` or ``bd09``.
    notes, attribution
        Sentences, and sources with their terms, that every plan repeats.

    Returns
    -------
    Region

    Raises
    ------
    InputError
        Listing every problem found, by argument.
    """
    settings = {
        "name": name,
        "crs": crs,
        "currency": currency,
        "planning_levels": _listed(planning_levels),
        "default_basis": default_basis,
        "notes": _listed(notes),
        "units": {"file": "units", "levels": _listed(levels)},
        "grid": {
            "file": "cells", "kind": kind, "cell_m": _plain(cell_m), "settlement": settlement,
            "scale_to": scale_to, "aggregate_km": _plain(aggregate_km), "basis": cells_basis,
            "note": cells_note,
        },
        "candidates": _listed(candidates),
        "attribution": {} if attribution is None else _plain(attribution),
    }  # fmt: skip
    if populations is not None:
        settings["populations"] = {"file": "populations", "basis": basis}
    if settlement_rule is not None:
        settings["settlement"] = (
            {"method": settlement_rule}
            if isinstance(settlement_rule, str)
            else _plain(settlement_rule)
        )
    if sites is not None:
        settings["sites"] = {"file": "sites", "coordinates": coordinates}
    given = {"units": units, "cells": cells, "sites": sites, "stock": stock, "costs": costs,
             "populations": populations}  # fmt: skip
    settings |= {key: {"file": key} for key in ("stock", "costs") if given[key] is not None}
    found = Findings(arguments=_ARGUMENTS)
    manifest = checked_manifest(settings, found)
    return Reading(manifest.name, ObjectTables(given), manifest, found).region()


def _listed(values: Any) -> Any:
    """Several values as a list; one word or rule counts as a list of one."""
    if values is None:
        return []
    if isinstance(values, str | Mapping | CandidateRule):
        return [_plain(values)]
    return [_plain(value) for value in values] if isinstance(values, Iterable) else values


def _plain(value: Any) -> Any:
    """Values as region.toml would hold them: tables and plain numbers."""
    if isinstance(value, CandidateRule):
        return vars(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.item() if isinstance(value, np.generic) else value

"""Administrative units from a file: a tree with one root, with or without outlines."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allocator.region.containment import has_outlines, leaves
from allocator.region.findings import Findings, listed, nearest
from allocator.region.tables import Sheet
from allocator.region.units import GROUPS

LEVELS: tuple[str, ...] = (
    "country", "province", "state", "region", "prefecture", "city", "island", "municipality",
    "county", "district", "zone", "township", "town", "street", "ward", "commune", "village",
    "neighbourhood", "block_group", "block",
)  # fmt: skip
"""Words for levels that need no declaration in ``region.toml``."""


def units_table(sheet: Sheet, own_levels: list[str]) -> gpd.GeoDataFrame | None:
    """Build the table of :class:`Units` in the file's own CRS; None without its columns."""
    if not sheet.has(["id", "name", "level", "parent"]):
        return None
    ids = sheet.ids()
    level = sheet.choice("level", [*LEVELS, *own_levels])
    table = pd.DataFrame(
        {
            "name": sheet.text("name").where(sheet.text("name") != "", ids),
            "level": level,
            "parent": sheet.text("parent"),
        }
    )
    table.index = pd.Index(ids, name="id", dtype=object)
    geometry = None if sheet.geometry is None else sheet.geometry.to_numpy()
    for group in GROUPS:
        table[group] = np.nan
    units = gpd.GeoDataFrame(
        table,
        geometry=np.full(len(table), None, dtype=object) if geometry is None else geometry,
        crs=None if sheet.geometry is None else sheet.geometry.crs,
    )
    return units[~units.index.duplicated() & (units.index != "")]


def is_tree(units: gpd.GeoDataFrame, file: str, found: Findings) -> bool:
    """Whether the units hang together under exactly one root."""
    before = len(found.problems)
    roots = list(units.index[units["parent"] == ""])
    if not roots:
        found.problem(
            f"{file}, parent: no unit has an empty parent; leave it empty for the whole region"
        )
    if len(roots) > 1:
        found.problem(
            f"{file}, parent: {len(roots)} units have an empty parent ({listed(roots)}); "
            "exactly one may: give the others their parent, or add a row for the whole region"
        )
    unknown = units.index[~units["parent"].isin([*units.index, ""])]
    for unit, parent in units.loc[unknown[:10], "parent"].items():
        found.problem(
            f"{file}, parent: unit {unit!r} names parent {parent!r}, which is no id there; "
            f"{nearest(parent, list(units.index))}"
        )
    if len(unknown) > 10:
        found.problem(f"{file}, parent: {len(unknown)} units name unknown parents; 10 are listed")
    ring = _in_a_cycle(units["parent"].to_dict())
    if ring:
        found.problem(
            f"{file}, parent: {' > '.join([*ring, ring[0]])} is a circle; mend one parent"
        )
    return len(found.problems) == before


def _in_a_cycle(parent: dict[str, str]) -> list[str]:
    for start in parent:
        chain, at = [start], parent[start]
        while at in parent and at not in chain:
            chain.append(at)
            at = parent[at]
        if at in chain:
            return chain[chain.index(at) :]
    return []


def planning_units(
    units: gpd.GeoDataFrame, levels: list[str], file: str, found: Findings
) -> tuple[str, ...]:
    """Ids of the planning units: those at ``levels``, else right below the root."""
    root = str(units.index[units["parent"] == ""][0])
    if not levels:
        below = tuple(map(str, units.index[units["parent"] == root]))
        return below or (root,)
    present = set(units["level"])
    for level in levels:
        if level not in present:
            found.problem(
                f"{found.at('planning_levels')}: no unit of level {level!r} in {file}; "
                f"{nearest(level, present)}"
            )
    chosen = [str(u) for u in units.index[units["level"].isin(levels)]]
    parent = units["parent"].to_dict()
    above: dict[str, list[str]] = {}
    for unit in units.index:
        chain, at = [], unit
        while at:
            chain.append(at)
            at = parent[at]
        above[unit] = [u for u in chain if u in set(chosen)]
    nested = [u for u in chosen if len(above[u]) > 1]
    left_out = [u for u in leaves(units) if not above[u]]
    if nested:
        found.problem(
            f"{found.at('planning_levels')} {levels}: units lie inside other planning units "
            f"({listed(nested)}); name levels that do not contain each other"
        )
    if left_out and chosen:
        found.problem(
            f"{found.at('planning_levels')} {levels} do not cover the region: no planning unit "
            f"contains {listed(left_out)}; add their level, or a unit of that level above them"
        )
    return tuple(chosen)


def repair_outlines(units: gpd.GeoDataFrame, file: str, found: Findings) -> gpd.GeoDataFrame:
    """Mend invalid outlines and give parents without one the union of their children."""
    if not has_outlines(units):
        return units
    shapes: dict[str, Any] = units.geometry.to_dict()
    no_area = [u for u, s in shapes.items() if s is not None and "Polygon" not in s.geom_type]
    if no_area:
        found.problem(
            f"{file}: units {listed(no_area)} are not polygons "
            f"({shapes[no_area[0]].geom_type}); draw their outlines, or leave the geometry out"
        )
        return units.set_geometry(np.full(len(units), None, dtype=object), crs=units.crs)
    invalid = [u for u, s in shapes.items() if s is not None and not s.is_valid]
    for unit in invalid:
        shapes[unit] = _polygons(shapely.make_valid(shapes[unit]))
    if invalid:
        found.note(f"{file}: outlines of {listed(invalid)} crossed themselves and were repaired")
    _fill_parents(units, shapes)
    bare = [u for u in leaves(units) if shapes[u] is None or shapes[u].is_empty]
    if bare:
        found.problem(f"{file}: units {listed(bare)} have no outline; draw it, or leave them out")
    return units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs).reindex(units.index))


def _polygons(shape: Any) -> Any:
    """The areas of a repaired outline, without the lines and points that repair may leave."""
    parts = [p for p in shapely.get_parts([shape]) if p.geom_type in ("Polygon", "MultiPolygon")]
    inner = [q for p in parts for q in shapely.get_parts([p])]
    return shapely.union_all(inner) if inner else None


def _fill_parents(units: gpd.GeoDataFrame, shapes: dict[str, Any]) -> None:
    children: dict[str, list[str]] = {}
    for unit, parent in units["parent"].items():
        children.setdefault(parent, []).append(str(unit))

    def shape(unit: str) -> Any:
        if shapes[unit] is None and unit in children:
            parts = [shape(c) for c in children[unit]]
            if all(p is not None for p in parts):
                shapes[unit] = shapely.union_all(parts)
        return shapes[unit]

    for unit in units.index:
        shape(str(unit))

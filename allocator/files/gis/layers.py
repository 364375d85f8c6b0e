"""The layers of a plan: units, sites, cells, allocation lines and service areas."""

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from allocator.errors import InputError
from allocator.files.gis.serving_areas import serving_areas
from allocator.files.gis.serving_lines import Lines, serving_lines
from allocator.files.places import known_crs
from allocator.files.storable import storable_table
from allocator.files.tables import plain_tables
from allocator.plans import Plan

LAYERS = ("units", "sites", "cells", "allocation", "service_areas")


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: its name, what it holds (for the metadata), its rows with geometry."""

    name: str
    told: str
    frame: gpd.GeoDataFrame


def plan_layers(plan: Plan, *, where: str, lines: Lines = "auto") -> list[Layer]:
    """All layers of a plan, in the plan's CRS, in the order of :data:`LAYERS`.

    Raises
    ------
    InputError
        If the plan's CRS is not known: nothing can be put on a map then.
    """
    crs = known_crs(plan.crs)
    if crs is None:
        raise InputError(
            f"the plan's CRS {plan.crs!r} is not known, so nothing can be put on a map",
            where=where,
        )
    tables = plain_tables(plan)
    sites, cells = tables["facilities"], tables["cells"]
    drawn, how = serving_lines(cells, sites, lines=lines)
    areas, ground = serving_areas(cells, sites)
    stale = _stale(plan)
    layers = [
        Layer(
            "units",
            "Units with their figures: RESOURCE_have (today), RESOURCE_required, "
            "RESOURCE_allocated (in the plan)",
            unit_layer(plan, tables["units"]),
        ),
        Layer("sites", "Facilities: kept, new, upgraded and closed", _points(sites)),
        Layer(
            "cells",
            "Grid cells by their centres: people, who is covered under each rule today and in "
            "the plan, which open site serves them, and how far the nearest one is",
            _points(cells),
        ),
        Layer("allocation", f"Who is served by which site, by coverage rule. {how}{stale}", drawn),
        Layer(
            "service_areas",
            f"The ground that each open site serves, by coverage rule. {ground}{stale}",
            areas,
        ),
    ]
    return [
        replace(layer, frame=_as_layer(layer.frame).set_crs(crs, allow_override=True))
        for layer in layers
    ]


def unit_layer(plan: Plan, units: pd.DataFrame) -> gpd.GeoDataFrame:
    """Every unit with its outline and its figures, one column per resource and part.

    Columns are named ``ambulances_have``, ``ambulances_required``, ``ambulances_allocated``;
    ``parent`` is the unit in which a unit lies, where the plan tells.
    """
    parts = ["have", "required", "allocated"]
    columns: dict[str, pd.Series[float]] = {}
    for resource in dict.fromkeys(units["resource"]):
        rows = units[units["resource"] == resource].set_index("unit")
        columns |= {f"{resource}_{part}": rows[part].astype(float) for part in parts}
    wide = pd.DataFrame(columns, index=pd.Index(dict.fromkeys(units["unit"]), name="unit"))
    named = units.drop_duplicates("unit").set_index("unit")[["name", "level"]]
    outlines = plan.outlines
    others = [u for u in outlines.index if u not in named.index]
    named = pd.concat([named, pd.DataFrame(outlines)[["name", "level"]].loc[others]])
    if "parent" in outlines.columns:
        named["parent"] = [outlines["parent"].get(u, "") for u in named.index]
    shapes = outlines.geometry if "geometry" in outlines.columns else pd.Series(dtype=object)
    table = named.join(wide).rename_axis("unit")
    geometry = gpd.GeoSeries([shapes.get(u) for u in table.index], index=table.index)
    return gpd.GeoDataFrame(table, geometry=geometry).reset_index()


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(table["x_m"].astype(float), table["y_m"].astype(float))
    return gpd.GeoDataFrame(table, geometry=points)


def _as_layer(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = storable_table(pd.DataFrame(frame.drop(columns="geometry")))
    return gpd.GeoDataFrame(table, geometry=frame.geometry.to_numpy())


def _stale(plan: Plan) -> str:
    """A warning where sites or cells were edited after the plan was made."""
    edited = plan.provenance.get("edited_by_hand", [])
    touched = [t for t in ("facilities", "cells") if t in edited]
    if not touched:
        return ""
    return (
        f" The table {' and '.join(touched)} was edited by hand since: who serves whom is as it "
        "was planned before."
    )

"""Plan tables from plain Python objects, and the audit's lines by rule and area, for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from builders import small_policy

from allocator.assumptions import Assumptions
from allocator.auditing.compliance import audit_lines
from allocator.auditing.facts import Facts
from allocator.lp.status import Status
from allocator.plan_tables import FACILITY_COLUMNS, TIER_COLUMNS, UNIT_COLUMNS, Line
from allocator.plans import Plan
from allocator.region.ground import Region


def unit_rows(region: Region, allocated: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """A plan's unit table: the numbers given per planning unit, residents, and the root's sums."""
    units = region.units
    rows = {(u, "residents"): units.people(u) for u in units.planning} | dict(allocated)
    for resource in dict.fromkeys(r for _, r in rows):
        here = [rows[u, resource] for u in units.planning if (u, resource) in rows]
        rows.setdefault((units.root, resource), float(sum(here)))
    return pd.DataFrame(
        [
            [
                u,
                units.name(u),
                str(units.table.loc[u, "level"]),
                r,
                region.stock.have(u, r),
                None,
                n,
            ]
            for (u, r), n in rows.items()
        ],
        columns=list(UNIT_COLUMNS),
    )


def facility_rows(
    region: Region,
    statuses: Mapping[str, str] | None = None,
    *,
    ambulances: Mapping[str, float] | None = None,
    negative_pressure: Mapping[str, float] | None = None,
    attributes: Mapping[str, Sequence[str]] | None = None,
    strangers: Sequence[Mapping[str, Any]] = (),
) -> gpd.GeoDataFrame:
    """A plan's facility table: existing sites kept, others as ``statuses`` says.

    ``attributes`` replaces those of the region; ``strangers`` are new sites that it does not
    know, rows from :func:`builders.site`.
    """
    statuses, attributes = dict(statuses or {}), dict(attributes or {})
    known = region.sites.table.reset_index().to_dict("records")
    rows = []
    for row in [*known, *strangers]:
        default = "kept" if row["status"] == "existing" else None
        stranger = "new" if row["id"] not in region.sites.table.index else default
        status = statuses.get(row["id"], stranger)
        if status is None:
            continue
        has = attributes.get(row["id"], row["attributes"])
        rows.append({
            **row, "status": status, "attributes": ";".join(has), "beds": None,
            "ambulances": (ambulances or {}).get(row["id"], 0.0),
            "negative_pressure": (negative_pressure or {}).get(row["id"], 0.0),
            "people_served": 0.0, "cost": 0.0,
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=[c for c in FACILITY_COLUMNS if c not in {"lon", "lat"}])
    points = gpd.points_from_xy(table["x_m"].astype(float), table["y_m"].astype(float))
    placed = gpd.GeoDataFrame(table, geometry=points, crs=region.crs)
    degrees = placed.geometry.to_crs("EPSG:4326")
    return placed.assign(lon=degrees.x, lat=degrees.y)[[*FACILITY_COLUMNS, "geometry"]]


def plan_facts(
    region: Region,
    allocated: Mapping[tuple[str, str], float] | None = None,
    statuses: Mapping[str, str] | None = None,
    **more: Any,
) -> Facts:
    """The facts of a plan; arguments as for :func:`unit_rows` and :func:`facility_rows`."""
    units = unit_rows(region, allocated or {})
    return Facts.of_plan(region, units, facility_rows(region, statuses, **more))


def small_plan(
    region: Region, units: pd.DataFrame, facilities: gpd.GeoDataFrame, **assumptions: Any
) -> Plan:
    """A plan that holds just these tables."""
    return Plan(
        region=region.name, crs=region.crs, policy="small", objective="minimise cost",
        status=Status.OPTIMAL, objective_value=0.0, objective_unit="CNY", bound=0.0, gap=0.0,
        compliance=pd.DataFrame(), units=units, facilities=facilities,
        tiers=pd.DataFrame(columns=list(TIER_COLUMNS)),
        assumptions=pd.DataFrame(Assumptions(assumptions).table()),
        cells=region.grid.table, outlines=region.units.table,
    )  # fmt: skip


def audited(
    region: Region, facts: Facts, *rules: Any, **assumptions: Any
) -> dict[tuple[str, str], Line]:
    """The audit's lines by (rule, area)."""
    found = audit_lines(region, small_policy(*rules), Assumptions(assumptions), facts)
    lines = {(line.rule, line.area): line for line in found}
    assert len(lines) == len(found), "a rule has two lines for one area"
    return lines

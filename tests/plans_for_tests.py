"""A small plan made by hand, for tests of what goes in and out."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allocator.assumptions import Assumptions
from allocator.lp.status import Status
from allocator.plan_tables import (
    CONFLICT_COLUMNS,
    FACILITY_COLUMNS,
    TIER_COLUMNS,
    UNIT_COLUMNS,
    Line,
)
from allocator.plan_tables import compliance_table as table_of
from allocator.plans import Plan

CRS = "EPSG:32651"
X0_M, Y0_M = 300_000.0, 3_400_000.0
UNITS = {
    "R": ("嘉兴 Jiaxing", "city"),
    "A": ("南湖区", "district"),
    "B": ("=2+3 Haining", "county"),
}
PROVENANCE = {
    "sources": [{"file": "population.tif", "sha256": "ab" * 32, "basis": "modelled", "note": ""}],
    "attribution": {"GeoNames": "CC BY 4.0"},
    "notes": ["the grid is modelled"],
    "budget": None,
    "worst": float("inf"),
}


def small_plan(**changes: Any) -> Plan:
    """A plan of two counties, six facilities and 24 cells; any field of Plan can be changed."""
    plan = Plan(
        region="small",
        crs=CRS,
        policy="small-2025",
        objective="minimise cost",
        status=Status.FEASIBLE,
        objective_value=1_234_567.875,
        objective_unit="CNY",
        bound=1_200_000.0,
        gap=(1_234_567.875 - 1_200_000.0) / 1_234_567.875,
        compliance=_compliance(),
        units=_units(),
        facilities=_facilities(),
        tiers=_tiers(),
        conflicts=_conflicts(),
        assumptions=pd.DataFrame(Assumptions({"detour": 1.4}).table()),
        cells=_cells(),
        outlines=_outlines(),
        seconds=1.5,
        provenance=PROVENANCE,
    )
    return replace(plan, **changes)


def line(rule: str, area: str = "all", **fields: Any) -> Line:
    """One compliance line with the dull fields filled in."""
    dull = {"area_name": "all" if area == "all" else UNITS[area][0], "measure": "vehicles",
            "sense": ">=", "strength": "must"}  # fmt: skip
    return Line(rule, area, **{**dull, **fields})


def _compliance() -> pd.DataFrame:
    met = {"met": True, "binding": True, "rate_required": 1 / 30, "rate_achieved": 1 / 30}
    return table_of(
        [
            line("AMB", required=12, achieved=12, slack=0, price=0.1 + 0.2, **met),
            line("AMB", "A", required=7, achieved=8, slack=1, strength="info", met=True),
            line("AMB", "B", required=5, achieved=4, slack=-1, strength="info", met=False),
            line(
                "COV-U", measure="people", required=1500, achieved=1125, slack=-375, met=False,
                binding=True, note="-5 % of the urban people; =HYPERLINK(1)", basis="modelled",
                rate_required=1.0, rate_achieved=0.75,
            ),
            line("COV-R", measure="people", required=900, achieved=900, slack=0, met=True,
                 strength="target"),
            line("DATA", evaluated=False, note="stock of psychiatrists is missing"),
            line("BAND", sense="band", required=1, required_upper=2.5, achieved=2, slack=0.5,
                 met=True, strength="wish"),
        ]
    )  # fmt: skip


def _units() -> pd.DataFrame:
    rows: list[list[Any]] = []
    for unit, people, cars, have, beds in (
        ("R", 2400, 12, 9, 900), ("A", 1400, 8, 6, 530), ("B", 1000, 4, 3, 370),
    ):  # fmt: skip
        name, level = UNITS[unit]
        rows.append([unit, name, level, "residents", people, np.nan, people])
        rows.append([unit, name, level, "ambulances", have, 7, cars])
        # Only the city knows its beds of today.
        today = 850 if unit == "R" else np.nan
        rows.append([unit, name, level, "public_beds", today, beds / 1.2, beds])
    table = pd.DataFrame(rows, columns=list(UNIT_COLUMNS))
    root = (table["unit"] == "R") & (table["resource"] == "ambulances")
    table.loc[root, "required"] = 14.0
    return table


def _facilities() -> gpd.GeoDataFrame:
    kinds = [
        ("chc-1", "南湖 centre", "community_health_centre", "kept", "A", 0.5, 0.5, ""),
        ("chc-2", "@Haining", "community_health_centre", "upgraded", "B", 4.5, 2.5, "direct"),
        ("ems-1", "Station 1", "ems_station", "kept", "A", 1.5, 1.5, "direct;decontamination"),
        ("ems:r1c2", "", "ems_station", "new", "B", 4.5, 0.5, ""),
        ("vc-1", "- clinic", "village_clinic", "closed", "B", 3.5, 3.5, ""),
        ("hs:r0c1", 'said "new", truly', "health_station", "new", "A", 2.1 / 7, 3.3, ""),
    ]  # fmt: skip
    rows = []
    for id, name, kind, status, unit, x_km, y_km, attributes in kinds:
        is_station = kind == "ems_station"
        rows.append({
            "id": id, "name": name, "kind": kind, "grade": "", "run_by": "county",
            "status": status, "unit": unit, "x_m": X0_M + x_km * 1000, "y_m": Y0_M + y_km * 1000,
            "beds": np.nan, "ambulances": 6 if is_station else 0,
            "negative_pressure": 2 if is_station else 0, "attributes": attributes,
            "people_served": 400.25, "cost": 1e6 / 3, "basis": "modelled",
        })  # fmt: skip
    table = pd.DataFrame(rows)
    points = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["x_m"], table["y_m"]), crs=CRS
    )
    degrees = points.geometry.to_crs("EPSG:4326")
    points = points.assign(lon=degrees.x.round(7), lat=degrees.y.round(7))
    return points[[*FACILITY_COLUMNS, "geometry"]]


def _tiers() -> pd.DataFrame:
    rows = [
        ["must", "ems station", 0.0, 0.0, 0.0, "optimal", 0.01],
        ["cost", "beds, staff, vehicles", 1_234_567.875, 1_200_000.0, 0.028, "feasible", 1.25],
    ]
    return pd.DataFrame(rows, columns=list(TIER_COLUMNS))


def _conflicts() -> pd.DataFrame:
    limit = "vehicles can grow by 3"
    rows = [
        [1, "AMB", "must", "one per 30,000", 2.0, "vehicles", 900.0, 2.0, 0.25, 0.0, "optimal", ""],
        [1, limit, "limit", limit, None, "vehicles", None, None, None, None, "", ""],
    ]
    return pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS))


def _cells() -> pd.DataFrame:
    """Six columns and four rows of 1 km: the western three belong to A and are urban."""
    east, north = np.meshgrid(np.arange(6), np.arange(4))
    east, north = east.ravel(), north.ravel()
    urban = east < 3
    return pd.DataFrame(
        {
            "x_m": X0_M + (east + 0.5) * 1000 + 1 / 3,
            "y_m": Y0_M + (north + 0.5) * 1000,
            "people": np.where(urban, 125.0, 75.0),
            "urban": urban,
            "unit": np.where(urban, "A", "B"),
            "covered_today:COV-U": urban & (north < 2),
            "covered:COV-U": urban & (north + east < 4),
            "covered_today:COV-R": ~urban & (north < 3),
            "covered:COV-R": ~urban,
        },
        index=pd.Index([f"r{n}c{e}" for n, e in zip(north, east, strict=True)], name="cell"),
    )


def _outlines() -> gpd.GeoDataFrame:
    def box(west: float, east: float, south: float = 0, north: float = 4) -> Any:
        return shapely.box(
            X0_M + west * 1000, Y0_M + south * 1000, X0_M + east * 1000, Y0_M + north * 1000
        )

    shapes = {"R": box(0, 6), "A": box(0, 3), "B": box(3, 6), "A1": box(0, 3, 0, 2)}
    names = {**UNITS, "A1": ("Jianshe", "street")}
    return gpd.GeoDataFrame(
        {"name": [names[u][0] for u in shapes], "level": [names[u][1] for u in shapes]},
        index=pd.Index(list(shapes), name="unit"),
        geometry=list(shapes.values()),
        crs=CRS,
    )

"""Small regions and policies from plain Python objects, for everybody's tests.

>>> region = small_region(people=[100, 200], units={"R": ("city", ""), "A": ("county", "R")})
>>> region.units.people("A")
300.0
"""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import TypeAdapter

from allocator.policy.policies import Policy
from allocator.policy.rules import Rule
from allocator.region.grid import PopulationGrid
from allocator.region.ground import Region
from allocator.region.sites import CandidateRule, Sites
from allocator.region.stock import Costs, Stock
from allocator.region.units import GROUPS, Units

CRS = "EPSG:32651"
ORIGIN_X_M, ORIGIN_Y_M = 300_000.0, 3_400_000.0
"""Where ``x_km = y_km = 0`` lies: near 120.9 E, 30.7 N."""
AGE_SHARES = {"age60": 0.2, "age65": 0.14, "under3": 0.02}
DEFAULT_UNITS = {"R": ("city", ""), "A": ("district", "R"), "B": ("county", "R")}
_RULE: TypeAdapter[Any] = TypeAdapter(Rule)


def small_region(
    *,
    people: Sequence[float] = (900, 800, 700, 600, 500, 400, 300, 200),
    x_km: Sequence[float] | None = None,
    y_km: Sequence[float] | None = None,
    urban: Sequence[bool] = (True, True, True, True, False, False, False, False),
    cell_units: Sequence[str] | None = None,
    side_km: float = 1.0,
    units: Mapping[str, tuple[str, str]] | None = None,
    planning: Sequence[str] | None = None,
    groups: Mapping[str, Mapping[str, float]] | None = None,
    sites: Sequence[Mapping[str, Any]] = (),
    stock: Mapping[tuple[str, str], float] | None = None,
    costs: Mapping[str, float] | None = None,
    candidates: Sequence[CandidateRule] = (),
    grid_basis: str = "measured",
) -> Region:
    """A region of a few cells; every argument has a default.

    Parameters
    ----------
    people
        People per cell (whole numbers). The default is a lattice of 4 x 2 cells of 1 km.
    x_km, y_km
        Cell centres, km east and north of the origin; default: rows of four at 0.5, 1.5 ... km.
    urban
        Settlement per cell, repeated as often as needed.
    cell_units
        Finest unit of each cell; default: the leaves of ``units`` in equal runs of cells.
    units
        ``{id: (level, parent)}``, parent '' for the root; default: city R, district A, county B.
    planning
        Planning units; default: the children of the root.
    groups
        ``{group: {leaf unit: people}}`` for age60, age65, under3. A group given here replaces the
        default share; a unit left out is NaN, and so is every unit above it.
    sites
        Rows from :func:`site`.
    stock
        ``{(unit, resource): have}``.
    costs
        ``{item: cost}``.
    """
    units = dict(DEFAULT_UNITS if units is None else units)
    n = len(people)
    parents = {parent for _, parent in units.values()}
    leaves = [u for u in units if u not in parents]
    if cell_units is None:
        cell_units = [leaves[i * len(leaves) // n] for i in range(n)]
    grid = pd.DataFrame(
        {
            "x_m": ORIGIN_X_M + 1000 * np.asarray(_or_lattice(x_km, n, across=True), dtype=float),
            "y_m": ORIGIN_Y_M + 1000 * np.asarray(_or_lattice(y_km, n, across=False), dtype=float),
            "people": np.asarray(people, dtype=float),
            "urban": np.asarray(list(islice(cycle(urban), n)), dtype=bool),
            "unit": list(cell_units),
            "area_km2": np.full(n, side_km**2),
        },
        index=pd.Index([f"c{i}" for i in range(n)], name="cell"),
    )
    table = _unit_table(units, grid, groups or {}, side_km * 1000)
    if planning is None:
        planning = [u for u, (_, parent) in units.items() if parent and not units[parent][1]]
    populations = pd.DataFrame(table[list(GROUPS)]).reset_index().assign(basis="today")
    return Region(
        name="small",
        crs=CRS,
        units=Units(table=table, planning=tuple(planning)),
        grid=PopulationGrid(table=grid, side_m=side_km * 1000, basis=grid_basis),
        sites=Sites(table=_site_table(sites, grid)),
        stock=Stock(table=_stock_table(stock or {})),
        costs=Costs(table=_cost_table(costs or {})),
        candidates=tuple(candidates),
        populations=populations[["unit", "basis", *GROUPS]],
        default_basis="today",
    )


def site(
    id: str,
    kind: str = "ems_station",
    x_km: float = 0.5,
    y_km: float = 0.5,
    *,
    status: str = "existing",
    unit: str | None = None,
    grade: str = "",
    run_by: str = "",
    attributes: Sequence[str] = (),
    opening_cost: float = float("nan"),
    closing_cost: float = float("nan"),
    beds: float = float("nan"),
    basis: str = "measured",
) -> dict[str, Any]:
    """One row for ``small_region(sites=...)``; ``unit`` defaults to that of the nearest cell."""
    return {
        "id": id, "name": f"site {id}", "kind": kind, "grade": grade, "run_by": run_by,
        "status": status, "unit": unit, "x_m": ORIGIN_X_M + 1000 * x_km,
        "y_m": ORIGIN_Y_M + 1000 * y_km, "opening_cost": opening_cost,
        "closing_cost": closing_cost, "beds": beds, "attributes": tuple(attributes), "basis": basis,
    }  # fmt: skip


def rule(kind: str, **fields: Any) -> Any:
    """A rule with the dull fields filled in: ``rule("quota", resources=["nurses"], number=5.22)``.

    ``id`` defaults to the kind, ``strength`` to must, ``sense`` to >= and ``per`` to 1000 where
    the kind takes them.
    """
    dull: dict[str, Any] = {
        "id": kind, "strength": "must", "clause": "the clause", "line": 1, "meaning": "a test rule",
    }  # fmt: skip
    if kind in {"quota", "total", "share", "count"}:
        dull["sense"] = ">="
    if kind == "quota":
        dull["per"] = 1000
    return _RULE.validate_python({**dull, "kind": kind, **fields})


def small_policy(*rules: Any, id: str = "small") -> Policy:
    """A policy of the given rules; without any: one ambulance per 1,000 residents."""
    if not rules:
        rules = (rule("quota", id="AMB", resources=["ambulances"], number=1),)
    return Policy(id=id, title="A small policy", rules=tuple(rules), verified=True)


def _or_lattice(given: Sequence[float] | None, n: int, *, across: bool) -> list[float]:
    """The coordinates given, or those of rows of four cells."""
    if given is not None:
        return list(given)
    return [(i % 4 if across else i // 4) + 0.5 for i in range(n)]


def _unit_table(
    units: Mapping[str, tuple[str, str]],
    grid: pd.DataFrame,
    groups: Mapping[str, Mapping[str, float]],
    side_m: float,
) -> gpd.GeoDataFrame:
    half = side_m / 2
    boxes = shapely.box(
        grid["x_m"] - half, grid["y_m"] - half, grid["x_m"] + half, grid["y_m"] + half
    )
    rows = []
    for unit, (level, parent) in units.items():
        below = _below(unit, units)
        cells = grid["unit"].isin(below).to_numpy()
        total = float(grid["people"][cells].sum())
        urban = float(grid["people"][cells & grid["urban"].to_numpy()].sum())
        aged = {
            group: _summed(groups.get(group, _shared(grid, share, units)), below, units)
            for group, share in AGE_SHARES.items()
        }
        rows.append(
            {
                "name": f"unit {unit}", "level": level, "parent": parent, "total": total,
                "urban": urban, "rural": total - urban, **aged,
                "geometry": shapely.union_all(boxes[cells]) if cells.any() else None,
            }
        )  # fmt: skip
    index = pd.Index(list(units), name="unit")
    return gpd.GeoDataFrame(rows, index=index, geometry="geometry", crs=CRS)


def _below(unit: str, units: Mapping[str, tuple[str, str]]) -> set[str]:
    found = {unit}
    while more := {u for u, (_, parent) in units.items() if parent in found} - found:
        found |= more
    return found


def _summed(
    given: Mapping[str, float], below: set[str], units: Mapping[str, tuple[str, str]]
) -> float:
    parents = {parent for _, parent in units.values()}
    return float(sum(given.get(u, float("nan")) for u in below if u in given or u not in parents))


def _shared(
    grid: pd.DataFrame, share: float, units: Mapping[str, tuple[str, str]]
) -> dict[str, float]:
    """Whole people per unit: a share of the people of its own cells, rounded down."""
    totals = grid.groupby("unit")["people"].sum()
    return {unit: float(int(share * totals.get(unit, 0.0))) for unit in units}


def _site_table(sites: Sequence[Mapping[str, Any]], grid: pd.DataFrame) -> pd.DataFrame:
    columns = list(site("x"))
    rows = []
    for row in sites:
        away = np.hypot(grid["x_m"] - row["x_m"], grid["y_m"] - row["y_m"])
        nearest = grid["unit"].iloc[int(np.argmin(away))]
        rows.append({**row, "unit": nearest if row["unit"] is None else row["unit"]})
    table = pd.DataFrame(rows, columns=columns).set_index("id")
    numbers = ["x_m", "y_m", "opening_cost", "closing_cost", "beds"]
    return table.astype(dict.fromkeys(numbers, float))


def _stock_table(stock: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    rows = [[u, r, float(have), "assumed", "test"] for (u, r), have in stock.items()]
    return pd.DataFrame(rows, columns=["unit", "resource", "have", "basis", "source"]).astype(
        {"have": float}
    )


def _cost_table(costs: Mapping[str, float]) -> pd.DataFrame:
    rows = [[item, float(cost), "CNY", "assumed", "test"] for item, cost in costs.items()]
    return pd.DataFrame(rows, columns=["item", "cost", "unit", "basis", "source"]).astype(
        {"cost": float}
    )

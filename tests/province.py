"""A synthetic province: counties in prefectures, towns and country, ambulance stations, a policy.

Everything comes from a seed and is plain data; the package only holds it.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from builders import CRS, ORIGIN_X_M, ORIGIN_Y_M, rule

from allocator.policy.policies import Policy
from allocator.region.grid import PopulationGrid
from allocator.region.ground import Region
from allocator.region.sites import Sites
from allocator.region.stock import Costs, Stock
from allocator.region.units import Units

CELL_KM = 0.25
URBAN_PER_KM2 = 1_500
STATION = {"kinds": ("ems_station",)}
COSTS = {
    "ems_station": 4e6, "closing:ems_station": 1e6, "public_beds": 5e5, "physicians": 2e5,
    "nurses": 1.2e5, "ambulances": 6e5,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How large a province is: counties stand in a square as wide as ``across``."""

    counties: int = 100
    cells_per_county: int = 10_000
    sites_per_county: int = 20
    prefectures: int = 10

    @property
    def across(self) -> int:
        return int(np.ceil(np.sqrt(self.counties)))

    @property
    def side_km(self) -> float:
        """Side of a county: three cells in four of it are settled."""
        return round(np.sqrt(self.cells_per_county / 0.75)) * CELL_KM


def province(size: Size | None = None, seed: int = 0) -> Region:
    """A region of counties in prefectures; every county has cells, stations and stock."""
    size = size or Size()
    random = np.random.default_rng(seed)
    cells, sites = [], []
    for k in range(size.counties):
        here = _cells(size, k, random)
        cells.append(here)
        sites.append(_stations(size, k, here, random))
    grid = pd.concat(cells, ignore_index=True)
    grid.index = pd.Index([f"c{i}" for i in range(len(grid))], name="cell")
    units = _units(size, grid)
    return Region(
        name=f"province of {size.counties}",
        crs=CRS,
        units=Units(units, tuple(county(k) for k in range(size.counties))),
        grid=PopulationGrid(grid, side_m=CELL_KM * 1000, basis="modelled"),
        sites=Sites(pd.concat(sites)),
        stock=Stock(_stock(size, units, pd.concat(sites), random)),
        costs=Costs(
            pd.DataFrame(
                [[item, cost, "CNY", "assumed", "test"] for item, cost in COSTS.items()],
                columns=["item", "cost", "unit", "basis", "source"],
            )
        ),
    )


def rules_by_county() -> list[object]:
    """Beds, staff, ambulances and people within reach, each of them county by county."""
    return [
        rule("quota", id="BEDS", resources=["public_beds"], number=6.5, level=["county"]),
        rule("quota", id="DOCTORS", resources=["physicians"], number=3.2, level=["county"]),
        rule("quota", id="NURSES", resources=["nurses"], number=3.8, level=["county"]),
        rule("quota", id="CARS", resources=["ambulances"], number=1, per=30_000, level=["county"]),
        rule(
            "coverage", id="TOWN", sites=STATION, group="urban", within_km="7/2", share="4/5",
            level=["county"],
        ),
        rule(
            "coverage", id="COUNTRY", sites=STATION, group="rural", within_km=10, share="9/10",
            level=["county"],
        ),
    ]  # fmt: skip


def rules_of_the_province(share: str = "19/20") -> list[object]:
    """What couples the counties: a share of all people of the province."""
    return [
        rule(
            "coverage", id="ALL", strength="target", sites=STATION, group="total", within_km=8,
            share=share,
        )
    ]  # fmt: skip


def policy(*rules: object) -> Policy:
    """A policy of the given rules; without any, those by county and those of the province."""
    chosen = rules or (*rules_by_county(), *rules_of_the_province())
    return Policy(id="province", title="A province", rules=tuple(chosen), verified=True)


def county(k: int) -> str:
    return f"C{k:03d}"


def _corner_km(size: Size, k: int) -> tuple[float, float]:
    return (k % size.across) * size.side_km, (k // size.across) * size.side_km


def _cells(size: Size, k: int, random: np.random.Generator) -> pd.DataFrame:
    """The settled cells of a county: one county town, some market towns, farms in between."""
    n = round(size.side_km / CELL_KM)
    east, north = _corner_km(size, k)
    x, y = np.meshgrid((np.arange(n) + 0.5) * CELL_KM, (np.arange(n) + 0.5) * CELL_KM)
    centre = random.uniform(0.25, 0.75, 2) * size.side_km
    towns = np.vstack([centre, random.uniform(0.02, 0.98, (8, 2)) * size.side_km])
    people = np.concatenate([[random.uniform(1e5, 4e5)], random.uniform(8e3, 5e4, 8)])
    spread = np.concatenate([[random.uniform(1.2, 2.2)], random.uniform(0.5, 1.0, 8)])
    density = np.full(x.shape, 2e5 / size.side_km**2) * random.gamma(2.0, 0.5, x.shape)
    for (a, b), total, km in zip(towns, people, spread, strict=True):
        away = ((x - a) ** 2 + (y - b) ** 2) / (2 * km**2)
        density += total * np.exp(-away) / (2 * np.pi * km**2)
    whole = random.poisson(density * CELL_KM**2).ravel()
    most = np.sort(np.argsort(-whole, kind="stable")[: size.cells_per_county])
    return pd.DataFrame(
        {
            "x_m": ORIGIN_X_M + 1000 * (east + x.ravel()[most]),
            "y_m": ORIGIN_Y_M + 1000 * (north + y.ravel()[most]),
            "people": np.maximum(whole[most], 1).astype(float),
            "urban": density.ravel()[most] >= URBAN_PER_KM2,
            "unit": county(k),
            "area_km2": CELL_KM**2,
        }
    )


def _stations(size: Size, k: int, cells: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Existing and candidate stations: seven in ten where people live, the others anywhere."""
    n = size.sites_per_county
    crowd = cells["people"].to_numpy() / cells["people"].sum()
    near = random.choice(len(cells), round(0.7 * n), replace=False, p=crowd)
    anywhere = random.choice(np.setdiff1d(np.arange(len(cells)), near), n - len(near), False)
    at = np.concatenate([near, anywhere])
    existing = np.arange(n) % 7 == 0
    xy = cells[["x_m", "y_m"]].to_numpy()[at] + random.uniform(-90, 90, (n, 2))
    return pd.DataFrame(
        {
            "name": [f"station {county(k)}-{i}" for i in range(n)],
            "kind": "ems_station", "grade": "", "run_by": "",
            "status": np.where(existing, "existing", "candidate"),
            "unit": county(k), "x_m": xy[:, 0], "y_m": xy[:, 1],
            "opening_cost": np.where(existing, np.nan, random.integers(30, 81, n) * 1e5),
            "closing_cost": np.nan, "beds": np.nan, "attributes": [()] * n, "basis": "modelled",
        },
        index=pd.Index([f"S{k:03d}-{i:02d}" for i in range(n)], name="id"),
    )  # fmt: skip


def _units(size: Size, grid: pd.DataFrame) -> gpd.GeoDataFrame:
    people = grid.groupby("unit")["people"].sum()
    urban = grid[grid["urban"]].groupby("unit")["people"].sum()
    rows = [["P", "province", "province", ""]]
    rows += [[f"F{p:02d}", f"prefecture {p}", "prefecture", "P"] for p in range(size.prefectures)]
    each = -(-size.counties // size.prefectures)
    rows += [
        [county(k), f"county {k}", "county", f"F{k // each:02d}"] for k in range(size.counties)
    ]
    table = pd.DataFrame(rows, columns=["unit", "name", "level", "parent"]).set_index("unit")
    table["total"] = people.reindex(table.index)
    table["urban"] = urban.reindex(table.index).where(table["total"].isna(), urban.fillna(0))
    for unit in [*(f"F{p:02d}" for p in range(size.prefectures)), "P"]:
        below = table.index[table["parent"] == unit]
        table.loc[unit, ["total", "urban"]] = table.loc[below, ["total", "urban"]].fillna(0).sum()
    table["urban"] = table["urban"].fillna(0.0)
    table["rural"] = table["total"] - table["urban"]
    for group, share in (("age60", 0.2), ("age65", 0.14), ("under3", 0.02)):
        table[group] = (table["total"] * share).round()
    return gpd.GeoDataFrame(table, geometry=_outlines(size, table), crs=CRS)


def _outlines(size: Size, table: pd.DataFrame) -> list[shapely.Geometry]:
    side = size.side_km
    squares = {}
    for k in range(size.counties):
        east, north = _corner_km(size, k)
        x, y = ORIGIN_X_M + 1000 * east, ORIGIN_Y_M + 1000 * north
        squares[county(k)] = shapely.box(x, y, x + 1000 * side, y + 1000 * side)
    found = dict(squares)
    for unit in reversed([u for u in table.index if u not in squares]):
        below = [found[u] for u in table.index[table["parent"] == unit]]
        found[unit] = shapely.union_all(below)
    return [found[u] for u in table.index]


def _stock(
    size: Size, units: gpd.GeoDataFrame, sites: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    stations = sites[sites["status"] == "existing"].groupby("unit").size()
    rates: dict[str, tuple[float, float]] = {
        "public_beds": (4.5, 7.0), "physicians": (2.2, 3.4), "nurses": (2.4, 4.0),
        "ambulances": (0.02, 0.035),
    }  # fmt: skip
    rows = []
    for k in range(size.counties):
        unit = county(k)
        for resource, (low, high) in rates.items():
            per_1000: float = random.uniform(low, high)
            have = np.floor(per_1000 * float(units["total"][unit]) / 1000)
            least = float(stations[unit]) if resource == "ambulances" else 0.0
            rows.append([unit, resource, max(have, least), "modelled", "test"])
    return pd.DataFrame(rows, columns=["unit", "resource", "have", "basis", "source"])

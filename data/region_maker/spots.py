"""Where the sites of a rule stand: cells of the grid, chosen by people and by points of towns."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.region.apportionment import largest_remainder


@dataclass(frozen=True)
class Spot:
    """A cell (its position) in a unit; ``anchor`` orders the spots of several rules."""

    cell: int
    unit: str
    county: str
    anchor: int


@dataclass(frozen=True, eq=False)
class Ground:
    """Cells with people, and the units and seats that rules speak of."""

    cells: pd.DataFrame
    counties: pd.DataFrame
    towns: pd.DataFrame
    known: pd.DataFrame

    @cached_property
    def x_m(self) -> NDArray[np.float64]:
        """Centres of cells, in metres."""
        return self.cells["x_m"].to_numpy(np.float64)

    @cached_property
    def y_m(self) -> NDArray[np.float64]:
        """Centres of cells, in metres."""
        return self.cells["y_m"].to_numpy(np.float64)

    @cached_property
    def unit_of(self) -> NDArray[Any]:
        """Unit of every cell."""
        return self.cells["unit"].to_numpy()

    @cached_property
    def level(self) -> dict[str, str]:
        """Level of every town and street."""
        return dict(zip(self.towns["code"], self.towns["level"], strict=True))

    @cached_property
    def people_in(self) -> pd.Series:
        """People of every unit."""
        return self.cells.groupby("unit")["people"].sum()

    def name(self, code: str) -> str:
        """Chinese name of a county or a unit."""
        if code in self.counties.index:
            return str(self.counties["name"][code])
        return str(self.towns.set_index("code")["name"][code])

    def seat(self, county: str) -> str:
        """The unit that is the county's seat, or that holds the seat's point."""
        seat = str(self.counties["seat"][county])
        if seat not in self.known.index:
            return seat
        x_m, y_m = self.known.loc[seat, ["x_m", "y_m"]]
        return str(self.unit_of[int(np.argmin(np.hypot(self.x_m - x_m, self.y_m - y_m)))])

    def unit_at(self, county: str, where: str) -> str:
        """The seat, or the k-th most populous other unit of a level ("street 1", "town 2")."""
        first = self.seat(county)
        if where == "seat":
            return first
        level, k = where.split(" ")
        others = [u for u in self.towns.loc[self.towns["county"] == county, "code"] if u != first]
        ranked = sorted(others, key=lambda u: (-self.people_in[u], u))
        of_level = [u for u in ranked if self.level[u] == level] or ranked
        return of_level[min(int(k), len(of_level)) - 1] if of_level else first

    def densest(self, unit: str, rank: int) -> int:
        """Position of the cell with the ``rank``-th most people in a unit."""
        mine = np.flatnonzero(self.unit_of == unit)
        order = np.argsort(-self.cells["people"].to_numpy()[mine], kind="stable")
        return int(mine[order[min(rank, len(mine) - 1)]])


def spots_of(rule: dict[str, Any], ground: Ground) -> Iterator[Spot]:
    """The spots of one rule of ``sites.toml``, in order."""
    if rule.get("each") == "unit":
        yield from _in_units(rule, ground)
    elif rule.get("each") == "county":
        yield from _in_counties(rule, ground)
    elif "spread" in rule:
        yield from _spread(rule, ground)
    else:
        county, _, where = rule["at"].partition(" ")
        unit = ground.unit_at(county, where) if where else county
        yield Spot(ground.densest(unit, rule.get("rank", 0)), unit, unit[:6], 0)


def _in_units(rule: dict[str, Any], ground: Ground) -> Iterator[Spot]:
    towns = ground.towns
    wanted = [
        code
        for code, level in zip(towns["code"], towns["level"], strict=True)
        if level in rule.get("levels", [level])
        and code in rule.get("units", [code])
        and code[:6] in rule.get("counties", [code[:6]])
        and code not in rule.get("but", [])
    ]
    if "most" in rule:
        ranked = sorted(wanted, key=lambda u: (-ground.people_in[u], u))
        wanted = sorted(ranked[: rule["most"]])
    at = towns.set_index("code")[["x_m", "y_m"]]
    order = {code: position for position, code in enumerate(towns["code"])}
    for code in wanted:
        mine = np.flatnonzero(ground.unit_of == code)
        away = np.hypot(ground.x_m[mine] - at["x_m"][code], ground.y_m[mine] - at["y_m"][code])
        cell = int(mine[np.argmin(away)])
        if rank := rule.get("rank"):
            cell = ground.densest(code, rank)
        yield Spot(cell, code, code[:6], order[code])


def _in_counties(rule: dict[str, Any], ground: Ground) -> Iterator[Spot]:
    for position, (code, level) in enumerate(ground.counties["level"].items()):
        if (
            level in rule.get("levels", [level])
            and code in rule.get("counties", [code])
            and code not in rule.get("but", [])
        ):
            unit = ground.unit_at(code, rule["at"])
            yield Spot(ground.densest(unit, rule.get("rank", 0)), unit, code, position)


def _spread(rule: dict[str, Any], ground: Ground) -> Iterator[Spot]:
    """So many sites, shared out over the counties and then over their cells by people."""
    cells, n = ground.cells, rule["spread"]
    among = rule.get("among", "all")
    urban = cells["urban"].to_numpy()
    mine = {"all": np.ones(len(cells), dtype=bool), "urban": urban, "rural": ~urban}[among]
    if "units" in rule:
        mine = mine & np.isin(ground.unit_of, rule["units"])
    if rule.get("by") == "region":
        chosen = _sampled(ground, np.flatnonzero(mine), n)
    else:
        people = cells["people"].where(mine, 0).groupby(cells["county"]).sum()
        quotas = largest_remainder(people.to_numpy(float), n)
        chosen = [
            cell
            for county, quota in zip(people.index, quotas, strict=True)
            for cell in _sampled(
                ground,
                np.flatnonzero(mine & (cells["county"] == county).to_numpy()),
                int(quota),
            )
        ]
    for position, cell in enumerate(chosen):
        unit = str(ground.unit_of[cell])
        yield Spot(cell, unit, unit[:6], position)


def _sampled(ground: Ground, among: NDArray[np.intp], n: int) -> list[int]:
    """Systematic sample: every ``1/n`` of the people along a space-filling curve, unit by unit."""
    if not n:
        return []
    rows = ground.cells.iloc[among]
    along = gpd.GeoSeries(gpd.points_from_xy(rows["x_m"], rows["y_m"])).hilbert_distance(level=10)
    order = among[np.lexsort((along.to_numpy(), rows["unit"].to_numpy()))]
    reached = np.cumsum(ground.cells["people"].to_numpy()[order])
    at = (np.arange(n) + 0.5) * reached[-1] / n
    return [int(cell) for cell in order[np.searchsorted(reached, at)]]

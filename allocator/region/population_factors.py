"""More people here, fewer there: a region with the people of some units multiplied."""

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd

from allocator.assumptions import Assumptions
from allocator.errors import raise_if_any
from allocator.region.apportionment import largest_remainder
from allocator.region.findings import listed, nearest
from allocator.region.forecast import forecast_weights, people_to_plan_for, stock_under
from allocator.region.ground import Region
from allocator.region.units import GROUPS, Units

ALL = "all"
"""Stands for every planning unit that has no factor of its own."""
_ROUNDING = 0.5
"""A unit's people that differ by no more from the sum of its parts' are that sum."""


def with_population_factors(region: Region, factors: Mapping[str, float]) -> Region:
    """The region with the people of some planning units multiplied.

    All groups of a unit, the units inside it, its cells and its figures of every basis are
    multiplied alike; units above are the sums; and what people cause (visits, households) grows,
    or shrinks, with them. People may be fractional then. People in cells outside all planning
    units stay.

    A forecast that states its own total scales people again, so that of these factors only the
    shares of the units remain; :func:`with_factors_and_forecast` multiplies it, too.

    Parameters
    ----------
    region
        As read; it stays as it is.
    factors
        Planning unit, or ``all`` -> factor, finite and > 0. ``all`` is for the units that are not
        named by themselves.

    Raises
    ------
    InputError
        Listing every unit that is no planning unit, and every factor that is none.
    """
    by_unit = _by_planning_unit(factors, region.units)
    if all(factor == 1 for factor in by_unit.values()):
        return region
    table = gpd.GeoDataFrame(_scaled(region.units.table, region.units, by_unit))
    units = Units(table, region.units.planning)
    stock, notes = stock_under(region.stock, region.units, units)
    cells = region.grid.table
    people = cells["people"] * cells["unit"].map(_everywhere(region.units, by_unit)).fillna(1.0)
    changed = [f"{region.units.name(u)} x {f:g}" for u, f in by_unit.items() if f != 1]
    return replace(
        region,
        units=units,
        grid=replace(region.grid, table=cells.assign(people=people)),
        stock=stock,
        populations=_scaled_figures(region.populations, region.units, by_unit),
        notes=(*region.notes, f"people are multiplied: {listed(changed)}", *notes),
    )


def with_factors_and_forecast(
    region: Region,
    assumptions: Assumptions,
    stated_population: Fraction | float | None,
    factors: Mapping[str, float],
) -> tuple[Region, Assumptions]:
    """The region with its people multiplied, and assumptions whose forecast is so, too.

    Parameters
    ----------
    region, factors
        As in :func:`with_population_factors`.
    assumptions, stated_population
        As in :func:`allocator.region.forecast.for_planning`: for how many people a plan is made.

    Returns
    -------
    tuple
        Hand both to the planner: every unit is planned for the people of its forecast times its
        factor, whole people where there is a forecast. Without one the assumptions stay.
    """
    scaled = with_population_factors(region, factors)
    forecast = people_to_plan_for(assumptions, stated_population)
    if forecast is None or scaled is region:
        return scaled, assumptions
    weights, _ = forecast_weights(region, assumptions)
    parts = largest_remainder(np.asarray(weights.to_numpy(np.float64)), forecast)
    by_unit = _by_planning_unit(factors, region.units)
    people = math.fsum(
        part * by_unit[str(unit)] for unit, part in zip(weights.index, parts.tolist(), strict=True)
    )
    return scaled, Assumptions({**assumptions.changed, "population": float(round(people))})


def _by_planning_unit(factors: Mapping[str, float], units: Units) -> dict[str, float]:
    """The factor of every planning unit, or one error."""
    strangers = [name for name in factors if name != ALL and name not in units.planning]
    problems = []
    if strangers:
        problems.append(
            f"no planning units: {listed(map(repr, strangers))}; "
            f"{nearest(str(strangers[0]), [*units.planning, ALL])}"
        )
    raise_if_any([*problems, *factor_problems(factors)], where="population")
    other = factors.get(ALL, 1.0)
    return {unit: float(factors.get(unit, other)) for unit in units.planning}


def factor_problems(factors: Mapping[str, object]) -> list[str]:
    """What is wrong with factors, whatever the units are."""
    return [
        f"{name}: must be a factor > 0, as 1.05 for 5 % more people, got {factor!r}"
        for name, factor in factors.items()
        if not _is_factor(factor)
    ]


def _is_factor(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value > 0  # type: ignore[arg-type,operator]


def _everywhere(units: Units, by_unit: Mapping[str, float]) -> dict[str, float]:
    """The factor of every planning unit and of all units inside them."""
    within = {str(u): units.planning_unit_of(str(u)) for u in units.table.index}
    return {u: by_unit[planning] for u, planning in within.items() if planning}


def _scaled(table: pd.DataFrame, units: Units, by_unit: Mapping[str, float]) -> pd.DataFrame:
    """People by unit and group multiplied: those above the planning units as the sums of these."""
    result = table.copy()
    groups = list(GROUPS)
    before = table[groups].astype(float)
    factor = pd.Series(_everywhere(units, by_unit)).reindex(table.index)
    after = before.mul(factor, axis=0)
    for unit in table.index[factor.isna()]:
        inside = [p for p in units.planning if unit in units.ancestors(p)]
        if all(by_unit[p] == 1 for p in inside):
            after.loc[unit] = before.loc[unit]
            continue
        growth = _growth(units, inside, by_unit)
        for group in groups:
            parts = before.loc[inside, group], after.loc[inside, group]
            now = float(before[group].loc[[unit]].sum(min_count=1))
            after.loc[unit, group] = _above(now, *parts, growth)
    result[groups] = after
    return result


def _growth(units: Units, inside: list[str], by_unit: Mapping[str, float]) -> float:
    """By how much the people of some planning units grow together."""
    people = np.nan_to_num([units.people(unit) for unit in inside])
    factors = [by_unit[unit] for unit in inside]
    return float(np.average(factors, weights=people if people.sum() > 0 else None))


def _above(
    now: float, before: "pd.Series[float]", after: "pd.Series[float]", growth: float
) -> float:
    """People of a unit over planning units: the sum of theirs, or scaled with what is known."""
    sum_before, sum_after = float(before.sum()), float(after.sum())
    if before.isna().any() or not sum_before > 0:
        return now * growth
    if abs(now - sum_before) <= _ROUNDING:
        return sum_after
    if now > sum_before:  # some of its people are in no planning unit, and stay
        return now + (sum_after - sum_before)
    return now * (sum_after / sum_before)


def _scaled_figures(
    figures: pd.DataFrame, units: Units, by_unit: Mapping[str, float]
) -> pd.DataFrame:
    """Population figures of every basis, multiplied as the units are."""
    if figures.empty:
        return figures
    parts = []
    for _, part in figures.groupby("basis", sort=False):
        whole = part.set_index("unit").reindex(units.table.index)
        scaled = _scaled(whole, units, by_unit).loc[part["unit"]]
        parts.append(scaled[list(GROUPS)].set_axis(part.index))
    found = figures.copy()
    found[list(GROUPS)] = pd.concat(parts).reindex(figures.index)
    return found

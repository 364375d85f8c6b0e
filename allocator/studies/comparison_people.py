"""Who gains and who loses cover between two plans, and how far people are from the sites."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.files.planning_units import cell_units, unit_names
from allocator.files.tables import COVERED
from allocator.plans import Plan

PEOPLE_COLUMNS = (
    "rule", "area", "area_name", "first_people", "people", "first_covered", "covered", "change",
    "gain", "lose",
)  # fmt: skip
WAY_COLUMNS = (
    "rule", "unit", "first_mean", "mean", "first_p90", "p90", "first_worst", "worst", "nearer",
    "farther",
)  # fmt: skip
_SAME_M = 0.5
_SMALL = 0.5
"""Half a person is nobody."""
_WAYS = ("minutes", "km")
_APART = 1e-3
"""Minutes and km are written to a thousandth."""

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def same_cells(first: Plan, other: Plan) -> bool:
    """Whether both plans have cells at the same places, in whatever order."""
    if len(first.cells) != len(other.cells):
        return False
    a, b = (_in_order(p.cells)[["x_m", "y_m"]].to_numpy(float) for p in (first, other))
    return bool(np.abs(a - b).max(initial=0.0) <= _SAME_M)


def people_table(first: Plan, other: Plan, alike: bool) -> pd.DataFrame:
    """Rules whose cover differs, for all and by planning unit.

    ``gain`` counts the people of the other plan, ``lose`` those of the first: the same numbers
    change sides when the plans do.
    """
    rules = _rules(first, COVERED) & _rules(other, COVERED)
    names = {**unit_names(first), **unit_names(other)}
    sides = [_Side(_in_order(p.cells), _in_order(_with_units(p))) for p in (first, other)]
    rows = []
    for rule in sorted(rules):
        a, b = (side.covered(rule) for side in sides)
        areas = ["all", *sorted({*sides[0].units, *sides[1].units} - {""})]
        for area in areas:
            ina, inb = sides[0].inside(area), sides[1].inside(area)
            before, after = sides[0].people[ina & a].sum(), sides[1].people[inb & b].sum()
            gain = lose = float("nan")
            if alike:
                gain = float(sides[1].people[inb & b & ~a].sum())
                lose = float(sides[0].people[ina & a & ~b].sum())
            if max(abs(after - before), np.nan_to_num(gain), np.nan_to_num(lose)) < _SMALL:
                continue
            rows.append([
                rule, area, names.get(area, area), sides[0].people[ina].sum(),
                sides[1].people[inb].sum(), before, after, after - before, gain, lose,
            ])  # fmt: skip
    return pd.DataFrame(rows, columns=list(PEOPLE_COLUMNS))


def ways_table(first: Plan, other: Plan, alike: bool) -> tuple[pd.DataFrame, list[str]]:
    """Minutes or km that differ, weighted by people, and notes."""
    rules = _rules(first, COVERED) & _rules(other, COVERED)
    rows, lacking = [], []
    a, b = _in_order(first.cells), _in_order(other.cells)
    for rule in sorted(rules):
        unit = next(
            (u for u in _WAYS if f"{u}:{rule}" in a.columns and f"{u}:{rule}" in b.columns), None
        )
        if unit is None:
            lacking.append(rule)
            continue
        x, y = (c[f"{unit}:{rule}"].to_numpy(float) for c in (a, b))
        p, q = (c["people"].to_numpy(float) for c in (a, b))
        figures = [
            figure for pair in zip(_figures(x, p), _figures(y, q), strict=True) for figure in pair
        ]
        nearer = farther = float("nan")
        if alike:
            nearer = float(q[(y < x - _APART) | (np.isfinite(y) & np.isnan(x))].sum())
            farther = float(p[(y > x + _APART) | (np.isfinite(x) & np.isnan(y))].sum())
        same = all(abs(s - t) <= _APART or s is t or (s != s and t != t)
                   for s, t in zip(figures[::2], figures[1::2], strict=True))  # fmt: skip
        if not same or max(np.nan_to_num(nearer), np.nan_to_num(farther)) >= _SMALL:
            rows.append([rule, unit, *figures, nearer, farther])
    notes = []
    if lacking:
        notes.append(
            f"minutes or km to the nearest site are not in both plans for {', '.join(lacking)}"
        )
    return pd.DataFrame(rows, columns=list(WAY_COLUMNS)), notes


def _figures(value: Floats, people: Floats) -> tuple[float, float, float]:
    """Mean, 90th percentile and longest way, over the people who reach a site."""
    some = np.isfinite(value) & (people > 0)
    if not some.any():
        return (float("nan"),) * 3
    order = np.argsort(value[some], kind="stable")
    ways, heads = value[some][order], people[some][order]
    share = np.cumsum(heads) / heads.sum()
    p90 = float(ways[np.searchsorted(share, 0.9 - 1e-12)])
    return float(ways @ heads / heads.sum()), p90, float(ways[-1])


class _Side:
    """Cells of one plan in the order of their places."""

    def __init__(self, cells: pd.DataFrame, units: pd.DataFrame) -> None:
        self.cells = cells
        self.people = cells["people"].to_numpy(float)
        self.of_unit = units["planning_unit"].to_numpy(object)
        self.units = set(map(str, self.of_unit))

    def covered(self, rule: str) -> Flags:
        """Who is covered under a rule."""
        return np.asarray(self.cells[f"{COVERED}{rule}"].eq(True).to_numpy(), dtype=np.bool_)

    def inside(self, area: str) -> Flags:
        """Cells of a planning unit, or all."""
        if area == "all":
            return np.ones(len(self.cells), dtype=np.bool_)
        return np.asarray(self.of_unit == area, dtype=np.bool_)


def _with_units(plan: Plan) -> pd.DataFrame:
    return plan.cells[["x_m", "y_m"]].assign(planning_unit=cell_units(plan))


def _in_order(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells by place, so that those of two plans stand side by side."""
    xy = cells[["x_m", "y_m"]].to_numpy(float).round(0)
    return cells.iloc[np.lexsort((xy[:, 0], xy[:, 1]))]


def _rules(plan: Plan, prefix: str) -> set[str]:
    return {c.removeprefix(prefix) for c in map(str, plan.cells.columns) if c.startswith(prefix)}

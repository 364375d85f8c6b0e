"""People of units by basis and group, checked and completed upwards."""

import geopandas as gpd
import numpy as np
import pandas as pd

from allocator.region.containment import depth_of_units
from allocator.region.findings import Findings, listed, nearest
from allocator.region.tables import Sheet
from allocator.region.units import GROUPS

_PARTS = tuple(g for g in GROUPS if g != "total")
DEFINITIONS = ("resident", "registered")
"""Who is counted: those who live there, or those whose household is registered there."""
_REFUSED = 0.001
"""Sums that miss their total by more than this share are an error; by less, a note (rounding)."""


def population_rows(sheet: Sheet, units: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """Columns unit, basis and groups, each row checked by itself."""
    found = sheet.found
    if not sheet.has(["unit", "basis", "total"], optional=(*_PARTS, "definition")):
        return None
    table = pd.DataFrame({"unit": sheet.text("unit"), "basis": sheet.text("basis")})
    table["total"] = sheet.numbers("total")
    for group in _PARTS:
        table[group] = sheet.numbers(group, blank_is_nan=True) if group in sheet else np.nan
    table["definition"] = sheet.choice("definition", DEFINITIONS, default="resident")
    known = known_units(sheet, table["unit"], units)
    if (table["basis"] == "").any():
        found.problem(
            f"{sheet.file}, basis: empty in {sheet.rows(table['basis'] == '')}; "
            "name the count or year, such as census2020"
        )
    double = table.duplicated(["unit", "basis"])
    if double.any():
        pairs = [f"{u} / {b}" for u, b in table.loc[double, ["unit", "basis"]].to_numpy()]
        found.problem(
            f"{sheet.file}: duplicate rows for unit / basis {listed(pairs)}; keep one of each"
        )
    table = table[known & ~double]
    for basis, part in table.groupby("basis", sort=False):
        told = part["definition"].unique()
        if len(told) > 1:
            found.problem(
                f"{sheet.file}, definition: {basis} counts {' and '.join(told)}"
                " people; one basis counts one of them"
            )
    table = _complete_settlement(table)
    _check_groups(table, sheet)
    return table


def with_parents(table: pd.DataFrame, units: gpd.GeoDataFrame, sheet: Sheet) -> pd.DataFrame:
    """Add parents without a row as sums of their children; compare those that have one."""
    parts = [_with_parents(part, units, sheet) for _, part in table.groupby("basis", sort=False)]
    return pd.concat(parts, ignore_index=True) if parts else table


def known_units(sheet: Sheet, unit: "pd.Series[str]", units: gpd.GeoDataFrame) -> "pd.Series[bool]":
    """Rows whose unit exists; the others are one problem."""
    known = unit.isin(list(units.index))
    missing = list(dict.fromkeys(unit[~known]))
    if missing:
        sheet.found.problem(
            f"{sheet.at('unit')}: {len(missing)} of the ids are not in {sheet.found.units_table}: "
            f"{listed(map(repr, missing))}; {nearest(str(missing[0]), list(units.index))}"
        )
    return known


def _complete_settlement(table: pd.DataFrame) -> pd.DataFrame:
    """Derive urban from rural, or rural from urban, where one of the two is given."""
    table = table.copy()
    table["urban"] = table["urban"].fillna(table["total"] - table["rural"])
    table["rural"] = table["rural"].fillna(table["total"] - table["urban"])
    return table


def _check_groups(table: pd.DataFrame, sheet: Sheet) -> None:
    def who(mask: "pd.Series[bool]") -> str:
        rows = table[mask]
        return listed([f"{r.unit} ({r.basis})" for r in rows.itertuples()])

    found, file, total = sheet.found, sheet.file, table["total"]
    gap = (table["urban"] + table["rural"] - total).abs()
    wrong, rounded = gap > _REFUSED * total, (gap > 0.5) & (gap <= _REFUSED * total)
    if wrong.any():
        found.problem(
            f"{file}: urban + rural differ from total by up to {gap[wrong].max():,.0f} in "
            f"{who(wrong)}; mend one of the three"
        )
    if rounded.any():
        found.note(f"{file}: urban + rural miss total by rounding in {who(rounded)}")
    for group in _PARTS:
        above = (table[group] > total * (1 + _REFUSED)) | (table[group] < 0)
        if above.any() and not (group in ("urban", "rural") and wrong.any()):
            found.problem(f"{file}: {group} is larger than total in {who(above)}; mend one")
    older = table["age65"] > table["age60"]
    if older.any():
        found.problem(
            f"{file}: age65 is larger than age60 in {who(older)}; age60 means 60 and over, so it "
            "includes age65"
        )


def _with_parents(part: pd.DataFrame, units: gpd.GeoDataFrame, sheet: Sheet) -> pd.DataFrame:
    basis = str(part["basis"].iloc[0])
    rows = part.set_index("unit")[list(GROUPS)]
    children = units["parent"].groupby(units["parent"]).groups
    deepest_first = np.argsort(-depth_of_units(units), kind="stable")
    for parent in [u for u in units.index[deepest_first] if u in children]:
        below = [str(c) for c in children[parent]]
        if not set(below) <= set(rows.index):
            continue
        sums = rows.loc[below].sum(min_count=len(below))
        if parent not in rows.index:
            rows.loc[parent] = sums
            continue
        rows.loc[parent] = _compared(rows.loc[parent], sums, f"{parent} ({basis})", sheet)
    order = [u for u in units.index if u in rows.index]
    table = rows.loc[order].rename_axis("unit").reset_index()
    table.insert(1, "basis", basis)
    table["definition"] = str(part["definition"].iloc[0])
    return table


def _compared(
    given: "pd.Series[float]", sums: "pd.Series[float]", who: str, sheet: Sheet
) -> "pd.Series[float]":
    result = given.copy()
    for group in GROUPS:
        stated, summed = float(given[group]), float(sums[group])
        if np.isnan(summed) or abs(stated - summed) <= 0.5:
            continue
        if abs(stated - summed) > _REFUSED * float(given["total"]):
            sheet.found.problem(
                f"{sheet.file}: {group} of {who} is {stated:,.0f}, but the units in it sum to "
                f"{summed:,.0f}; mend one of them, or leave the parent's row out"
            )
            continue
        if not np.isnan(stated):
            sheet.found.note(
                f"{sheet.file}: {group} of {who} is {stated:,.0f}, its units sum to {summed:,.0f} "
                "(rounding); the sum is used"
            )
        result[group] = summed
    return result


def todays_people(
    populations: pd.DataFrame,
    units: gpd.GeoDataFrame,
    planning: tuple[str, ...],
    *,
    basis: str,
    file: str,
    found: Findings,
) -> gpd.GeoDataFrame:
    """Units with the people of one basis; planning units and all above must have theirs."""
    rows = populations[populations["basis"] == basis].set_index("unit")
    missing = [u for u in planning if u not in rows.index]
    if missing and (populations.empty or not rows.empty):
        found.problem(
            f"{file}: no row of basis {basis!r} for units {listed(missing)}; every planning unit "
            "(or all units in it) needs one"
        )
    people = units.copy()
    for group in GROUPS:
        people[group] = rows[group].reindex(units.index).astype(float)
    return people


def chosen_basis(
    populations: pd.DataFrame, wanted: str | None, *, key: str, file: str, found: Findings
) -> str:
    """The basis that a setting names, or the only one there is."""
    known = list(dict.fromkeys(map(str, populations["basis"])))
    if wanted:
        if wanted not in known:
            found.problem(
                f"{found.at(key)} = {wanted!r} is not in {file}; {nearest(wanted, known)}"
            )
        return wanted
    if len(known) > 1:
        found.problem(
            f"{file} has several bases ({', '.join(known)}); say which holds today: "
            f'{found.setting(key)} = "{known[0]}"'
        )
    return known[0] if known else ""

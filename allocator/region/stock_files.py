"""Present stock and unit costs from tables."""

import geopandas as gpd
import pandas as pd

from allocator.region.findings import listed
from allocator.region.population_files import known_units
from allocator.region.site_files import BASES
from allocator.region.sites import ATTRIBUTES, KINDS
from allocator.region.stock import resources
from allocator.region.tables import Sheet

STOCK_COLUMNS = ("unit", "resource", "have", "basis", "source")
COST_COLUMNS = ("item", "cost", "unit", "basis", "source")


def stock_table(sheet: Sheet, units: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """What each unit has, checked."""
    if not sheet.has(["unit", "resource", "have"], optional=["basis", "source"]):
        return None
    table = pd.DataFrame(
        {
            "unit": sheet.text("unit"),
            "resource": sheet.choice("resource", [r for r in resources() if r != "residents"]),
            "have": sheet.numbers("have"),
            "basis": sheet.choice("basis", BASES, default="measured"),
            "source": sheet.text("source"),
        }
    )
    known = known_units(sheet, table["unit"], units)
    double = table.duplicated(["unit", "resource"])
    if double.any():
        pairs = [f"{u} / {r}" for u, r in table.loc[double, ["unit", "resource"]].to_numpy()]
        sheet.found.problem(
            f"{sheet.file}: duplicate rows for unit / resource {listed(pairs)}; keep one of each"
        )
    return table[known & ~double].reset_index(drop=True)


def costs_table(sheet: Sheet) -> pd.DataFrame | None:
    """What one more of each item costs, checked."""
    if not sheet.has(["item", "cost"], optional=["unit", "basis", "source"]):
        return None
    items = [*resources(), *KINDS, *ATTRIBUTES, *(f"closing:{kind}" for kind in KINDS)]
    table = pd.DataFrame(
        {
            "item": sheet.choice("item", items),
            "cost": sheet.numbers("cost"),
            "unit": sheet.text("unit"),
            "basis": sheet.choice("basis", BASES, default="assumed"),
            "source": sheet.text("source"),
        }
    )
    double = table["item"].duplicated()
    if double.any():
        sheet.found.problem(
            f"{sheet.file}, item: duplicate rows for {listed(table.loc[double, 'item'])}; "
            "keep one of each"
        )
    return table[~double].reset_index(drop=True)


def no_stock() -> pd.DataFrame:
    """A table of stock without rows."""
    return _empty(STOCK_COLUMNS, "have")


def no_costs() -> pd.DataFrame:
    """A table of costs without rows."""
    return _empty(COST_COLUMNS, "cost")


def _empty(columns: tuple[str, ...], number: str) -> pd.DataFrame:
    table = pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    table[number] = table[number].astype(float)
    return table

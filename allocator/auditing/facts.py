"""What is: counts per unit and facilities, from a plan's tables or from today's stock and sites."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
from pyproj import Transformer

from allocator.errors import raise_if_any
from allocator.plan_tables import FACILITY_COLUMNS
from allocator.region.ground import Region
from allocator.region.stock import resources

OPEN_STATUSES: tuple[str, ...] = ("kept", "new", "upgraded")
STATUSES: tuple[str, ...] = (*OPEN_STATUSES, "closed")
_TEXTS = ("name", "kind", "grade", "run_by", "status", "unit")
_PLACES = ("lon", "lat", "x_m", "y_m")
_NUMBERS = (*_PLACES, "beds", "ambulances", "negative_pressure", "cost")


@dataclass(frozen=True, eq=False)
class Facts:
    """What a plan's tables say, or what stands today.

    Attributes
    ----------
    planned
        Whether the facts come from a plan.
    counts
        ``(unit, resource)`` -> number, exactly as the table has it.
    facilities
        Every facility listed, indexed by id: the columns of a plan's facility table with
        ``attributes`` as a tuple, and ``open`` (bool).
    bases
        ``(unit, resource)`` -> basis of a count that was not planned.
    """

    planned: bool
    counts: Mapping[tuple[str, str], float]
    facilities: pd.DataFrame
    bases: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def open(self) -> pd.DataFrame:
        """The facilities that are open."""
        return self.facilities[self.facilities["open"]]

    @classmethod
    def of_plan(cls, region: Region, units: pd.DataFrame, facilities: pd.DataFrame) -> "Facts":
        """Take a plan's tables as they are, hand-edited or not.

        Parameters
        ----------
        region
            The region as planned for.
        units, facilities
            Tables with the columns of :data:`allocator.plan_tables.UNIT_COLUMNS` and
            :data:`allocator.plan_tables.FACILITY_COLUMNS`.

        Raises
        ------
        InputError
            Listing every missing column, unknown unit, resource or status, repeated row and
            number that is none. Numbers that break a rule are no error: the audit says so.
        """
        problems = _missing_columns("units", units, ("unit", "resource", "allocated"))
        problems += _missing_columns("facilities", facilities, ("id", "kind", "status", *_PLACES))
        raise_if_any(problems, where="plan tables")
        problems = _unit_problems(region, units) + _facility_problems(facilities)
        raise_if_any(problems, where="plan tables")
        known = units[units["allocated"].notna()]
        counts = {
            (str(unit), str(resource)): float(number)
            for unit, resource, number in zip(
                known["unit"], known["resource"], known["allocated"], strict=True
            )
        }
        return cls(planned=True, counts=counts, facilities=_located(_tidy(facilities), region.crs))

    @classmethod
    def of_today(cls, region: Region) -> "Facts":
        """Take today's stock and the existing sites; residents as planned for."""
        stock = region.stock.table
        counts: dict[tuple[str, str], float] = {}
        bases: dict[tuple[str, str], str] = {}
        for unit, resource, have, basis in zip(
            stock["unit"], stock["resource"], stock["have"], stock["basis"], strict=True
        ):
            if pd.notna(have):
                counts[str(unit), str(resource)] = float(have)
                bases[str(unit), str(resource)] = str(basis)
        for unit in (*region.units.planning, region.units.root):
            counts[unit, "residents"] = region.units.people(unit)
            bases[unit, "residents"] = "planned"
        sites = region.sites.table
        here = sites[sites["status"] == "existing"].rename_axis("id").reset_index()
        blank = {column: float("nan") for column in _NUMBERS if column not in here.columns}
        listed = _located(_tidy(here.assign(status="kept", **blank)), region.crs)
        return cls(planned=False, counts=counts, facilities=listed, bases=bases)


def _missing_columns(table: str, data: pd.DataFrame, needed: tuple[str, ...]) -> list[str]:
    return [
        f"{table}: column {column!r} is missing; it has {', '.join(map(str, data.columns))}"
        for column in needed
        if column not in data.columns
    ]


def _unit_problems(region: Region, units: pd.DataFrame) -> list[str]:
    known = set(region.units.table.index)
    problems = [
        f"units: unknown unit {unit!r}; expected a unit of region {region.name}"
        for unit in dict.fromkeys(units["unit"].astype(str))
        if unit not in known
    ]
    problems += [
        f"units: unknown resource {resource!r}; known: {', '.join(resources())}"
        for resource in dict.fromkeys(units["resource"].astype(str))
        if resource not in resources()
    ]
    problems += [
        f"units: {unit!r} has {resource!r} twice; keep one row"
        for unit, resource in units.loc[
            units.duplicated(["unit", "resource"]), ["unit", "resource"]
        ].itertuples(index=False)
    ]
    return problems + _number_problems("units", units, ("allocated",), "unit")


def _facility_problems(facilities: pd.DataFrame) -> list[str]:
    problems = [
        f"facilities: {name!r} has status {status!r}; must be one of {', '.join(STATUSES)}"
        for name, status in zip(facilities["id"], facilities["status"], strict=True)
        if status not in STATUSES
    ]
    numbers = tuple(column for column in _NUMBERS if column in facilities.columns)
    return problems + _number_problems("facilities", facilities, numbers, "id")


def _number_problems(
    table: str, data: pd.DataFrame, columns: tuple[str, ...], key: str
) -> list[str]:
    """Cells that are filled, but with no finite number."""
    problems = []
    for column in columns:
        numbers = pd.to_numeric(data[column], errors="coerce").astype(float)
        bad = (numbers.isna() & data[column].notna()) | numbers.abs().eq(float("inf"))
        problems += [
            f"{table}: {name!r} has {column} {value!r}; must be a number, or empty if unknown"
            for name, value in zip(data.loc[bad, key], data.loc[bad, column], strict=True)
        ]
    return problems


def _tidy(facilities: pd.DataFrame) -> pd.DataFrame:
    """One form for facilities of every origin: texts, floats, tuples of attributes."""
    tidy = pd.DataFrame(index=pd.Index(facilities["id"].astype(str), name="id"))
    given = facilities.set_axis(tidy.index)
    for column in FACILITY_COLUMNS[1:]:
        values = given[column] if column in given.columns else None
        if column in _NUMBERS:
            tidy[column] = float("nan") if values is None else pd.to_numeric(values).astype(float)
        elif column in _TEXTS:
            tidy[column] = "" if values is None else [_text(value) for value in values]
    attributes = given["attributes"] if "attributes" in given.columns else [""] * len(given)
    tidy["attributes"] = [_attributes(value) for value in attributes]
    bases = given["basis"] if "basis" in given.columns else [""] * len(given)
    tidy["basis"] = [_text(value) for value in bases]
    return tidy.assign(open=tidy["status"].isin(OPEN_STATUSES).to_numpy(dtype=bool))


def _located(facilities: pd.DataFrame, crs: str) -> pd.DataFrame:
    """Fill in metres where only degrees are given, and degrees where only metres are."""
    columns = {"degrees": ["lon", "lat"], "metres": ["x_m", "y_m"]}
    known = {form: facilities[pair].notna().all(axis=1) for form, pair in columns.items()}
    located = facilities.copy()
    for given, wanted, ends in (
        ("degrees", "metres", ("EPSG:4326", crs)),
        ("metres", "degrees", (crs, "EPSG:4326")),
    ):
        rows = (known[given] & ~known[wanted]).to_numpy(dtype=bool)
        if rows.any():
            turn = Transformer.from_crs(*ends, always_xy=True)
            first, second = (facilities.loc[rows, c].to_numpy(float) for c in columns[given])
            located.loc[rows, columns[wanted]] = list(
                zip(*turn.transform(first, second), strict=True)
            )
    return located


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()


def _attributes(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple | list):
        return tuple(str(part) for part in value)
    return tuple(part.strip() for part in _text(value).split(";") if part.strip())

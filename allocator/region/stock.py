"""What a region has today, and what one more of it costs."""

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import pandas as pd


@dataclass(frozen=True)
class Resource:
    """Something that is counted in whole units: beds, staff, vehicles, places.

    Attributes
    ----------
    id, form, unit, label, label_zh
        Its name, what sort of thing it is, what it is counted in, and what people call it.
    inside
        The resource that contains it: TCM beds are public beds.
    part_of
        The resource of which it and all others with the same ``part_of`` are the parts: public
        and private beds are all beds.
    given
        Not decided but found: visits, villages, households. A plan takes them as they are.
    grows
        Given, and as many per resident in the plan's year as today: visits, households.
    feeds
        Staff that a flow of people (recruits, trainees) adds to over the plan.
    """

    id: str
    form: str
    unit: str
    inside: str
    label: str
    label_zh: str
    part_of: str = ""
    given: bool = False
    grows: bool = False
    feeds: tuple[str, ...] = ()


@cache
def resources() -> dict[str, Resource]:
    """All known resources, by id, in the order of ``resources.csv``."""
    path = files("allocator.region").joinpath("resources.csv")
    with path.open(encoding="utf-8") as handle:
        table = pd.read_csv(handle, keep_default_na=False, dtype=str)
    rows = [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]
    return {row["id"]: _resource(row) for row in rows}


def _resource(row: dict[str, str]) -> Resource:
    return Resource(
        id=row["id"], form=row["form"], unit=row["unit"], inside=row["inside"],
        label=row["label"], label_zh=row["label_zh"], part_of=row["part_of"],
        given=bool(row["given"]), grows=row["given"] == "residents",
        feeds=tuple(row["feeds"].split()),
    )  # fmt: skip


def parts_of(whole: str) -> tuple[str, ...]:
    """Ids of the resources that together make up another; () where nothing does.

    >>> parts_of("all_beds")
    ('public_beds', 'private_beds')
    """
    return tuple(r.id for r in resources().values() if r.part_of == whole)


def feeding(staff: str) -> tuple[str, ...]:
    """Ids of the flows that add to some staff.

    >>> feeding("physicians")
    ('gp_trainees', 'gp_commissioned')
    """
    return tuple(r.id for r in resources().values() if staff in r.feeds)


@dataclass(frozen=True, eq=False)
class Stock:
    """What each unit has today.

    Attributes
    ----------
    table
        Columns ``unit``, ``resource``, ``have`` (>= 0), ``basis``, ``source``; one row per
        (unit, resource). A resource known only for the root (a city-wide count) has one row.
    """

    table: pd.DataFrame

    def have(self, unit: str, resource: str) -> float | None:
        """Today's number in exactly this unit's row; None where the table does not say."""
        return self._rows.get((unit, resource))

    @cached_property
    def _rows(self) -> dict[tuple[str, str], float]:
        """The number of every (unit, resource), of the first row where there are several."""
        columns = (self.table[name].iloc[::-1] for name in ("unit", "resource", "have"))
        return {(u, r): float(have) for u, r, have in zip(*columns, strict=True)}

    def knows(self, resource: str) -> bool:
        """Whether any unit states this resource."""
        return bool((self.table["resource"] == resource).any())


@dataclass(frozen=True, eq=False)
class Costs:
    """What one more costs.

    Attributes
    ----------
    table
        Columns ``item`` (a resource id, a site kind, a site attribute, or ``closing:`` + kind),
        ``cost`` (region's currency, >= 0; one-off for beds, vehicles, sites and attributes; per
        year for staff), ``unit``, ``basis``, ``source``.
    currency
        ISO code.
    """

    table: pd.DataFrame
    currency: str = "CNY"

    def of(self, item: str) -> float:
        """Cost of one more; 0 where the table does not say."""
        return self._prices.get(item, 0.0)

    @cached_property
    def _prices(self) -> dict[str, float]:
        """The cost of every item, of the first row where there are several."""
        columns = (self.table[name].iloc[::-1] for name in ("item", "cost"))
        return {item: float(cost) for item, cost in zip(*columns, strict=True)}

    def knows(self, item: str) -> bool:
        """Whether the table prices the item."""
        return bool((self.table["item"] == item).any())

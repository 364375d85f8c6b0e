"""The years of a plan: from when to when, what may be spent and who may be hired in each."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from allocator.errors import raise_if_any
from allocator.region.stock import resources

FIELDS: tuple[str, ...] = (
    "first", "last", "budget_per_year", "attrition", "hires_per_year", "shortfall",
)  # fmt: skip
SHORTFALLS = ("least", "even")
_LONGEST = 50


@dataclass(frozen=True)
class Years:
    """Over which years a plan is carried out.

    Attributes
    ----------
    first, last
        Calendar years, both included.
    budget_per_year
        Most that each year may cost, region's currency: one number, or one per year; None = no
        limit. Sites, beds and vehicles count in the year in which they are added; posts beyond
        today's in every year in which somebody holds them.
    attrition
        Share of each staff resource that leaves in a year, in [0, 1]; what is not named follows
        the assumption ``staff_attrition``.
    hires_per_year
        Most persons of each staff resource that can be hired in a year in the whole region, those
        who replace others included, besides whom recruits and trainees bring in: one number, or
        one per resource. What is not named follows the assumption ``staff_inflow_cap``, spread
        evenly over the years.
    shortfall
        Where the years do not suffice: ``least`` = as little as can be is missing in all, wherever
        that is; ``even`` = first, the unit that lacks most, as a share of what it is to have,
        lacks as little as can be.
    """

    first: int
    last: int
    budget_per_year: float | tuple[float, ...] | None = None
    attrition: Mapping[str, float] = field(default_factory=dict)
    hires_per_year: int | Mapping[str, int] | None = None
    shortfall: str = "least"

    def __post_init__(self) -> None:
        problems = _span_problems(self.first, self.last)
        count = 0 if problems else self.last - self.first + 1
        if isinstance(self.budget_per_year, list):
            object.__setattr__(self, "budget_per_year", tuple(self.budget_per_year))
        problems += _budget_problems(self.budget_per_year, count)
        problems += _share_problems(self.attrition)
        problems += _hire_problems(self.hires_per_year)
        if self.shortfall not in SHORTFALLS:
            expected = " or ".join(map(repr, SHORTFALLS))
            problems.append(f"shortfall must be {expected}, got {self.shortfall!r}")
        raise_if_any(problems, where="years")

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Years":
        """Read the table ``[years]`` of a scenario; lists every problem."""
        lacking = [f"{name} is missing: a calendar year, as 2021" for name in FIELDS[:2]
                   if name not in table]  # fmt: skip
        extra = [f"unknown key {name!r}; known: {', '.join(FIELDS)}" for name in table
                 if name not in FIELDS]  # fmt: skip
        raise_if_any([*lacking, *extra], where="years")
        return cls(**table)

    def as_table(self) -> dict[str, Any]:
        """The same as plain values, for ``plan.json``."""
        found: dict[str, Any] = {"first": self.first, "last": self.last}
        if self.budget_per_year is not None:
            found["budget_per_year"] = [self.budget(year) for year in self.all]
        found["attrition"] = dict(self.attrition)
        if self.hires_per_year is not None:
            hires = self.hires_per_year
            found["hires_per_year"] = dict(hires) if isinstance(hires, Mapping) else hires
        return found | {"shortfall": self.shortfall}

    @property
    def all(self) -> tuple[int, ...]:
        """Every year, first to last."""
        return tuple(range(self.first, self.last + 1))

    def budget(self, year: int) -> float | None:
        """Most that a year may cost; None if there is no limit."""
        if isinstance(self.budget_per_year, tuple):
            return float(self.budget_per_year[year - self.first])
        return None if self.budget_per_year is None else float(self.budget_per_year)

    def leaving(self, resource: str, otherwise: float) -> Fraction:
        """Share of a staff resource that leaves in a year, as the decimal that was written."""
        if resources()[resource].form != "staff":
            return Fraction(0)
        return Fraction(str(self.attrition.get(resource, otherwise)))

    def hires(self, resource: str) -> int | None:
        """Most persons hired in a year in the whole region; None if nothing is said of them."""
        if isinstance(self.hires_per_year, Mapping):
            return self.hires_per_year.get(resource)
        return self.hires_per_year


def _span_problems(first: object, last: object) -> list[str]:
    problems = [
        f"{name} must be a calendar year, as 2021, got {year!r}"
        for name, year in (("first", first), ("last", last))
        if isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2200
    ]
    if problems or not isinstance(first, int) or not isinstance(last, int):
        return problems
    if last < first:
        return [f"last must not be before first: got first {first} and last {last}"]
    if last - first >= _LONGEST:
        return [f"at most {_LONGEST} years, got {first} to {last}"]
    return []


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0


def _budget_problems(budget: object, count: int) -> list[str]:
    """``count`` is the number of years, 0 where that is not known."""
    if budget is None or _is_amount(budget):
        return []
    if not isinstance(budget, tuple):
        return [f"budget_per_year must be an amount >= 0, or one per year, got {budget!r}"]
    problems = [
        f"budget_per_year: amount {at} must be >= 0, got {value!r}"
        for at, value in enumerate(budget, 1)
        if not _is_amount(value)
    ]
    if count and len(budget) != count:
        problems.append(
            f"budget_per_year must have one amount per year ({count}), got {len(budget)}"
        )
    return problems


def _staff_problems(name: str, given: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}: {resource!r} is no staff; expected one of "
        + ", ".join(r.id for r in resources().values() if r.form == "staff")
        for resource in given
        if resource not in resources() or resources()[resource].form != "staff"
    ]


def _share_problems(attrition: object) -> list[str]:
    if not isinstance(attrition, Mapping):
        return [f"attrition must be a share per staff resource, got {attrition!r}"]
    return _staff_problems("attrition", attrition) + [
        f"attrition.{resource} must be a share in [0, 1], got {share!r}"
        for resource, share in attrition.items()
        if not _is_amount(share) or share > 1
    ]


def _hire_problems(hires: object) -> list[str]:
    if hires is None:
        return []
    each = hires if isinstance(hires, Mapping) else {"": hires}
    problems = [
        f"hires_per_year{f'.{resource}' if resource else ''} must be a whole number >= 0, "
        f"got {number!r}"
        for resource, number in each.items()
        if isinstance(number, bool) or not isinstance(number, int) or number < 0
    ]
    return (_staff_problems("hires_per_year", hires) if hires is each else []) + problems

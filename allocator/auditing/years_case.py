"""What a plan over several years is checked on: its facts, its tables, what was asked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from allocator.auditing.case import Case
from allocator.horizon import Years

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class YearsCase:
    """What is checked: the case of the last year, and what the plan says of the years before.

    Attributes
    ----------
    case
        The plan's facts in the last year.
    years
        What was asked.
    table
        The plan's table ``years``.
    opens
        The stated year of each facility that changes; NaN where there is none.
    """

    case: Case
    years: Years
    table: pd.DataFrame
    opens: Mapping[str, float]

    @cached_property
    def courses(self) -> dict[tuple[str, str], dict[int, Row]]:
        """Rows by (resource or kind, unit) and year."""
        found: dict[tuple[str, str], dict[int, Row]] = {}
        for row in self.table.to_dict("records"):
            key = (str(row["resource"]), str(row["unit"]))
            found.setdefault(key, {})[int(row["year"])] = {str(k): v for k, v in row.items()}
        return found

    @property
    def span(self) -> range:
        """The year before the first, and all years."""
        return range(self.years.first - 1, self.years.last + 1)

    def leaving(self, resource: str) -> Fraction:
        """Share that leaves in a year."""
        other = self.case.assumptions.number("staff_attrition")
        return self.years.leaving(resource, other)

    @cached_property
    def then(self) -> dict[int, Case]:
        """The case with the facilities that stand at the end of each year."""
        return {year: self._then(year) for year in self.years.all}

    def _then(self, year: int) -> Case:
        listed = self.case.facts.facilities
        stands = [
            name for name, status in zip(listed.index, listed["status"], strict=True)
            if status != "new" or self.opens.get(name, math.inf) <= year
        ]  # fmt: skip
        facts = replace(self.case.facts, facilities=listed[listed.index.isin(stands)])
        return replace(self.case, facts=facts)

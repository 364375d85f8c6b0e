"""What rows of facilities say: what they have, what they are called, how well it is known."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from allocator.region.sites import LEVEL_OF_GRADE, LEVELS, RENEWED

NOT_STANDING = {"new", "candidate", "required"}
"""Of a facility in a plan, and of a site in a region."""
_WORST_FIRST = ("assumed", "modelled", "measured")


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table's rows, by column."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def by_name(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Ids of the rows that have a name, or that id."""
    found: dict[str, list[str]] = {}
    for site, row in rows:
        for name in dict.fromkeys((site, str(row["name"]))):
            found.setdefault(name, []).append(site)
    return found


def has(attribute: str, row: Mapping[str, Any]) -> bool:
    """Whether a facility has an attribute: listed, by its grade, or because it is new."""
    if attribute in row["attributes"]:
        return True
    if attribute == RENEWED:
        return row["status"] in NOT_STANDING
    steps = {name: step for step, name in enumerate(LEVELS)}
    own = {LEVEL_OF_GRADE.get(row["grade"], ""), *row["attributes"]}
    highest = max((steps[name] for name in own if name in steps), default=-1)
    return attribute in steps and steps[attribute] <= highest


def weakest(bases: Iterable[str]) -> str:
    """The least reliable of several bases: assumed, modelled, measured; planned if nothing else."""
    found = set(bases)
    return next((basis for basis in _WORST_FIRST if basis in found), "planned")

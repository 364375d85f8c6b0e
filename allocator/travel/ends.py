"""The two ends of travel: who needs to be reached, and the sites that may serve them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from allocator.errors import raise_if_any

SITE_STATUSES = ("existing", "candidate", "required", "forbidden")
"""Stays open; may be opened; must be opened; may not."""


@dataclass(frozen=True, eq=False)
class Demand:
    """People, cell by cell.

    Attributes
    ----------
    people
        People per cell, finite and >= 0, shape ``(n_cells,)``.
    ids
        Name of each cell, unique; positions serve when missing.
    groups
        People of parts of the population (``urban``, ``age60`` ...), each shape ``(n_cells,)`` and
        nowhere more than ``people``.
    xy_m
        Planar coordinates in metres, shape ``(n_cells, 2)``, if known.
    crs
        Their coordinate system (``EPSG:32651``); empty when unknown.
    """

    people: NDArray[np.float64]
    ids: Sequence[str] | None = None
    groups: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    xy_m: NDArray[np.float64] | None = None
    crs: str = ""

    def __post_init__(self) -> None:
        problems = _column_problems("people", self.people, len(self.people))
        for name, people in self.groups.items():
            wrong = _column_problems(f"group {name}", people, len(self.people))
            problems += wrong
            if not problems and (people > self.people * (1 + 1e-9) + 1e-9).any():
                at = int(np.argmax(people - self.people))
                problems.append(
                    f"group {name} has more people than the cell in cell {self.name(at)}: "
                    f"{people[at]:g} of {self.people[at]:g}"
                )
        problems += _end_problems(self.ids, self.xy_m, len(self.people), "cell")
        raise_if_any(problems, where="demand")

    def __len__(self) -> int:
        return len(self.people)

    def name(self, position: int) -> str:
        """What a cell is called."""
        return str(position) if self.ids is None else str(self.ids[position])

    def of_group(self, group: str) -> NDArray[np.float64]:
        """People of a group per cell; ``total`` is everybody.

        Raises
        ------
        InputError
            If there is no such group.
        """
        if group == "total":
            return self.people
        if group not in self.groups:
            known = ", ".join(["total", *self.groups])
            raise_if_any([f"no group {group!r}; known are: {known}"], where="demand")
        return self.groups[group]


@dataclass(frozen=True, eq=False)
class SiteSet:
    """Sites that stand or may be built, for the classic questions.

    Attributes
    ----------
    ids
        Name of each site, unique.
    status
        One of :data:`SITE_STATUSES` per site; all candidates when missing.
    opening_cost, closing_cost, running_cost
        Of opening a new site, of closing an existing one, of keeping an existing one; shape
        ``(n_sites,)``, >= 0. Missing: 1, 0 and 0 each.
    capacity
        People that a site can serve, shape ``(n_sites,)``; unlimited when missing.
    xy_m
        Planar coordinates in metres, shape ``(n_sites, 2)``, if known.
    crs
        Their coordinate system; empty when unknown.
    """

    ids: Sequence[str]
    status: Sequence[str] | None = None
    opening_cost: NDArray[np.float64] | None = None
    closing_cost: NDArray[np.float64] | None = None
    running_cost: NDArray[np.float64] | None = None
    capacity: NDArray[np.float64] | None = None
    xy_m: NDArray[np.float64] | None = None
    crs: str = ""

    def __post_init__(self) -> None:
        n = len(self.ids)
        problems = _end_problems(self.ids, self.xy_m, n, "site")
        for name in ("opening_cost", "closing_cost", "running_cost", "capacity"):
            column = getattr(self, name)
            if column is not None:
                problems += _column_problems(name, column, n)
        if self.status is not None:
            if len(self.status) != n:
                problems.append(f"status must have one word per site ({n}), got {len(self.status)}")
            unknown = sorted(set(map(str, self.status)) - set(SITE_STATUSES))
            if unknown:
                problems.append(
                    f"status must be one of {', '.join(SITE_STATUSES)}; got {', '.join(unknown)}"
                )
        raise_if_any(problems, where="sites")

    def __len__(self) -> int:
        return len(self.ids)

    def with_status(self, status: str) -> NDArray[np.int64]:
        """Positions of the sites of a status, ascending."""
        if self.status is None:
            everyone = np.arange(len(self)) if status == "candidate" else np.empty(0)
            return everyone.astype(np.int64)
        return np.flatnonzero(np.asarray(self.status, dtype=str) == status)

    def but(self, **changes: object) -> "SiteSet":
        """The same sites with some columns replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _column_problems(name: str, column: NDArray[np.float64], n: int) -> list[str]:
    if np.shape(column) != (n,):
        return [f"{name} must have shape ({n},), got {np.shape(column)}"]
    bad = np.flatnonzero(~(np.isfinite(column) & (column >= 0)))
    if not len(bad):
        return []
    return [
        f"{name} must be finite and >= 0; {len(bad)} are not, first: "
        f"position {bad[0]}, {column[bad[0]]}"
    ]


def _end_problems(
    ids: Sequence[str] | None, xy_m: NDArray[np.float64] | None, n: int, what: str
) -> list[str]:
    problems = []
    if ids is not None:
        if len(ids) != n:
            problems.append(f"ids must name each {what} ({n}), got {len(ids)}")
        elif len(set(ids)) != n:
            seen: set[str] = set()
            twice = sorted({str(i) for i in ids if i in seen or seen.add(i)})  # type: ignore[func-returns-value]
            problems.append(
                f"ids must be unique; {len(twice)} occur twice: {', '.join(twice[:5])}"
                + (", ..." if len(twice) > 5 else "")
            )
    if xy_m is not None and np.shape(xy_m) != (n, 2):
        problems.append(f"xy_m must have shape ({n}, 2), got {np.shape(xy_m)}")
    elif xy_m is not None and not np.isfinite(xy_m).all():
        bad = np.flatnonzero(~np.isfinite(xy_m).all(axis=1))
        problems.append(f"xy_m must be finite; {len(bad)} {what}s are not, first: row {bad[0]}")
    return problems

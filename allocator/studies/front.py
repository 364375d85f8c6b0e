"""A front: plans between two figures, of which none is worse than another in both."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from allocator.plans import Plan
from allocator.studies.figures import Figure
from allocator.studies.front_search import Point

_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Front:
    """What one figure costs in terms of another.

    Attributes
    ----------
    region, policy
        Names of what was planned.
    figures
        The figure that each point has at its best, and the one that is held.
    points
        Sorted by the held figure: columns ``point``, the two figures by name, ``limit`` (what the
        second was allowed), ``bound`` (what the first cannot beat there), ``gap``, ``status``,
        ``proven``, ``knee``, and how many rules fail by strength.
    plans
        The plan of each point, in the same order; their compliance is that of the whole policy.
    removed
        Points that were solved but say nothing: column ``reason``, as another is the same or
        better in both.
    set_aside
        Rules that state one of the figures, and asked for nothing here.
    interrupted
        Whether the user stopped it: then these are the points so far.
    notes
        What a reader should know.
    """

    region: str
    policy: str
    figures: tuple[Figure, Figure]
    points: pd.DataFrame
    plans: tuple[Plan, ...]
    removed: pd.DataFrame
    set_aside: tuple[str, ...] = ()
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def knee(self) -> int | None:
        """Row of the knee: the point farthest from the straight line between the ends.

        Both figures run from 0 to 1 over the front; a front of two points, or a straight one, has
        none (Das, Structural Optimization 18, 1999).
        """
        found = np.flatnonzero(self.points["knee"].to_numpy(dtype=bool))
        return int(found[0]) if len(found) else None

    def export(self, folder: str | Path, *, chinese: bool = False) -> list[Path]:
        """Write ``front.csv``, ``front.xlsx`` and the picture as png, svg and pdf."""
        from allocator.studies.front_files import write_front

        return write_front(self, Path(folder), chinese=chinese)

    def __repr__(self) -> str:
        first, second = self.figures
        proven = int(self.points["proven"].sum())
        more = "; interrupted" if self.interrupted else ""
        return (
            f"<Front {self.region}, {self.policy}: {first.name} against {second.name}; "
            f"{len(self.points)} points, {proven} proven, {len(self.removed)} removed{more}>"
        )

    def _repr_html_(self) -> str:
        head = html.escape(repr(self)[1:-1])
        return f"<div><p>{head}</p>{self.points.to_html(index=False, escape=True)}</div>"


def sorted_out(
    points: Sequence[Point], figures: tuple[Figure, Figure]
) -> tuple[list[int], list[tuple[int, str]]]:
    """Which points stay, by the second figure, and why the others do not.

    A point goes if another is no worse in both figures and better in one, or is the same and came
    before it.
    """
    first, second = figures
    low = np.array([[first.low(p.first), second.low(p.second)] for p in points]).reshape(-1, 2)
    size = np.maximum(np.abs(low).max(axis=0, initial=0.0), 1.0) * _SAME
    kept, gone = [], []
    for k in range(len(points)):
        reason = ""
        for j in range(len(points)):
            if j == k:
                continue
            no_worse = bool((low[j] <= low[k] + size).all())
            better = bool((low[j] < low[k] - size).any())
            if no_worse and better:
                reason = "another point is better"
                break
            if no_worse and j < k:
                reason = "the same as another point"
        kept += [k] if not reason else []
        gone += [(k, reason)] if reason else []
    kept.sort(key=lambda k: points[k].second)
    return kept, gone


def knee_of(first: Sequence[float], second: Sequence[float]) -> int | None:
    """The point farthest from the chord of a front, both figures low, on its good side.

    >>> knee_of([10.0, 4.0, 0.0], [0.0, 1.0, 10.0])
    1
    """
    at = np.column_stack([first, second]).astype(float)
    span = np.ptp(at, axis=0) if len(at) > 2 else np.zeros(2)
    if not (span > 0).all():
        return None
    one = (at - at.min(axis=0)) / span
    # Low is good: the ideal is (0, 0), and a front's chord runs from (1, 0) to (0, 1).
    away = (1.0 - one.sum(axis=1)) / np.sqrt(2.0)
    best = int(np.argmax(away))
    return best if away[best] > 1e-6 else None


def point_table(
    points: Sequence[Point], figures: tuple[Figure, Figure], numbers: Sequence[int]
) -> pd.DataFrame:
    """Points as the table of a front; ``numbers`` count them as they were solved."""
    first, second = figures
    knee = knee_of([first.low(p.first) for p in points], [second.low(p.second) for p in points])
    rows = []
    for k, (point, number) in enumerate(zip(points, numbers, strict=True)):
        failed = point.plan.tally.failed
        rows.append([
            number + 1, point.first, point.second, point.limit, point.bound, point.gap,
            str(point.status), point.proven, k == knee, failed.get("must", 0),
            failed.get("target", 0), failed.get("wish", 0), point.plan.seconds,
        ])  # fmt: skip
    columns = [
        "point", first.name, second.name, "limit", "bound", "gap", "status", "proven", "knee",
        "must_failed", "target_failed", "wish_failed", "seconds",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)

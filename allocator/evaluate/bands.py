"""Coverage by band: how many people of each group are how far from the nearest open site."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.evaluate.arcs import Floats, OpenArcs, limit_problems
from allocator.location.questions.base import demand_of
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.times import TravelTimes


@dataclass(frozen=True)
class Bands:
    """Bands of minutes or km, one after the other from 0, upper ends included.

    Attributes
    ----------
    ends
        Upper ends, rising, > 0.
    """

    ends: tuple[float, ...]

    @classmethod
    def of(cls, bands: Sequence[float], *, searched: float, unit: str, where: str) -> "Bands":
        """Checked bands, all of which were looked for."""
        ends = tuple(float(end) for end in bands)
        problems = []
        if not ends:
            problems.append("there must be at least one band")
        elif not (np.isfinite(ends).all() and ends[0] > 0 and (np.diff(ends) > 0).all()):
            problems.append(f"bands must end at rising values > 0, got {list(ends)}")
        else:
            problems += limit_problems(ends[-1], searched=searched, unit=unit)
        raise_if_any(problems, where=where)
        return cls(ends)

    @property
    def starts(self) -> tuple[float, ...]:
        """Lower ends; only the first is included."""
        return (0.0, *self.ends[:-1])

    def of_values(self, away: Floats) -> NDArray[np.int64]:
        """Band of each value, shape of ``away``; ``len(ends)`` beyond the last, -1 for NaN."""
        inclusive = np.array(self.ends) * (1 + LIMIT_TOLERANCE)
        return np.where(np.isnan(away), -1, np.searchsorted(inclusive, away)).astype(np.int64)


def coverage_by_band(
    times: TravelTimes,
    *,
    bands: Sequence[float] = (5, 10, 15, 30),
    people: ArrayLike | None = None,
    open_sites: ArrayLike | None = None,
) -> pd.DataFrame:
    """People by group and by how far they are from the nearest open site.

    Parameters
    ----------
    times
        How far everybody is from the sites.
    bands
        Upper ends of the bands, included, in the unit of the travel times; the last must not lie
        beyond their limit.
    people
        People per cell, shape ``(n_cells,)``; those of the travel times when missing.
    open_sites
        Positions of the open sites, or a mask of shape ``(n_sites,)``. When missing: those that
        stand (status ``existing``), or all sites where nobody says what stands.

    Returns
    -------
    pandas.DataFrame
        One row per group (``total`` first) and band: ``group``, ``band`` in words, ``from_minutes``
        and ``to_minutes`` (``_km``), ``people``, ``share`` of the group, and both up to here as
        ``people_within`` and ``share_within``. Then come the people ``beyond`` the last band, where
        the travel times reach farther than it, and at last the people ``not reached`` within the
        limit of the travel times: farther than that, or without any way; the two cannot be told
        apart unless the travel times have no limit. Their ``people_within`` are NaN.
    """
    used = Bands.of(bands, searched=times.limit, unit=times.unit, where="coverage_by_band")
    demand = demand_of(people, times.demand, times.n_cells, default=None)
    longest = float(times.value.max(initial=used.ends[-1]))
    arcs = OpenArcs.of(times, open_sites, limit=longest, where="coverage_by_band")
    _, away = arcs.nearest(times.n_cells)
    band = used.of_values(away)
    parts = _parts(used, times)
    return pd.concat(
        [
            _of_group(group, demand.of_group(group), band, parts, times.unit)
            for group in ("total", *demand.groups)
        ],
        ignore_index=True,
    )


@dataclass(frozen=True)
class _Part:
    """A row of each group: what it is called, which cells it counts, from and to."""

    name: str
    band: int
    low: float
    high: float
    is_within: bool


def _parts(bands: Bands, times: TravelTimes) -> list[_Part]:
    last, unit = bands.ends[-1], times.unit
    parts = [
        _Part(f"{low:g}-{high:g} {unit}", k, low, high, True)
        for k, (low, high) in enumerate(zip(bands.starts, bands.ends, strict=True))
    ]
    if times.limit > last * (1 + LIMIT_TOLERANCE):
        parts.append(_Part(f"beyond {last:g} {unit}", len(bands.ends), last, times.limit, False))
    if np.isfinite(times.limit):
        nowhere = f"not reached within {times.limit:g} {unit}"
        return [*parts, _Part(nowhere, -1, times.limit, np.inf, False)]
    return [*parts, _Part("not reached", -1, np.nan, np.nan, False)]


def _of_group(
    group: str, people: Floats, band: NDArray[np.int64], parts: list[_Part], unit: str
) -> pd.DataFrame:
    """Rows of one group."""
    whole = float(people.sum())
    counts = np.array([people[band == part.band].sum() for part in parts])
    within = np.where([part.is_within for part in parts], np.cumsum(counts), np.nan)
    per_head = 1 / whole if whole > 0 else np.nan
    return pd.DataFrame(
        {
            "group": group,
            "band": [part.name for part in parts],
            f"from_{unit}": [part.low for part in parts],
            f"to_{unit}": [part.high for part in parts],
            "people": counts,
            "share": counts * per_head,
            "people_within": within,
            "share_within": within * per_head,
        }
    )

"""Arcs to sites that are open, each pair of cell and site once, up to a limit that was searched."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.times import Positions, TravelTimes

Floats = NDArray[np.float64]
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class OpenArcs:
    """Arcs between cells and open sites.

    Attributes
    ----------
    cell, site, away
        Positions of each arc's ends and how far it is, in the unit of the travel times; shape
        ``(n_arcs,)``, by cell and then by site, no pair twice.
    is_open
        Which sites count, shape ``(n_sites,)``.
    said
        Which sites those are, in words.
    """

    cell: Positions
    site: Positions
    away: Floats
    is_open: NDArray[np.bool_]
    said: str

    @classmethod
    def of(
        cls, times: TravelTimes, open_sites: ArrayLike | None, *, limit: float, where: str
    ) -> "OpenArcs":
        """Arcs of travel times up to ``limit``, itself included.

        Parameters
        ----------
        times
            Travel times; of a pair that occurs twice the lesser value counts.
        open_sites
            Positions of the open sites, or a mask of shape ``(n_sites,)``. When missing: those that
            stand (status ``existing``), or all sites where nobody says what stands.
        limit
            Highest value that counts, in the unit of the travel times.
        where
            Who asks, for messages.

        Raises
        ------
        InputError
            If ``open_sites`` names what is not there, or the limit was never searched.
        """
        problems = limit_problems(limit, searched=times.limit, unit=times.unit)
        is_open, said = _open_mask(times, open_sites, problems)
        raise_if_any(problems, where=where)
        near = times.value <= limit * (1 + LIMIT_TOLERANCE)
        kept = np.flatnonzero(near & is_open[times.site])
        kept = _each_pair_once(times.cell[kept], times.site[kept], times.value[kept], kept)
        return cls(times.cell[kept], times.site[kept], times.value[kept], is_open, said)

    def nearest(self, n_cells: int) -> tuple[NDArray[np.int64], Floats]:
        """Nearest open site of each cell and how far it is; -1 and NaN where none is reached.

        Of equally near sites the first counts. Shapes ``(n_cells,)`` twice.
        """
        order = np.lexsort((self.site, self.away, self.cell))
        reached, first = np.unique(self.cell[order], return_index=True)
        site, away = np.full(n_cells, -1, dtype=np.int64), np.full(n_cells, np.nan)
        site[reached], away[reached] = self.site[order][first], self.away[order][first]
        return site, away


def summed(at: NDArray[np.integer[Any]], number: Floats, size: int) -> Floats:
    """Sum of the numbers at each position, shape ``(size,)``."""
    return np.asarray(np.bincount(at, weights=number, minlength=size), dtype=np.float64)


def limit_problems(limit: float, *, searched: float, unit: str) -> list[str]:
    """Why a limit makes no sense for travel that was looked for up to ``searched``."""
    if not (np.isfinite(limit) and limit >= 0):
        return [f"limits must be finite and >= 0, got {limit}"]
    if limit > searched * (1 + LIMIT_TOLERANCE):
        return [
            f"asked for {limit:g} {unit}, but sites were only looked for up to {searched:g}; "
            "compute the travel times with a larger limit"
        ]
    return []


def _open_mask(
    times: TravelTimes, open_sites: ArrayLike | None, problems: list[str]
) -> tuple[NDArray[np.bool_], str]:
    """Which sites count, and which those are in words."""
    n, known = times.n_sites, times.sites
    is_open = np.ones(n, dtype=np.bool_)
    if open_sites is None:
        if known is None or known.status is None:
            return is_open, "all sites"
        is_open = np.isin(np.arange(n), known.with_status("existing"))
        if not is_open.any():
            problems.append("no site has the status existing; say which count with open_sites")
        return is_open, "sites with the status existing"
    given = np.asarray(open_sites)
    said = f"{given.sum() if given.dtype == np.bool_ else given.size} sites, as given"
    if given.dtype == np.bool_ and given.shape == (n,):
        return given, said
    if given.size == 0:
        return ~is_open, said
    if given.ndim != 1 or not np.issubdtype(given.dtype, np.integer):
        problems.append(
            f"open_sites must be positions of sites, or a mask of shape ({n},); got "
            f"{given.dtype} of shape {given.shape}"
        )
        return is_open, said
    wrong = given[(given < 0) | (given >= n)]
    if len(wrong):
        some = ", ".join(map(str, wrong[:_SHOWN].tolist()))
        problems.append(f"open_sites must lie in 0..{n - 1}, got {some}")
        return is_open, said
    return np.isin(np.arange(n), given), said


def _each_pair_once(
    cell: Positions, site: Positions, away: Floats, arcs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Arcs by cell and site, the least of each pair."""
    later = (cell[1:] > cell[:-1]) | ((cell[1:] == cell[:-1]) & (site[1:] > site[:-1]))
    if later.all():
        return arcs
    order = np.lexsort((away, site, cell))
    cell, site = cell[order], site[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = (cell[1:] != cell[:-1]) | (site[1:] != site[:-1])
    return arcs[order[is_first]]

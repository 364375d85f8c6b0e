"""Who reaches what within a straight-line radius, merged, without ever holding all pairs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.travel.coverage import AggregatedCoverage, Coverage, site_keys
from allocator.travel.distance import straight_line_km
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import (
    LIMIT_TOLERANCE,
    as_points,
    ends_of,
    number_problems,
    point_problems,
)

_SQUARES_PER_RADIUS = 16
_CELLS_PER_SQUARE = 4
_DOUBT = 1e-12  # beyond what rounding does to a squared distance
_TINY, _HUGE = 1e-200, 1e300

_Points = NDArray[np.float64]
_Whole = NDArray[np.int64]


def straight_line_cover(
    cells: ArrayLike | Demand,
    sites: ArrayLike | SiteSet,
    *,
    radius_km: float,
    intra_cell_km: float = 0.0,
) -> AggregatedCoverage:
    """Who reaches what within a radius, with cells that reach the same sites merged.

    The same as ``straight_line_km(cells, sites, max_km=radius_km).within(radius_km).aggregated()``,
    pair by pair, but with memory for the cells and the merged rows only: ten million cells and a
    thousand sites need seconds. Each site adds its random key to all the cells in its disc, whole
    squares of cells at a time; cells with the same sum become one row. Every cell is then compared
    with its row site by site, so nothing rests on chance.

    Parameters
    ----------
    cells, sites
        Planar coordinates in metres, shapes ``(n_cells, 2)`` and ``(n_sites, 2)``; or a
        :class:`Demand` and a :class:`SiteSet` with coordinates, which the result then carries.
    radius_km
        A cell exactly this far from a site reaches it.
    intra_cell_km
        Shortest distance that counts, in km.

    Raises
    ------
    InputError
        If coordinates or numbers are not usable.
    """
    demand, site_set = ends_of(cells, sites)
    cell_xy, site_xy = as_points(cells), as_points(sites)
    problems = point_problems(cell_xy, site_xy)
    problems += number_problems(radius_km=radius_km, intra_cell_km=intra_cell_km)
    raise_if_any(problems, where="straight_line_cover")
    limit_km = radius_km * (1 + LIMIT_TOLERANCE)
    if intra_cell_km > limit_km or not len(site_xy) or not len(cell_xy):
        empty = Coverage(np.zeros(len(cell_xy) + 1, np.int64), np.empty(0, np.int64), len(site_xy))
        merged = empty.aggregated()
    else:
        merged = _merged(cell_xy, site_xy, limit_km) or _by_pairs(cell_xy, site_xy, radius_km)
    return AggregatedCoverage(merged.rows, merged.row_of_cell, demand, site_set)


@dataclass(frozen=True)
class _Radius:
    """When a pair counts: the squared metres that surely do, and those that just may."""

    limit_km: float
    sure: float
    maybe: float

    @classmethod
    def of(cls, limit_km: float) -> "_Radius":
        square = (limit_km * 1000) ** 2
        sure = square * (1 - _DOUBT) if _TINY < square < _HUGE else -1.0
        return cls(limit_km, sure, max(square * (1 + _DOUBT), _TINY))

    def settled(
        self, doubt: list[tuple[np.int64, np.int64]], cells: _Points, sites: _Points
    ) -> tuple[_Whole, _Whole, NDArray[np.bool_]]:
        """Cells and sites of the pairs in doubt, and whether each counts, as for travel times."""
        pairs = np.array(doubt, dtype=np.int64).reshape(-1, 2)
        away_m = cells[pairs[:, 0]] - sites[pairs[:, 1]]
        km = np.hypot(away_m[:, 0], away_m[:, 1]) / 1000
        return pairs[:, 0], pairs[:, 1], np.asarray(km <= self.limit_km, dtype=np.bool_)


def _merged(cells: _Points, sites: _Points, limit_km: float) -> AggregatedCoverage | None:
    """Rows and the row of each cell; None if two different cells have the same signature."""
    from allocator.travel import disc_kernels, group_kernels  # compiled: loaded when first needed

    radius = _Radius.of(limit_km)
    signature, degree = _signed(cells, sites, radius)
    first, row_of_cell = group_kernels.group_by_signature(signature)
    del signature
    rows = _rows(cells[first], sites, radius)
    stranger, doubt = disc_kernels.first_stranger(
        cells, sites, degree, row_of_cell, rows.start, rows.site, radius.sure, radius.maybe
    )
    if stranger >= 0 or not radius.settled(doubt, cells, sites)[2].all():
        return None
    return AggregatedCoverage(rows, row_of_cell)


def _signed(
    cells: _Points, sites: _Points, radius: _Radius
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Per cell: the sum of its sites' keys, and their number."""
    from allocator.travel import disc_kernels

    keys = site_keys(len(sites))
    least_side = np.sqrt(radius.maybe) / _SQUARES_PER_RADIUS
    low, side, shape = _squares(cells, least_side, len(cells) // _CELLS_PER_SQUARE)
    start, order = disc_kernels.bins_of(cells, low, side, shape)
    box = disc_kernels.boxes_of(cells, start, order)
    key, count, edge_start, edge_site = disc_kernels.discs_over_squares(
        sites, keys, start, box, low, side, shape, radius.sure, radius.maybe
    )
    signature, degree, doubt = disc_kernels.sign_cells(
        cells, sites, keys, start, order, key, count, edge_start, edge_site,
        radius.sure, radius.maybe,
    )  # fmt: skip
    cell, site, counts = radius.settled(doubt, cells, sites)
    np.add.at(signature, cell[counts], keys[site[counts]])
    np.add.at(degree, cell[counts], 1)
    return signature, degree


def _rows(cells: _Points, sites: _Points, radius: _Radius) -> Coverage:
    """Sites within reach of a few cells, pair by pair."""
    from allocator.travel import disc_kernels

    low, side, shape = _squares(sites, np.sqrt(radius.maybe), len(sites))
    start, order = disc_kernels.bins_of(sites, low, side, shape)
    first, found, doubt = disc_kernels.sites_near(
        cells, sites, start, order, low, side, shape, radius.sure, radius.maybe
    )
    rows = Coverage(first, found, len(sites))
    cell, site, counts = radius.settled(doubt, cells, sites)
    if not counts.any():
        return rows
    of_pair = np.repeat(np.arange(len(cells)), rows.degree)
    return Coverage.from_pairs(
        np.concatenate([of_pair, cell[counts]]),
        np.concatenate([found, site[counts]]),
        len(cells),
        len(sites),
    )


def _squares(points: _Points, least_side: float, at_most: int) -> tuple[_Points, float, _Whole]:
    """Corner, side and number (across, up) of squares over all the points, not too many."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.maximum(high - low, _TINY)
    side = max(float(least_side), float(span.max()) / max(at_most, 1))
    while (shape := np.floor(span / side).astype(np.int64) + 1).prod() > max(at_most, 4):
        side *= 1.25
    return low, side, shape


def _by_pairs(cells: _Points, sites: _Points, radius_km: float) -> AggregatedCoverage:
    """The long way, for the day when two signatures collide."""
    return straight_line_km(cells, sites, max_km=radius_km).within(radius_km).aggregated()

"""Shortest ways on roads between two sets of snapped points: nothing dense, only what is near."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.travel.buckets import ring_of_buckets
from allocator.travel.road_graph import Floats, RoadNetwork, Whole
from allocator.travel.snapping import Snapped

_ORIGINS_AT_ONCE = 128
_Few = NDArray[np.uint32]
_Positions = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class RoadEnds:
    """One side of the travel: points on streets, and the cost of getting from each to its street.

    Attributes
    ----------
    snapped
        Where the points lie.
    leg
        Cost of the access leg, in the unit of the streets' costs, shape ``(n,)``.
    """

    snapped: Snapped
    leg: Floats

    def __len__(self) -> int:
        return len(self.leg)

    def gates(self, roads: RoadNetwork, along: Floats, *, leaving: bool) -> tuple[_Few, Floats]:
        """Nodes through which a point is left (or reached), and the cost in between.

        Shapes ``(n, 2)``: the tail of the point's street and its head; infinite where the street
        does not lead there. ``along`` is the cost of streets by direction.
        """
        street, share = self.snapped.street, self.snapped.share
        toward_head, toward_tail = along[street, 0], along[street, 1]
        tail_side, head_side = (toward_tail, toward_head) if leaving else (toward_head, toward_tail)
        stretch = np.stack([_part(share, tail_side), _part(1 - share, head_side)], axis=1)
        # A point at a node needs no other gate: every way goes through that node.
        stretch[share == 1, 0] = stretch[share == 0, 1] = np.inf
        stretch[street < 0] = np.inf
        nodes = np.stack([roads.tail[street], roads.head[street]], axis=1)
        return nodes.astype(np.uint32), stretch + self.leg[:, None]


def shortest(
    roads: RoadNetwork,
    along: Floats,
    origins: RoadEnds,
    targets: RoadEnds,
    *,
    limit: float,
    threads: int = 1,
) -> tuple[_Positions, _Positions, Floats]:
    """Least cost from origins to targets up to a limit, access legs included.

    Dijkstra (1959), cut off at the limit, one search per point of the smaller side: on the roads
    turned round if that is the targets.

    Parameters
    ----------
    roads
        The streets.
    along
        Cost of each street by direction, infinite where it is closed; shape ``(n_streets, 2)``.
    origins, targets
        The two sides.
    limit
        Highest cost that counts, itself included.
    threads
        How many searches run at once; the answer is the same.

    Returns
    -------
    origin, target, cost
        The pairs within the limit, in an order that depends on which side is smaller.
    """
    if len(targets) < len(origins):
        target, origin, cost = _searched(roads, along[:, ::-1], targets, origins, limit, threads)
    else:
        origin, target, cost = _searched(roads, along, origins, targets, limit, threads)
    return origin, target, cost


def nearest(
    roads: RoadNetwork, along: Floats, origins: RoadEnds, targets: RoadEnds, *, limit: float
) -> Floats:
    """Least cost at which any of the origins reaches each target, shape ``(n_targets,)``.

    One search for all; infinite where none does within the limit. Parameters as in
    :func:`shortest`.
    """
    from allocator.travel import road_kernels  # compiled: loaded when first needed

    found: Floats = road_kernels.nearest_from(*_given(roads, along, origins, targets, limit))
    return found


def _searched(
    roads: RoadNetwork, along: Floats, near: RoadEnds, far: RoadEnds, limit: float, threads: int
) -> tuple[_Positions, _Positions, Floats]:
    """Pairs (near, far, cost) by one search from each near point."""
    from allocator.travel import road_kernels  # compiled: loaded when first needed

    given = _given(roads, along, near, far, limit)
    lows = range(0, len(near), _ORIGINS_AT_ONCE)

    def block(low: int) -> tuple[Whole, _Positions, Floats]:
        high = min(low + _ORIGINS_AT_ONCE, len(near))
        asked: Any = (*given, low, high)
        found: tuple[Whole, _Positions, Floats] = road_kernels.arcs_from(*asked)
        return found

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(block, lows))
    else:
        found = [block(low) for low in lows]
    counts, targets, costs = zip(*found, strict=True) if found else ((), (), ())
    origin = np.repeat(np.arange(len(near), dtype=np.int32), _joined(counts, np.int64))
    return origin, _joined(targets, np.int32), _joined(costs, np.float64)


def _given(roads: RoadNetwork, along: Floats, near: RoadEnds, far: RoadEnds, limit: float) -> Any:
    """What the compiled searches from one side to the other read: a tuple of arrays, the limit."""
    along = np.ascontiguousarray(along)
    gate_node, gate_cost = near.gates(roads, along, leaving=True)
    start, node, cost = _rows(roads, along)
    return (
        start, node, cost,
        gate_node, gate_cost, near.snapped.street.astype(np.int32), near.snapped.share, near.leg,
        *_at_nodes(roads, along, far), *_on_streets(roads, far), far.snapped.share, far.leg,
        along, float(limit), *ring_of_buckets(np.concatenate([cost, gate_cost.ravel()]), limit),
    )  # fmt: skip


def in_order(first: _Positions, second: _Positions, n_first: int, n_second: int) -> Whole:
    """Positions that sort pairs by the first and then by the second."""
    from allocator.travel import road_kernels  # compiled: loaded when first needed

    outer: Whole
    if (second[1:] >= second[:-1]).all():
        outer = road_kernels.order_by(first, n_first)
        return outer
    inner: Whole = road_kernels.order_by(second, n_second)
    outer = road_kernels.order_by(first[inner], n_first)
    return inner[outer]


def _rows(roads: RoadNetwork, along: Floats) -> tuple[_Few, _Few, Floats]:
    """The open directions of all streets as compressed rows: start, node, cost."""
    forward, back = (
        np.flatnonzero(np.isfinite(along[:, 0])),
        np.flatnonzero(np.isfinite(along[:, 1])),
    )
    tail = np.concatenate([roads.tail[forward], roads.head[back]])
    head = np.concatenate([roads.head[forward], roads.tail[back]])
    cost = np.concatenate([along[forward, 0], along[back, 1]])
    order = np.argsort(tail, kind="stable")
    return _starts(tail, roads.n_nodes), head[order].astype(np.uint32), cost[order]


def _at_nodes(roads: RoadNetwork, along: Floats, ends: RoadEnds) -> tuple[_Few, _Few, Floats]:
    """Points reached from each node, and what the last stretch costs, as compressed rows."""
    node, cost = ends.gates(roads, along, leaving=False)
    point = np.repeat(np.arange(len(ends), dtype=np.uint32), 2)
    open_to = np.isfinite(cost.ravel())
    node, cost, point = node.ravel()[open_to], cost.ravel()[open_to], point[open_to]
    order = np.argsort(node, kind="stable")
    return _starts(node, roads.n_nodes), point[order], cost[order]


def _on_streets(roads: RoadNetwork, ends: RoadEnds) -> tuple[_Few, _Few]:
    """Points on each street, as compressed rows."""
    on = np.flatnonzero(ends.snapped.is_on)
    street = ends.snapped.street[on]
    order = np.argsort(street, kind="stable")
    return _starts(street, len(roads)), on[order].astype(np.uint32)


def _starts(row: NDArray[np.integer[Any]], n_rows: int) -> _Few:
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_rows))])
    return start.astype(np.uint32)


def _part(share: Floats, cost: Floats) -> Floats:
    """Cost of a share of a street; none of a closed street costs nothing."""
    return np.where(share == 0, 0.0, share * np.where(share == 0, 0.0, cost))


def _joined(arrays: tuple[NDArray[Any], ...], kind: type) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=kind)

"""RoadNetwork: streets between junctions, as a file or a graph tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from allocator.errors import raise_if_any
from allocator.travel.street_squares import StreetSquares

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Streets, each between two nodes and open in one direction or in both.

    Columns of ``length_m``, ``minutes`` and ``kmh`` are the two directions: 0 from tail to head,
    1 from head to tail.

    Attributes
    ----------
    xy_m
        Planar coordinates of the nodes in metres, shape ``(n_nodes, 2)``.
    tail, head
        Positions of each street's end nodes, shape ``(n_streets,)``.
    length_m
        Length of each street, shape ``(n_streets, 2)``; NaN in a direction that is closed.
    minutes
        Travel time where the source states it, shape ``(n_streets, 2)``; NaN where it does not.
    kmh
        Speed or speed limit where the source states it, shape ``(n_streets, 2)``; NaN else.
    class_of
        Position in ``classes`` per street, shape ``(n_streets,)``; -1 where nobody says.
    classes
        Kinds of road, in the words of OpenStreetMap (``primary``) or of the source.
    path_xy_m, path_start
        Street ``s`` runs through the points ``path_xy_m[path_start[s]:path_start[s + 1]]``, shapes
        ``(n_points, 2)`` and ``(n_streets + 1,)``. Straight from node to node when missing.
    crs
        Coordinate system of all coordinates; empty when unknown.
    source
        Where the streets come from: file, date, options; travel times carry it on.
    """

    xy_m: Floats
    tail: Whole
    head: Whole
    length_m: Floats
    minutes: Floats
    kmh: Floats
    class_of: Whole
    classes: tuple[str, ...] = ()
    path_xy_m: Floats | None = None
    path_start: Whole | None = None
    crs: str = ""
    source: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        raise_if_any(_problems(self), where="roads")

    def __len__(self) -> int:
        return len(self.tail)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.xy_m)

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Whether a street may be used in each direction, shape ``(n_streets, 2)``."""
        return np.isfinite(self.length_m)

    @property
    def n_arcs(self) -> int:
        """Number of streets, those open both ways counted twice."""
        return int(self.is_open.sum())

    @cached_property
    def lines(self) -> NDArray[Any]:
        """Streets as shapely lines, as drawn from tail to head, shape ``(n_streets,)``."""
        if self.path_xy_m is None or self.path_start is None:
            ends = np.stack([self.xy_m[self.tail], self.xy_m[self.head]], axis=1)
            return np.asarray(shapely.linestrings(ends))
        of_street = np.repeat(np.arange(len(self)), np.diff(self.path_start))
        return np.asarray(shapely.linestrings(self.path_xy_m, indices=of_street))

    @cached_property
    def km(self) -> Floats:
        """Length of each street in km, whichever way it is open, shape ``(n_streets,)``."""
        return np.asarray(np.fmin(self.length_m[:, 0], self.length_m[:, 1]) / 1000)

    @cached_property
    def segments(self) -> tuple[Floats, Whole, Floats, Floats]:
        """Streets as straight segments.

        Returns
        -------
        ends, street, from_m, length_m
            x and y of each segment's start and of its end, shape ``(n_segments, 4)``; the street it
            is of; the way along the street's path up to its start; the length of each street's
            whole path, shape ``(n_streets,)``.
        """
        path, start = self.path_xy_m, self.path_start
        if path is None or start is None:
            path = np.stack([self.xy_m[self.tail], self.xy_m[self.head]], axis=1).reshape(-1, 2)
            start = np.arange(0, len(path) + 1, 2)
        street = np.repeat(np.arange(len(self)), np.diff(start) - 1)
        first = np.arange(len(street)) + street  # each street before has a point more than segments
        ends = np.concatenate([path[first], path[first + 1]], axis=1)
        step_m = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
        so_far = np.concatenate([[0.0], np.cumsum(step_m)])
        begins = so_far[start[:-1] - np.arange(len(self))]
        length_m = so_far[start[1:] - np.arange(len(self)) - 1] - begins
        return ends, street, so_far[:-1] - begins[street], length_m

    @cached_property
    def squares(self) -> StreetSquares:
        """A raster of the streets, by which points find the nearest one."""
        return StreetSquares(*self.segments)

    @cached_property
    def parts(self) -> tuple[Whole, Floats]:
        """Which part of the network each node lies in, and each part's length of road in km.

        No street connects two parts, whatever its direction: islands, say. Numbered from 0; shapes
        ``(n_nodes,)`` and ``(n_parts,)``.
        """
        return self._parts("weak")

    @cached_property
    def round_trips(self) -> tuple[Whole, Floats]:
        """The same for parts within which every node can be reached from every other one."""
        return self._parts("strong")

    def _parts(self, connection: Literal["weak", "strong"]) -> tuple[Whole, Floats]:
        forward, back = self.is_open.T
        start = np.concatenate([self.tail[forward], self.head[back]])
        end = np.concatenate([self.head[forward], self.tail[back]])
        shape = (self.n_nodes, self.n_nodes)
        arcs = coo_array((np.ones(len(start)), (start, end)), shape=shape)
        n_parts, part = connected_components(arcs.tocsr(), directed=True, connection=connection)
        inside = part[self.tail] == part[self.head]
        km = np.bincount(part[self.tail][inside], weights=self.km[inside], minlength=n_parts)
        return part.astype(np.int64), np.asarray(km, dtype=np.float64)


def _problems(roads: RoadNetwork) -> list[str]:
    """What is wrong with the arrays of a network."""
    problems = []
    n = len(roads.tail)
    for name in ("length_m", "minutes", "kmh"):
        shape = np.shape(getattr(roads, name))
        if shape != (n, 2):
            problems.append(f"{name} must have shape ({n}, 2), got {shape}")
    for name in ("head", "class_of"):
        shape = np.shape(getattr(roads, name))
        if shape != (n,):
            problems.append(f"{name} must have shape ({n},), got {shape}")
    if np.ndim(roads.xy_m) != 2 or np.shape(roads.xy_m)[1] != 2:
        problems.append(f"xy_m must have shape (n_nodes, 2), got {np.shape(roads.xy_m)}")
    if problems:
        return problems
    if not n:
        return ["there are no streets; give a file or a graph with at least one"]
    if not np.isfinite(roads.xy_m).all():
        bad = int(np.flatnonzero(~np.isfinite(roads.xy_m).all(axis=1))[0])
        problems.append(f"xy_m must be finite; node {bad} lies at {roads.xy_m[bad].tolist()}")
    for name, at, size in (
        ("tail", roads.tail, roads.n_nodes),
        ("head", roads.head, roads.n_nodes),
        ("class_of", roads.class_of + 1, len(roads.classes) + 1),
    ):
        if at.min() < 0 or at.max() >= size:
            problems.append(f"{name} must name what is there, got {at.min()}..{at.max()} of {size}")
    closed = np.flatnonzero(~roads.is_open.any(axis=1))
    if len(closed):
        problems.append(
            f"length_m: {len(closed)} streets are open in no direction, first: {closed[0]}; "
            "leave them out"
        )
    return problems + _value_problems(roads) + _path_problems(roads)


def _value_problems(roads: RoadNetwork) -> list[str]:
    problems = []
    for name, least in (("length_m", 0.0), ("minutes", 0.0), ("kmh", 1e-9)):
        given = getattr(roads, name)
        bad = np.flatnonzero(((given < least) | np.isinf(given)).any(axis=1))
        if len(bad):
            sign = ">" if least else ">="
            problems.append(
                f"{name} must be {sign} 0, or NaN for none; {len(bad)} streets are not, first: "
                f"street {bad[0]}, {given[bad[0]].tolist()}"
            )
    return problems


def _path_problems(roads: RoadNetwork) -> list[str]:
    start, path = roads.path_start, roads.path_xy_m
    if start is None and path is None:
        return []
    if start is None or path is None:
        return ["path_xy_m and path_start belong together; give both or none"]
    if len(start) != len(roads) + 1 or start[0] != 0 or start[-1] != len(path):
        return [f"path_start must run from 0 to {len(path)} over {len(roads) + 1} entries"]
    if (np.diff(start) < 2).any():
        street = int(np.argmax(np.diff(start) < 2))
        return [f"path_start: street {street} runs through fewer than two points"]
    if not np.isfinite(path).all():
        return ["path_xy_m must be finite"]
    return []

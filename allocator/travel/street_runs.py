"""From long lines to streets: lines are split where they meet."""

from dataclasses import dataclass

import numpy as np

from allocator.travel.road_graph import Floats, Whole


@dataclass(frozen=True, eq=False)
class Streets:
    """Pieces of lines between junctions.

    Attributes
    ----------
    xy_m
        Junctions and ends, shape ``(n_nodes, 2)``.
    tail, head
        End nodes of each piece, shape ``(n_streets,)``.
    length_m
        Length of each piece, shape ``(n_streets,)``.
    line
        The line that each piece is of, shape ``(n_streets,)``.
    path_xy_m, path_start
        Points along each piece, as in :class:`RoadNetwork`.
    """

    xy_m: Floats
    tail: Whole
    head: Whole
    length_m: Floats
    line: Whole
    path_xy_m: Floats
    path_start: Whole


def split_at_junctions(
    place: Whole,
    xy_m: Floats,
    line: Whole,
    step_m: Floats,
    *,
    only_ends: bool = False,
    least_loop_m: float = 0.0,
) -> Streets:
    """Split lines at their ends and at every place that occurs twice.

    Parameters
    ----------
    place
        Number of the place of each point of each line, one line after the other, shape
        ``(n_points,)``. Points with the same number are one place.
    xy_m
        Coordinates of the points, shape ``(n_points, 2)``.
    line
        Which line each point is of, ascending, shape ``(n_points,)``.
    step_m
        Length from each point to the next, shape ``(n_points,)``; the last of a line is not used.
    only_ends
        Lines meet at ends of lines only, not where they share a point on the way.
    least_loop_m
        Pieces that begin and end at one place and are no longer than this are dropped.
    """
    last = np.append(line[1:] != line[:-1], True)
    first = np.append(True, last[:-1])
    ends = np.bincount(place[first | last], minlength=place.max() + 1)
    met = ends > 0 if only_ends else (ends > 0) | (np.bincount(place) > 1)
    stops = np.flatnonzero(met[place])
    so_far = np.concatenate([[0.0], np.cumsum(step_m)])
    begin, end = stops[:-1], stops[1:]
    loop = (place[begin] == place[end]) & (so_far[end] - so_far[begin] <= least_loop_m)
    kept = (line[begin] == line[end]) & ~loop
    begin, end = begin[kept], end[kept]
    size = end - begin + 1
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    points = np.repeat(begin - start[:-1], size) + np.arange(start[-1])
    used, node = np.unique(place[np.concatenate([begin, end])], return_inverse=True)
    where = np.empty((place.max() + 1, 2))
    where[place[::-1]] = xy_m[::-1]
    return Streets(
        xy_m=where[used],
        tail=node[: len(begin)].astype(np.int64),
        head=node[len(begin) :].astype(np.int64),
        length_m=so_far[end] - so_far[begin],
        line=line[begin],
        path_xy_m=xy_m[points],
        path_start=start,
    )

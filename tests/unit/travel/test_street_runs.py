"""Splitting lines where they meet."""

import numpy as np

from allocator.travel.street_runs import split_at_junctions

XY = np.arange(16.0).reshape(8, 2)


def split(place, line, **options):
    return split_at_junctions(np.array(place), XY[: len(place)], np.array(line),
                              np.ones(len(place)), **options)  # fmt: skip


def test_lines_are_split_at_shared_places():
    """A place on two lines ends streets on both; others are points on the way."""
    found = split([0, 1, 2, 3, 4, 2, 5], [0, 0, 0, 0, 1, 1, 1])
    assert found.line.tolist() == [0, 0, 1, 1]
    assert found.length_m.tolist() == [2, 1, 1, 1]
    assert np.diff(found.path_start).tolist() == [3, 2, 2, 2]
    assert len(found.xy_m) == 5
    assert found.xy_m[found.head[0]].tolist() == found.xy_m[found.head[2]].tolist() == [4, 5]


def test_only_ends():
    """Lines that share a point on the way do not meet there if only ends count."""
    found = split([0, 1, 2, 3, 1, 5], [0, 0, 0, 1, 1, 1], only_ends=True)
    assert found.line.tolist() == [0, 1]
    assert found.length_m.tolist() == [2, 2]


def test_a_line_that_meets_itself_is_split():
    """A ring with a tail has a node where the ring closes."""
    found = split([0, 1, 2, 3, 1], [0] * 5)
    assert found.length_m.tolist() == [1, 3]
    assert found.tail[1] == found.head[1]


def test_tiny_loops_are_dropped():
    """A piece that ends where it began and is no longer than the limit is no street."""
    found = split([0, 1, 1, 2], [0] * 4, least_loop_m=1.0)
    assert found.length_m.tolist() == [1, 1]
    assert len(split([0, 1, 1, 2], [0] * 4).line) == 3

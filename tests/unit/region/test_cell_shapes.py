"""Shapes of cells: squares on a grid, given polygons, what is nearest to a centre."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from road_builders import X, Y, at

from allocator.errors import InputError
from allocator.region import cell_shapes
from allocator.region.cell_shapes import Outlines, Squares, around_centres, outlines, squares


def hexagonal(rows, columns, apart_m=300.0):
    """Centres of a hexagonal grid."""
    row, column = np.mgrid[:rows, :columns].reshape(2, -1)
    x = X + (column + 0.5 * (row % 2)) * apart_m
    return np.stack([x, Y + row * apart_m * np.sqrt(3) / 2], axis=1)


SOME = at((0, 0), (1, 0), (1, 1), (3, 2), (2, 2))


def test_squares_are_joined_where_they_share_a_side():
    """Three in an angle are one area; two that only touch at a corner are two, and valid."""
    shapes = squares(SOME, 1000, where="test")
    joined = shapes.joined(np.array([4, 4, 4, 4, 7]))
    assert isinstance(shapes, Squares)
    assert list(joined) == [4, 7]
    assert sorted(p.area for p in joined[4].geoms) == [1e6, 3e6]
    assert joined[4].is_valid
    assert joined[7].bounds == (X + 1500, Y + 1500, X + 2500, Y + 2500)
    assert shapes.km2.tolist() == [1] * 5
    assert list(shapes.joined(np.full(5, -1))) == []


def test_corners_that_touch_stay_valid():
    """A chessboard is all corners."""
    row, column = np.nonzero(np.indices((5, 5)).sum(axis=0) % 2 == 0)
    joined = squares(at(*zip(column, row, strict=True)), 1000, where="test").joined(row * 0)
    assert joined[0].is_valid
    assert joined[0].area == 13e6


def test_a_sparse_grid_is_joined_from_its_squares(monkeypatch):
    """Settlements far apart need no raster of the country; the areas are the same."""
    label = np.array([0, 0, 0, 0, 1])
    plain = squares(SOME, 1000, where="test").joined(label)
    monkeypatch.setattr(cell_shapes, "_MOST_SQUARES", 1)
    sparse = squares(SOME, 1000, where="test")
    assert isinstance(sparse, Outlines)
    assert sparse.km2.tolist() == [1] * 5
    again = sparse.joined(label)
    assert all(again[k].equals(plain[k]) for k in (0, 1))


def test_centres_off_the_grid():
    """The error names the first; two cells in one square are one too many."""
    with pytest.raises(InputError, match=r"1 centres do not lie on a grid of 1000 m.*cell 2"):
        squares(at((0, 0), (1, 0), (1.4, 1)), 1000, where="test")
    with pytest.raises(InputError, match="cells 0 and 2"):
        squares(at((0, 0), (1, 0), (0, 0)), 1000, where="test")
    with pytest.raises(InputError, match="side_m must be"):
        squares(SOME, 0, where="test")


def test_hexagons_around_the_centres_of_a_hexagonal_grid():
    """Inside, each is a regular hexagon of the right size; nothing overlaps."""
    xy_m = hexagonal(9, 8)
    shapes = around_centres(xy_m, where="test")
    inner = np.flatnonzero((np.abs(xy_m - xy_m.mean(axis=0)) < [700, 700]).all(axis=1))
    area = 300**2 * np.sqrt(3) / 2
    assert shapes.km2[inner] * 1e6 == pytest.approx(area, rel=1e-9)
    assert (shapely.get_num_coordinates(shapes.polygon[inner]) == 7).all()
    assert (shapes.km2 * 1e6 <= np.pi * 300**2 / 2).all()
    whole = shapely.union_all(shapes.polygon)
    assert whole.area == pytest.approx(shapes.km2.sum() * 1e6, rel=1e-9)
    assert shapely.contains(shapes.polygon, shapely.points(xy_m)).all()


def test_squares_around_the_centres_of_a_square_grid():
    """Inside; at the edge half a disc more."""
    shapes = around_centres(at(*np.ndindex(6, 6)), where="test")
    inner = [k for k, (i, j) in enumerate(np.ndindex(6, 6)) if {i, j} <= {1, 2, 3, 4}]
    assert shapes.km2[inner] == pytest.approx(1, rel=1e-9)


def test_centres_that_tell_no_shape():
    """One alone, or two at the same place."""
    with pytest.raises(InputError, match="one cell tells no size"):
        around_centres(at((0, 0)), where="test")
    with pytest.raises(InputError, match="cells 1 and 3"):
        around_centres(at((0, 0), (1, 0), (0, 1), (1, 0)), where="test")


def test_given_shapes_are_looked_at():
    """One polygon per cell, in metres, valid, apart from each other."""
    good = shapely.box(*(SOME - 500).T, *(SOME + 500).T)
    assert outlines(gpd.GeoDataFrame(geometry=good), 5, where="test").km2.tolist() == [1] * 5
    moved = good.copy()
    moved[4] = shapely.box(X + 2000, Y + 2000, X + 3000, Y + 3000)
    bow = good.copy()
    bow[1] = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    point = good.copy()
    point[2] = shapely.Point(0, 0)
    for wrong, text in (
        (good[:4], r"one polygon per cell \(5\), got \(4,\)"),
        (point, "cell 2 is <POINT"),
        (bow, "1 are not, first: cell 1"),
        (moved, "1 pairs do, first: 3 and 4"),
        (gpd.GeoSeries(good, crs="EPSG:4326"), "EPSG:4326; bring them to a metric system"),
    ):
        with pytest.raises(InputError, match=text):
            outlines(wrong, 5, where="test")

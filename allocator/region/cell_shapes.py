"""The ground that cells stand for, and how cells with the same label are joined to areas."""

from dataclasses import dataclass
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio import features
from rasterio.transform import Affine
from scipy.spatial import Voronoi, cKDTree

from allocator.errors import InputError, raise_if_any

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_MOST_SQUARES = 50_000_000
_OFF_LATTICE = 1e-3
_OVERLAP = 1e-6


class CellShapes(Protocol):
    """Shapes of cells."""

    @property
    def km2(self) -> Floats:
        """Area of each cell, shape ``(n_cells,)``."""

    def joined(self, label: Whole) -> dict[int, Any]:
        """Multipolygon of all cells of each label >= 0; labels have shape ``(n_cells,)``."""


@dataclass(frozen=True, eq=False)
class Squares:
    """Cells of a raster, joined exactly: neighbours have the very same corners.

    Attributes
    ----------
    place
        Raster cell of each cell, row by row, no two the same; shape ``(n_cells,)``.
    shape
        Rows and columns.
    transform
        From column and row to x and y.
    km2
        Area of each cell, shape ``(n_cells,)``.
    """

    place: Whole
    shape: tuple[int, int]
    transform: Affine
    km2: Floats

    def joined(self, label: Whole) -> dict[int, Any]:
        """Multipolygon of all cells of each label >= 0; squares that share a side are one."""
        raster = np.full(self.shape[0] * self.shape[1], -1, dtype=np.int32)
        raster[self.place] = label
        raster = raster.reshape(self.shape)
        parts: dict[int, list[Any]] = {}
        found = features.shapes(raster, mask=raster >= 0, connectivity=4, transform=self.transform)
        for outline, value in found:
            parts.setdefault(int(value), []).append(shapely.geometry.shape(outline))
        return {k: shapely.multipolygons(parts[k]) for k in sorted(parts)}


@dataclass(frozen=True, eq=False)
class Outlines:
    """Polygons, joined along the sides that they share.

    Attributes
    ----------
    polygon
        Shape of each cell, shape ``(n_cells,)``.
    """

    polygon: NDArray[Any]

    @property
    def km2(self) -> Floats:
        """Area of each cell, shape ``(n_cells,)``."""
        return np.asarray(shapely.area(self.polygon) / 1e6)

    def joined(self, label: Whole) -> dict[int, Any]:
        """Multipolygon of all cells of each label >= 0."""
        order = np.argsort(label, kind="stable")
        values, first = np.unique(label[order], return_index=True)
        groups = np.split(self.polygon[order], first[1:])
        return {
            int(value): _as_multipolygon(shapely.union_all(group))
            for value, group in zip(values.tolist(), groups, strict=True)
            if value >= 0
        }


def squares(xy_m: Floats, side_m: float, *, where: str) -> CellShapes:
    """Squares around centres that lie on a grid.

    Parameters
    ----------
    xy_m
        Centres, shape ``(n_cells, 2)``.
    side_m
        Side of the squares.
    where
        Who asks, for messages.
    """
    if not (np.isfinite(side_m) and side_m > 0):
        raise InputError(f"side_m must be finite and > 0, got {side_m}", where=where)
    west, north = xy_m[:, 0].min(initial=np.inf), xy_m[:, 1].max(initial=-np.inf)
    steps = np.stack([xy_m[:, 0] - west, north - xy_m[:, 1]], axis=1) / side_m
    lattice = np.rint(steps).astype(np.int64)
    off = np.flatnonzero((np.abs(steps - lattice) > _OFF_LATTICE).any(axis=1))
    if len(off):
        raise InputError(
            f"side_m: {len(off)} centres do not lie on a grid of {side_m:g} m, first: cell "
            f"{off[0]}; give the shapes of the cells",
            where=where,
        )
    columns, rows = (int(n) + 1 for n in lattice.max(axis=0, initial=0))
    place = lattice[:, 1] * columns + lattice[:, 0]
    _raise_if_twice(place, where)
    corner = west - side_m / 2, north + side_m / 2
    if rows * columns <= _MOST_SQUARES:
        transform = Affine(side_m, 0, corner[0], 0, -side_m, corner[1])
        return Squares(place, (rows, columns), transform, np.full(len(place), side_m**2 / 1e6))
    x, y = corner[0] + lattice[:, 0] * side_m, corner[1] - lattice[:, 1] * side_m
    beside, below = (
        corner[0] + (lattice[:, 0] + 1) * side_m,
        corner[1] - (lattice[:, 1] + 1) * side_m,
    )
    return Outlines(shapely.box(x, below, beside, y))


def outlines(given: Any, n_cells: int, *, where: str) -> Outlines:
    """Shapes of the cells as the caller gives them, checked: areas that do not overlap."""
    if isinstance(given, gpd.GeoDataFrame):
        given = given.geometry
    crs = getattr(given, "crs", None)
    shapes = np.asarray(given, dtype=object)
    problems = []
    if crs is not None and not crs.is_projected:
        problems.append(f"cells are in {crs.to_string()}; bring them to a metric system (to_crs)")
    if shapes.shape != (n_cells,):
        problems.append(f"cells must have one polygon per cell ({n_cells}), got {shapes.shape}")
    elif not np.isin(shapely.get_type_id(shapes), (3, 6)).all():
        bad = int(np.argmin(np.isin(shapely.get_type_id(shapes), (3, 6))))
        problems.append(f"cells must be polygons; cell {bad} is {shapes[bad]!r:.40}")
    elif not (fit := shapely.is_valid(shapes) & (shapely.area(shapes) > 0)).all():
        bad = int(np.argmin(fit))
        problems.append(
            f"cells must be valid and have an area; {int((~fit).sum())} are not, first: cell {bad}"
        )
    else:
        problems += _overlaps(shapes)
    raise_if_any(problems, where=where)
    return Outlines(shapes)


def around_centres(xy_m: Floats, *, where: str) -> Outlines:
    """What is nearer to a centre than to any other one, and not far from it.

    Hexagons around the centres of a hexagonal grid, squares around those of a square one; at the
    edge of the grid round outside. No shape reaches farther than half the diagonal of a square
    whose side is the usual distance between neighbours.

    Parameters
    ----------
    xy_m
        Centres, shape ``(n_cells, 2)``, no two the same.
    where
        Who asks, for messages.
    """
    if len(xy_m) < 2:
        raise InputError("one cell tells no size; give side_m or the cells' shapes", where=where)
    _, place = np.unique(xy_m, axis=0, return_inverse=True)
    _raise_if_twice(place.ravel(), where)
    apart, _ = cKDTree(xy_m).query(xy_m, k=2)
    reach = float(np.median(np.asarray(apart)[:, 1])) / np.sqrt(2)
    middle = xy_m.mean(axis=0)
    points = xy_m - middle  # near 0, for the last bits
    far = 10 * (np.abs(points).max() + reach)
    around = far * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    diagram = Voronoi(np.concatenate([points, around]))
    regions = [diagram.regions[k] for k in diagram.point_region[: len(points)]]
    of_cell = np.repeat(np.arange(len(points)), [len(region) for region in regions])
    corners = diagram.vertices[np.concatenate(regions)] + middle
    nearer = shapely.convex_hull(shapely.multipoints(corners, indices=of_cell))
    return Outlines(shapely.intersection(nearer, shapely.buffer(shapely.points(xy_m), reach)))


def _raise_if_twice(place: Whole, where: str) -> None:
    _, first, count = np.unique(place, return_index=True, return_counts=True)
    if (count > 1).any():
        twice = np.flatnonzero(place == place[first[np.argmax(count > 1)]])[:2]
        raise InputError(
            f"{int((count > 1).sum())} places have more than one cell, first: cells "
            f"{twice[0]} and {twice[1]}; give the shapes of the cells",
            where=where,
        )


def _overlaps(shapes: NDArray[Any]) -> list[str]:
    """Which cells overlap by more than rounding."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    least = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    bad = np.flatnonzero(common > _OVERLAP * least)
    if not len(bad):
        return []
    first = sorted((int(one[k]), int(other[k])) for k in bad)[0]
    return [f"cells must not overlap; {len(bad)} pairs do, first: {first[0]} and {first[1]}"]


def _as_multipolygon(shape: Any) -> Any:
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])

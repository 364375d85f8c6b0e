"""Land and water: outlines that say where nobody lives and nothing is built."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from allocator.errors import InputError, raise_if_any
from allocator.region.findings import Findings
from allocator.region.table_sources import TableSource

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Land:
    """Where land is: inside ``land`` where that is given, outside ``water`` where that is.

    Attributes
    ----------
    land, water
        Polygons in one metric CRS, shape ``(n,)``; None where nothing is known.
    notes
        What was left out of the layers.
    """

    land: NDArray[Any] | None = None
    water: NDArray[Any] | None = None
    notes: tuple[str, ...] = ()

    def holds(self, xy_m: Floats) -> NDArray[np.bool_]:
        """Whether each point lies on land, its edge included; shape ``(n_points,)``."""
        dry = np.ones(len(xy_m), dtype=np.bool_)
        if self.land is not None:
            dry &= _hit(self.land, xy_m, "intersects")
        if self.water is not None:
            dry &= ~_hit(self.water, xy_m, "contains")
        return dry

    def clipped(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """The part of each shape that is land, shape ``(n_shapes,)``."""
        if self.land is not None:
            shapes = _cut(shapes, self.land, keep=True)
        return shapes if self.water is None else _cut(shapes, self.water, keep=False)


Layer: TypeAlias = str | Path | gpd.GeoDataFrame | gpd.GeoSeries


def read_land(land: Layer | None, water: Layer | None, crs: str) -> Land:
    """Outlines of land and of water, from files or objects, in a metric CRS.

    Lines and points in a layer (streams) have no area; they are left out and noted.

    Raises
    ------
    InputError
        If a layer cannot be read, has no CRS, or holds no polygon.
    """
    problems: list[str] = []
    notes: list[str] = []
    dry = _polygons("land", land, crs, problems, notes)
    wet = _polygons("water", water, crs, problems, notes)
    raise_if_any(problems, where="land and water")
    return Land(dry, wet, tuple(notes))


def outlines_file(name: str | None, tables: TableSource, found: Findings) -> Path | None:
    """Where the file lies that a section names; it counts as read."""
    path = None if name is None else tables.path(name)
    if path is not None and path.is_file():
        found.read(path)
    return path


def land_of(land: Layer | None, water: Layer | None, crs: str, found: Findings) -> Land | None:
    """As :func:`read_land`, but problems and notes go where a region gathers its own."""
    if land is None and water is None:
        return None
    try:
        read = read_land(land, water, crs)
    except InputError as error:
        for problem in error.problems:
            found.problem(problem)
        return None
    for note in read.notes:
        found.note(note)
    return read


def _polygons(
    what: str, layer: Layer | None, crs: str, problems: list[str], notes: list[str]
) -> NDArray[Any] | None:
    if layer is None:
        return None
    frame, name = layer, what
    if isinstance(layer, str | Path):
        name = Path(layer).name
        try:
            frame = gpd.read_file(layer)
        except (pyogrio.errors.DataSourceError, OSError, ValueError) as error:
            problems.append(f"{name}: cannot be read as a map layer: {error}; export it again")
            return None
    if not isinstance(frame, gpd.GeoDataFrame | gpd.GeoSeries):
        problems.append(f"{what}: must be a file or a GeoDataFrame, got {type(layer).__name__}")
        return None
    if frame.crs is None:
        problems.append(f"{name}: has no coordinate reference system; set it")
        return None
    shapes = frame.geometry.dropna().to_crs(crs).make_valid().explode(index_parts=False)
    flat = shapes.geom_type == "Polygon"
    if not flat.any():
        problems.append(f"{name}: holds no polygons; draw the outlines of {what} as areas")
        return None
    if not flat.all():
        notes.append(f"{name}: {int((~flat).sum())} lines and points have no area; left out")
    return np.asarray(shapes[flat].to_numpy(), dtype=object)


def _hit(
    outlines: NDArray[Any], xy_m: Floats, predicate: Literal["intersects", "contains"]
) -> NDArray[np.bool_]:
    inside = np.zeros(len(xy_m), dtype=np.bool_)
    points = np.asarray(shapely.points(xy_m), dtype=object)
    inside[shapely.STRtree(points).query(outlines, predicate=predicate)[1]] = True
    return inside


def _cut(shapes: NDArray[Any], outlines: NDArray[Any], *, keep: bool) -> NDArray[Any]:
    """Each shape inside the outlines, or outside of them."""
    of_shape, of_outline = shapely.STRtree(outlines).query(shapes, predicate="intersects")
    cut = np.asarray(shapes, dtype=object).copy()
    if keep:
        cut[np.setdiff1d(np.arange(len(shapes)), of_shape)] = shapely.Polygon()
    for at, hit in _grouped(of_shape, of_outline):
        union = shapely.union_all(outlines[hit])
        cut[at] = (shapely.intersection if keep else shapely.difference)(shapes[at], union)
    return cut


def _grouped(
    keys: NDArray[np.int64], values: NDArray[np.int64]
) -> Iterable[tuple[int, NDArray[np.int64]]]:
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    for part, start in zip(np.split(order, first[1:]), first, strict=False):
        if len(part):
            yield int(keys[order[start]]), values[part]

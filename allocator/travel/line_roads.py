"""Roads from a map layer of lines: split where they meet, with fields for direction and speed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import (
    box_in_degrees,
    local_metric_crs,
    metric_problem,
    short_name,
)
from allocator.travel.osm_tags import DRIVEN, WALKED, Mode
from allocator.travel.road_graph import Floats, RoadNetwork, Whole
from allocator.travel.street_runs import split_at_junctions

BOTH, FORWARD, BACK = (True, True), (True, False), (False, True)
DIRECTION_WORDS: Mapping[str, tuple[bool, bool]] = MappingProxyType(
    {
        **dict.fromkeys(("", "b", "ft/tf", "both", "no", "false", "0", "n"), BOTH),
        **dict.fromkeys(("f", "ft", "yes", "true", "1", "y"), FORWARD),
        **dict.fromkeys(("t", "tf", "-1", "reverse"), BACK),
    }
)
"""What the direction field may say, in lower case: open as drawn, and against it."""
_KMH_PER = {"km/h": 1.0, "mph": 1.609344}
_SHOWN = 5


@dataclass(frozen=True)
class LineFields:
    """How to read a layer of road lines.

    Attributes
    ----------
    road_class
        Column with the kind of road; ``highway`` is used when there is one.
    direction
        Column that says which way a street is open: F, T or B, ``yes``, ``no``, ``-1`` (see
        :data:`DIRECTION_WORDS`); blank is both ways. Without it all streets are two-way.
    speed
        Column with the speed or limit; 0, negative and blank mean that it is not known.
    speed_unit
        ``km/h`` or ``mph``.
    join_m
        Points closer than this are one place, in metres.
    meet
        ``points``: streets meet at any point that two lines share, and where a line ends on
        another one. ``ends``: only where lines end. ``crossings``: also where lines cross without a
        common point (bridges then become junctions).
    """

    road_class: str = ""
    direction: str = ""
    speed: str = ""
    speed_unit: Literal["km/h", "mph"] = "km/h"
    join_m: float = 0.5
    meet: Literal["points", "ends", "crossings"] = "points"

    def problems(self, columns: list[str]) -> list[str]:
        """What does not fit the layer's columns."""
        found = [
            f"{name} {column!r} is no column; there are: {', '.join(columns)}"
            for name, column in (
                ("road_class", self.road_class), ("direction", self.direction),
                ("speed", self.speed),
            )
            if column and column not in columns
        ]  # fmt: skip
        if self.speed_unit not in _KMH_PER:
            found.append(f"speed_unit must be km/h or mph, got {self.speed_unit!r}")
        if self.meet not in ("points", "ends", "crossings"):
            found.append(f"meet must be points, ends or crossings, got {self.meet!r}")
        if not (np.isfinite(self.join_m) and self.join_m > 0):
            found.append(f"join_m must be finite and > 0, got {self.join_m}")
        return found


def roads_of_lines(
    layer: Any, fields: LineFields, *, mode: Mode = "drive", crs: str = ""
) -> RoadNetwork:
    """Roads of a layer of lines.

    Parameters
    ----------
    layer
        A file that GDAL reads, or a GeoDataFrame.
    fields
        Which columns say what, and where lines meet.
    mode
        ``walk`` opens every street both ways. Lines of OpenStreetMap classes that the mode does not
        use are left out.
    crs
        Metric coordinate system of the result; the layer's own if it is metric, else the UTM zone.

    Raises
    ------
    InputError
        With every problem of the layer and its fields.
    """
    frame = layer if isinstance(layer, gpd.GeoDataFrame) else _layer(layer)
    columns = [str(c) for c in frame.columns if c != frame.geometry.name]
    problems = fields.problems(columns)
    if crs and (problem := metric_problem(crs)):
        problems.append(f"crs: {problem}")
    if frame.crs is None:
        problems.append("the lines have no coordinate reference system; set it (frame.set_crs)")
    kinds = sorted(set(frame.geometry.dropna().geom_type) - {"LineString", "MultiLineString"})
    if kinds:
        problems.append(f"roads must be lines, got {', '.join(kinds)}")
    raise_if_any(problems, where="roads")
    frame = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    frame = frame.explode(index_parts=False, ignore_index=True)
    of_class = _words(frame, fields.road_class or ("highway" if "highway" in columns else ""))
    unused = (DRIVEN | WALKED) - (DRIVEN if mode == "drive" else WALKED)
    kept = ~of_class.isin(unused).to_numpy()
    frame, of_class = frame[kept], of_class[kept]
    if frame.empty:
        raise InputError(f"the layer has no line that one may {mode} on", where="roads")
    is_open = _directions(_words(frame, fields.direction), mode)
    target = crs or _metric(frame)
    return _network(frame.to_crs(target), of_class, is_open, fields, {"mode": mode, "crs": target})


def _network(
    frame: gpd.GeoDataFrame, of_class: "pd.Series[str]", is_open: NDArray[np.bool_],
    fields: LineFields, told: Mapping[str, object],
) -> RoadNetwork:  # fmt: skip
    """Lines in a metric coordinate system as streets."""
    lines = shapely.remove_repeated_points(shapely.force_2d(frame.geometry.to_numpy()))
    if fields.meet != "ends":
        lines = _with_meeting_points(lines, fields)
    xy_m, line = shapely.get_coordinates(lines, return_index=True)
    step_m = np.append(np.hypot(*np.diff(xy_m, axis=0).T), 0.0)
    place = _places(xy_m, fields.join_m)
    streets = split_at_junctions(
        place, xy_m, line, step_m, only_ends=fields.meet == "ends", least_loop_m=2 * fields.join_m
    )
    kmh = pd.to_numeric(_words(frame, fields.speed), errors="coerce").to_numpy(np.float64)
    kmh = np.where(kmh > 0, kmh * _KMH_PER[fields.speed_unit], np.nan)
    classes = {name: at for at, name in enumerate(dict.fromkeys(c for c in of_class if c))}
    number = np.array([classes.get(c, -1) for c in of_class], dtype=np.int64)
    shape = is_open[streets.line]
    return RoadNetwork(
        xy_m=streets.xy_m, tail=streets.tail, head=streets.head,
        length_m=np.where(shape, streets.length_m[:, None], np.nan),
        minutes=np.full(shape.shape, np.nan),
        kmh=kmh[streets.line][:, None].repeat(2, axis=1), class_of=number[streets.line],
        classes=tuple(classes), path_xy_m=streets.path_xy_m, path_start=streets.path_start,
        crs=str(told["crs"]),
        source={"kind": "layer of lines", "date": "not stated", "fields": vars(fields).copy(),
                **told},
    )  # fmt: skip


def _layer(path: str | Path) -> gpd.GeoDataFrame:
    """The one layer of lines in a file."""
    try:
        if str(path).endswith(".parquet"):
            return gpd.read_parquet(path)
        frame = gpd.read_file(path)
    except Exception as error:  # GDAL raises many kinds; all mean the same here
        raise InputError(
            f"{Path(path).name}: cannot be read as a map layer: {error}; export it again",
            where="roads",
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{Path(path).name}: carries no geometry", where="roads")
    return frame


def _metric(frame: gpd.GeoDataFrame) -> str:
    name = short_name(frame.crs)
    if not metric_problem(name):
        return name
    return local_metric_crs(box_in_degrees(frame.total_bounds.tolist(), frame.crs))


def _words(frame: gpd.GeoDataFrame, column: str) -> "pd.Series[str]":
    """A column as text without blanks around it, '' where there is nothing."""
    if not column:
        return pd.Series("", index=frame.index, dtype=object)
    given = pd.Series(frame[column], dtype=object)
    return given.where(given.notna(), "").astype(str).str.strip()


def _directions(words: "pd.Series[str]", mode: Mode) -> NDArray[np.bool_]:
    """Whether each line is open as drawn and against it, shape ``(n_lines, 2)``."""
    lower = words.str.lower().str.removesuffix(".0")
    unknown = sorted(set(lower) - set(DIRECTION_WORDS))
    if unknown:
        raise InputError(
            f"the direction field says {', '.join(map(repr, unknown[:_SHOWN]))}; known are: "
            f"{', '.join(map(repr, DIRECTION_WORDS))}",
            where="roads",
        )
    both = np.array([DIRECTION_WORDS[word] for word in lower], dtype=np.bool_).reshape(-1, 2)
    return np.ones_like(both) if mode == "walk" else both


def _places(xy_m: Floats, join_m: float) -> Whole:
    """One number per place: points within ``join_m`` of one another share it."""
    points, at = np.unique(xy_m, axis=0, return_inverse=True)
    pairs = cKDTree(points).query_pairs(join_m, output_type="ndarray")
    shape = (len(points), len(points))
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)
    _, place = connected_components(near.tocsr(), directed=False)
    return np.asarray(place[at.ravel()], dtype=np.int64)


def _with_meeting_points(lines: NDArray[Any], fields: LineFields) -> NDArray[Any]:
    """Lines with points added where another line ends on them or, if wanted, crosses them."""
    tree = shapely.STRtree(lines)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    touching, line = tree.query(ends, predicate="dwithin", distance=fields.join_m)
    spots, on = [ends[touching]], [line]
    if fields.meet == "crossings":
        one, other = tree.query(lines, predicate="crosses")
        points, pair = shapely.get_parts(
            shapely.extract_unique_points(shapely.intersection(lines[one], lines[other])),
            return_index=True,
        )
        spots.append(points)
        on.append(one[pair])
    return _with_points(lines, np.concatenate(spots), np.concatenate(on))


def _with_points(lines: NDArray[Any], spots: NDArray[Any], on: NDArray[np.int64]) -> NDArray[Any]:
    """Lines with spots on them added as points, in their place along the line."""
    along_m = shapely.line_locate_point(lines[on], spots)
    inside = (along_m > 0) & (along_m < shapely.length(lines[on]))
    on, along_m = on[inside], along_m[inside]
    new = shapely.get_coordinates(shapely.line_interpolate_point(lines[on], along_m))
    xy_m, line = shapely.get_coordinates(lines, return_index=True)
    step = np.append(0.0, np.hypot(*np.diff(xy_m, axis=0).T))
    first = np.append(True, line[1:] != line[:-1])
    step[first] = 0.0
    so_far = np.cumsum(step)
    own_m = so_far - so_far[first][line]
    order = np.lexsort((np.concatenate([own_m, along_m]), np.concatenate([line, on])))
    points = np.concatenate([xy_m, new])[order]
    whose = np.concatenate([line, on])[order]
    fresh = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1) | (np.diff(whose) > 0))
    return np.asarray(shapely.linestrings(points[fresh], indices=whose[fresh]))

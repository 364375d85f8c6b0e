"""Roads from a networkx graph, such as osmnx makes and graphml files hold."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import numpy as np
import shapely

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import (
    box_in_degrees,
    local_metric_crs,
    metric_problem,
    parse_crs,
    project,
    short_name,
)
from allocator.travel.osm_tags import DRIVEN, WALKED, Mode, may_use, speed_in_words
from allocator.travel.points import like_degrees
from allocator.travel.road_graph import Floats, RoadNetwork

NUMBER_FIELDS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "length_m": (("length_m", 1.0), ("length", 1.0)),
    "minutes": (("minutes", 1.0), ("travel_time", 1 / 60), ("time_s", 1 / 60)),
    "kmh": (("speed_kmh", 1.0), ("speed_kph", 1.0), ("maxspeed", 1.0)),
}
"""Names that edges may use, the first one there counts, and the factor to our unit."""
_CLASS_FIELDS = ("highway", "road_class", "class")
_NAN = float("nan")
_SHOWN = 5


@dataclass
class _Edges:
    """One-way edges, and the edge back where it takes the same way."""

    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    numbers: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    road_class: list[str] = field(default_factory=list)
    shape: list[Any] = field(default_factory=list)
    waiting: dict[object, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, u: int, v: int, told: "_Told") -> None:
        """Add an edge, as the way back of an earlier one if there is one without."""
        back = self.waiting[v, u, told.road_class, _key(told.shape, turned=True)]
        if back:
            street = back.pop(0)
            for name, value in told.numbers.items():
                self.numbers[name][street][1] = value
            return
        self.waiting[u, v, told.road_class, _key(told.shape, turned=False)].append(len(self.tail))
        self.tail.append(u)
        self.head.append(v)
        self.road_class.append(told.road_class)
        self.shape.append(told.shape)
        for name, value in told.numbers.items():
            self.numbers[name].append([value, _NAN])

    def open_both_ways(self) -> None:
        """Let every edge without a way back be its own way back."""
        for both in (pair for pairs in self.numbers.values() for pair in pairs):
            if np.isnan(both[1]):
                both[1] = both[0]


@dataclass(frozen=True)
class _Told:
    """What an edge says of itself."""

    numbers: Mapping[str, float]
    road_class: str
    shape: Any


def roads_of_graph(graph: "nx.Graph[Any]", *, mode: Mode = "drive", crs: str = "") -> RoadNetwork:
    """Roads of a networkx graph.

    Parameters
    ----------
    graph
        Directed or not, with parallel edges or without. Nodes have ``x`` and ``y``; edges may have
        ``length`` or ``length_m`` (metres; else their geometry counts), ``minutes`` or
        ``travel_time`` (seconds, as in osmnx), ``speed_kmh``, ``speed_kph`` or ``maxspeed``, a
        ``highway`` class, and a ``geometry`` (shapely or WKT). Numbers may be text.
    mode
        ``drive`` leaves out edges of OpenStreetMap classes where nobody drives; ``walk`` those
        where nobody walks, and takes every edge both ways.
    crs
        Metric coordinate system of the result; of the coordinates, if ``graph.graph["crs"]`` does
        not say which they are in.

    Raises
    ------
    InputError
        If nodes lack coordinates, numbers are none, or no edge is left.
    """
    nodes = {name: at for at, name in enumerate(graph.nodes)}
    problems: list[str] = []
    given = _coordinates(graph, problems)
    edges = _Edges()
    unread: list[str] = []
    for u, v, data in graph.edges(data=True):
        told = _told(data, unread, f"edge {u!r} to {v!r}")
        if not _used(data, told.road_class, mode) or (u == v and told.shape is None):
            continue
        edges.add(nodes[u], nodes[v], told)
    if mode == "walk" or not graph.is_directed():
        edges.open_both_ways()
    if unread:
        problems.append(
            f"{len(unread)} values on edges cannot be read: {'; '.join(unread[:_SHOWN])}"
        )
    if not edges.tail:
        problems.append(f"the graph has no edge that one may {mode} on")
    raise_if_any(problems, where="roads")
    return _network(graph, given, edges, mode, crs)


def _network(
    graph: "nx.Graph[Any]", given: Floats, edges: _Edges, mode: Mode, crs: str
) -> RoadNetwork:
    """The edges as streets in a metric coordinate system."""
    stated, target = _systems(graph, given, crs)
    tail, head = np.array(edges.tail, dtype=np.int64), np.array(edges.head, dtype=np.int64)
    paths = [
        given[[u, v]] if shape is None else shapely.get_coordinates(shape)
        for u, v, shape in zip(tail, head, edges.shape, strict=True)
    ]
    path_start = np.concatenate([[0], np.cumsum([len(path) for path in paths])]).astype(np.int64)
    path, xy_m = np.concatenate(paths), given
    if stated != target:
        path = np.stack(project(path[:, 0], path[:, 1], stated, target), axis=1)
        xy_m = np.stack(project(given[:, 0], given[:, 1], stated, target), axis=1)
    drawn_m = np.hypot(*np.diff(path, axis=0, append=path[-1:]).T)
    drawn_m[path_start[1:] - 1] = 0.0
    drawn_m = np.add.reduceat(drawn_m, path_start[:-1])
    numbers = {name: np.array(edges.numbers[name]) for name in (*NUMBER_FIELDS, "is_open")}
    length_m = np.where(np.isnan(numbers["length_m"]), drawn_m[:, None], numbers["length_m"])
    classes = {name: at for at, name in enumerate(dict.fromkeys(c for c in edges.road_class if c))}
    return RoadNetwork(
        xy_m=xy_m, tail=tail, head=head,
        length_m=np.where(numbers["is_open"] == 1.0, length_m, np.nan),
        minutes=numbers["minutes"], kmh=numbers["kmh"],
        class_of=np.array([classes.get(c, -1) for c in edges.road_class], dtype=np.int64),
        classes=tuple(classes), path_xy_m=path, path_start=path_start, crs=target,
        source={
            "kind": "networkx graph", "mode": mode, "crs": target,
            "date": str(graph.graph.get("created_date", "not stated")),
            "made_with": str(graph.graph.get("created_with", "not stated")),
        },
    )  # fmt: skip


def _systems(graph: "nx.Graph[Any]", given: Floats, crs: str) -> tuple[str, str]:
    """Coordinate systems of the graph's coordinates and of the result; '' for metres of unknown."""
    if crs and (problem := metric_problem(crs)):
        raise InputError(f"crs: {problem}", where="roads")
    stated = graph.graph.get("crs", crs)
    if stated and parse_crs(stated) is None:
        raise InputError(f"graph.graph['crs']: {stated!r} is not known", where="roads")
    if not stated:
        if like_degrees(given):
            raise InputError(
                "the nodes' coordinates look like degrees and nothing says what they are; set "
                'graph.graph["crs"] = "EPSG:4326"', where="roads",
            )  # fmt: skip
        return "", ""
    name = short_name(stated)
    if crs:
        return name, short_name(crs)
    if not metric_problem(name):
        return name, name
    box = [*given.min(axis=0), *given.max(axis=0)]
    return name, local_metric_crs(box_in_degrees(box, name))


def _coordinates(graph: "nx.Graph[Any]", problems: list[str]) -> Floats:
    """Coordinates of the nodes as given, shape ``(n_nodes, 2)``."""
    at, lost = [], []
    for name, data in graph.nodes(data=True):
        try:
            at.append((float(data["x"]), float(data["y"])))
        except (KeyError, TypeError, ValueError):
            at.append((_NAN, _NAN))
            lost.append(repr(name))
    if lost:
        problems.append(
            f"nodes need x and y as numbers; {len(lost)} have none: {', '.join(lost[:_SHOWN])}"
        )
    return np.array(at, dtype=np.float64).reshape(-1, 2)


def _told(data: Mapping[str, Any], unread: list[str], name: str) -> _Told:
    """Numbers, class and shape of an edge."""
    numbers = {"is_open": 1.0}
    for number, known in NUMBER_FIELDS.items():
        key, factor = next(((k, f) for k, f in known if k in data), ("", 1.0))
        numbers[number] = _NAN
        if key == "maxspeed":
            numbers[number] = speed_in_words(";".join(_several(data[key])))
        elif key:
            numbers[number] = _number(data[key], unread, f"{key} of {name}") * factor
    words = _several(next((data[k] for k in _CLASS_FIELDS if k in data), ""))
    road_class = next((word for word in words if word in DRIVEN), words[0] if words else "")
    shape = data.get("geometry")
    if isinstance(shape, str):
        shape = shapely.from_wkt(shape, on_invalid="ignore")
        if shape is None:
            unread.append(f"geometry of {name}")
    return _Told(numbers, road_class, shape)


def _number(value: Any, unread: list[str], name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = _NAN
    if not (np.isfinite(number) and number >= 0):
        unread.append(f"{name} is {value!r}, not a number >= 0")
    return number


def _several(value: Any) -> list[str]:
    """Words of a tag: osmnx makes a list where it has merged edges, graphml the list's text."""
    if isinstance(value, str) and value.startswith("["):
        value = ast.literal_eval(value)
    return [str(v) for v in value] if isinstance(value, list) else [str(value)] if value else []


def _used(data: Mapping[str, Any], road_class: str, mode: Mode) -> bool:
    """Whether the mode uses an edge; edges of classes that OpenStreetMap does not know always."""
    if road_class not in DRIVEN | WALKED:
        return True
    tags = {key: value for key, value in data.items() if isinstance(value, str)}
    return may_use({**tags, "highway": road_class}, mode, restricted=False)


def _key(shape: Any, *, turned: bool) -> bytes:
    """A shape as something that can be looked up."""
    if shape is None:
        return b""
    points = shapely.get_coordinates(shape)
    return bytes((points[::-1] if turned else points).tobytes())

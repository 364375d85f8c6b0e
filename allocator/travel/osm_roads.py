"""Roads from an OpenStreetMap extract (``.osm.pbf``, ``.osm``), read with pyosmium.

pyosmium (``osmium`` on PyPI, BSD-2-Clause) and not pyrosm or osmnx: it reads extracts without a
bounding box in their header, keeps every part of the network, runs on libosmium in C++, and needs
no other package than requests. osmnx reads no ``.pbf``; pyrosm's graphs keep the largest part only,
unless told otherwise.

Not read: turn restrictions, gates and bollards, ferries, and limits by time of day.
"""

from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import Geod

from allocator.errors import InputError
from allocator.region.coordinates import WGS84, local_metric_crs, metric_problem, project
from allocator.travel.osm_tags import MODES, Mode, directions, may_use, posted_kmh
from allocator.travel.road_graph import RoadNetwork
from allocator.travel.street_runs import split_at_junctions

if TYPE_CHECKING:
    import osmium

_GEOD = Geod(ellps="WGS84")


class _Ways:
    """Ways that may be used, gathered one by one."""

    def __init__(self) -> None:
        self.ref, self.lon, self.lat, self.way = array("q"), array("d"), array("d"), array("q")
        self.classes: dict[str, int] = {}
        self.class_of, self.is_open, self.kmh = array("q"), array("b"), array("d")
        self.incomplete = 0

    def add(self, way: "osmium.osm.Way", tags: dict[str, str], mode: Mode) -> None:
        """Add a way; in pieces where the extract lacks some of its nodes."""
        piece: list[tuple[int, float, float]] = []
        missing = False
        for node in way.nodes:
            if not node.location.valid():
                self._close(piece, tags, mode)
                piece, missing = [], True
            elif not piece or piece[-1][0] != node.ref:
                piece.append((node.ref, node.lon, node.lat))
        self._close(piece, tags, mode)
        self.incomplete += missing

    def _close(
        self, piece: list[tuple[int, float, float]], tags: dict[str, str], mode: Mode
    ) -> None:
        if len(piece) < 2:
            return
        number = len(self.class_of)
        for ref, lon, lat in piece:
            self.ref.append(ref)
            self.lon.append(lon)
            self.lat.append(lat)
            self.way.append(number)
        self.class_of.append(self.classes.setdefault(tags["highway"], len(self.classes)))
        self.is_open.extend(directions(tags, mode))
        self.kmh.extend(posted_kmh(tags))


def roads_of_osm(
    path: Path, *, mode: Mode = "drive", crs: str = "", restricted: bool = False
) -> RoadNetwork:
    """Roads of an extract, all parts of them, split at junctions.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm`` or a compressed ``.osm``.
    mode
        ``drive`` or ``walk``.
    crs
        Metric coordinate system of the result; the UTM zone of the roads' middle when missing.
    restricted
        Whether roads that are private or closed to the public are used, as ambulances may.

    Raises
    ------
    InputError
        If the file cannot be read, has no roads for the mode, or pyosmium is not there.
    """
    problems = [] if mode in MODES else [f"mode must be one of {', '.join(MODES)}, got {mode!r}"]
    if crs and (problem := metric_problem(crs)):
        problems.append(f"crs: {problem}")
    if problems:
        raise InputError(problems, where="roads")
    found, date = _read(path, mode, restricted=restricted)
    if not found.class_of:
        raise InputError(
            f"{path.name}: no way that one may {mode} on; get an extract with highways",
            where="roads",
        )
    lon, lat = np.frombuffer(found.lon), np.frombuffer(found.lat)
    target = crs or local_metric_crs((lon.min(), lat.min(), lon.max(), lat.max()))
    _, place = np.unique(np.frombuffer(found.ref, dtype=np.int64), return_inverse=True)
    step_m = np.append(_GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], 0.0)
    xy_m = np.stack(project(lon, lat, WGS84, target), axis=1)
    streets = split_at_junctions(place, xy_m, np.frombuffer(found.way, dtype=np.int64), step_m)
    open_ways = np.frombuffer(found.is_open, dtype=np.int8).reshape(-1, 2)[streets.line] > 0
    return RoadNetwork(
        xy_m=streets.xy_m,
        tail=streets.tail,
        head=streets.head,
        length_m=np.where(open_ways, streets.length_m[:, None], np.nan),
        minutes=np.full(open_ways.shape, np.nan),
        kmh=np.frombuffer(found.kmh).reshape(-1, 2)[streets.line],
        class_of=np.frombuffer(found.class_of, dtype=np.int64)[streets.line],
        classes=tuple(found.classes),
        path_xy_m=streets.path_xy_m,
        path_start=streets.path_start,
        crs=target,
        source={
            "kind": "OpenStreetMap extract (ODbL), read with pyosmium", "date": date, "mode": mode,
            "restricted_roads": "used" if restricted else "not used", "crs": target,
            "ways_with_missing_nodes": found.incomplete,
        },
    )  # fmt: skip


def _read(path: Path, mode: Mode, *, restricted: bool) -> tuple[_Ways, str]:
    """The ways of a file that may be used, and the date that the file states."""
    osmium = _pyosmium()
    found = _Ways()
    try:
        processor = (
            osmium.FileProcessor(path)
            .with_locations()
            .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
            .with_filter(osmium.filter.KeyFilter("highway"))
        )
        date = processor.header.get("osmosis_replication_timestamp") or "not stated"
        for way in processor:
            tags = dict(way.tags)
            if may_use(tags, mode, restricted=restricted):
                found.add(way, tags, mode)
    except (RuntimeError, OSError) as error:
        raise InputError(
            f"{path.name}: cannot be read as OpenStreetMap data: {error}; fetch it again",
            where="roads",
        ) from error
    return found, date


def _pyosmium() -> Any:
    """The library, loaded when first needed."""
    try:
        import osmium
        import osmium.filter
    except ImportError as error:
        raise InputError(
            'reading OpenStreetMap extracts needs pyosmium: pip install "allocator-health[roads]"',
            where="roads",
        ) from error
    return osmium

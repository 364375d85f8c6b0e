"""What people and ambulances travel by: roads, a friction surface, or a table of times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from allocator.errors import raise_if_any
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.line_roads import LineFields
from allocator.travel.points import number_problems, points_in
from allocator.travel.road_files import read_roads
from allocator.travel.road_graph import Floats, RoadNetwork
from allocator.travel.road_speeds import RoadSpeeds, urban_streets
from allocator.travel.road_ways import RoadWays
from allocator.travel.surface_raster import FrictionSurface, read_friction
from allocator.travel.surface_ways import SurfaceWays
from allocator.travel.table_checks import Mark
from allocator.travel.tables import TableUnit, travel_table
from allocator.travel.times import Direction
from allocator.travel.ways import OnRoads, OnSurface, OnTable, Ways

Mode = Literal["walk", "drive", "ambulance"]
MODES: tuple[Mode, ...] = get_args(Mode)
"""Modes of rules, see :class:`allocator.policy.rules.CoverageRule`."""


@dataclass(frozen=True, eq=False)
class Setting:
    """Where the people of a region live, and what its sites are.

    Attributes
    ----------
    demand
        All cells of the grid, with coordinates and their system.
    sites
        All sites of the region, likewise.
    urban
        Whether each cell is urban, shape ``(n_cells,)``.
    walking_kmh
        The assumption of that name.
    """

    demand: Demand
    sites: SiteSet
    urban: np.typing.NDArray[np.bool_]
    walking_kmh: float


@dataclass(frozen=True, eq=False)
class AlongRoads:
    """Travel along roads; see :func:`allocator.travel.roads.road_network`.

    Attributes
    ----------
    roads
        A file, a networkx graph, a GeoDataFrame of lines, or a :class:`RoadNetwork`.
    speeds
        When missing: ``RoadSpeeds()``; on foot the assumption ``walking_kmh`` on every street.
    access_kmh
        Speed between a point and its street; the assumption ``walking_kmh`` when missing.
    snap_limit_m, least_part_km
        As there.
    restricted
        Whether roads closed to the public are used; when missing only by ambulances.
    fields
        For layers of lines: which columns say class, direction and speed.
    """

    roads: Any
    speeds: RoadSpeeds | None = None
    access_kmh: float | None = None
    snap_limit_m: float = 1000.0
    least_part_km: float = 1.0
    restricted: bool | None = None
    fields: LineFields | None = None
    _read: dict[tuple[bool, bool, str], RoadNetwork] = field(
        default_factory=dict, init=False, repr=False
    )

    source: ClassVar[str] = "roads"

    @property
    def file(self) -> Path | None:
        """The file, if it is one."""
        return _file(self.roads)

    def __post_init__(self) -> None:
        problems = number_problems(snap_limit_m=self.snap_limit_m, least_part_km=self.least_part_km)
        if self.access_kmh is not None and not 0 < self.access_kmh < np.inf:
            problems.append(f"access_kmh must be finite and > 0, got {self.access_kmh}")
        raise_if_any(problems, where="roads")

    def network(self, mode: Mode, crs: str) -> RoadNetwork:
        """The streets as a mode uses them."""
        if isinstance(self.roads, RoadNetwork):
            return self.roads
        on_foot = mode == "walk"
        restricted = mode == "ambulance" if self.restricted is None else self.restricted
        asked = (on_foot, restricted, crs)
        if asked not in self._read:  # for minutes and for km
            self._read[asked] = read_roads(
                self.roads, mode="walk" if on_foot else "drive", crs=crs, restricted=restricted,
                fields=self.fields,
            )  # fmt: skip
        return self._read[asked]

    def ways(self, mode: Mode, setting: Setting) -> Ways:
        """Minutes of a mode."""
        roads = self.network(mode, setting.demand.crs)
        cells = points_in(setting.demand, roads.crs)
        walking = RoadSpeeds.walking(setting.walking_kmh)
        used = self.speeds or (walking if mode == "walk" else RoadSpeeds())
        access_kmh = setting.walking_kmh if self.access_kmh is None else self.access_kmh
        told = {"speeds": used.as_told(urban_known=True), "access_kmh": float(access_kmh)}
        along = used.minutes(roads, urban_streets(roads, cells, setting.urban))
        return self._bound(roads, along, 0.06 / access_kmh, "minutes", mode, setting, told)

    def km_ways(self, mode: Mode, setting: Setting) -> Ways:
        """Kilometres along the roads of a mode, the straight way to the street included."""
        roads = self.network(mode, setting.demand.crs)
        along = np.where(roads.is_open, roads.length_m / 1000, np.inf)
        return self._bound(roads, along, 0.001, "km", mode, setting, {})

    def _bound(
        self, roads: RoadNetwork, along: Floats, per_m: float, unit: Literal["minutes", "km"],
        mode: Mode, setting: Setting, told: Mapping[str, object],
    ) -> Ways:  # fmt: skip
        cells = points_in(setting.demand, roads.crs)
        ways = RoadWays(
            roads, along, per_m, unit, cells, setting.demand, direction_of(mode),
            float(self.snap_limit_m), float(self.least_part_km), told,
        )  # fmt: skip
        return OnRoads(ways)


@dataclass(frozen=True, eq=False)
class OverSurface:
    """Travel over a friction surface; see :func:`allocator.travel.surface.friction`.

    Attributes
    ----------
    surface
        A raster file of minutes per metre, or a :class:`FrictionSurface`.
    snap_limit_m
        As there.
    margin_km
        How far around the people and sites a file is read: ways may lead through there.
    """

    surface: Any
    snap_limit_m: float = 0.0
    margin_km: float = 30.0

    source: ClassVar[str] = "friction surface"

    @property
    def file(self) -> Path | None:
        """The file, if it is one."""
        return _file(self.surface)

    def __post_init__(self) -> None:
        raise_if_any(
            number_problems(snap_limit_m=self.snap_limit_m, margin_km=self.margin_km),
            where="friction",
        )

    def ways(self, _: Mode, setting: Setting) -> Ways:
        """Minutes, for every mode the same."""
        surface = self.surface
        if not isinstance(surface, FrictionSurface):
            surface = self._read(Path(surface), setting)
        cells = surface.position_of(points_in(setting.demand, surface.crs))
        return OnSurface(
            SurfaceWays(surface, cells, setting.demand, snap_limit_m=float(self.snap_limit_m))
        )

    def _read(self, path: Path, setting: Setting) -> FrictionSurface:
        every = np.concatenate([np.asarray(setting.demand.xy_m), np.asarray(setting.sites.xy_m)])
        west, south = (every.min(axis=0) - self.margin_km * 1000).tolist()
        east, north = (every.max(axis=0) + self.margin_km * 1000).tolist()
        return read_friction(path, box=(west, south, east, north), crs=setting.demand.crs)


@dataclass(frozen=True, eq=False)
class ByTable:
    """Travel times that another program worked out; see :func:`travel_table`.

    Attributes
    ----------
    table
        A csv, xlsx or parquet file, or a frame: ``from_id,to_id,minutes``, from = cells and to =
        sites of the region; the reverse for ambulances.
    unit, columns, matrix, missing, made_by
        As there.
    """

    table: str | Path | pd.DataFrame
    unit: TableUnit = "minutes"
    columns: Mapping[str, str] = field(default_factory=dict)
    matrix: bool = False
    missing: Sequence[Mark] = ()
    made_by: str = ""

    source: ClassVar[str] = "table"

    @property
    def file(self) -> Path | None:
        """The file, if it is one."""
        return _file(self.table)

    def ways(self, mode: Mode, setting: Setting) -> Ways:
        """Minutes of a mode."""
        times = travel_table(
            self.table, setting.demand, setting.sites, direction=direction_of(mode),
            unit=self.unit, columns=self.columns or None, matrix=self.matrix,
            missing=self.missing, made_by=self.made_by,
        )  # fmt: skip
        return OnTable(times)


Means = AlongRoads | OverSurface | ByTable


def _file(given: Any) -> Path | None:
    return Path(given) if isinstance(given, str | Path) else None


def direction_of(mode: Mode) -> Direction:
    """Ambulances come to people; people go to everything else."""
    return "from site" if mode == "ambulance" else "to site"

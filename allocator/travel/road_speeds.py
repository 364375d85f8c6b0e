"""How fast one gets along on roads: a speed per kind of road, and what slows it down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.errors import raise_if_any
from allocator.travel.road_graph import Floats, RoadNetwork

WALKING_KMH = 4.8
"""As for all walking here: the assumption ``walking_kmh``."""
NO_CLASS = "no class"
LINK_SHARE = 0.5
"""Speed on a slip road over that of its road."""
_URBAN_WITHIN_M = 1000.0

CLASS_KMH: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 100.0, "trunk": 80.0, "primary": 60.0, "secondary": 50.0, "tertiary": 40.0,
        "unclassified": 30.0, "residential": 30.0, "road": 30.0, "living_street": 10.0,
        "service": 20.0, "track": 15.0,
        **{f"{road}_link": kmh * LINK_SHARE for road, kmh in (
            ("motorway", 100.0), ("trunk", 80.0), ("primary", 60.0), ("secondary", 50.0),
            ("tertiary", 40.0),
        )},
    }
)  # fmt: skip
"""Free-flow speed of a car by OpenStreetMap class, in km/h.

Motorway to tertiary, residential, living street and service: defaults of the R package osmnxr.
Assumed: unclassified and unnamed roads as residential ones, tracks 15, slip roads half their road's
speed (about the ratio in OSRM's car profile).
"""
_CLASS_SOURCE = (
    "osmnxr defaults (free flow); assumed: unclassified and road as residential, track 15, links "
    "half their road"
)


@dataclass(frozen=True)
class RoadSpeeds:
    """Speeds that the streets do not state, and factors on all that are not measured times.

    What a street states itself comes first: minutes are taken as they are, by nothing slowed; then
    a stated speed (or posted limit, see ``posted``); then the speed of its class.

    Attributes
    ----------
    kmh
        Free-flow speed by class, in km/h; classes that are named here replace those of
        :data:`CLASS_KMH`, the others stay. ``no class`` is for streets that state none.
    congestion
        Factor on every speed, for the hour that is planned for, in (0, 1].
    urban, rural
        Factors on speeds of streets in urban and in rural surroundings. In cities cars drive at
        0.6 to 0.8 of free flow; the default is the middle. Used only where the caller says which
        cells are urban.
    posted
        Whether stated speeds count; if not, the class decides.
    everywhere_kmh
        One speed on every street, in km/h, whatever streets and classes state; see :meth:`walking`.
    source
        Where the speeds come from, for the provenance.
    """

    kmh: Mapping[str, float] = field(default_factory=dict)
    congestion: float = 1.0
    urban: float = 0.7
    rural: float = 1.0
    posted: bool = True
    everywhere_kmh: float | None = None
    source: str = _CLASS_SOURCE

    @classmethod
    def walking(cls, kmh: float = WALKING_KMH) -> "RoadSpeeds":
        """The same speed on every street, by nothing slowed."""
        return cls(everywhere_kmh=kmh, urban=1.0, source="walking, the same on all streets")

    def __post_init__(self) -> None:
        problems = [
            f"kmh of class {name!r} must be finite and > 0, got {kmh}"
            for name, kmh in self.kmh.items()
            if not (np.isfinite(kmh) and kmh > 0)
        ]
        one = self.everywhere_kmh
        if one is not None and not (np.isfinite(one) and one > 0):
            problems.append(f"everywhere_kmh must be finite and > 0, got {one}")
        problems += [
            f"{name} must lie in (0, 1], got {factor}"
            for name, factor in (
                ("congestion", self.congestion), ("urban", self.urban), ("rural", self.rural),
            )
            if not 0 < factor <= 1
        ]  # fmt: skip
        raise_if_any(problems, where="speeds")

    def minutes(self, roads: RoadNetwork, urban: NDArray[np.bool_] | None = None) -> Floats:
        """Minutes along each street, shape ``(n_streets, 2)``; infinite where it is closed.

        Parameters
        ----------
        roads
            The streets.
        urban
            Whether each street lies in urban surroundings, shape ``(n_streets,)``.

        Raises
        ------
        InputError
            If streets have neither minutes nor a speed nor a known class.
        """
        speed = self._class_kmh(roads)[:, None].repeat(2, axis=1)
        stated = np.full(speed.shape, np.nan)
        if self.everywhere_kmh is None:
            stated = roads.minutes
            speed = np.where(np.isfinite(roads.kmh) & self.posted, roads.kmh, speed)
        raise_if_any(self._unknown(roads, speed), where="speeds")
        factor = np.full(len(roads), self.congestion)
        if urban is not None:
            factor *= np.where(urban, self.urban, self.rural)
        with np.errstate(invalid="ignore"):
            driven = roads.length_m / 1000 / (speed * factor[:, None]) * 60
        minutes = np.where(np.isfinite(stated), stated, driven)
        return np.where(roads.is_open, minutes, np.inf)

    def _class_kmh(self, roads: RoadNetwork) -> Floats:
        """Free-flow speed of each street's class, shape ``(n_streets,)``; NaN for unknown ones."""
        if self.everywhere_kmh is not None:
            return np.full(len(roads), self.everywhere_kmh)
        table = {**CLASS_KMH, **self.kmh}
        of_class = np.array([table.get(name, np.nan) for name in (*roads.classes, NO_CLASS)])
        return np.asarray(of_class[roads.class_of])

    def _unknown(self, roads: RoadNetwork, speed: Floats) -> list[str]:
        lost = roads.is_open & ~np.isfinite(speed) & ~np.isfinite(roads.minutes)
        streets = np.flatnonzero(lost.any(axis=1))
        if not len(streets):
            return []
        names = [roads.classes[c] if c >= 0 else NO_CLASS for c in roads.class_of[streets]]
        kinds, counts = np.unique(names, return_counts=True)
        listed = ", ".join(f"{k} ({c})" for k, c in zip(kinds, counts, strict=True))
        return [
            f"{len(streets)} streets have no minutes, no speed and no class with a known speed: "
            f'{listed}; give RoadSpeeds(kmh={{"{kinds[0]}": ...}}) or speeds on the streets'
        ]

    def as_told(self, *, urban_known: bool) -> dict[str, object]:
        """The speeds in plain words and numbers, for the provenance."""
        unused = "not used: nobody said which cells are urban"
        which: dict[str, object] = {"everywhere_kmh": self.everywhere_kmh}
        if self.everywhere_kmh is None:
            which = {
                "class_kmh": {**CLASS_KMH, **self.kmh},
                "posted_speeds": "used" if self.posted else "not used",
            }
        return {
            **which,
            "source": self.source,
            "congestion": self.congestion,
            "urban": self.urban if urban_known else unused,
            "rural": self.rural if urban_known else unused,
        }


def urban_streets(
    roads: RoadNetwork, cell_xy_m: Floats, urban: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether the cell nearest to a street's middle is urban, shape ``(n_streets,)``.

    Streets with no cell within 1 km are rural.
    """
    if not len(urban):
        return np.zeros(len(roads), dtype=np.bool_)
    middle = shapely.get_coordinates(shapely.centroid(roads.lines))
    away_m, cell = cKDTree(cell_xy_m).query(middle)
    return np.asarray(urban[cell] & (away_m <= _URBAN_WITHIN_M))

"""Travel: what each mode goes by; and Journeys: the same for the people of one region."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from allocator.assumptions import Assumptions
from allocator.errors import raise_if_any
from allocator.region.ground import Region, Source
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.kept_arcs import KeptArcs
from allocator.travel.means import MODES, AlongRoads, ByTable, Means, Mode, Setting
from allocator.travel.ways import Ways

STRAIGHT = "straight line"
_KEPT = 2
"""Regions and their sites to which a travel stays bound: a batch plans one after the other."""


@dataclass(frozen=True, eq=False)
class Travel:
    """What each mode of the rules travels by; straight lines where nothing is named.

    Attributes
    ----------
    walk, drive, ambulance
        Roads, a surface or a table. Ambulances for which nothing is named go by the roads or the
        surface of ``drive``, from their station.
    rural_by
        Mode to the mode that rural people use instead: ``{"walk": "drive"}`` reads '15 minutes on
        foot' as a drive where the cells are rural.
    km_along
        Mode along whose roads the kilometres of rules are measured; '' = straight.
    """

    walk: Means | None = None
    drive: Means | None = None
    ambulance: Means | None = None
    rural_by: Mapping[Mode, Mode] = field(default_factory=dict)
    km_along: Mode | Literal[""] = ""
    _bound: "dict[bytes, Journeys]" = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        problems = [
            f"{mode} must be AlongRoads, OverSurface or ByTable, got {type(means).__name__}"
            for mode in MODES
            if not isinstance(means := getattr(self, mode), Means | None)
        ]
        problems += [
            f"rural_by must name modes ({', '.join(MODES)}), got {mode!r}"
            for pair in self.rural_by.items()
            for mode in pair
            if mode not in MODES
        ]
        if self.km_along and not isinstance(getattr(self, self.km_along, None), AlongRoads):
            named = [mode for mode in MODES if isinstance(getattr(self, mode), AlongRoads)]
            among = " or ".join(map(repr, named)) or "none here"
            problems.append(
                f"km_along must be a mode that travels along roads ({among}), got {self.km_along!r}"
            )
        raise_if_any(problems, where="travel")

    @property
    def by_mode(self) -> dict[Mode, Means]:
        """Modes that do not go straight."""
        named: dict[Mode, Means | None] = {mode: getattr(self, mode) for mode in MODES}
        if named["ambulance"] is None and not isinstance(named["drive"], ByTable):
            named["ambulance"] = named["drive"]
        return {mode: means for mode, means in named.items() if means is not None}

    def __bool__(self) -> bool:
        return bool(self.by_mode or self.rural_by or self.km_along)

    def bound(self, setting: Setting) -> "Journeys":
        """The travel bound to a grid and sites: the same again for the same ones and files.

        What is no file might have changed since: that is bound anew.
        """
        if any(means.file is None for means in self.by_mode.values()):
            return Journeys(self, setting)
        key = _fingerprint(setting, self)
        if key not in self._bound:
            while len(self._bound) >= _KEPT:
                del self._bound[next(iter(self._bound))]
            self._bound[key] = Journeys(self, setting, key)
        return self._bound[key]


@dataclass(frozen=True, eq=False)
class Journeys:
    """The travel of a scenario, bound to the grid and sites of a region; each source is read once.

    Attributes
    ----------
    travel
        What each mode travels by.
    setting
        The grid and the sites.
    key
        Changes with the travel, its files, the people and the sites; None where some of the
        travel is no file.
    """

    travel: Travel
    setting: Setting
    key: bytes | None = None
    _read: dict[str, Ways] = field(default_factory=dict, init=False)
    _arcs: dict[str, KeptArcs] = field(default_factory=dict, init=False)

    @staticmethod
    def of(travel: Travel | None, region: Region, assumptions: Assumptions) -> "Journeys":
        """For a region as it is planned for."""
        grid = region.grid
        demand = Demand(
            grid.people, ids=list(map(str, grid.table.index)), xy_m=grid.xy_m, crs=region.crs
        )
        walking_kmh = assumptions.number("walking_kmh")
        table = region.sites.table
        sites = site_set(table, region.crs).but(status=table["status"].tolist())
        setting = Setting(demand, sites, grid.urban, walking_kmh)
        return (travel or Travel()).bound(setting)

    @classmethod
    def along(cls, ways: Mapping[str, Ways], travel: Travel, setting: Setting) -> "Journeys":
        """With ways, by mode or ``km``, that are known already: the travel itself names none."""
        found = cls(travel, setting)
        found._read.update(ways)
        return found

    def ways(self, mode: Mode) -> Ways | None:
        """What a mode goes by; None where it goes straight."""
        if mode not in self._read and (means := self.travel.by_mode.get(mode)) is not None:
            self._read[mode] = means.ways(mode, self.setting)
        return self._read.get(mode)

    @property
    def km_ways(self) -> Ways | None:
        """What kilometres of rules are measured along; None for straight ones."""
        mode = self.travel.km_along
        if "km" not in self._read and mode:
            means = self.travel.by_mode[mode]
            if isinstance(means, AlongRoads):
                self._read["km"] = means.km_ways(mode, self.setting)
        return self._read.get("km")

    def arcs(self, mode: str, ways: Ways, least: NDArray[np.float64]) -> KeptArcs:
        """Arcs of a mode (or ``km``), where no way counts for less than ``least`` per cell."""
        kept = self._arcs.get(mode)
        if kept is None or not np.array_equal(kept.least, least):
            kept = self._arcs[mode] = KeptArcs(ways, self.setting.sites, least)
        return kept

    def modes(self, mode: Mode) -> Iterator[tuple[Mode, NDArray[np.bool_]]]:
        """Modes by which the cells travel where a rule says one, and which cells do."""
        rural_by = self.travel.rural_by.get(mode, mode)
        everybody = np.ones(len(self.setting.demand), dtype=np.bool_)
        if rural_by == mode:
            yield mode, everybody
            return
        yield mode, self.setting.urban
        yield rural_by, ~self.setting.urban

    @cached_property
    def reports(self) -> dict[str, dict[str, Any]]:
        """Provenance of every source, by mode; and of kilometres, where they follow roads."""
        sites = self.setting.sites
        found: dict[str, dict[str, Any]] = {
            mode: {"source": STRAIGHT} if ways is None else ways.report(sites)
            for mode in MODES
            for ways in (self.ways(mode),)
        }
        for mode, other in self.travel.rural_by.items():
            found[mode]["rural_people_instead"] = other
        if self.km_ways is not None:
            found["km"] = self.km_ways.report(sites)
        return found

    @cached_property
    def sources(self) -> list[Source]:
        """Files that the modes travel by, each once."""
        modes: dict[tuple[Path, str], list[str]] = {}
        for mode, means in self.travel.by_mode.items():
            if (path := means.file) is not None:
                modes.setdefault((path, means.source), []).append(mode)
        found = []
        for (path, source), named in modes.items():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found.append(Source(path.name, digest, note=f"{source} for {', '.join(named)}"))
        return found

    def notes(self) -> list[str]:
        """Whom each source leaves out, in sentences."""
        return [
            f"{mode}: {note}"
            for mode, told in self.reports.items()
            for note in told.get("notes", ())
        ]


def _fingerprint(setting: Setting, travel: Travel) -> bytes:
    """Changes whenever people, cells, sites or a file of the travel do."""
    demand, sites = setting.demand, setting.sites
    told = hashlib.blake2b()
    for values in (demand.people, demand.xy_m, setting.urban, sites.xy_m):
        told.update(np.ascontiguousarray(values).tobytes())
    paths = [means.file for means in travel.by_mode.values() if means.file is not None]
    stamps = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in paths if p.is_file()]
    names = (repr(travel), demand.crs, demand.ids, sites.ids, sites.status, stamps)
    told.update(repr((setting.walking_kmh, *names)).encode())
    return told.digest()


def site_set(table: Any, crs: str) -> SiteSet:
    """Sites of a table indexed by id, with ``x_m`` and ``y_m``."""
    places = np.asarray(table[["x_m", "y_m"]].to_numpy(np.float64))
    return SiteSet(list(map(str, table.index)), xy_m=places, crs=crs)

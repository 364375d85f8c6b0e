"""How the people of each part travel: the arcs that the whole has found, part by part.

Roads and surfaces are searched once, for the region; a part gets those arcs that rules on cover
may ask for, as a table of its own, also to sites across the border.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from allocator.planning.case import Case
from allocator.planning.parts.territory import Territory
from allocator.planning.reach import limit_of
from allocator.planning.travelling import kept, kept_km
from allocator.policy.rules import CoverageRule
from allocator.travel.journeys import Journeys, Travel
from allocator.travel.kept_arcs import KeptArcs
from allocator.travel.means import Mode, Setting
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.times import TravelTimes
from allocator.travel.ways import OnTable

KM: Literal["km"] = "km"
Measure = Mode | Literal["km"]
_NONE = -1.0
_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Arcs:
    """Arcs of one mode, in the order of their cells' parts; ``starts`` is where each begins."""

    cell: _Ints
    site: _Ints
    value: _Floats
    starts: _Ints

    def of(self, part: int) -> tuple[_Ints, _Ints, _Floats]:
        mine = slice(self.starts[part], self.starts[part + 1])
        return self.cell[mine], self.site[mine], self.value[mine]


@dataclass(frozen=True, eq=False)
class PartTravel:
    """Arcs by mode (or ``km``) for everything that does not go straight."""

    case: Case
    arcs: dict[str, _Arcs]

    @classmethod
    def of(cls, case: Case, territory: Territory, rules: Sequence[CoverageRule]) -> "PartTravel":
        """Look for the arcs that the rules may ask for."""
        limits: dict[str, tuple[KeptArcs, _Floats]] = {}
        for rule in rules:
            limit, positions = limit_of(case, rule), case.positions(rule.sites)
            for name, found in _sources(case, rule).items():
                if found is not None and positions and limit >= 0:
                    none = np.full(len(case.region.sites.table), _NONE)
                    _, most = limits.setdefault(name, (found, none))
                    most[positions] = np.maximum(most[positions], limit)
        return cls(case, {name: _found(territory, *asked) for name, asked in limits.items()})

    def sites(self, part: int) -> _Ints:
        """Positions of the sites with an arc to cells of a part, ascending."""
        return np.unique(np.concatenate(
            [np.empty(0, dtype=np.int64), *(arcs.of(part)[1] for arcs in self.arcs.values())]
        ))  # fmt: skip

    def journeys(self, part: int, cells: _Ints, sites: _Ints) -> Journeys | None:
        """The travel of a part with some cells and sites, by ascending position in the whole."""
        whole = self.case.journeys
        if whole is None:
            return None
        demand, every = whole.setting.demand, whole.setting.sites
        setting = Setting(
            replace(
                demand, people=demand.people[cells], groups={}, xy_m=_taken(demand.xy_m, cells),
                ids=None if demand.ids is None else [demand.ids[i] for i in cells],
            ),
            replace(
                every, ids=[every.ids[j] for j in sites], xy_m=_taken(every.xy_m, sites),
                status=None if every.status is None else [every.status[j] for j in sites],
            ),
            whole.setting.urban[cells],
            whole.setting.walking_kmh,
        )  # fmt: skip
        ways = {
            name: OnTable(_table(arcs.of(part), cells, sites, setting))
            for name, arcs in self.arcs.items()
        }
        return Journeys.along(ways, Travel(rural_by=whole.travel.rural_by), setting)


def straight(case: Case, rule: CoverageRule) -> list[Measure]:
    """By what the people of a rule go straight: modes, or ``km`` where its limit is one."""
    return [name for name, found in _sources(case, rule).items() if found is None]


def _sources(case: Case, rule: CoverageRule) -> dict[Measure, KeptArcs | None]:
    """What a rule's limit is measured along, by mode or ``km``; None where it is straight."""
    if rule.within_km is not None:
        return {KM: kept_km(case)}
    return {mode: kept(case, mode) for mode in _modes(case, rule)}


def _modes(case: Case, rule: CoverageRule) -> list[Mode]:
    if case.journeys is None:
        return [rule.mode]
    return [mode for mode, _ in case.journeys.modes(rule.mode)]


def _found(territory: Territory, arcs: KeptArcs, limits: _Floats) -> _Arcs:
    """Arcs of all cells to sites, each site up to a limit of its own."""
    positions = np.flatnonzero(limits >= 0)
    times = arcs.between(
        np.arange(len(territory.cell)), positions.tolist(), float(limits[positions].max())
    )
    within = times.value <= limits[positions][times.site] * (1 + LIMIT_TOLERANCE)
    cell, value = times.cell[within].astype(np.int64), times.value[within]
    site = positions[times.site[within]]
    part = territory.cell[cell]
    order = np.lexsort((site, cell, part))
    starts = np.searchsorted(part[order], np.arange(len(territory) + 1))
    return _Arcs(cell[order], site[order], value[order], starts)


def _table(
    found: tuple[_Ints, _Ints, _Floats], cells: _Ints, sites: _Ints, setting: Setting
) -> TravelTimes:
    cell, site, value = found
    if not len(cells):
        cell, site, value = cell[:0], site[:0], value[:0]
    return TravelTimes(
        len(cells), len(sites), np.searchsorted(cells, cell), np.searchsorted(sites, site), value,
        sites=setting.sites,
    )  # fmt: skip


def _taken(xy_m: _Floats | None, positions: _Ints) -> _Floats | None:
    return None if xy_m is None else np.asarray(xy_m)[positions]

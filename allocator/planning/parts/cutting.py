"""One part of a case as a case of its own: its cells, its sites, and sites across the border."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.planning.case import Area, Case
from allocator.planning.decided import Decided
from allocator.planning.families import closable, crowding, leaves, positions_of
from allocator.planning.have import given_amounts
from allocator.planning.parts.coupling import Coupling
from allocator.planning.parts.part_travel import KM, PartTravel, straight
from allocator.planning.parts.territory import Territory
from allocator.planning.reach import limit_of
from allocator.planning.tasks import Task
from allocator.planning.travelling import speeds_kmh
from allocator.policy.rules import CoverageRule
from allocator.region.grid import PopulationGrid
from allocator.region.ground import Region
from allocator.region.sites import Sites
from allocator.region.stock import Stock, resources
from allocator.region.units import Units

_NOTHING = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Cut:
    """What a worker needs to build the program of one part.

    Attributes
    ----------
    part
        Its number.
    task
        Of the whole, with the part's own case.
    sites
        Positions in the whole of the part's sites, ascending; ``foreign`` are places in this list
        that stand in other parts and may be shared with them.
    fixed, crowded
        Places of sites that stand in any case, and of those of which a rule may forbid one more.
    network
        Id of a rule on sites -> the task's network that it speaks of, sites here or not.
    scopes
        Id of a coupling rule -> its areas that this part has a share in: the area's id, and where
        inside the part it holds (None: everywhere, cells in no unit included).
    """

    part: int
    task: Task
    sites: NDArray[np.int64]
    foreign: frozenset[int]
    fixed: frozenset[int]
    crowded: frozenset[int]
    network: dict[str, int]
    scopes: dict[str, list[tuple[str, Area | None]]]


@dataclass(frozen=True, eq=False)
class Cutter:
    """Cuts a task along the parts of a territory."""

    task: Task
    territory: Territory
    coupling: Coupling

    @cached_property
    def _fixed(self) -> set[int]:
        """Sites that stand in any case."""
        capped = closable(self.task.rules, self.task.case)
        return {
            j for j, status in enumerate(self.task.case.region.sites.table["status"])
            if status == "required" or (status == "existing" and j not in capped)
        }  # fmt: skip

    @cached_property
    def _crowded(self) -> set[int]:
        rules, case = self.task.rules, self.task.case
        return closable(rules, case) | crowding(rules, case)

    @cached_property
    def _networks(self) -> list[NDArray[np.int64]]:
        kinds = self.task.case.region.sites.table["kind"]
        return [np.flatnonzero(kinds.isin(some)) for some in self.task.kinds]

    @cached_property
    def _spoken(self) -> dict[str, int]:
        """Id of a rule on sites -> its network."""
        inside = [set(network.tolist()) for network in self._networks]
        return {
            leaf.id: at
            for rule in self.task.rules
            for leaf in leaves(rule)
            for at, network in enumerate(inside)
            if positions_of(leaf, self.task.case) & network
        }

    @cached_property
    def _stock(self) -> pd.DataFrame:
        return _stock_by_unit(self.task.case)

    @cached_property
    def _rules_of_cover(self) -> list[CoverageRule]:
        every = [leaf for rule in self.task.rules for leaf in leaves(rule)]
        return [leaf for leaf in every if isinstance(leaf, CoverageRule)]

    @cached_property
    def _travel(self) -> PartTravel:
        rules = [rule for rule in self._rules_of_cover if rule.id in self._spoken]
        return PartTravel.of(self.task.case, self.territory, rules)

    @cached_property
    def _cells_of(self) -> dict[int, NDArray[np.int64]]:
        return _groups(self.territory.cell)

    @cached_property
    def _sites_of(self) -> dict[int, NDArray[np.int64]]:
        return _groups(self.territory.site)

    def cut(self, part: int) -> Cut:
        """One part."""
        case = self.task.case
        cells = self._cells_of.get(part, _NOTHING)
        if not self.task.kinds:
            cells = cells[:0]
        sites = self._sites(part, cells)
        home = self.territory.site[sites] == part
        place = {int(j): k for k, j in enumerate(sites)}
        region = self._region(part, cells, sites, home)
        own = replace(
            case, region=region, journeys=self._travel.journeys(part, cells, sites),
            equipment={place[j]: c for j, c in case.equipment.items() if j in place},
        )  # fmt: skip
        before = self.task.before
        opened = {place[j]: is_open for j, is_open in before.opened.items() if j in place}
        task = replace(
            self.task, name=f"{self.task.name}: {self.territory.units[part]}", case=own,
            before=Decided(opened=opened), progress=None, models=None,
        )  # fmt: skip

        def placed(positions: set[int]) -> frozenset[int]:
            return frozenset(place[j] for j in positions if j in place)

        return Cut(
            part, task, sites, frozenset(np.flatnonzero(~home).tolist()),
            placed(self._fixed), placed(self._crowded),
            self._spoken, self._scopes(part, region.units),
        )  # fmt: skip

    def _sites(self, part: int, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of the part's own sites, and of all others that may reach its cells."""
        own = self._sites_of.get(part, _NOTHING)
        if not len(cells):
            return np.asarray(own)
        xy_m = self.task.case.region.grid.xy_m[cells]
        low, high = xy_m.min(axis=0), xy_m.max(axis=0)
        table = self.task.case.region.sites.table
        at = table[["x_m", "y_m"]].to_numpy(np.float64)
        away_km = np.hypot(*(np.maximum(np.maximum(low - at, at - high), 0.0)).T) / 1000
        found = [own, self._travel.sites(part)]
        for which, network in enumerate(self._networks):
            near = network[away_km[network] <= self._farthest_km(which)]
            # Rows want a site to speak of, even where none is within reach.
            none = not len(near) and not np.isin(network, np.concatenate(found)).any()
            found.append(network[:1] if none else near)
        return np.unique(np.concatenate(found))

    def _farthest_km(self, network: int) -> float:
        """No rule of a network lets a site serve people farther away straight than so many km."""
        case = self.task.case
        found = [0.0]
        for rule in self._rules_of_cover:
            for mode in straight(case, rule) if self._spoken.get(rule.id) == network else ():
                limit = limit_of(case, rule)
                if mode != KM:
                    limit *= float(speeds_kmh(case, mode).max(initial=0.0)) / 60
                found.append(limit * 1.001 + 0.001)
        return max(found)

    def _region(
        self, part: int, cells: NDArray[np.int64], sites: NDArray[np.int64],
        home: NDArray[np.bool_],
    ) -> Region:  # fmt: skip
        region, root = self.task.case.region, self.territory.units[part]
        inside = region.units.inside(root)
        units = region.units.table.loc[inside].drop(columns="geometry", errors="ignore").copy()
        units.loc[root, "parent"] = ""
        planning = tuple(u for u in region.units.planning if u in set(inside))
        table = region.sites.table.iloc[sites].copy()
        table["unit"] = table["unit"].where(home & table["unit"].isin(inside).to_numpy(), "")
        stock = self._stock.loc[self._stock["unit"].isin(planning)]
        grid = region.grid
        return Region(
            name=region.name, crs=region.crs, units=Units(units, planning),
            grid=PopulationGrid(grid.table.iloc[cells], grid.side_m, grid.basis),
            sites=Sites(table), stock=Stock(stock.reset_index(drop=True)), costs=region.costs,
        )  # fmt: skip

    def _scopes(self, part: int, units: Units) -> dict[str, list[tuple[str, Area | None]]]:
        found: dict[str, list[tuple[str, Area | None]]] = {}
        known = set(units.table.index)
        for rule, areas in self.coupling.areas.items():
            for area, parts in areas:
                if part not in parts:
                    continue
                here = tuple(u for u in area.units if u in known) or (units.root,)
                everywhere = self.task.case.region.units.root in area.units
                scope = None if everywhere else Area(area.id, here)
                found.setdefault(rule, []).append((area.id, scope))
        return found


def _groups(labels: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Positions by label, ascending."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    pieces = np.split(order, starts[1:]) if len(order) else []
    return {int(labels[piece[0]]): piece for piece in pieces}


def _stock_by_unit(case: Case) -> pd.DataFrame:
    """The stock of planning units; given figures known for the region only, shared among them."""
    table = case.region.stock.table
    rows = table[table["unit"].isin(case.region.units.planning)]
    more = []
    for resource in dict.fromkeys(table["resource"]):
        if not resources()[resource].given:
            continue
        known = set(rows.loc[rows["resource"] == resource, "unit"])
        for unit, number in (given_amounts(case, resource) or {}).items():
            if unit not in known:
                more.append([unit, resource, float(number), "modelled", "shared by residents"])
    extra = pd.DataFrame(more, columns=["unit", "resource", "have", "basis", "source"])
    return pd.concat([rows, extra], ignore_index=True) if more else rows

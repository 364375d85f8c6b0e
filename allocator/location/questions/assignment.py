"""The capacitated question, counted again from arcs and flows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.questions.base import Recount, Served, TravelQuestion, role_problems
from allocator.location.siting import Flows, Siting

_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Capacitated(TravelQuestion):
    """Everybody is served by an open site whose load stays within its band.

    Attributes
    ----------
    weight
        What the distance of each cell is multiplied by, shape ``(n_cells,)``.
    min_load, max_load
        Band of people at each open site, shape ``(n_sites,)``; ``max_load`` may be infinite.
    p
        Most sites that may be open, existing ones among them; no limit when missing.
    single_source, closest_assignment
        Cells go to one site whole; nobody passes a nearer open site.
    travel_cost
        Cost of one unit of weighted distance, beside the costs of sites; when missing, travel alone
        is minimised.
    """

    weight: NDArray[np.float64]
    min_load: NDArray[np.float64]
    max_load: NDArray[np.float64]
    p: int | None = None
    single_source: bool = False
    closest_assignment: bool = False
    travel_cost: float | None = None

    def served(self, siting: Siting) -> Served:
        """Each cell goes to the site that takes most of it; ``away`` is the mean over its flows."""
        n_cells = self.times.n_cells
        flows = _flows_of(siting)
        order = np.lexsort((flows.site, -flows.people, flows.cell))
        reached, first = np.unique(flows.cell[order], return_index=True)
        site = np.full(n_cells, -1, dtype=np.int64)
        site[reached] = flows.site[order][first]
        away = np.full(n_cells, np.nan)
        far, _ = self._away(flows)
        part = self._parts(flows)
        mean = np.bincount(flows.cell, weights=far * part, minlength=n_cells)
        away[reached] = mean[reached]
        return Served(site, away, site >= 0)

    def recount(self, siting: Siting) -> Recount:
        """Travel, or cost; cells not wholly served, loads outside bands, nearer sites passed by."""
        flows = _flows_of(siting)
        far, known = self._away(flows)
        problems = role_problems(self.roles, siting.open_sites, self.p)
        if not known.all():
            problems.append(f"{int((~known).sum())} flows go where no arc leads")
        problems += self._flow_problems(siting, flows)
        problems += self._load_problems(siting, flows)
        if self.closest_assignment:
            problems += self._passed_by(siting, flows, far)
        travel = float((self.weight[flows.cell] * self._parts(flows) * np.nan_to_num(far)).sum())
        if self.travel_cost is None:
            return Recount(travel, tuple(problems))
        cost = self.roles.total_cost(siting.open_sites) + self.travel_cost * travel
        return Recount(cost, tuple(problems))

    def _parts(self, flows: Flows) -> NDArray[np.float64]:
        """Share of its cell that each flow is; a cell without people goes whole."""
        people = self.demand.people[flows.cell]
        return np.where(people > 0, flows.people / np.where(people > 0, people, 1.0), 1.0)

    def _away(self, flows: Flows) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Distance of each flow (the nearest of repeated arcs), and whether there is an arc."""
        n_sites = max(self.times.n_sites, 1)
        key = self.times.cell * n_sites + self.times.site
        order = np.lexsort((self.times.value, key))
        keys, values = key[order], self.times.value[order]
        asked = flows.cell * n_sites + flows.site
        at = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
        if not len(keys):
            return np.full(len(asked), np.nan), np.zeros(len(asked), dtype=np.bool_)
        known = keys[at] == asked
        return np.where(known, values[at], np.nan), known

    def _flow_problems(self, siting: Siting, flows: Flows) -> list[str]:
        problems = []
        if (flows.people < 0).any():
            problems.append("a flow is negative")
        shut = ~np.isin(flows.site, siting.open_sites)
        if shut.any():
            problems.append(f"{int(shut.sum())} flows go to closed sites")
        people, n_cells = self.demand.people, len(self.demand)
        sent = np.bincount(flows.cell, weights=flows.people, minlength=n_cells)
        off = np.abs(sent - people) > _TOLERANCE * np.maximum(1.0, people)
        if off.any():
            first = int(np.flatnonzero(off)[0])
            problems.append(
                f"{int(off.sum())} cells are not served as a whole, first: {first}, "
                f"{sent[first]:g} of {people[first]:g} people"
            )
        times = np.bincount(flows.cell, minlength=n_cells)
        bare = (times == 0) & (self.weight > 0) & ~off
        if bare.any():
            problems.append(f"{int(bare.sum())} cells with weight but no people go nowhere")
        parted = times > 1 if self.single_source else (times > 1) & (people == 0)
        if parted.any():
            problems.append(f"{int(parted.sum())} cells are parted, but must go whole")
        return problems

    def _load_problems(self, siting: Siting, flows: Flows) -> list[str]:
        load = np.bincount(flows.site, weights=flows.people, minlength=self.times.n_sites)
        problems = []
        for j in siting.open_sites.tolist():
            size = _TOLERANCE * max(1.0, float(load[j]))
            if load[j] > self.max_load[j] + size:
                problems.append(f"site {j} serves {load[j]:g} people, at most {self.max_load[j]:g}")
            if load[j] < self.min_load[j] - size:
                problems.append(f"site {j} serves {load[j]:g} people, least {self.min_load[j]:g}")
        return problems

    def _passed_by(self, siting: Siting, flows: Flows, far: NDArray[np.float64]) -> list[str]:
        is_open = np.zeros(self.times.n_sites, dtype=np.bool_)
        is_open[siting.open_sites] = True
        _, nearest = self.times.nearest(is_open)
        farther = (far > nearest[flows.cell]) & (flows.people > 0)
        if not farther.any():
            return []
        return [f"{int(farther.sum())} flows pass a nearer open site"]


def _flows_of(siting: Siting) -> Flows:
    if siting.flows is None:
        nobody = np.empty(0, dtype=np.int64)
        return Flows(nobody, nobody, np.empty(0))
    return siting.flows

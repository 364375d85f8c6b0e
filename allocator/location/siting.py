"""Siting: the answer to one classic question, with its proof."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.location.questions.base import Question, Served
from allocator.location.siting_tables import cells_of, on_the_map, sites_of
from allocator.lp.status import Status
from allocator.reprs import block, small_table

_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Flows:
    """People sent from cells to sites, where the model decides that itself.

    Attributes
    ----------
    cell, site, people
        Positions and people of each flow, shape ``(n_flows,)``.
    """

    cell: NDArray[np.int64]
    site: NDArray[np.int64]
    people: NDArray[np.float64]


def _no_positions() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Siting:
    """Which sites to open, and how good that is proven to be.

    Attributes
    ----------
    model
        The question's name in the literature, e.g. ``LSCP``.
    question
        What was asked: arcs, people, roles of sites, parameters.
    status
        ``optimal`` only when proven (within the gap asked for).
    objective, objective_unit, sense
        Of the answer; ``people``, ``sites``, ``cost``, ``minutes`` ...; ``min`` or ``max``.
    bound, gap
        What no answer can beat; ``|objective - bound| / |objective|``.
    open_sites
        Positions of all open sites, ascending; those that were open already among them.
    servers
        Vehicles (or other servers) at each of ``open_sites``; one each when missing.
    levels
        Level of each of ``open_sites`` in a hierarchy; missing elsewhere.
    flows
        Who is sent where, if the model decides that itself.
    uncoverable
        Cells that no permitted site reaches, ascending.
    seconds
        How long it took.
    reproducible
        False when the clock or the user stopped it: the same input may then give another answer.
    interrupted
        Whether the user stopped it.
    notes
        What a reader should know: how far the proof goes, what was left out, what would do.
    """

    model: str
    question: Question
    status: Status
    objective: float
    objective_unit: str
    sense: Literal["min", "max"]
    bound: float
    gap: float
    open_sites: NDArray[np.int64]
    servers: NDArray[np.int64] | None = None
    levels: NDArray[np.int64] | None = None
    flows: Flows | None = None
    uncoverable: NDArray[np.int64] = field(default_factory=_no_positions)
    seconds: float = 0.0
    reproducible: bool = True
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def new_sites(self) -> NDArray[np.int64]:
        """Positions of the sites that this answer opens, ascending."""
        return np.setdiff1d(self.open_sites, self.question.roles.existing)

    @property
    def closed_sites(self) -> NDArray[np.int64]:
        """Positions of the sites that this answer closes, ascending."""
        if not self.status.has_answer:
            return _no_positions()
        return np.setdiff1d(self.question.roles.existing, self.open_sites)

    @property
    def sites(self) -> list[str] | list[int]:
        """Open sites by name, or by position when they have no names."""
        known = self.question.sites
        if known is None:
            positions: list[int] = self.open_sites.tolist()
            return positions
        return [str(known.ids[i]) for i in self.open_sites]

    @cached_property
    def served(self) -> Served:
        """Who goes where: site, distance and cover of every cell."""
        return self.question.served(self)

    @property
    def assignment(self) -> NDArray[np.int64]:
        """Position of the site that each cell goes to, -1 for none, shape ``(n_cells,)``."""
        return self.served.site

    @property
    def people_total(self) -> float:
        """People in all cells."""
        return float(self.question.demand.people.sum())

    @property
    def people_covered(self) -> float:
        """People (not points) that count as served."""
        return float(self.question.demand.people[self.served.covered].sum())

    @property
    def uncovered(self) -> dict[str, float]:
        """People not served, by population group; ``total`` first."""
        missed = ~self.served.covered
        demand = self.question.demand
        return {
            group: float(demand.of_group(group)[missed].sum())
            for group in ("total", *demand.groups)
        }

    @property
    def load(self) -> NDArray[np.float64]:
        """People who go to each of ``open_sites``, shape ``(n_open,)``."""
        n_sites = self.question.roles.n_sites
        if self.flows is not None:
            per_site = np.bincount(self.flows.site, weights=self.flows.people, minlength=n_sites)
        else:
            going = self.assignment >= 0
            per_site = np.bincount(
                self.assignment[going],
                weights=self.question.demand.people[going],
                minlength=n_sites,
            )
        return np.asarray(per_site[self.open_sites], dtype=np.float64)

    @property
    def site_table(self) -> pd.DataFrame:
        """One row per site that is open or closed by this answer: id, status, people, servers."""
        return sites_of(self)

    @property
    def cell_table(self) -> pd.DataFrame:
        """One row per cell: id, people, site that it goes to, how far, whether it is served."""
        return cells_of(self)

    @property
    def site_points(self) -> gpd.GeoDataFrame:
        """:attr:`site_table` with points.

        Raises
        ------
        InputError
            If the sites have no coordinates.
        """
        shown = np.concatenate([self.open_sites, self.closed_sites])
        return on_the_map(self.site_table, self.question.sites, shown, "site")

    @property
    def cell_points(self) -> gpd.GeoDataFrame:
        """:attr:`cell_table` with points.

        Raises
        ------
        InputError
            If the cells have no coordinates.
        """
        demand = self.question.demand
        return on_the_map(self.cell_table, demand, np.arange(len(demand)), "cell")

    def verify(self) -> list[str]:
        """What is wrong with this answer, recomputed from the arcs alone; empty when all is well.

        The objective and every rule of the question are counted again; no solver is asked.
        """
        if not self.status.has_answer:
            return []
        recount = self.question.recount(self)
        problems = list(recount.problems)
        size = _TOLERANCE * max(1.0, abs(recount.objective))
        if not abs(recount.objective - self.objective) <= size:
            problems.append(f"objective {self.objective:g}, but counted {recount.objective:g}")
        beaten = self.bound - self.objective if self.sense == "min" else self.objective - self.bound
        if not beaten <= _TOLERANCE * max(1.0, abs(self.objective)):
            side = "above" if self.sense == "min" else "below"
            problems.append(f"bound {self.bound:g} lies {side} the objective {self.objective:g}")
        return problems

    def __repr__(self) -> str:
        """One line with what matters."""
        if not self.status.has_answer:
            return f"Siting({self.model}, {self.status}: {'; '.join(self.notes) or 'no answer'})"
        return (
            f"Siting({self.model}, {self.status}: {len(self.open_sites)} open "
            f"({len(self.new_sites)} new), objective {self.objective:,.10g} {self.objective_unit}, "
            f"bound {self.bound:,.10g}, gap {self.gap:.2%})"
        )

    def _repr_html_(self) -> str:
        lines = [repr(self)]
        if self.status.has_answer:
            share = self.people_covered / self.people_total if self.people_total else 1.0
            lines.append(
                f"{self.people_covered:,.0f} of {self.people_total:,.0f} people ({share:.1%})"
            )
        return block([*lines, *self.notes], small_table(self.site_table, rest="siting.site_table"))

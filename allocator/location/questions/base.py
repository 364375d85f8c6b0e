"""What every question can do: say who is served by what, and count an answer again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError
from allocator.location.roles import SiteRoles
from allocator.travel.coverage import Coverage, Reach
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes

if TYPE_CHECKING:
    from allocator.location.siting import Siting


@dataclass(frozen=True)
class Recount:
    """What an answer amounts to, counted from the arcs alone.

    Attributes
    ----------
    objective
        The question's objective at this answer.
    problems
        Rules of the question that the answer breaks, in words.
    """

    objective: float
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Served:
    """Who goes where.

    Attributes
    ----------
    site
        The site that each cell goes to, -1 for none, shape ``(n_cells,)``.
    away
        How far that is, in the unit of the travel times; NaN when unknown, shape ``(n_cells,)``.
    covered
        Whether each cell counts as served in the sense of the question, shape ``(n_cells,)``.
    """

    site: NDArray[np.int64]
    away: NDArray[np.float64]
    covered: NDArray[np.bool_]


class Question(Protocol):
    """One question: its arcs, people and parameters."""

    @property
    def roles(self) -> SiteRoles:
        """What each site may be."""
        ...

    @property
    def demand(self) -> Demand:
        """Who needs to be served."""
        ...

    @property
    def sites(self) -> SiteSet | None:
        """What the sites are, if the caller said so."""
        ...

    @property
    def away_unit(self) -> str:
        """``minutes`` or ``km``; empty when distances are unknown."""
        ...

    def served(self, siting: "Siting") -> Served:
        """Who goes where in an answer."""
        ...

    def recount(self, siting: "Siting") -> Recount:
        """The objective and every broken rule of an answer, counted from the arcs alone."""
        ...


@dataclass(frozen=True, eq=False)
class TravelQuestion:
    """Cells that travel to sites: what the questions of distance have in common.

    Attributes
    ----------
    times
        How far each cell is from each site; a missing arc cannot be travelled.
    demand
        People per cell.
    roles
        What each site may be.
    """

    times: TravelTimes
    demand: Demand
    roles: SiteRoles

    @property
    def sites(self) -> SiteSet | None:
        """What the sites are, if the caller said so."""
        return self.times.sites

    @property
    def away_unit(self) -> str:
        """Unit of the travel times."""
        return self.times.unit


def role_problems(
    roles: SiteRoles, open_sites: NDArray[np.int64], p: int | None = None
) -> list[str]:
    """Ways in which open sites break the roles of sites, or exceed ``p`` of them."""
    is_open = set(open_sites.tolist())
    problems = []
    for name, must in (("existing", roles.already_open), ("required", roles.required)):
        closed = [j for j in must.tolist() if j not in is_open]
        if closed:
            problems.append(f"{len(closed)} {name} sites are not open, first: {closed[0]}")
    permitted = roles.permitted
    barred = [j for j in open_sites.tolist() if not permitted[j]]
    if barred:
        problems.append(f"{len(barred)} forbidden sites are open, first: {barred[0]}")
    if len(is_open) != len(open_sites):
        problems.append("a site is listed as open more than once")
    if p is not None and len(is_open) > p:
        problems.append(f"{len(is_open)} sites are open, more than p = {p}")
    return problems


def servers_in_reach(
    reach: Reach, open_sites: NDArray[np.int64], servers: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """How many servers (one per open site unless told) each cell reaches, shape ``(n_cells,)``."""
    at = np.zeros(reach.n_sites, dtype=np.int64)
    at[open_sites] = 1 if servers is None else servers
    rows = reach if isinstance(reach, Coverage) else reach.rows
    running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(at[rows.site])])
    per_row: NDArray[np.int64] = running[rows.start[1:]] - running[rows.start[:-1]]
    return per_row if isinstance(reach, Coverage) else np.asarray(per_row[reach.row_of_cell])


def served_within(reach: Reach, open_sites: NDArray[np.int64]) -> Served:
    """Each cell goes to its nearest open site in reach; to the first one when nobody knows."""
    is_open = np.zeros(reach.n_sites, dtype=np.bool_)
    is_open[open_sites] = True
    covered = reach.covered_by(is_open)
    if isinstance(reach, Coverage) and reach.times is not None:
        site, away = reach.times.nearest(is_open)
        return Served(np.where(covered, site, -1), np.where(covered, away, np.nan), covered)
    rows = reach if isinstance(reach, Coverage) else reach.rows
    first = np.full(rows.n_cells, -1, dtype=np.int64)
    row = np.repeat(np.arange(rows.n_cells), rows.degree)
    hit = is_open[rows.site]
    # Written backwards, so that the first open site of a row is the one that stays.
    first[row[hit][::-1]] = rows.site[hit][::-1]
    site = first if isinstance(reach, Coverage) else first[reach.row_of_cell]
    return Served(site, np.full(len(site), np.nan), covered)


def unit_of(reach: Reach) -> str:
    """Unit of the travel times behind a reach; empty when there are none."""
    return reach.times.unit if isinstance(reach, Coverage) and reach.times is not None else ""


def demand_of(
    people: ArrayLike | None,
    demand: Demand | None,
    n_cells: int,
    *,
    default: float | None,
) -> Demand:
    """Who needs to be served: as told, else what the reach carries, else ``default`` per cell.

    Raises
    ------
    InputError
        If nobody said and there is no default, or the sizes do not fit.
    """
    if people is not None:
        return _sized(Demand(np.asarray(people, dtype=np.float64)), n_cells)
    if demand is not None:
        return _sized(demand, n_cells)
    if default is None:
        raise InputError(
            "nobody said how many people live in each cell; give people=...", where="demand"
        )
    return Demand(np.full(n_cells, default))


def _sized(demand: Demand, n_cells: int) -> Demand:
    if len(demand) != n_cells:
        raise InputError(
            f"people must have one number per cell, shape ({n_cells},), got ({len(demand)},)",
            where="demand",
        )
    return demand

"""The question of keeping sites apart, counted again from the arcs between sites."""

from dataclasses import dataclass

import numpy as np

from allocator.location.questions.base import Recount, Served, role_problems
from allocator.location.roles import SiteRoles
from allocator.location.siting import Siting
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes


@dataclass(frozen=True, eq=False)
class Dispersion:
    """p-dispersion: the least distance between two open sites, as large as can be.

    Attributes
    ----------
    apart
        Arcs between sites; a pair counts with the shorter of its two directions.
    demand
        Nobody: the model asks about sites alone.
    roles
        What each site may be.
    p
        Number of sites that must be open.
    beyond
        What a pair without an arc counts as: at least so far apart.
    """

    apart: TravelTimes
    demand: Demand
    roles: SiteRoles
    p: int
    beyond: float

    @property
    def sites(self) -> SiteSet | None:
        """What the sites are, if the caller said so."""
        return self.apart.sites

    @property
    def away_unit(self) -> str:
        """Unit of the arcs."""
        return self.apart.unit

    def served(self, siting: Siting) -> Served:
        """Nobody goes anywhere: an open site stands at its own place."""
        site = np.full(self.apart.n_sites, -1, dtype=np.int64)
        site[siting.open_sites] = siting.open_sites
        return Served(site, np.where(site >= 0, 0.0, np.nan), site >= 0)

    def recount(self, siting: Siting) -> Recount:
        """The least arc between two open sites."""
        problems = role_problems(self.roles, siting.open_sites, self.p)
        if len(siting.open_sites) < self.p:
            problems.append(f"{len(siting.open_sites)} sites are open, fewer than p = {self.p}")
        is_open = np.zeros(self.apart.n_sites, dtype=np.bool_)
        is_open[siting.open_sites] = True
        one, other = self.apart.cell, self.apart.site
        between = is_open[one] & is_open[other] & (one != other)
        least = float(self.apart.value[between].min(initial=self.beyond))
        return Recount(least, tuple(problems))

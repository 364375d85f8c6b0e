"""The questions of distance (median and centre), counted again from the arcs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.questions.base import Recount, Served, TravelQuestion, role_problems
from allocator.location.siting import Siting


@dataclass(frozen=True, eq=False)
class NearestQuestion(TravelQuestion):
    """At most ``p`` open sites, each cell going to the nearest: what these models have in common.

    Attributes
    ----------
    p
        Most sites that may be open, existing ones among them.
    """

    p: int

    def served(self, siting: Siting) -> Served:
        """Each cell goes to its nearest open site, if there is a way to any."""
        is_open = np.zeros(self.times.n_sites, dtype=np.bool_)
        is_open[siting.open_sites] = True
        site, away = self.times.nearest(is_open)
        return Served(site, away, site >= 0)

    def missed(self, served: Served, counts: NDArray[np.bool_]) -> list[str]:
        """Cells that count and reach no open site, in words."""
        left = np.flatnonzero(counts & ~served.covered)
        if not len(left):
            return []
        return [f"{len(left)} cells reach no open site, first: {left[0]}"]


@dataclass(frozen=True, eq=False)
class Median(NearestQuestion):
    """p-median: least sum of people times distance; cells without people need no site."""

    def recount(self, siting: Siting) -> Recount:
        """People times distance over all cells with people."""
        problems = role_problems(self.roles, siting.open_sites, self.p)
        people, served = self.demand.people, self.served(siting)
        problems += self.missed(served, people > 0)
        going = served.covered & (people > 0)
        return Recount(float((people[going] * served.away[going]).sum()), tuple(problems))


@dataclass(frozen=True, eq=False)
class Center(NearestQuestion):
    """p-center: least distance within which every cell that counts has an open site.

    Attributes
    ----------
    counts
        Whether each cell counts, shape ``(n_cells,)``.
    """

    counts: NDArray[np.bool_]

    def recount(self, siting: Siting) -> Recount:
        """The largest distance of a cell that counts from its nearest open site."""
        problems = role_problems(self.roles, siting.open_sites, self.p)
        served = self.served(siting)
        problems += self.missed(served, self.counts)
        away = served.away[served.covered & self.counts]
        return Recount(float(away.max(initial=0.0)), tuple(problems))

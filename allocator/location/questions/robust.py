"""The questions of several futures, counted again from the arcs alone, future by future."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.questions.base import Recount, role_problems, servers_in_reach
from allocator.location.questions.cover import CoverQuestion
from allocator.location.questions.median import NearestQuestion
from allocator.location.siting import Siting


@dataclass(frozen=True, eq=False)
class RobustCover(CoverQuestion):
    """People within reach, in the worst of several futures or against each future's best.

    Attributes
    ----------
    p
        Most sites that may be open, existing ones among them.
    people_by_sample
        Shape ``(n_samples, n_cells)``.
    best
        What each sample could have by itself at the most; None where that is not compared.
    """

    p: int
    people_by_sample: NDArray[np.float64]
    best: NDArray[np.float64] | None = None

    def by_sample(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        """People within reach in each sample."""
        reached = servers_in_reach(self.reach, open_sites) > 0
        return np.asarray(self.people_by_sample[:, reached].sum(axis=1))

    def recount(self, siting: Siting) -> Recount:
        """The fewest people reached in a sample, or the largest regret."""
        problems = role_problems(self.roles, siting.open_sites, self.p)
        people = self.by_sample(siting.open_sites)
        worst = people.min() if self.best is None else (self.best - people).max()
        return Recount(float(worst), tuple(problems))


@dataclass(frozen=True, eq=False)
class RobustMedian(NearestQuestion):
    """Travel of all people, in the worst of several futures or against each future's best.

    Attributes
    ----------
    people_by_sample
        Shape ``(n_samples, n_cells)``.
    best
        What each sample has to travel by itself at the least; None where that is not compared.
    """

    people_by_sample: NDArray[np.float64]
    best: NDArray[np.float64] | None = None

    def by_sample(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        """People times distance in each sample; cells that reach nothing count nothing."""
        is_open = np.zeros(self.times.n_sites, dtype=np.bool_)
        is_open[open_sites] = True
        away = self.times.nearest(is_open)[1]
        return np.asarray(self.people_by_sample @ np.where(np.isnan(away), 0.0, away))

    def recount(self, siting: Siting) -> Recount:
        """The most travel in a sample, or the largest regret."""
        problems = role_problems(self.roles, siting.open_sites, self.p)
        problems += self.missed(self.served(siting), self.people_by_sample.max(axis=0) > 0)
        travel = self.by_sample(siting.open_sites)
        worst = travel.max() if self.best is None else (travel - self.best).max()
        return Recount(float(worst), tuple(problems))

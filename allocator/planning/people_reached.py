"""People within reach of open sites, and the most that a number of sites can reach."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.set_cover.dominance import needless_sites
from allocator.location.maximal_cover import most_covered
from allocator.location.roles import SiteOptions
from allocator.planning.figures import Asked, Best, Figure
from allocator.planning.kept_cover import KeptCover
from allocator.planning.reach import reach
from allocator.planning.site_marginals import cost_of
from allocator.planning.wanted_sets import left_to_hit, with_sets
from allocator.policy.rules import CoverageRule
from allocator.travel.coverage import Coverage
from allocator.travel.ends import Demand

_MUST = "wanted sets"
_EFFORT = 0.2
"""The plan's own choice is a good start: less work than usual goes into a better one."""


@dataclass(frozen=True, eq=False)
class _Narrowed:
    """A question without what is decided beforehand: reach of cells and sets, and the rest."""

    rows: Coverage
    given: SiteOptions
    starts: list[NDArray[np.int64]]
    program: KeptCover


@dataclass(frozen=True, eq=False)
class PeopleReached(Figure):
    """People within reach of open sites."""

    rule: CoverageRule
    _questions: dict[Asked, _Narrowed] = field(default_factory=dict, init=False)

    @cached_property
    def _reach(self) -> Coverage:
        return reach(self.case, self.rule, self._cells, self.positions)

    @property
    def limit(self) -> float:
        """Everybody whom a site can reach."""
        return float(self._people[self._reach.degree > 0].sum())

    @property
    def pairs(self) -> int:
        """Pairs of a cell and a site within reach."""
        return len(self._reach.site)

    def value(self, opened: frozenset[int]) -> float:
        """People whom these sites reach."""
        is_open = np.isin(self.positions, list(opened))
        return float(self._people[self._reach.covered_by(is_open)].sum())

    @cached_property
    def _cost(self) -> NDArray[np.float64]:
        return np.array([cost_of(self.case, j, more=True) for j in self.positions])

    def is_quick(self, asked: Asked) -> bool:
        """Whether the wanted sets leave so little to decide that one program decides it."""
        return self._narrowed(asked).program.is_small

    def best(self, p: int, asked: Asked) -> Best:
        """Most people with at most p open sites (MCLP); a set is a cell that must be reached."""
        known = self._narrowed(asked)
        if known.program.is_small:
            found = known.program.best(p, known.starts, self._cost, asked.how)
            opened = None if found.places is None else self._positions(found.places)
            return Best(opened, min(self.limit, found.bound), found.impossible)
        n = len(self._cells)
        m = known.rows.n_cells - n
        must = np.repeat([0.0, 1.0], [n, m])
        demand = Demand(np.concatenate([self._people, np.ones(m)]), groups={_MUST: must})
        asked.memory.starts.extend(known.starts)
        siting = most_covered(
            replace(known.rows, demand=demand), p=p, budget=None, people=None,
            floors={_MUST: 1.0} if m else None, effort=_EFFORT, settings=asked.how,
            progress=None, sites=known.given, memory=asked.memory,
        )  # fmt: skip
        bound = siting.bound - m if siting.status.has_answer else self.limit
        return self._answer(siting, min(self.limit, bound))

    def _narrowed(self, asked: Asked) -> _Narrowed:
        if asked in self._questions:
            return self._questions[asked]
        given = self._given(asked.roles)
        there = np.union1d(np.asarray(given["open_sites"]), np.asarray(given["required"]))
        left = left_to_hit(asked.sets, there, len(self.positions))
        n, m = len(self._cells), len(left)
        cells = np.repeat(np.arange(n), self._reach.degree)
        cell, site = with_sets(cells, self._reach.site, n, left)
        rows = Coverage.from_pairs(cell, site, n + m, len(self.positions))
        starts = [self._places(start) for start in asked.starts]
        kept = np.concatenate([np.asarray(given["may_close"]), *starts])
        forbidden = np.asarray(given["forbidden"])
        forbidden = np.union1d(forbidden, np.setdiff1d(_needless(rows, there, forbidden), kept))
        given["forbidden"] = forbidden
        program = KeptCover.of(self._reach, self._people, left, there, forbidden)
        self._questions[asked] = _Narrowed(rows, given, starts, program)
        return self._questions[asked]


def _needless(
    rows: Coverage, there: NDArray[np.int64], forbidden: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Sites that may be left aside: one that may open does as much, besides those that are there.

    ``there`` are open whatever is decided.
    """
    free = np.setdiff1d(np.arange(rows.n_sites), np.union1d(there, forbidden))
    bare = np.flatnonzero(~rows.covered_by(np.isin(np.arange(rows.n_sites), there)))
    return free[needless_sites(rows.of_cells(bare).of_sites(free))]

"""The figure of one rule for any choice of sites, and the best that a number of sites can give."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.location.maximal_cover import Memory, most_covered
from allocator.location.median import p_median
from allocator.location.roles import SiteOptions
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.case import Case
from allocator.planning.kept_cover import KeptCover, left_to_hit, needless
from allocator.planning.reach import (
    cells_of,
    cells_of_response,
    least_minutes,
    minutes,
    reach,
)
from allocator.planning.site_marginals import cost_of
from allocator.planning.wanted_sets import Places
from allocator.policy.rules import CoverageRule, MeanResponse
from allocator.travel.coverage import Coverage
from allocator.travel.ends import Demand
from allocator.travel.times import TravelTimes
from allocator.travel.ways import FARTHEST

_WIDER = 1.5
"""Ways are looked up to this multiple of the plan's longest one."""
_MUST = "wanted sets"
_EFFORT = 0.2
"""The plan's own choice is a good start: less work than usual goes into a better one."""


@dataclass(frozen=True, eq=False)
class Roles:
    """Positions that stay open, that stand and may close, that must be opened, that must not."""

    stay: frozenset[int]
    may_close: frozenset[int]
    required: frozenset[int]
    forbidden: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class Asked:
    """A question about one figure, for any number of sites.

    Attributes
    ----------
    sets
        Of each of them one site must be open.
    starts
        Choices to begin with.
    how
        Gap, nodes and seed.
    memory
        What one number of sites leaves for the next.
    """

    sets: Sequence[Places]
    roles: Roles
    starts: Sequence[frozenset[int]]
    how: SolverSettings
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, eq=False)
class Best:
    """The best choice that was found, as positions of open sites, and what none can beat.

    ``opened`` is None where there is no answer; ``impossible`` where that is proven.
    """

    opened: frozenset[int] | None
    bound: float
    impossible: bool = False


@dataclass(frozen=True, eq=False)
class Figure(ABC):
    """What a rule counts; ``positions`` are those of the rule's sites, ascending."""

    case: Case
    positions: list[int]
    group: str

    @property
    @abstractmethod
    def limit(self) -> float:
        """What no choice at all can beat."""

    @property
    @abstractmethod
    def pairs(self) -> int:
        """Pairs of a cell and a site that are looked at."""

    @abstractmethod
    def value(self, opened: frozenset[int]) -> float:
        """The figure with these sites open."""

    @abstractmethod
    def best(self, p: int, asked: Asked) -> Best:
        """The best figure of p open sites, one of each set among them."""

    @cached_property
    def _cells(self) -> NDArray[np.int64]:
        return cells_of(self.case, self.group)

    @cached_property
    def _people(self) -> NDArray[np.float64]:
        return np.asarray(self.case.region.grid.people[self._cells], dtype=np.float64)

    def _given(self, roles: Roles) -> SiteOptions:
        return SiteOptions(
            open_sites=self._places(roles.stay), may_close=self._places(roles.may_close),
            required=self._places(roles.required), forbidden=self._places(roles.forbidden),
        )  # fmt: skip

    def _places(self, chosen: frozenset[int]) -> NDArray[np.int64]:
        return np.flatnonzero(np.isin(self.positions, list(chosen)))

    def _answer(self, siting: Siting, bound: float) -> Best:
        impossible = siting.status is Status.INFEASIBLE
        if siting.interrupted:
            raise KeyboardInterrupt
        if not siting.status.has_answer:
            return Best(None, bound, impossible)
        chosen = siting.open_sites[siting.open_sites < len(self.positions)]
        return Best(self._positions(chosen), bound)

    def _positions(self, places: NDArray[np.int64]) -> frozenset[int]:
        return frozenset(self.positions[k] for k in places.tolist())


@dataclass(frozen=True, eq=False)
class PeopleReached(Figure):
    """People within reach of open sites."""

    rule: CoverageRule

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

    def best(self, p: int, asked: Asked) -> Best:
        """Most people with at most p open sites (MCLP); a set is a cell that must be reached.

        Where the sets leave little to decide, one program decides it.
        """
        given = self._given(asked.roles)
        there = np.union1d(np.asarray(given["open_sites"]), np.asarray(given["required"]))
        left = left_to_hit(asked.sets, there, len(self.positions))
        n, m = len(self._cells), len(left)
        cells = np.repeat(np.arange(n), self._reach.degree)
        cell, site = _with_sets(cells, self._reach.site, n, left)
        rows = Coverage.from_pairs(cell, site, n + m, len(self.positions))
        starts = [self._places(start) for start in asked.starts]
        kept = np.concatenate([np.asarray(given["may_close"]), *starts])
        forbidden = np.asarray(given["forbidden"])
        forbidden = np.union1d(forbidden, np.setdiff1d(needless(rows, there, forbidden), kept))
        program = KeptCover.of(self._reach, self._people, left, there, forbidden)
        if program.is_small:
            found = program.best(p, starts, self._cost, asked.how)
            opened = None if found.places is None else self._positions(found.places)
            return Best(opened, min(self.limit, found.bound), found.impossible)
        given["forbidden"] = forbidden
        must = np.repeat([0.0, 1.0], [n, m])
        demand = Demand(np.concatenate([self._people, np.ones(m)]), groups={_MUST: must})
        asked.memory.starts.extend(starts)
        siting = most_covered(
            replace(rows, demand=demand), p=p, budget=None, people=None,
            floors={_MUST: 1.0} if m else None, effort=_EFFORT, settings=asked.how,
            progress=None, sites=given, memory=asked.memory,
        )  # fmt: skip
        bound = siting.bound - m if siting.status.has_answer else self.limit
        return self._answer(siting, min(self.limit, bound))


@dataclass(frozen=True, eq=False)
class MinutesOfWay(Figure):
    """Minutes that an ambulance is under way, on the mean; ``planned`` are the plan's sites."""

    rule: MeanResponse
    planned: frozenset[int]

    @cached_property
    def _cells(self) -> NDArray[np.int64]:
        return cells_of_response(self.case, self.rule)

    @cached_property
    def _farthest(self) -> float:
        """Up to how many minutes ways are looked for."""
        times = least_minutes(self.case, "ambulance", self._cells, sorted(self.planned))
        longest = float(times.max())
        return longest if longest >= FARTHEST else _WIDER * longest

    @cached_property
    def _times(self) -> TravelTimes:
        return minutes(self.case, "ambulance", self._cells, self.positions, self._farthest)

    @property
    def limit(self) -> float:
        """Nothing is quicker than no way at all."""
        return 0.0

    @property
    def pairs(self) -> int:
        """Pairs of a cell and a site; fewer are near enough to count."""
        return len(self._cells) * len(self.positions)

    def value(self, opened: frozenset[int]) -> float:
        """Mean minutes with these sites open."""
        times = least_minutes(self.case, "ambulance", self._cells, sorted(opened))
        return float(self._people @ times) / float(self._people.sum())

    def best(self, p: int, asked: Asked) -> Best:
        """Fewest minutes with p open sites (p-median); a set is a cell that takes no time.

        A way that is longer than was looked for counts as that long: the bound stays safe.
        """
        n, m, beyond = len(self._cells), len(asked.sets), len(self.positions)
        cell, site = _with_sets(self._times.cell, self._times.site, n, asked.sets)
        zero = np.zeros(len(cell) - len(self._times))
        times = TravelTimes(
            n + m, beyond + 1, np.concatenate([cell, np.arange(n)]),
            np.concatenate([site, np.full(n, beyond)]),
            np.concatenate([self._times.value, zero, np.full(n, self._farthest)]),
        )  # fmt: skip
        given = self._given(asked.roles)
        given["open_sites"] = np.append(np.asarray(given["open_sites"]), beyond)
        people = np.concatenate([self._people, np.ones(m)])
        siting = p_median(times, p=p + 1, people=people, settings=asked.how, **given)
        found = siting.status.has_answer
        return self._answer(siting, siting.bound / float(self._people.sum()) if found else 0.0)


def _with_sets(
    cell: NDArray[Any], site: NDArray[Any], n_cells: int, sets: Sequence[Places]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Arcs of the cells, then those of the sets as further cells."""
    sizes = [len(places) for places in sets]
    rows = np.repeat(np.arange(n_cells, n_cells + len(sets)), sizes)
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([cell, rows]), np.concatenate([site, *sets, none]).astype(np.int64)

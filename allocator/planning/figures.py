"""The figure of one rule for any choice of sites, and the best that a number of sites can give."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.location.maximal_cover import Memory
from allocator.location.roles import SiteOptions
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.case import Case
from allocator.planning.reach import cells_of
from allocator.planning.wanted_sets import Places


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

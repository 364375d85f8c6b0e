"""Branch and Benders cut: a tree over one linear program that stays warm."""

import heapq
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.dividing import Branching, Node
from allocator.location.engines.branching.program import Point
from allocator.location.engines.branching.relaxation import Relaxation
from allocator.location.engines.limits import Limits

_WHOLE = 1e-6
_ROUNDS = 8
_ROUND_WORTH = 0.1  # a round of cuts should close this share of what is left, or it is the last
_LOOKS_EVERY = 10
_PART_OF_GAP = 1e-4  # a cut worth less than this share of what is left is not added

Offer = Callable[[NDArray[np.int64]], None]


class Tree:
    """The search for what is better than the best so far.

    Parameters
    ----------
    asked
        Solved at its root, or as far as that went.
    floor
        Value of the best choice so far: asked again at each turn, since it rises.
    offer
        Takes choices that may be better.
    round_off
        Turns shares into choices and offers them.
    bound
        What no choice can be worth more than.
    gap
        Relative gap that is good enough.
    """

    def __init__(
        self,
        asked: Relaxation,
        limits: Limits,
        *,
        floor: Callable[[], float],
        offer: Offer,
        round_off: Callable[[NDArray[np.float64]], None],
        bound: float,
        gap: float,
    ) -> None:
        self._gap = gap
        self._asked, self._limits, self._offer, self._floor = asked, limits, offer, floor
        self._round_off = round_off
        self._open: list[tuple[float, int, Node]] = []
        self._branching = Branching(asked)
        self._count = 0
        self.nodes = 0
        self._current: Node | None = Node(
            bound, asked.program.low.copy(), asked.program.high.copy()
        )

    @property
    def left(self) -> int:
        """Parts that are still open."""
        return len(self._open) + (self._current is not None)

    @property
    def bound(self) -> float:
        """What no choice can be worth more than."""
        rest = [-self._open[0][0]] if self._open else []
        rest += [self._current.bound] if self._current else []
        return max([self._floor(), *rest])

    def run(self, report: Callable[[], None]) -> None:
        """Search until nothing better can be left, or the limits end it."""
        while not self._finished():
            if self._current is None:
                self._current = heapq.heappop(self._open)[2]
            node = self._current
            children = self._process(node)
            if children is None:
                return
            self.nodes += 1
            children = [c for c in children if not self._hopeless(c.bound)]
            self._current = None
            for child in children:
                self._count += 1
                # Of equally good parts the youngest: it lies next to where the program stands.
                heapq.heappush(self._open, (-child.bound, -self._count, child))
            if self.nodes % _LOOKS_EVERY == 0:
                report()

    def _finished(self) -> bool:
        if self._current is not None and self._hopeless(self._current.bound):
            self._current = None
        if self._current is None and (not self._open or self._hopeless(-self._open[0][0])):
            self._open = []
            return True
        floor = self._floor()
        close = floor > -np.inf and self.bound - floor <= self._gap * abs(floor)
        stopped = self._limits.node_limit is not None and self.nodes >= self._limits.node_limit
        return close or stopped or self._limits.out_of_time()

    def _hopeless(self, bound: float) -> bool:
        floor = self._floor()
        if floor == -np.inf:
            return bound == -np.inf
        return self._asked.rounded_down(bound) <= floor + 1e-9 * abs(floor)

    def _process(self, node: Node) -> list[Node] | None:
        """Children of a node, none when it is done with; None when the clock ended it."""
        asked = self._asked
        low, high, bound = node.low.copy(), node.high.copy(), node.bound
        last = np.inf
        point: Point
        self._branching.enter(node)
        for turn in range(_ROUNDS):
            if self._decided(low, high):
                return []
            found = asked.solve()
            if found is None:
                return None
            point = found
            before, last = last, point.bound
            bound = min(bound, last)
            if not point.feasible or self._hopeless(bound):
                return []
            self._fix(point, low, high)
            whole = bool((np.minimum(point.shares, 1 - point.shares) <= _WHOLE).all())
            if whole:
                self._offer(np.flatnonzero(point.shares > 0.5))
            elif not turn and self._is_time_to_look():
                self._round_off(point.shares)
            if self._hopeless(bound):
                return []
            known = self._floor() > -np.inf
            left = max(bound - self._floor(), 0.0) if known else 0.0
            added = asked.cut_off(point, _PART_OF_GAP * left)
            if not added or (turn and not whole and before - last < _ROUND_WORTH * left):
                break
        if self._decided(low, high):
            return []
        here = Node(bound, low, high, node.sets)
        return self._branching.children(here, point.shares, self._floor(), self._hopeless)

    def _is_time_to_look(self) -> bool:
        """Whether to round off: at nodes 1, 2, 4, 8 ... below the root, and now and then."""
        doubled = self.nodes > 0 and self.nodes & (self.nodes - 1) == 0
        return doubled or (self.nodes + 1) % _LOOKS_EVERY == 0

    def _decided(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
        """Offer the one choice that is left, if only one is."""
        chosen = np.flatnonzero(low > 0.5)
        full = len(chosen) >= self._asked.program.most
        if not full and (high > low).any():
            return False
        self._offer(chosen)
        return True

    def _fix(self, point: Point, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        """Close sites that are in nothing better, open those that nothing better can miss."""
        least = self._asked.next_above(self._floor())
        high[(point.opening < least) & (low < 0.5)] = 0.0
        low[(point.closing < least) & (high > 0.5)] = 1.0
        self._asked.program.set_sites(low, high)

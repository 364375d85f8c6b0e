"""Branch and Benders cut: a tree over one linear program that stays warm.

Branches on single sites, and on how many sites of a neighbourhood are open: where candidates lie so
close that each can stand in for the other, closing one of them proves next to nothing.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.master import Master, Point

_WHOLE = 1e-6
_ALIKE = (0.75, 0.5, 0.25, 0.08)  # shares of the smaller site's weight: how near neighbours are
_BROKEN = 0.1
_PROBED = 4
_PROBE_STEPS = 60
_ROUNDS = 8
_ROUND_WORTH = 0.03  # a round of cuts should close this share of what is left, or it is the last
_LOOKS_EVERY = 10
_PART_OF_GAP = 1e-4  # a cut worth less than this share of what is left is not added

Offer = Callable[[NDArray[np.int64]], None]


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the choices: bounds of sites, and how many of some neighbourhoods are open."""

    bound: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sets: tuple[tuple[bytes, float, float], ...] = ()


class Tree:
    """The search for what is better than the best so far.

    Parameters
    ----------
    master
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
        master: Master,
        limits: Limits,
        *,
        floor: Callable[[], float],
        offer: Offer,
        round_off: Callable[[NDArray[np.float64]], None],
        bound: float,
        gap: float,
    ) -> None:
        self._gap = gap
        self._master, self._limits, self._offer, self._floor = master, limits, offer, floor
        self._round_off = round_off
        self._open: list[tuple[float, int, Node]] = []
        self._rows: dict[bytes, int] = {}  # neighbourhoods that have a row now
        self._alike: dict[int, NDArray[np.float64]] = {}
        self._used: tuple[tuple[bytes, float, float], ...] = ()
        self._count = 0
        self.nodes = 0
        self._current: Node | None = Node(bound, master.low.copy(), master.high.copy())

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
        return self._master.problem.rounded_down(bound) <= floor + 1e-9 * abs(floor)

    def _process(self, node: Node) -> list[Node] | None:
        """Children of a node, none when it is done with; None when the clock ended it."""
        master = self._master
        low, high, bound = node.low.copy(), node.high.copy(), node.bound
        point: Point
        self._enter(node)
        for turn in range(_ROUNDS):
            if self._decided(low, high):
                return []
            found = master.solve()
            if found is None:
                return None
            point = found
            before, bound = bound, min(bound, point.bound)
            if not point.feasible or self._hopeless(bound):
                return []
            self._fix(point, low, high)
            mass = master.mass(point.shares)
            whole = bool((np.minimum(point.shares, 1 - point.shares) <= _WHOLE).all())
            if whole:
                self._offer(np.flatnonzero(point.shares > 0.5))
            elif turn == 0 and (self.nodes < 2 * _LOOKS_EVERY or self.nodes % _LOOKS_EVERY == 0):
                self._round_off(point.shares)
            if self._hopeless(bound):
                return []
            known = self._floor() > -np.inf
            left = max(bound - self._floor(), 0.0) if known else 0.0
            added = master.cut(mass, mass, point.theta, _PART_OF_GAP * left)
            if not added or (turn and not whole and before - bound < _ROUND_WORTH * left):
                break
        if self._decided(low, high):
            return []
        return self._children(Node(bound, low, high, node.sets), point)

    def _enter(self, node: Node) -> None:
        self._master.set_sites(node.low, node.high)
        for members, _, _ in self._used:
            if all(members != other for other, _, _ in node.sets):
                self._master.set_row(self._row_of(members), -np.inf, np.inf)
        for members, least, most in node.sets:
            self._master.set_row(self._row_of(members), least, most)
        self._used = node.sets

    def _row_of(self, members: bytes) -> int:
        if members not in self._rows:
            bits = np.unpackbits(np.frombuffer(members, dtype=np.uint8))
            of_set = bits[: self._master.problem.n_sites].astype(np.bool_)
            self._rows[members] = self._master.add_sites_row(of_set)
        return self._rows[members]

    def _forget_rows(self, *kept: Node) -> None:
        """Drop the rows of neighbourhoods that these parts say nothing about."""
        needed = {members for node in kept for members, _, _ in node.sets}
        gone = self._rows.keys() - needed
        self._master.drop_rows({self._rows.pop(members) for members in sorted(gone)})

    def _decided(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
        """Offer the one choice that is left, if only one is."""
        chosen = np.flatnonzero(low > 0.5)
        full = len(chosen) >= self._master.problem.most
        if not full and (high > low).any():
            return False
        self._offer(chosen)
        return True

    def _fix(self, point: Point, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        """Close sites that are in nothing better, open those that nothing better can miss."""
        least = self._master.problem.next_above(self._floor())
        high[(point.opening < least) & (low < 0.5)] = 0.0
        low[(point.closing < least) & (high > 0.5)] = 1.0
        self._master.set_sites(low, high)

    def _children(self, here: Node, point: Point) -> list[Node]:
        """The two parts that promise to lower the bound most."""
        master = self._master
        best: list[Node] = []
        best_score = -1.0
        floor = self._floor()
        pairs = list(self._candidates(here, point.shares))
        for pair in pairs:
            for members, _, _ in pair[0].sets:
                self._row_of(members)
        basis = master.basis()
        for pair in pairs:
            bounds = []
            for part in pair:
                self._enter(part)
                bounds.append(min(here.bound, master.probe(_PROBE_STEPS)))
                self._enter(here)
                master.restart_from(basis)
            drops = [max(here.bound - max(b, floor), 1e-9) for b in bounds]
            score = drops[0] * drops[1]
            if score > best_score:
                best_score = score
                best = [Node(b, p.low, p.high, p.sets) for b, p in zip(bounds, pair, strict=True)]
            if any(self._hopeless(b) for b in bounds):
                break
        self._forget_rows(here, *best)
        return best

    def _candidates(self, here: Node, shares: NDArray[np.float64]) -> Iterator[tuple[Node, Node]]:
        broken = np.minimum(shares, 1 - shares)
        undecided = np.flatnonzero((here.high > here.low) & (broken > _WHOLE))
        if not len(undecided):
            # The tolerance of the solver hides what is wrong: any site that is left will do.
            yield self._by_site(here, int(np.flatnonzero(here.high > here.low)[0]))
            return
        worth = broken * self._master.site_weight
        first = undecided[np.argsort(-worth[undecided], kind="stable")]
        found = self._neighbourhoods(shares, first[: 3 * _PROBED])
        for members, total in found:
            yield self._by_set(here, members, total)
        for site in first[: max(2, _PROBED - len(found))].tolist():
            yield self._by_site(here, site)

    def _by_site(self, here: Node, site: int) -> tuple[Node, Node]:
        low, high = here.low.copy(), here.high.copy()
        low[site], high[site] = 1.0, 0.0
        return (
            Node(here.bound, here.low, high, here.sets),
            Node(here.bound, low, here.high, here.sets),
        )

    def _by_set(self, here: Node, members: bytes, total: float) -> tuple[Node, Node]:
        before = next(((a, b) for s, a, b in here.sets if s == members), (-np.inf, np.inf))
        others = tuple(s for s in here.sets if s[0] != members)
        fewer = (*others, (members, before[0], float(np.floor(total))))
        more = (*others, (members, float(np.ceil(total)), before[1]))
        return (
            Node(here.bound, here.low, here.high, fewer),
            Node(here.bound, here.low, here.high, more),
        )

    def _neighbourhoods(
        self, shares: NDArray[np.float64], around: NDArray[np.int64]
    ) -> list[tuple[bytes, float]]:
        """Neighbourhoods whose number of open sites is most broken, and that number."""
        weight = self._master.site_weight
        found: dict[bytes, tuple[float, float]] = {}
        for site in around.tolist():
            shared = self._alike.get(site)
            if shared is None:
                shared = self._alike[site] = self._master.overlap(site)
            smaller = np.minimum(weight, weight[site])
            for share in _ALIKE:
                members = shared >= share * np.maximum(smaller, 1e-300)
                members[site] = True
                total = float(shares[members].sum())
                away = abs(total - round(total))
                if away > _BROKEN and members.sum() > 1:
                    found.setdefault(np.packbits(members).tobytes(), (away, total))
        ordered = sorted(found.items(), key=lambda item: -item[1][0])
        return [(members, total) for members, (_, total) in ordered[:_PROBED]]

"""The p-median of any size, proven: a good start, cuts at the root, and a tree over the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import Point
from allocator.location.engines.branching.tree import Tree
from allocator.location.engines.limits import Limits
from allocator.location.engines.median.bracket import MedianBracket, Say
from allocator.location.engines.median.master import MedianMaster
from allocator.location.engines.median.prices import good_prices
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.engines.median.worth import MedianWorth

_STEPS = 300  # of the ascent where cells could not be seen as one
_PART_OF_GAP = 1e-3  # a round of cuts worth less than this share of what is left is the last
_ROUNDS_IN_VAIN = 3
_ROUNDINGS, _ROUNDINGS_IN_A_BRANCH = 12, 3
_SHARE_WORTH_TRIMMING, _WORTH_A_RESTART = 0.25, 0.5
_RESTARTS = 3
_CUT_WORTH = 1e-5


@dataclass(frozen=True, eq=False)
class Median:
    """A choice of sites, and what none can cost less than.

    Attributes
    ----------
    chosen
        Positions of the free sites to open, ascending.
    cost, bound
        What all cells pay, and the proven lower bound.
    interrupted
        Whether the user stopped the search.
    nodes
        Branches looked at.
    """

    chosen: NDArray[np.int64]
    cost: float
    bound: float
    interrupted: bool
    nodes: int


def best_median(
    problem: MedianProblem,
    step: float,
    limits: Limits,
    say: Say,
    known: NDArray[np.int64] | None = None,
) -> Median:
    """Find the best ``p`` of the free sites and prove it, as far as the limits allow.

    Parameters
    ----------
    step
        Amount of which all costs are multiples; 0 when there is none.
    known
        A choice that serves every cell, where not every choice does.
    """
    bracket = MedianBracket(problem, step, limits, known)
    if problem.p in (0, len(problem.free)):
        return Median(bracket.chosen, bracket.cost, bracket.cost, False, 0)
    proof = _Proof(bracket, say)
    interrupted = False
    try:
        proof.run()
    except KeyboardInterrupt:
        interrupted = True
    return Median(bracket.chosen, bracket.cost, bracket.bound, interrupted, proof.nodes)


class _Proof:
    """What is known of the bound, and how it was come by."""

    def __init__(self, bracket: MedianBracket, say: Say) -> None:
        self._bracket, self._say = bracket, say
        self.nodes = 0
        self._trimmed = 0

    def run(self) -> None:
        """Everything, in order."""
        b = self._bracket
        start = b.begin()
        price = start.price
        if not start.guessed and not b.limits.out_of_time():
            price = self._ascend(price)
        for turn in range(_RESTARTS):
            if b.closed or b.limits.out_of_time():
                return
            if b.p in (0, b.lists.n_sites):
                b.improve(np.arange(b.lists.n_sites)[: b.p])
                b.exhaust()
                return
            master = MedianMaster(b.lists, b.p, price, b.cost, b.limits)
            if not self._at_the_root(master):
                return
            role, price = master.role, master.price
            if np.count_nonzero(role) < _WORTH_A_RESTART * len(role) or turn == _RESTARTS - 1:
                self._branch(master)
                return
            b.settle(role)

    def _ascend(self, price: NDArray[np.float64]) -> NDArray[np.float64]:
        """Prices and a bound by subgradient steps."""
        b = self._bracket
        found = good_prices(
            b.lists, b.p, price, cost=b.cost, enough=b.enough, steps=_STEPS, limits=b.limits
        )
        b.raise_bound(found.bound)
        if len(found.chosen):
            b.improve(found.chosen)
        self._report("by prices")
        return found.price

    def _at_the_root(self, master: MedianMaster) -> bool:
        """Cut until that brings nothing more; whether there is anything left to branch on."""
        b, in_vain, point = self._bracket, 0, None
        self._trimmed = 0
        while in_vain < _ROUNDS_IN_VAIN:
            found = master.solve()
            if found is None:
                return False
            if not found.feasible:
                b.exhaust()
                return False
            point, before = found, b.bound
            b.raise_bound(point.bound)
            if self._whole(point):
                b.improve(np.flatnonzero(point.shares > 0.5))
            if b.closed or b.limits.out_of_time():
                return False
            self._fix(master, point)
            added = master.cut(point, _CUT_WORTH * (b.enough - b.bound))
            self._shorten(master)
            self._lengthen(master)
            slow = b.bound - before < _PART_OF_GAP * (b.enough - b.bound)
            in_vain = in_vain + 1 if slow else 0
            if not added:
                break
        if point is not None:
            b.round_off(point.shares, point.opening, _ROUNDINGS)
            self._fix(master, point)
        self._report("at the root")
        return not b.closed

    def _fix(self, master: MedianMaster, point: Point) -> None:
        """Close sites that are in nothing better, open those that nothing better can miss."""
        b, program = self._bracket, master.program
        low, high = program.low.copy(), program.high.copy()
        high[(point.opening >= b.enough) & (low < 0.5)] = 0.0
        low[(point.closing >= b.enough) & (high > 0.5)] = 1.0
        program.set_sites(low, high)

    def _lengthen(self, master: MedianMaster) -> None:
        """Longer lists for cells whose list ended too soon at the last point."""
        if len(master.ended):
            self._bracket.look_further(master.ended)
            master.lists, self._trimmed = self._bracket.lists, 0

    def _shorten(self, master: MedianMaster) -> None:
        """Shorter lists after many sites were decided on."""
        role = master.role
        decided = int(np.count_nonzero(role))
        if decided - self._trimmed > _SHARE_WORTH_TRIMMING * len(role):
            master.lists, self._trimmed = self._bracket.lists.without(role), decided

    def _branch(self, master: MedianMaster) -> None:
        b = self._bracket

        def round_off(shares: NDArray[np.float64]) -> None:
            b.round_off(shares, -shares, _ROUNDINGS_IN_A_BRANCH)

        def offer(chosen: NDArray[np.int64]) -> None:
            b.improve(chosen)

        tree = Tree(
            MedianWorth(master, lambda: b.enough, self._lengthen), b.limits, floor=lambda: -b.cost,
            offer=offer, round_off=round_off, bound=-b.bound, gap=b.gap,
        )  # fmt: skip

        def report() -> None:
            b.raise_bound(-tree.bound)
            self.nodes = tree.nodes
            self._report(f"{tree.nodes} branches looked at, {tree.left} left")

        try:
            tree.run(report)
        finally:
            report()
        if not tree.left:
            b.exhaust()

    @staticmethod
    def _whole(point: Point) -> bool:
        return bool((np.minimum(point.shares, 1 - point.shares) <= 1e-6).all())

    def _report(self, where: str) -> None:
        b = self._bracket
        self._say(
            f"p-median: cost {b.cost:,.10g}, bound {b.bound:,.10g}, {b.p} of {b.lists.n_sites} "
            f"sites to be chosen; {where}"
        )

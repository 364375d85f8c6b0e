"""The p-median of any size, proven: prices, sites decided by prices, and branching on the rest."""

import heapq
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.bracket import MedianBracket, Say
from allocator.location.engines.median.lists import NearLists
from allocator.location.engines.median.prices import Prices, good_prices
from allocator.location.engines.median.problem import MedianProblem

_ROOT_ROUNDS = 12
_GAIN_WORTH_A_ROUND = 0.1  # of what is left to prove
_ROOT_STEPS, _ROOT_PATIENCE = 1_000, 30
_NODE_STEPS, _NODE_PATIENCE, _NODE_STRIDE = 200, 20, 1.0
_NODES_PER_PLUNGE = 10
_AIM = 1.005  # of the best cost: aiming at it or lower, steps shorten too soon
_SHARE_WORTH_SHRINKING = 0.9
_PRICES_KEPT = 100_000_000
_NODES_PER_LINE = 200


class _Branch(NamedTuple):
    """What is decided in one branch; the least bound first, of equals the oldest.

    Attributes
    ----------
    bound, number
        What it cannot cost less than; number in the order of making.
    role
        Per site: 1 open, -1 closed, 0 to be decided.
    price
        Prices to begin with, if they are kept.
    """

    bound: float
    number: int
    role: NDArray[np.int8]
    price: NDArray[np.floating[Any]] | None


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
    tree = _Tree(bracket, say)
    interrupted = False
    try:
        bracket.begin()
        tree.at_the_root()
        tree.branch()
    except KeyboardInterrupt:
        interrupted = True
    return Median(bracket.chosen, bracket.cost, bracket.bound, interrupted, tree.nodes)


class _Tree:
    """Branches still to be looked at, the one with the least bound first.

    A branch is a role for each site in the bracket's lists: 1 open, -1 closed, 0 to be decided.
    """

    def __init__(self, bracket: MedianBracket, say: Say) -> None:
        self._bracket, self._say = bracket, say
        self._open: list[_Branch] = []
        self._pushed = 0
        self.nodes = 0

    def at_the_root(self) -> None:
        """Raise the bound, and decide on sites, until prices alone decide no more."""
        b = self._bracket
        for _ in range(_ROOT_ROUNDS):
            lists, before = b.lists, b.bound
            found = self._ascend(lists, b.p, b.price, _ROOT_STEPS, _ROOT_PATIENCE)
            b.price = found.price
            b.raise_bound(found.bound)
            b.improve(found.chosen, found.cost)
            if not b.closed:
                b.round_off(found.share, found.worth)
            self._report(lists)
            if b.closed or b.limits.out_of_time():
                return
            at_the_end = ~lists.complete & (b.price >= lists.beyond * (1 - 1e-9))
            role = decided_by_prices(found.bound, found.worth, b.p, b.enough)
            if role.any():
                b.settle(role)
                if b.p in (0, b.lists.n_sites):
                    b.offer(np.union1d(b.opened, b.lists.sites[: b.p]))
                    b.exhaust()
                    return
            elif at_the_end.any():
                b.look_further(np.flatnonzero(at_the_end))
            # With strides as long as at first, an ascent often gets further than where it ended.
            slow = b.bound - before < _GAIN_WORTH_A_ROUND * (b.enough - before)
            shrunk = b.lists.n_sites <= _SHARE_WORTH_SHRINKING * lists.n_sites
            if slow and not shrunk and not at_the_end.any():
                return

    def branch(self) -> None:
        """Branch on sites until no branch may hold anything better."""
        b = self._bracket
        if b.closed:
            return
        self._push(_Branch(b.bound, 0, np.zeros(b.lists.n_sites, dtype=np.int8), b.price))
        while self._open and self._open[0].bound < b.enough:
            b.raise_bound(self._open[0].bound)
            limit = b.limits.node_limit
            if b.limits.out_of_time() or (limit is not None and self.nodes >= limit):
                return
            # Now and then one is followed to its end, where good choices are found.
            following = self.nodes % _NODES_PER_PLUNGE == 0
            branch: _Branch | None = heapq.heappop(self._open)
            while branch is not None:
                children = self._look(branch)
                branch = None
                if following and children and not b.limits.out_of_time():
                    branch = children.pop(0)
                for child in children:
                    self._push(child)
                self.nodes += 1
                if self.nodes % _NODES_PER_LINE == 0:
                    self._report(b.lists)
        b.exhaust()

    def _look(self, branch: "_Branch") -> list["_Branch"]:
        """Bound a branch; what is left of it, split in two, or nothing."""
        b, bound = self._bracket, branch.bound
        role = branch.role.copy()
        price = (b.price if branch.price is None else branch.price).astype(np.float64)
        lists, number = b.lists.decided(role), np.flatnonzero(role == 0)
        while True:
            p = b.p - int(np.count_nonzero(role > 0))
            if p < 0 or p > lists.n_sites or lists.hopeless:
                return []
            if p in (0, lists.n_sites):
                taken = np.union1d(np.flatnonzero(role > 0), number[:p])
                b.offer(np.union1d(b.opened, b.lists.sites[taken]))
                return []
            found = self._ascend(lists, p, price, _NODE_STEPS, _NODE_PATIENCE, _NODE_STRIDE)
            bound, price = max(bound, found.bound), found.price
            if b.improve(np.union1d(np.flatnonzero(role > 0), number[found.chosen]), found.cost):
                self._report(b.lists)
            if bound >= b.enough:
                return []
            more = decided_by_prices(found.bound, found.worth, p, b.enough)
            role[number] = more
            before = lists.n_sites
            if more.any():
                lists, number = lists.decided(more), number[more == 0]
            if lists.n_sites > _SHARE_WORTH_SHRINKING * before and p > 0:
                break
        share = found.share[more == 0]
        at = int(np.argmin(np.abs(share - 0.5)))
        children = []
        for choice in (1, -1):
            child = role.copy()
            child[number[at]] = choice
            children.append(_Branch(bound, 0, child, price))
        return children

    def _ascend(
        self,
        lists: NearLists,
        p: int,
        price: NDArray[np.float64],
        steps: int,
        patience: int,
        stride: float = 1.0,
    ) -> Prices:
        b = self._bracket
        return good_prices(
            lists, p, price, goal=_AIM * b.cost, enough=b.enough, steps=steps, patience=patience,
            stride=stride, limits=b.limits,
        )  # fmt: skip

    def _push(self, branch: "_Branch") -> None:
        self._pushed += 1
        kept = branch.price is not None and len(self._open) * len(branch.price) < _PRICES_KEPT
        price = branch.price.astype(np.float32) if branch.price is not None and kept else None
        heapq.heappush(self._open, branch._replace(number=self._pushed, price=price))

    def _report(self, lists: NearLists) -> None:
        b = self._bracket
        self._say(
            f"p-median: cost {b.cost:,.10g}, bound {b.bound:,.10g}, {b.p} of {lists.n_sites} sites "
            f"to be chosen, {self.nodes} branches looked at, {len(self._open)} left"
        )


def decided_by_prices(
    bound: float, worth: NDArray[np.float64], p: int, enough: float
) -> NDArray[np.int8]:
    """Sites that are open (1) or closed (-1) in every choice that costs less than ``enough``.

    Opening a site that is not among the ``p`` of least worth, or closing one that is, raises the
    bound by at least the difference to the ``p``-th, or to the one after.
    """
    order = np.argsort(worth, kind="stable")
    role = np.zeros(len(worth), dtype=np.int8)
    inside, outside = order[:p], order[p:]
    role[inside[bound + worth[outside[0]] - worth[inside] >= enough]] = 1
    role[outside[bound + worth[outside] - worth[inside[-1]] >= enough]] = -1
    return role

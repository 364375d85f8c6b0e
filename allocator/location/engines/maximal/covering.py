"""The best choice for maximal covering and what none can exceed, at any size.

In this order: greedy and exchanges; the linear program with Benders cuts; its shares rounded; sites
decided that nothing better can have otherwise; what is left once more, smaller; the tree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import Point
from allocator.location.engines.branching.tree import Tree
from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.choices import Choices
from allocator.location.engines.maximal.master import Master
from allocator.location.engines.maximal.problem import MaximalProblem, merged
from allocator.location.engines.maximal.stage import Stage, givers
from allocator.location.engines.set_cover.greedy import without_redundant
from allocator.location.engines.set_cover.problem import CoverProblem

_CLOSE = 1e-7
_CONVERGED = 1e-6  # of the value: how near to its optimum the linear program is taken
_PART_OF_GAP = 1e-5  # a cut worth less than this share of what is left is not added
_MOST_ROUNDS = 500
_WORTH_A_RESTART = 0.5  # share of sites decided
_RESTARTS = 4


@dataclass(frozen=True, eq=False)
class Choice:
    """A choice, and what none can be worth more than.

    Attributes
    ----------
    chosen
        Positions of the sites to open, ascending; None when none is known that is permitted.
    value, bound
        What it is worth, and the proven upper bound; with ``chosen`` None and a bound of ``-inf``
        there is none.
    interrupted
        Whether the user stopped the search.
    nodes
        Of the tree.
    """

    chosen: NDArray[np.int64] | None
    value: float
    bound: float
    interrupted: bool
    nodes: int


def best_choice(
    problem: MaximalProblem,
    limits: Limits,
    say: Callable[[str], None],
    *,
    starts: Sequence[NDArray[np.int64]] = (),
    enough: float = np.inf,
    cuts: "Cuts | None" = None,
    at_root: bool = False,
) -> Choice:
    """Find a good choice and a bound.

    Parameters
    ----------
    starts
        Choices to begin with, positions of sites.
    enough
        A value that ends the search as soon as it is found, or proven out of reach.
    cuts
        Of a problem before that differs in ``most`` alone; what is learnt is left there.
    at_root
        Not to branch.
    """
    search = _Search(problem, limits, say, enough, cuts or Cuts(), at_root)
    interrupted = False
    try:
        search.run(starts)
    except KeyboardInterrupt:
        interrupted = True
    chosen = search.chosen
    if chosen is not None and (problem.price >= 0).all() and not problem.cost.any():
        chosen = without_redundant(CoverProblem(problem.rows, problem.cost), chosen)
    return Choice(chosen, search.value, search.bound, interrupted, search.nodes)


@dataclass
class Cuts:
    """The linear program of a problem with its cuts, kept for another number of sites."""

    master: Master | None = None


class _Search:
    """The best choice and the bound so far; stopped at any time, it has both."""

    def __init__(
        self,
        problem: MaximalProblem,
        limits: Limits,
        say: Callable[[str], None],
        enough: float,
        cuts: Cuts,
        at_root: bool,
    ) -> None:
        self._cuts, self._at_root = cuts, at_root
        self._whole, self._limits, self._say, self._enough = merged(problem), limits, say, enough
        # What is not enough need not be told apart from the next value below enough.
        below = max(self._whole.step, 1e-9 * abs(enough)) if np.isfinite(enough) else np.inf
        self._target = -np.inf if np.isinf(enough) else enough - below
        self._gap = limits.gap if np.isinf(enough) else 0.0
        self._best = Choices(self._whole, limits)
        self._bound = float(problem.weight.sum() - np.minimum(problem.cost, 0.0).sum())
        self.nodes = 0

    def run(self, starts: Sequence[NDArray[np.int64]]) -> None:
        """Everything, in order."""
        for start in starts:
            self._best.offer(start)
        self._best.look_first()
        stage = Stage.of(self._whole, np.arange(self._whole.n_sites), np.empty(0, dtype=np.int64))
        for turn in range(_RESTARTS):
            if self._done() or not stage.problem.n_rows:
                break
            master = self._master_of(stage, first=turn == 0)
            point = self._converge(master, stage)
            if point is None or self._done() or self._at_root:
                return
            low, high = self._decided(stage, point)
            settled = float(((low > 0.5) | (high < 0.5)).mean())
            if settled < _WORTH_A_RESTART or turn == _RESTARTS - 1:
                master.program.set_sites(low, high)
                self._branch(master, stage)
                return
            stage = Stage.of(
                self._whole, stage.sites[(high > 0.5) & (low < 0.5)],
                np.concatenate([stage.taken, stage.sites[low > 0.5]]),
            )  # fmt: skip
        if not self._done():
            self._best.offer(np.union1d(stage.taken, stage.sites[givers(stage.problem)]))
            self._bound = self._floor

    def _master_of(self, stage: Stage, *, first: bool) -> Master:
        if not first:
            return Master(stage.problem, self._limits)
        if self._cuts.master is None:
            self._cuts.master = Master(stage.problem, self._limits)
        else:
            self._cuts.master.start_again(stage.problem.most, self._limits)
        return self._cuts.master

    @property
    def chosen(self) -> NDArray[np.int64] | None:
        """The best choice so far."""
        return self._best.chosen

    @property
    def value(self) -> float:
        """What it is worth."""
        return self._best.value

    @property
    def bound(self) -> float:
        """What no choice can be worth more than."""
        return max(self._bound, self._best.value)

    @property
    def _floor(self) -> float:
        """What has been found, or need not be told apart: only what is better is looked for."""
        return max(self.value, self._target)

    def _done(self) -> bool:
        if self.value >= self._enough or self.bound < self._enough < np.inf:
            return True
        if self.chosen is None:
            return self.bound == -np.inf
        close = np.isinf(self._enough) and (
            self.bound - self.value <= max(_CLOSE, self._gap) * abs(self.value)
        )
        return bool(close) or self._limits.out_of_time()

    def _lower_bound(self, stage: Stage, bound: float) -> None:
        """Take a bound on what the stage can still bring; no bound lies below a choice's value."""
        bound = stage.base + stage.problem.rounded_down(bound)
        self._bound = max(min(self._bound, bound), self._floor)

    def _converge(self, master: Master, stage: Stage) -> Point | None:
        """Solve the linear program with all the cuts that it needs; None when the clock ended it.

        Cuts are taken between the optimum of the program and the best shares so far.
        """
        centre, best = np.zeros(stage.problem.n_sites), -np.inf
        if self.chosen is not None:
            centre[np.isin(stage.sites, self.chosen)] = 1.0
            best = master.worth(centre, master.mass(centre))
        low, high = master.program.low, master.program.high
        point: Point
        for _ in range(_MOST_ROUNDS):
            found = master.solve()
            if found is None:
                return None
            point = found
            self._lower_bound(stage, point.bound)
            if not point.feasible or self._done():
                return point
            low, high = self._decided(stage, point)
            master.program.set_sites(low, high)
            lp_mass = master.mass(point.shares)
            middle = 0.5 * (centre + point.shares)
            mass = master.mass(middle)
            for shares, at in ((point.shares, lp_mass), (middle, mass)):
                worth = master.worth(shares, at)
                if worth > best:
                    best, centre = worth, shares
            away = point.bound - best
            if away <= _CONVERGED * max(abs(best), 1e-300) and not stage.problem.floors:
                break
            tolerance = _PART_OF_GAP * min(away, max(point.bound - self._floor + stage.base, 0.0))
            added = master.cut(mass, lp_mass, point.theta, tolerance)
            if added < 0.03 * len(master.first_row):
                added += master.cut(lp_mass, lp_mass, point.theta, tolerance)
            if not added:
                break
        self._say(f"maximal cover: {self._state()} at the root of the tree")
        self._best.look_around(point.shares, stage, self._done)
        return point

    def _decided(
        self, stage: Stage, point: Point
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bounds of the sites' shares: closed and opened where nothing better can be otherwise."""
        if self._floor == -np.inf:
            return np.zeros(len(stage.sites)), np.ones(len(stage.sites))
        least = stage.problem.next_above(self._floor - stage.base)
        low, high = stage.low, stage.high
        high[point.opening < least] = 0.0
        low[(point.closing < least) & (high > 0.5)] = 1.0
        return low.copy(), high.copy()

    def _branch(self, master: Master, stage: Stage) -> None:
        start = self.bound - stage.base
        tree = Tree(
            master, self._limits,
            floor=lambda: self._floor - stage.base, gap=self._gap,
            offer=lambda new: self._best.offer(np.concatenate([stage.taken, stage.sites[new]])),
            round_off=lambda shares: self._best.look_again(shares, stage),
            bound=start,
        )  # fmt: skip

        def report() -> None:
            self._lower_bound(stage, tree.bound)
            self.nodes = tree.nodes
            self._say(f"maximal cover: {self._state()}, {tree.nodes} nodes, {tree.left} left")

        try:
            tree.run(report)
        finally:
            report()

    def _state(self) -> str:
        gap = (self.bound - self.value) / max(abs(self.value), 1e-300)
        return f"{self.value:,.0f} of at most {self.bound:,.0f}, gap {gap:.3%}"

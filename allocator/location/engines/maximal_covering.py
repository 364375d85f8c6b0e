"""The best choice for maximal covering and what none can exceed, at any size.

In this order: greedy and exchanges; the linear program with Benders cuts; its shares rounded; sites
decided that nothing better can have otherwise; what is left once more, smaller; the tree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.greedy import without_redundant
from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal_master import Master, Point
from allocator.location.engines.maximal_problem import Floor, MaximalProblem, merged
from allocator.location.engines.maximal_search import SwapSearch, greedy_choice
from allocator.location.engines.maximal_tree import Tree
from allocator.location.engines.problem import CoverProblem

_FIRST_KICKS = 1_000
_KICKS_PER_ROUNDING = 20
_KICKS = 400
# How many sites move at once, and whether only sites with a share are opened.
_KICKS_AFTER_ROOT = ((3, True), (5, False), (3, True), (8, False))
_SOME = 1e-6
_FLOOR_TURNS = 15
_FLOOR_KICKS = 50
_CLOSE = 1e-7
_CONVERGED = 1e-6  # of the value: how near to its optimum the linear program is taken
_PART_OF_GAP = 1e-5  # a cut worth less than this share of what is left is not added
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
        self.chosen: NDArray[np.int64] | None = None
        self.value = -np.inf
        self.bound = float(problem.weight.sum() - np.minimum(problem.cost, 0.0).sum())
        self.nodes = self._looks = 0
        self._swaps: SwapSearch | None = None

    def run(self, starts: Sequence[NDArray[np.int64]]) -> None:
        """Everything, in order."""
        for start in starts:
            self._offer(start)
        self._offer(np.empty(0, dtype=np.int64))
        self._offer(_givers(self._whole))
        self._first_choices()
        stage = _Stage.of(self._whole, np.arange(self._whole.n_sites), np.empty(0, dtype=np.int64))
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
                master.set_sites(low, high)
                self._branch(master, stage)
                return
            stage = _Stage.of(
                self._whole, stage.sites[(high > 0.5) & (low < 0.5)],
                np.concatenate([stage.taken, stage.sites[low > 0.5]]),
            )  # fmt: skip
        if not self._done():
            self._offer(np.union1d(stage.taken, stage.sites[_givers(stage.problem)]))
            self.bound = self._floor

    def _master_of(self, stage: "_Stage", *, first: bool) -> Master:
        if not first:
            return Master(stage.problem, self._limits)
        if self._cuts.master is None:
            self._cuts.master = Master(stage.problem, self._limits)
        else:
            self._cuts.master.start_again(stage.problem.most, self._limits)
        return self._cuts.master

    # -- choices -------------------------------------------------------------------------------

    def _offer(self, chosen: NDArray[np.int64]) -> None:
        chosen = np.unique(np.asarray(chosen, dtype=np.int64))
        value = self._whole.value(chosen)
        if value > self.value and self._whole.permits(chosen):
            self.chosen, self.value = chosen, value
            self.bound = max(self.bound, value)

    def _first_choices(self) -> None:
        whole = self._whole
        search = self._swaps = SwapSearch(whole, seed=self._limits.seed)
        search.put(greedy_choice(whole, whole.weight))
        self._offer(search.climb())
        out = self._limits.out_of_time
        self._offer(search.kick(int(_FIRST_KICKS * self._limits.effort), stop=out))
        if whole.floors:
            self._choices_for_floors()

    def _choices_for_floors(self) -> None:
        """Search with what floors ask for made dearer until it is kept, then cheaper again."""
        whole = self._whole
        mean_cost = float(np.abs(whole.cost).mean()) * whole.n_sites
        own = max(float(whole.weight.sum()), mean_cost, 1e-300)
        dear = np.array([own / max(float(f.weight.sum()), 1e-300) for f in whole.floors])
        for _ in range(_FLOOR_TURNS):
            if self._limits.out_of_time():
                return
            extra = [d * floor.weight for d, floor in zip(dear, whole.floors, strict=True)]
            weight = np.sum([whole.weight, *extra], axis=0)
            search = SwapSearch(whole, weight=weight, seed=self._limits.seed)
            search.put(greedy_choice(whole, weight))
            search.climb()
            chosen = search.kick(_FLOOR_KICKS)
            covered = whole.covered(chosen)
            short = np.array([float(f.weight[covered].sum()) < f.least for f in whole.floors])
            self._offer(chosen)
            dear = np.where(short, 2.0, 1.0) * dear if short.any() else 0.7 * dear

    def _round_off(self, shares: NDArray[np.float64], stage: "_Stage") -> NDArray[np.int64]:
        """Take the largest shares that fit, then exchange among sites that have any."""
        whole, swaps = self._whole, self._swaps
        order = np.argsort(-shares, kind="stable")
        order = order[shares[order] > 1e-9]
        picked = np.concatenate([stage.taken, stage.sites[order]])
        fits = np.cumsum(np.maximum(whole.price[picked], 0.0)) <= whole.budget
        picked = picked[fits][: whole.most]
        if swaps is None or not swaps.usable:
            return picked
        swaps.put(picked)
        self._offer(picked)
        self._offer(swaps.climb())
        return swaps.kick(_KICKS_PER_ROUNDING, attractive=stage.sites[order])

    @property
    def _floor(self) -> float:
        """What has been found, or need not be told apart: only what is better is looked for."""
        return max(self.value, self._target)

    # -- bounds --------------------------------------------------------------------------------

    def _done(self) -> bool:
        if self.value >= self._enough or self.bound < self._enough < np.inf:
            return True
        if self.chosen is None:
            return self.bound == -np.inf
        close = np.isinf(self._enough) and (
            self.bound - self.value <= max(_CLOSE, self._gap) * abs(self.value)
        )
        return bool(close) or self._limits.out_of_time()

    def _lower_bound(self, stage: "_Stage", bound: float) -> None:
        """Take a bound on what the stage can still bring; no bound lies below a choice's value."""
        bound = stage.base + stage.problem.rounded_down(bound)
        self.bound = max(min(self.bound, bound), self._floor)

    def _converge(self, master: Master, stage: "_Stage") -> Point | None:
        """Solve the linear program with all the cuts that it needs; None when the clock ended it.

        Cuts are taken between the optimum of the program and the best shares so far.
        """
        centre, best = np.zeros(stage.problem.n_sites), -np.inf
        if self.chosen is not None:
            centre[np.isin(stage.sites, self.chosen)] = 1.0
            best = master.worth(centre, master.mass(centre))
        low, high = master.low, master.high
        turn = 0
        while True:
            point = master.solve()
            if point is None:
                return None
            self._lower_bound(stage, point.bound)
            if not point.feasible or self._done():
                return point
            low, high = self._decided(stage, point)
            master.set_sites(low, high)
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
            turn += 1
        self._say(f"maximal cover: {self._state()} after {turn} rounds of cuts")
        self._search_around(point.shares, stage)
        return point

    def _search_around(self, shares: NDArray[np.float64], stage: "_Stage") -> None:
        """Round the shares, then kick the best choice near and far."""
        self._offer(self._round_off(shares, stage))
        for width, among_shares in _KICKS_AFTER_ROOT:
            if self._done():
                return
            self._kick_best(shares, stage, _KICKS, width, among_shares=among_shares)

    def _kick_best(
        self, shares: NDArray[np.float64], stage: "_Stage", kicks: int, width: int, *,
        among_shares: bool,
    ) -> None:  # fmt: skip
        if self.chosen is None or self._swaps is None:
            return
        self._swaps.put(self.chosen)
        sites = stage.sites[shares > _SOME] if among_shares else None
        times, out = int(kicks * self._limits.effort), self._limits.out_of_time
        self._offer(self._swaps.kick(times, width=width, attractive=sites, stop=out))

    def _decided(
        self, stage: "_Stage", point: Point
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bounds of the sites' shares: closed and opened where nothing better can be otherwise."""
        if self._floor == -np.inf:
            return np.zeros(len(stage.sites)), np.ones(len(stage.sites))
        step = stage.problem.step * (1 - 1e-6)
        least = self._floor - stage.base + max(step, 1e-9 * abs(self._floor))
        low, high = stage.low, stage.high
        high[point.opening < least] = 0.0
        low[(point.closing < least) & (high > 0.5)] = 1.0
        return low.copy(), high.copy()

    def _branch(self, master: Master, stage: "_Stage") -> None:
        start = self.bound - stage.base
        tree = Tree(
            master, self._limits,
            floor=lambda: self._floor - stage.base, gap=self._gap,
            offer=lambda chosen: self._offer(np.concatenate([stage.taken, stage.sites[chosen]])),
            round_off=lambda shares: self._look_again(shares, stage),
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

    def _look_again(self, shares: NDArray[np.float64], stage: "_Stage") -> None:
        self._offer(self._round_off(shares, stage))
        self._looks += 1
        width = 2 + self._looks % 5
        self._kick_best(shares, stage, _KICKS // 4, width, among_shares=self._looks % 3 != 0)

    def _state(self) -> str:
        gap = (self.bound - self.value) / max(abs(self.value), 1e-300)
        return f"{self.value:,.0f} of at most {self.bound:,.0f}, gap {gap:.3%}"


def _givers(problem: MaximalProblem) -> NDArray[np.int64]:
    """Sites that give to the budget, the most generous that may be open: the cheapest choice."""
    order = np.argsort(problem.price, kind="stable")[: problem.most]
    return np.sort(order[problem.price[order] < 0])


@dataclass(eq=False)
class _Stage:
    """What is left of a problem when some sites are opened and others closed for good."""

    problem: MaximalProblem
    sites: NDArray[np.int64]
    taken: NDArray[np.int64]
    base: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(
        cls, whole: MaximalProblem, sites: NDArray[np.int64], taken: NDArray[np.int64]
    ) -> "_Stage":
        bare = np.flatnonzero(~whole.covered(taken))
        rows = CoverProblem(whole.rows, whole.cost).part(bare, sites).rows
        floors = [
            Floor(f.weight[bare], f.least - float(f.weight.sum() - f.weight[bare].sum()))
            for f in whole.floors
        ]
        rest = MaximalProblem(
            rows, whole.weight[bare], whole.most - len(taken), whole.cost[sites],
            whole.price[sites], whole.budget - float(whole.price[taken].sum()),
            [f for f in floors if f.least > 0],
        )  # fmt: skip
        n = len(sites)
        return cls(merged(rest), sites, taken, whole.value(taken), np.zeros(n), np.ones(n))

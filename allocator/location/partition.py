"""All sets of sites that answer a question, split into parts to find the next best one."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status, relative_gap

_SAME = 1e-7
"""Objectives closer than this, relatively, are the same."""
_PROVEN = 1e-6

Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """Sets of sites that hold some sites and do not hold others.

    Attributes
    ----------
    within, without
        Free sites that every set holds, and that none holds; positions, ascending.
    bound
        What no set of the part beats; smaller is better, whatever the sense of the question.
    more
        Whether ``within`` (with the given sites) alone is not among the sets.
    """

    within: Positions
    without: Positions
    bound: float
    more: bool = False


@dataclass(eq=False)
class Search:
    """Parts with a known best set, and parts that are still to be solved.

    Attributes
    ----------
    model, reach, options
        The question: the model is called again for each part.
    counts_cost
        Whether the objective is what sites cost; else more sites never harm it.
    limits
        Time left for all parts together.
    best
        The answer to the whole question.
    solved, unsolved
        Heaps: (objective, number, part, its best set) and (bound, number, part).
    stuck
        Bounds of parts that could not be solved in time.
    """

    model: Callable[..., Siting]
    counts_cost: bool
    reach: Any
    options: dict[str, Any]
    limits: Limits
    best: Siting
    solved: list[tuple[float, int, Part, Siting]] = field(default_factory=list)
    unsolved: list[tuple[float, int, Part]] = field(default_factory=list)
    stuck: list[float] = field(default_factory=list)
    interrupted: bool = False
    number: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.sign = 1.0 if self.best.sense == "min" else -1.0
        self.roles = self.best.question.roles
        self.say = self.options.get("progress") or (lambda _: None)
        self.settings = self.options.get("settings") or SolverSettings(gap=0.0)
        self._remember_stops(self.best)
        if self.options.get("skip_unreachable"):
            # What nobody can reach is left out once; a part must reach all the rest.
            self.reach = _reachable(self.reach, self.best.uncoverable)
            self.options = {**self.options, "skip_unreachable": False}

    def answers(self, k: int) -> Iterator[Siting]:
        """The k best sets, one by one."""
        nothing = np.empty(0, dtype=np.int64)
        self._keep(Part(nothing, nothing, -np.inf), self.best)
        for rank in range(1, k + 1):
            self._solve_what_may_be_better()
            if not self.solved:
                return
            objective, _, part, siting = heapq.heappop(self.solved)
            others = [p.bound for _, _, p, _ in self.solved] + [b for b, _, _ in self.unsolved]
            bound = min(objective, part.bound, *others, *self.stuck)
            yield self._ranked(siting, objective, bound, f"number {rank} of the {k}")
            if rank < k:
                self._split(part, siting)

    def _solve_what_may_be_better(self) -> None:
        """Solve parts until none that is left may hold a better set than the best known one."""
        while self.unsolved:
            known = self.solved[0][0] if self.solved else np.inf
            if self.unsolved[0][0] >= known - _SAME * max(1.0, abs(known)):
                return
            if self.interrupted or self.limits.out_of_time():
                return
            _, _, part = heapq.heappop(self.unsolved)
            self.say(f"k best: {len(self.solved)} sets in hand, {len(self.unsolved)} parts to ask")
            self._solve(part)

    def _solve(self, part: Part) -> None:
        """Ask the model for the best set of a part."""
        asked = self._options_of(part)
        if asked is None:
            return
        try:
            siting = self.model(self.reach, **asked)
        except KeyboardInterrupt:
            self.interrupted = True
            self.stuck.append(part.bound)
            return
        self._remember_stops(siting)
        if siting.status.has_answer:
            self._keep(part, siting)
        elif siting.status is not Status.INFEASIBLE:
            self.stuck.append(part.bound)

    def _options_of(self, part: Part) -> dict[str, Any] | None:
        """The question of a part; None if its budget is spent before it begins."""
        roles = self.roles
        decided = np.union1d(part.within, part.without)
        kept = np.intersect1d(part.within, roles.may_close)
        asked = {
            **self.options,
            "cost": roles.cost,
            "closing_cost": roles.closing_cost,
            "running_cost": roles.running_cost,
            "open_sites": np.union1d(roles.already_open, kept),
            "may_close": np.setdiff1d(roles.may_close, decided),
            "required": np.union1d(roles.required, np.setdiff1d(part.within, kept)),
            "forbidden": np.union1d(np.flatnonzero(~roles.permitted), part.without),
            "progress": None,
            "settings": replace(self.settings, time_limit_seconds=self.limits.seconds_left()),
        }
        if self.options.get("budget") is not None:
            asked["budget"] = self.options["budget"] - self._closing(part)
            return None if asked["budget"] < 0 else asked
        return asked

    def _closing(self, part: Part) -> float:
        """What it costs to close sites that a part forbids: its model no longer counts that."""
        closed = np.intersect1d(part.without, self.roles.may_close)
        return float(self.roles.closing_cost[closed].sum())

    def _split(self, part: Part, siting: Siting) -> None:
        """Share out what is left of a part once its best set is taken."""
        chosen = np.setdiff1d(siting.open_sites, self.roles.given)
        added = np.setdiff1d(chosen, part.within)
        if part.more:
            # One site was added to `within`: what is left does without it, or holds more still.
            self._enlarge(replace(part, without=np.union1d(part.without, added)), siting)
        else:
            for i, site in enumerate(added):
                within = np.union1d(part.within, added[:i])
                child = Part(within, np.union1d(part.without, [site]), part.bound)
                heapq.heappush(self.unsolved, (child.bound, next(self.number), child))
        self._enlarge(Part(chosen, part.without, part.bound, more=True), siting)

    def _enlarge(self, part: Part, siting: Siting) -> None:
        """Keep the best set that holds ``part.within`` and more: with the cheapest site added.

        Where cost counts, that is exact: what costs less than nothing is in ``within`` already.
        Elsewhere a site more never harms, so all of these sets are as good as the best one of the
        part that they come from.
        """
        held = np.union1d(self.roles.given, part.within)
        others = np.setdiff1d(np.flatnonzero(self.roles.permitted), np.union1d(held, part.without))
        if not len(others):
            return
        cheapest = others[np.argmin(self.roles.price[others])]
        found, broken = self._counted(np.union1d(held, [cheapest]), siting)
        if broken:
            # Too many sites, or too dear: so is every larger set.
            return
        objective = self.sign * found.objective
        bound = objective if self.counts_cost else min(part.bound, objective)
        part = replace(part, bound=bound)
        heapq.heappush(self.solved, (objective, next(self.number), part, found))

    def _keep(self, part: Part, siting: Siting) -> None:
        """Keep a part with the set that the model found in it."""
        proven = self.sign * (siting.objective if siting.gap <= _SAME else siting.bound)
        opened = siting.open_sites
        if self.counts_cost:
            # Sites whose closing costs more than they do cost less than nothing.
            dear = self.roles.may_close[self.roles.price[self.roles.may_close] < 0]
            opened = np.union1d(opened, np.setdiff1d(dear, part.without))
            proven += self._closing(part)
        found, _ = self._counted(opened, siting)
        objective = self.sign * found.objective
        part = replace(part, bound=min(max(proven, part.bound), objective))
        heapq.heappush(self.solved, (objective, next(self.number), part, found))

    def _counted(self, opened: Positions, like: Siting) -> tuple[Siting, tuple[str, ...]]:
        """An answer to the whole question, its objective counted from the arcs; rules it breaks."""
        bare = replace(self.best, open_sites=opened, notes=like.notes)
        recount = self.best.question.recount(bare)
        return replace(bare, objective=recount.objective), recount.problems

    def _remember_stops(self, siting: Siting) -> None:
        self.interrupted = self.interrupted or siting.interrupted
        self.limits.note_clock(not siting.reproducible and not siting.interrupted)

    def _ranked(self, siting: Siting, objective: float, bound: float, number: str) -> Siting:
        """An answer with its own bound, gap and rank."""
        gap = relative_gap(objective, bound)
        left_out = self.best.notes if len(self.best.uncoverable) else ()
        notes = [*left_out, *siting.notes, f"{number} best different sets of open sites"]
        return replace(
            siting,
            status=Status.OPTIMAL if gap <= max(self.settings.gap, _PROVEN) else Status.FEASIBLE,
            bound=self.sign * bound,
            gap=gap,
            seconds=self.limits.seconds(),
            reproducible=not (self.limits.stopped_by_clock or self.interrupted),
            interrupted=self.interrupted,
            notes=tuple(dict.fromkeys(notes)),
        )


def _reachable(reach: Any, uncoverable: Positions) -> Any:
    """Reach of the cells that somebody reaches."""
    merged = reach.aggregated()
    stays = np.ones(merged.n_cells, dtype=np.bool_)
    stays[uncoverable] = False
    return merged.rows.of_cells(np.unique(merged.row_of_cell[stays]))

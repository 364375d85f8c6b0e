"""A network whose coverage rules ask for every settled cell of a full grid.

The everyday case of the 15- and 20-minute circles: ten thousand cells, every cell a candidate. A
plain MIP dies on it; what no coverage rule speaks of is solved first, the cover as a set cover.
"""

import math
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.errors import InfeasibleError
from allocator.location.set_cover import lscp
from allocator.lp.status import Status, relative_gap
from allocator.planning.blocks import Block
from allocator.planning.decided import Decided
from allocator.planning.families import closable, kinds_of
from allocator.planning.rows.coverage import Need, need, wanted_share
from allocator.planning.tasks import Task
from allocator.planning.tiers import Record
from allocator.policy.rules import CoverageRule, Rule
from allocator.travel.coverage import Coverage

LARGE = 20_000
"""Pairs of cell and site in reach above which the plain program is left aside."""

_BOUND_ONLY = 0.02
"""Search effort where only the bound is wanted: it hardly depends on the cover found."""


def fits_full_cover(task: Task) -> bool:
    """Whether a network can be solved as 'the other rules first, then a set cover'.

    Exact up to the gap of the cover: the coverage rules ask for everyone, no rule forbids the
    sites that the cover adds, nothing limits money, and the objective counts sites or cost.
    """
    if task.budget is not None or task.about not in {"cost", "change"} or task.stocks:
        return False
    covers, others = _split(task)
    if not covers or any(wanted_share(r, task.case) < 1 or _by_area(r, task) for r in covers):
        return False
    core = _core_kinds(task, others)
    kinds = task.case.region.sites.table["kind"]
    capped = {str(kinds.iloc[j]) for j in closable(task.rules, task.case)}
    if capped - core or not frozenset().union(*task.kinds) - core:
        return False
    needs = _needs(task, covers)
    if sum(len(n.coverage.site) for n in needs.values()) < LARGE:
        return False
    free = ~_of_kinds(task, core)
    return all((n.coverage.covered_by(free) == n.reachable).all() for n in needs.values())


def full_cover(task: Task) -> Decided:
    """Solve the other rules, then add the cheapest sites that cover what is left."""
    covers, _ = _split(task)
    first = other_rules(task)
    decided = Decided() if first is None else Block(first).solve()
    if decided.interrupted:
        return decided
    began = time.perf_counter()
    needs = _needs(task, covers)
    stacked = _stack([n.coverage.of_cells(np.flatnonzero(n.reachable)) for n in needs.values()])
    positions = _positions(task)
    status = task.case.region.sites.table["status"]
    standing = np.array(
        [decided.opened.get(j, status.iloc[j] == "existing") for j in positions], dtype=np.bool_
    )
    required = [
        k for k, j in enumerate(positions)
        if status.iloc[j] == "required" and j not in decided.opened
    ]  # fmt: skip
    forbidden = np.array([j in decided.opened for j in positions], dtype=np.bool_) & ~standing
    siting = lscp(
        stacked, cost=_costs(task, positions), open_sites=np.flatnonzero(standing),
        required=required, forbidden=np.flatnonzero(forbidden),
        settings=task.settings, progress=task.progress,
    )  # fmt: skip
    if not siting.status.has_answer:
        raise InfeasibleError(f"{task.name}: the cover ended with {siting.status.value}")
    bound = siting.bound
    if forbidden.any():
        # Sites of the other rules might have served the cover as well: free, for the bound alone.
        loose = standing | forbidden
        bound = lscp(
            stacked,
            cost=_costs(task, positions),
            open_sites=np.flatnonzero(loose),
            required=required,
            settings=task.settings,
            effort=_BOUND_ONLY,
        ).bound
    chosen = set(siting.open_sites.tolist())
    decided.opened |= {j: k in chosen for k, j in enumerate(positions)}
    for rule, wanted in needs.items():
        decided.missed[rule] = float(wanted.people[~wanted.reachable].sum())
        decided.beyond |= {rule} if decided.missed[rule] > 0 else set()
    seconds = time.perf_counter() - began
    _record(task, decided, needs, siting.objective, bound, siting.status, seconds)
    decided.interrupted |= siting.interrupted
    decided.reproducible &= siting.reproducible
    decided.notes += list(siting.notes)
    return decided


def other_rules(task: Task) -> Task | None:
    """The part that is solved before the cover; None where the cover is all there is."""
    _, others = _split(task)
    core = _core_kinds(task, others)
    if not core:
        return None
    return replace(task, name=f"{task.name}: other rules", rules=others, kinds=(core,))


def _record(
    task: Task, decided: Decided, needs: dict[str, Need], objective: float, bound: float,
    status: Status, seconds: float,
) -> None:  # fmt: skip
    """Lines of the tiers table: who cannot be reached at all, and the cost of the cover."""
    strength = {r.id: r.strength for r in task.rules}
    for tier in ("must", "target", "wish"):
        shares = [
            float(n.people[~n.reachable].sum() / max(1.0, n.people.sum()))
            for rule, n in needs.items()
            if strength[rule] == tier
        ]
        if shares:
            miss = math.fsum(shares)
            decided.records.append(Record(tier, task.name, miss, miss, 0.0, Status.OPTIMAL, 0.0))
    decided.objective += objective
    decided.bound += bound
    gap = relative_gap(objective, bound)
    if status is Status.OPTIMAL and gap > task.settings.gap:
        status = Status.FEASIBLE
    decided.records.append(Record("objective", task.name, objective, bound, gap, status, seconds))


def _split(task: Task) -> tuple[list[CoverageRule], list[Rule]]:
    covers = [r for r in task.rules if isinstance(r, CoverageRule)]
    return covers, [r for r in task.rules if not isinstance(r, CoverageRule)]


def _by_area(rule: CoverageRule, task: Task) -> bool:
    reading = task.case.assumptions.word("radius_reading")
    return bool(rule.level) or (rule.radius and reading == "area_mean")


def _core_kinds(task: Task, others: list[Rule]) -> frozenset[str]:
    return frozenset().union(*(kinds_of(rule, task.case) for rule in others))


def _positions(task: Task) -> list[int]:
    kinds = frozenset().union(*task.kinds)
    table = task.case.region.sites.table
    return [int(j) for j in table["kind"].isin(kinds).to_numpy().nonzero()[0]]


def _of_kinds(task: Task, kinds: frozenset[str]) -> NDArray[np.bool_]:
    column = task.case.region.sites.table["kind"].iloc[_positions(task)]
    return np.asarray(column.isin(kinds).to_numpy(), dtype=np.bool_)


def _needs(task: Task, covers: list[CoverageRule]) -> dict[str, Need]:
    positions = _positions(task)
    return {r.id: need(r, task.case, positions) for r in covers}


def _costs(task: Task, positions: list[int]) -> NDArray[np.float64]:
    if task.about == "change":
        return np.ones(len(positions))
    return np.array([task.case.opening_cost(j) for j in positions], dtype=np.float64)


def _stack(parts: list[Coverage]) -> Coverage:
    """Reach of several lists of cells over the same sites, one after another."""
    starts = [np.zeros(1, dtype=np.int64)]
    offset = 0
    for part in parts:
        starts.append(part.start[1:] + offset)
        offset += int(part.start[-1])
    return Coverage(
        np.concatenate(starts), np.concatenate([p.site for p in parts]), parts[0].n_sites
    )

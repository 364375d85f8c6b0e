"""Why a capacitated question has no answer, in words, and what would do."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.capacitated.narrowing import least_cost_assignment
from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.location.engines.capacitated.sending import Assignment, shortage
from allocator.location.engines.limits import Limits
from allocator.location.questions.assignment import Capacitated

_TOLERANCE = 1e-9
_SHOWN = 3


def obstacles(question: Capacitated) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Cells that reach no site that may be open, and what rules out every answer at a glance."""
    cells, notes = _beyond(question)
    if not notes:
        notes = _of_counts(question)
    return cells, tuple(notes)


def _beyond(question: Capacitated) -> tuple[NDArray[np.int64], list[str]]:
    times, people = question.times, question.demand.people
    low, high, roles = question.min_load, question.max_load, question.roles
    needs = (people > 0) | (question.weight > 0)
    permitted = roles.permitted
    lost = np.flatnonzero(needs & ~_reached(question, permitted))
    if len(lost):
        return lost, [_cells(lost, people) + " reach no permitted site"]
    reaching = np.bincount(times.site, weights=people[times.cell], minlength=times.n_sites)
    fits = (low <= high) & (low <= reaching * (1 + _TOLERANCE))
    notes = []
    for j in roles.given.tolist():
        if low[j] > high[j]:
            notes.append(f"site {_name(question, j)} must be open, but its min_load of {low[j]:g} "
                         f"exceeds its max_load of {high[j]:g}")  # fmt: skip
        elif not fits[j]:
            notes.append(f"site {_name(question, j)} must be open and serve {low[j]:g} people, but "
                         f"only {reaching[j]:,.0f} reach it")  # fmt: skip
    lost = np.flatnonzero(needs & ~_reached(question, permitted & fits))
    if len(lost) and not notes:
        would = _least_that_serves(question, lost, reaching.astype(np.float64))
        notes.append(
            _cells(lost, people) + " reach only sites that too few people reach for min_load; a "
            f"min_load of {would:,.0f} would do for them"
        )
        return lost, notes
    return lost[:0], notes


def _of_counts(question: Capacitated) -> list[str]:
    """Too many sites that must be open, too little room, or too few people for least loads."""
    roles, total = question.roles, float(question.demand.people.sum())
    given, p = roles.given, question.p
    if p is not None and len(given) > p:
        return [f"{len(given)} sites must be open, more than p = {p}"]
    if not roles.permitted.any():
        return []
    others = np.sort(question.max_load[roles.free])[::-1]
    room = question.max_load[given].sum() + np.concatenate([[0.0], np.cumsum(others)])
    n_free = len(others) if p is None else min(p - len(given), len(others))
    if room[n_free] < total * (1 - _TOLERANCE):
        who = "all permitted sites" if n_free == len(others) else f"the {p} largest sites"
        would = np.flatnonzero(room >= total * (1 - _TOLERANCE))
        end = f"; p = {len(given) + would[0]} would do for that" if len(would) else ""
        return [f"{total:,.0f} people, but {who} hold only {room[n_free]:,.0f}{end}"]
    filled = float(question.min_load[given].sum())
    if filled > total * (1 + _TOLERANCE):
        return [f"sites that must be open ask for {filled:,.0f} people, but there are {total:,.0f}"]
    least = len(given) + int(np.flatnonzero(room >= total * (1 - _TOLERANCE))[0])
    lows = filled + np.cumsum(np.sort(question.min_load[roles.free]))
    most = len(given) + int((lows <= total * (1 + _TOLERANCE)).sum())
    if least > most:
        need = f"{total:,.0f} people need at least {least} sites for room"
        return [f"{need}, but fill at most {most} to their min_load"]
    return []


def reasons(
    question: Capacitated,
    problem: CapacitatedProblem,
    cells: NDArray[np.int64],
    usable: NDArray[np.int64],
    limits: Limits,
) -> tuple[str, ...]:
    """What stands in the way of a question without an answer, as far as that is quickly found.

    ``cells`` and ``usable`` are the question's positions of the problem's cells and sites.
    """
    everything = np.arange(problem.n_sites)
    without_low = replace(problem, low=np.zeros(problem.n_sites), closest=False)
    left = shortage(without_low, everything).left_over
    if left.sum() > 1e-6 * max(1.0, float(problem.people.sum())):
        name = question.demand.name(int(cells[left.argmax()]))
        short = f"{left.sum():,.0f} people find no room at the sites that they reach, "
        return (short + f"even with all {problem.n_sites} open; most of them in cell {name}",)
    found = _of_closest(question, problem, usable, limits) if problem.closest else ()
    if found:
        return found
    if problem.p < problem.n_sites:
        n = problem.n_sites
        fewest = replace(problem, p=n, price=np.ones(n), cost=np.zeros(len(problem.cost)))
        best = least_cost_assignment(fewest, _briefly(limits), lambda _: None).best
        if best is not None:
            return (f"p = {len(best.sites)} would do",)
    notes = []
    for words, easier in (
        ("without min_load", replace(problem, low=np.zeros(problem.n_sites))),
        ("without max_load", replace(problem, high=np.full(problem.n_sites, problem.people.sum()))),
        ("with cells parted", replace(problem, single=False)),
    ):
        if least_cost_assignment(easier, _briefly(limits), lambda _: None).best is not None:
            notes.append(f"{words} there is an answer")
    return tuple(notes) or ("min_load, max_load and who reaches what leave no answer together",)


def _of_closest(
    question: Capacitated,
    problem: CapacitatedProblem,
    usable: NDArray[np.int64],
    limits: Limits,
) -> tuple[str, ...]:
    """The best answer without bands, and where it breaks them."""
    total = float(problem.people.sum())
    n = problem.n_sites
    free = replace(problem, low=np.zeros(n), high=np.full(n, total), closest=False)
    best = least_cost_assignment(free, _briefly(limits), lambda _: None).best
    if best is None:
        return ()
    return _broken(question, problem, usable, best)


def _broken(
    question: Capacitated,
    problem: CapacitatedProblem,
    usable: NDArray[np.int64],
    best: Assignment,
) -> tuple[str, ...]:
    load = np.bincount(best.site, weights=best.people, minlength=problem.n_sites)[best.sites]
    low, high = problem.low[best.sites], problem.high[best.sites]
    off = np.maximum(load - high, 0) + np.maximum(low - load, 0)
    notes = []
    for k in np.argsort(-off, kind="stable")[:_SHOWN].tolist():
        if off[k] <= _TOLERANCE * max(1.0, load[k]):
            break
        side, band = ("more", high[k]) if load[k] > high[k] else ("fewer", low[k])
        name = _name(question, int(usable[best.sites[k]]))
        notes.append(
            f"with everybody at the nearest of the best sites without a band, site {name} serves "
            f"{load[k]:,.0f} people, {off[k]:,.0f} {side} than its {band:,.0f}"
        )
    if notes:
        least, most = np.floor(load.min()), np.ceil(load.max())
        notes.append(
            f"a band of {least:,.0f} to {most:,.0f} people would do, or leaving out "
            "closest_assignment"
        )
    return tuple(notes)


def _briefly(limits: Limits) -> Limits:
    left = limits.seconds_left()
    return Limits(
        effort=0.1 * limits.effort, gap=0.05, node_limit=200, seed=limits.seed,
        threads=limits.threads, time_limit_seconds=left,
    )  # fmt: skip


def _reached(question: Capacitated, sites: NDArray[np.bool_]) -> NDArray[np.bool_]:
    hit = np.zeros(question.times.n_cells, dtype=np.bool_)
    hit[question.times.cell[sites[question.times.site]]] = True
    return hit


def _least_that_serves(
    question: Capacitated, lost: NDArray[np.int64], reaching: NDArray[np.float64]
) -> float:
    """The largest min_load at which each of these cells reaches a site that can be filled."""
    times = question.times
    most = np.where(question.roles.permitted, np.minimum(reaching, question.max_load), 0.0)
    best = np.zeros(times.n_cells)
    np.maximum.at(best, times.cell, most[times.site])
    return float(np.floor(best[lost].min()))


def _cells(cells: NDArray[np.int64], people: NDArray[np.float64]) -> str:
    return f"{len(cells)} cells with {people[cells].sum():,.0f} people"


def _name(question: Capacitated, site: int) -> str:
    known = question.sites
    return str(site) if known is None else str(known.ids[site])

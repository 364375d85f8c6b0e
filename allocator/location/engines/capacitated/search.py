"""Better sites: one opened, one closed, or one moved, while that pays.

A change is judged first by the prices of the present assignment, which bound its cost from below
(the dual of the assignment, with the new site's own price added); only what may pay is tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.capacitated.bracket import CapacitatedBracket
from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.location.engines.capacitated.sending import shortage
from allocator.location.engines.limits import Limits

_TRIES = 40  # changes tried in vain before the search ends
_RESTARTS = 20
_RESTART_WORK = 4e10
_REPAIRS = 60
_NEAR = 6
_WORK = 4e9  # cells times open sites squared, together


@dataclass(frozen=True, eq=False)
class _Change:
    least_cost: float
    sites: NDArray[np.int64]


def improve_sites(bracket: CapacitatedBracket, limits: Limits) -> None:
    """Change sites one at a time until nothing that is promising pays."""
    if bracket.best is None:
        return
    left = _WORK * limits.effort
    improved = True
    while improved and not bracket.closed(limits.gap):
        improved = False
        before = bracket.cost
        for tried, change in enumerate(_changes(bracket)):
            if change.least_cost >= before or tried >= _TRIES or left <= 0:
                break
            left -= bracket.problem.n_cells * len(change.sites) ** 2
            bracket.try_sites(change.sites)
            if limits.out_of_time():
                return
            if bracket.cost < before:
                improved = True
                break


def restart_sites(bracket: CapacitatedBracket, liking: NDArray[np.float64], limits: Limits) -> None:
    """Search again from sites drawn at random, as often as the relaxation opens each.

    Every second time half as often, the sites of the best answer always counting for the other
    half.
    """
    problem, rng = bracket.problem, np.random.default_rng(limits.seed)
    left = _RESTART_WORK * limits.effort
    for attempt in range(_RESTARTS):
        if left <= 0 or bracket.closed(limits.gap) or limits.out_of_time():
            return
        chance = liking.copy()
        if attempt % 2 and bracket.best is not None:
            chance /= 2
            chance[bracket.best.sites] += 0.5
        drawn = np.flatnonzero((rng.random(problem.n_sites) < chance) | problem.forced)
        if not problem.fewest <= len(drawn) <= problem.most:
            order = np.argsort(-(chance + problem.forced), kind="stable")
            drawn = np.sort(order[: min(max(len(drawn), problem.fewest), problem.most)])
        left -= _search_from(bracket, drawn, limits)


def _search_from(bracket: CapacitatedBracket, sites: NDArray[np.int64], limits: Limits) -> float:
    """Repair and improve these sites apart from the best answer; how much work that was."""
    apart = CapacitatedBracket(bracket.problem)
    apart.raise_bound(bracket.bound)
    try:
        repair_sites(apart, sites, limits)
        improve_sites(apart, limits)
    finally:
        bracket.offer(apart.best)
    return apart.n_tried * float(bracket.problem.n_cells) * max(len(sites), 1) ** 2


def repair_sites(bracket: CapacitatedBracket, sites: NDArray[np.int64], limits: Limits) -> None:
    """Change sites that cannot serve everybody within their bands until they can.

    Where people find no room the site that most of them reach is opened, in place of the emptiest
    if no more may be; where people lack, the emptiest site is closed.
    """
    seen: set[bytes] = set()
    for _ in range(int(_REPAIRS * limits.effort)):
        if np.isfinite(bracket.try_sites(sites)) or limits.out_of_time():
            return
        seen.add(sites.tobytes())
        fresh = (new for new in _repairs(bracket.problem, sites) if new.tobytes() not in seen)
        changed = next(fresh, None)
        if changed is None:
            return
        sites = changed


def _repairs(problem: CapacitatedProblem, sites: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Sites changed by one opened, one closed or both, the most needed first."""
    missing = shortage(problem, sites)
    room = np.minimum(_left_over_near(problem, missing.left_over), problem.high)
    room[sites] = 0.0
    opens = [t for t in np.argsort(-room, kind="stable")[:_NEAR].tolist() if room[t] > 0]
    fullness = missing.filled / np.maximum(problem.high[sites], 1e-300)
    loose = np.flatnonzero(~problem.forced[sites])
    closes = loose[np.argsort(fullness[loose], kind="stable")[:_NEAR]].tolist()
    for t in opens or [None]:
        wider = sites if t is None else np.append(sites, t)
        for s in [None, *closes]:
            new = np.sort(wider if s is None else np.delete(wider, s))
            if problem.fewest <= len(new) <= problem.most:
                yield new


def _left_over_near(
    problem: CapacitatedProblem, left_over: NDArray[np.float64]
) -> NDArray[np.float64]:
    """People without room who reach each site, shape ``(n_sites,)``."""
    return np.bincount(
        problem.site, weights=left_over[problem.cell], minlength=problem.n_sites
    ).astype(np.float64)


def _changes(bracket: CapacitatedBracket) -> Iterator[_Change]:
    """Every change of one site, the most promising first."""
    problem, best = bracket.problem, bracket.best
    if best is None:
        return
    here = best.sites
    first, second, at, rent = _present(problem, here, best.person_price)
    base = float(first.sum()) - float(rent.sum()) + float(problem.price[here].sum())
    closing: NDArray[np.float64] = np.bincount(
        at, weights=np.minimum(second - first, 1e300), minlength=len(here)
    ).astype(np.float64)
    closing += rent - problem.price[here]
    fixed = problem.forced[here]
    is_open = np.zeros(problem.n_sites, dtype=np.bool_)
    is_open[here] = True
    new = np.flatnonzero(~is_open & (problem.high > 0))
    opening, meets = _opening(problem, new, first, second, at, len(here))
    costs = base + opening[:, None] + closing[None, :] - meets
    costs[:, fixed] = np.inf
    alone = base + opening if len(here) < problem.most else np.full(len(new), np.inf)
    fewer = base + closing if len(here) > problem.fewest else np.full(len(here), np.inf)
    fewer = np.where(fixed, np.inf, fewer)
    everything = np.concatenate([costs.ravel(), alone, fewer])
    promising = np.flatnonzero(everything < best.cost)
    n_swaps = costs.size
    for k in promising[np.argsort(everything[promising], kind="stable")].tolist():
        if k < n_swaps:
            t, s = divmod(k, len(here))
            sites = np.append(np.delete(here, s), new[t])
        elif k < n_swaps + len(new):
            sites = np.append(here, new[k - n_swaps])
        else:
            sites = np.delete(here, k - n_swaps - len(new))
        yield _Change(float(everything[k]), np.sort(sites))


def _present(
    problem: CapacitatedProblem, here: NDArray[np.int64], price: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Each cell's cheapest and second cheapest priced cost, its site; and each site's rent."""
    free = replace(problem, closest=False) if problem.closest else problem
    priced = free.matrix_of(here) + problem.people[:, None] * price
    at = priced.argmin(axis=1)
    cells = np.arange(problem.n_cells)
    first = priced[cells, at]
    priced[cells, at] = np.inf
    second = priced.min(axis=1)
    rent = np.where(price > 0, price * problem.high[here], price * problem.low[here])
    return first, second, at, rent


def _opening(
    problem: CapacitatedProblem,
    new: NDArray[np.int64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    at: NDArray[np.int64],
    n_open: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What opening each new site adds (mostly < 0), and what that saves where a site closes.

    The second has shape ``(n_new, n_open)``: cells of a closed site that go to the new one need
    not go to their second choice.
    """
    order, start = problem.by_site
    opening, meets = np.empty(len(new)), np.empty((len(new), n_open))
    for k, j in enumerate(new.tolist()):
        arcs = order[start[j] : start[j + 1]]
        cell = problem.cell[arcs]
        cost, people = problem.cost[arcs], problem.people[cell]
        price = _price_at(first[cell] - cost, people, problem.high[j])
        cost = cost + people * price
        opening[k] = np.minimum(cost - first[cell], 0.0).sum() - price * problem.high[j]
        opening[k] += problem.price[j]
        alone = np.minimum(second[cell], 1e300) - first[cell]
        beside = np.minimum(cost, second[cell]) - np.minimum(cost, first[cell])
        meets[k] = np.bincount(at[cell], weights=alone - beside, minlength=n_open)
    return opening, meets


def _price_at(gain: NDArray[np.float64], people: NDArray[np.float64], room: float) -> float:
    """Price per person at which no more than ``room`` people gain by coming."""
    comes = (gain > 0) & (people > 0)
    if people[comes].sum() <= room:
        return 0.0
    each = gain[comes] / people[comes]
    order = np.argsort(-each, kind="stable")
    filled = np.cumsum(people[comes][order])
    return float(each[order][np.searchsorted(filled, room)])

"""Who goes where once it is known which sites are open: at least cost, within the bands."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.errors import SolverError
from allocator.location.engines.capacitated.problem import CapacitatedProblem

_PASSES = 30
_FEW_CELLS = 500
_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Assignment:
    """An answer: open sites and flows.

    Attributes
    ----------
    sites
        Open sites, ascending.
    cost
        Of opening them and serving everybody.
    cell, site, people
        Of each flow; a cell without people has one flow of 0 people, to its cheapest site.
    person_price
        What one more person costs at each of ``sites`` through those who must make room.
    """

    sites: NDArray[np.int64]
    cost: float
    cell: NDArray[np.int64]
    site: NDArray[np.int64]
    people: NDArray[np.float64]
    person_price: NDArray[np.float64]


def assign(problem: CapacitatedProblem, open_sites: NDArray[np.int64]) -> Assignment | None:
    """Serve everybody from these sites, or None if that cannot be done.

    Parts of cells: at least cost, exactly. Whole cells: by local search from the exact answer for
    parts, so None may then also mean that none was found.
    """
    if not len(open_sites):
        return None
    cost = problem.matrix_of(open_sites)
    low, high = problem.low[open_sites], problem.high[open_sites]
    if not np.isfinite(cost.min(axis=1)).all():
        return None
    sent = _sent_in_parts(_per_person(cost, problem.people), problem.people, low, high)
    if sent is None:
        return None
    flow, price = sent
    if problem.single:
        return _assigned_whole(problem, open_sites, cost, flow, price)
    idle = np.flatnonzero(problem.people == 0)
    at, cell = np.nonzero(flow)
    nearest = cost[idle].argmin(axis=1)
    share = flow[at, cell] / problem.people[cell]
    paid = float((cost[cell, at] * share).sum() + cost[idle, nearest].sum())
    return Assignment(
        open_sites,
        paid + float(problem.price[open_sites].sum()),
        np.concatenate([cell, idle]),
        open_sites[np.concatenate([at, nearest])],
        np.concatenate([flow[at, cell], np.zeros(len(idle))]),
        price,
    )


def _per_person(cost: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cost / np.where(people > 0, people, 1.0)[:, None])


def _sent_in_parts(
    unit: NDArray[np.float64],
    people: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Flows, shape ``(n_open, n_cells)``, and the price of a person at each site."""
    from allocator.location.engines.capacitated import sending_kernels as kernels

    flow = np.zeros((len(low), len(people)))
    price = np.zeros(len(low))
    said = kernels.send(unit, people, low, high, flow, price)
    if said == kernels.GAVE_UP:
        raise SolverError("sending people to the open sites did not come to an end")
    return (flow, price) if said == kernels.DONE else None


def _assigned_whole(
    problem: CapacitatedProblem,
    open_sites: NDArray[np.int64],
    cost: NDArray[np.float64],
    flow: NDArray[np.float64],
    price: NDArray[np.float64],
) -> Assignment | None:
    """Whole cells by moves and swaps, from where most of each cell goes when it may be parted.

    Few cells are parted, so that start is hard to beat where cells are many; where they are few,
    or it fails, cells are also placed one by one.
    """
    parted = np.where(problem.people > 0, flow.argmax(axis=0), cost.argmin(axis=1))
    best = _moved_whole(problem, open_sites, cost, parted, price)
    if best is not None and problem.n_cells > _FEW_CELLS:
        return best
    for at in _placed(problem, open_sites, cost, price):
        other = _moved_whole(problem, open_sites, cost, at, price)
        if other is not None and (best is None or other.cost < best.cost):
            best = other
    return best


def _moved_whole(
    problem: CapacitatedProblem,
    open_sites: NDArray[np.int64],
    cost: NDArray[np.float64],
    start: NDArray[np.int64],
    price: NDArray[np.float64],
) -> Assignment | None:
    """Whole cells moved and swapped from a start; None if bands are still broken."""
    from allocator.location.engines.capacitated import whole_kernels as kernels

    low, high, people = problem.low[open_sites], problem.high[open_sites], problem.people
    worst = float(cost[np.isfinite(cost)].max(initial=0.0))
    penalty = 2.0 * (worst + 1.0) / max(float(people[people > 0].min(initial=np.inf)), 1e-9)
    at = start.astype(np.int64)
    load = np.bincount(at, weights=people, minlength=len(low)).astype(np.float64)
    outside = kernels.improve(cost, people, low, high, penalty, load, at, _PASSES)
    if outside > _TOLERANCE * max(1.0, float(people.sum())):
        return None
    cells = np.arange(len(people))
    paid = float(cost[cells, at].sum() + problem.price[open_sites].sum())
    return Assignment(open_sites, paid, cells, open_sites[at], people, price)


def _placed(
    problem: CapacitatedProblem,
    open_sites: NDArray[np.int64],
    cost: NDArray[np.float64],
    price: NDArray[np.float64],
) -> Iterator[NDArray[np.int64]]:
    """Whole cells placed one by one: those that lose most elsewhere first, or the largest."""
    from allocator.location.engines.capacitated import whole_kernels as kernels

    people = problem.people
    regret = np.zeros(len(people))
    if len(open_sites) > 1:
        two = np.partition(cost + people[:, None] * price, 1, axis=1)
        regret = np.full(len(people), np.inf)
        both = np.isfinite(two[:, 1])
        regret[both] = two[both, 1] - two[both, 0]
    for order in (np.argsort(-regret, kind="stable"), np.argsort(-people, kind="stable")):
        load, at = np.zeros(len(open_sites)), np.full(len(people), -1, dtype=np.int64)
        kernels.place(cost, people, problem.high[open_sites], order, price, load, at)
        yield at


@dataclass(frozen=True, eq=False)
class Shortage:
    """How far open sites are from serving everybody within their bands.

    Attributes
    ----------
    left_over
        People per cell who find no room, shape ``(n_cells,)``.
    lacking
        People that each open site lacks to its least load, shape ``(n_open,)``.
    filled
        People that each open site serves, shape ``(n_open,)``.
    """

    left_over: NDArray[np.float64]
    lacking: NDArray[np.float64]
    filled: NDArray[np.float64]


def shortage(problem: CapacitatedProblem, open_sites: NDArray[np.int64]) -> Shortage:
    """The least that is missing when these sites serve as many as they can.

    A site without limits takes who finds no room, a cell without end fills who lacks people; both
    at a cost above any other.
    """
    cost = problem.matrix_of(open_sites)
    low, high = problem.low[open_sites], problem.high[open_sites]
    people = problem.people
    unit = _per_person(cost, people)
    dear = 2.0 * float(unit[np.isfinite(unit)].max(initial=1.0)) + 1.0
    n_cells, n_open = cost.shape
    wide = np.full((n_cells + 1, n_open + 1), np.inf)
    wide[:n_cells, :n_open] = unit
    wide[:n_cells, n_open] = n_open * dear
    wide[n_cells, :n_open] = n_open * dear
    wide[n_cells, n_open] = 0.0
    spare = float(low.sum()) + 1.0
    total = float(people.sum()) + spare
    sent = _sent_in_parts(
        wide,
        np.append(people, spare),
        np.append(np.minimum(low, high), 0.0),
        np.append(high, total),
    )
    if sent is None:
        raise SolverError("people could not even be left over")
    flow = sent[0]
    return Shortage(
        flow[n_open, :n_cells], flow[:n_open, n_cells], flow[:n_open, :n_cells].sum(axis=1)
    )

"""Slow and obvious answers to maximal and partial covering; nothing here comes from the package."""

from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def all_choices(n_sites, *, open_sites=(), may_close=(), required=(), forbidden=()):
    """Every permitted set of open sites."""
    given = set(open_sites) | set(required)
    free = [j for j in range(n_sites) if j not in given and j not in forbidden]
    for size in range(len(free) + 1):
        for chosen in combinations(free, size):
            yield given | set(chosen)


def cost_of(is_open, cost, running, closing, *, open_sites=(), may_close=()):
    """Opening of new sites, running of kept ones, closing of closed ones."""
    old = set(open_sites) | set(may_close)
    return (
        sum(cost[j] for j in is_open - old)
        + sum(running[j] for j in is_open & old)
        + sum(closing[j] for j in set(may_close) - is_open)
    )


def covered_people(sets, people, is_open):
    """People of cells whose set holds an open site."""
    return sum(w for near, w in zip(sets, people, strict=True) if is_open & set(near))


def most_people_by_trying_all(
    sets, people, n_sites, *, p=None, budget=None, prices=None, floors=(), **roles
):
    """Most people covered; None if nothing is permitted. ``floors``: (people, least) pairs."""
    best = None
    named = {k: roles.get(k, ()) for k in ("open_sites", "may_close")}
    for is_open in all_choices(n_sites, **roles):
        if p is not None and len(is_open) > p:
            continue
        if budget is not None and cost_of(is_open, *prices, **named) > budget + 1e-9:
            continue
        if any(covered_people(sets, group, is_open) < least - 1e-9 for group, least in floors):
            continue
        found = covered_people(sets, people, is_open)
        best = found if best is None else max(best, found)
    return best


def least_cost_by_trying_all(sets, n_sites, floors, prices, **roles):
    """Least cost that keeps all floors; None if nothing does."""
    best = None
    named = {k: roles.get(k, ()) for k in ("open_sites", "may_close")}
    for is_open in all_choices(n_sites, **roles):
        if any(covered_people(sets, group, is_open) < least - 1e-9 for group, least in floors):
            continue
        spent = cost_of(is_open, *prices, **named)
        best = spent if best is None else min(best, spent)
    return best


def _cover_rows(sets, n_sites):
    """``sum_(j near i) y_j - z_i >= 0`` over (y, z)."""
    rows = np.zeros((len(sets), n_sites + len(sets)))
    for i, near in enumerate(sets):
        rows[i, list(near)] = 1
        rows[i, n_sites + i] = -1
    return LinearConstraint(rows, lb=0)


def most_people_by_milp(sets, people, n_sites, *, p=None, budget=None, cost=None, floors=()):
    """Church & ReVelle's integer program, with a budget and floors, solved by SciPy."""
    limits = [_cover_rows(sets, n_sites)]
    nobody = np.zeros(len(sets))
    if p is not None:
        limits.append(LinearConstraint(np.concatenate([np.ones(n_sites), nobody]), ub=p))
    if budget is not None:
        limits.append(LinearConstraint(np.concatenate([cost, nobody]), ub=budget))
    for group, least in floors:
        limits.append(LinearConstraint(np.concatenate([np.zeros(n_sites), group]), lb=least))
    found = milp(
        -np.concatenate([np.zeros(n_sites), people]),
        constraints=limits,
        integrality=np.concatenate([np.ones(n_sites), nobody]),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    return -found.fun if found.status == 0 else None


def least_cost_by_milp(sets, n_sites, floors, cost):
    """Partial covering by SciPy; None when infeasible."""
    limits = [_cover_rows(sets, n_sites)]
    for group, least in floors:
        limits.append(LinearConstraint(np.concatenate([np.zeros(n_sites), group]), lb=least))
    found = milp(
        np.concatenate([cost, np.zeros(len(sets))]),
        constraints=limits,
        integrality=np.concatenate([np.ones(n_sites), np.zeros(len(sets))]),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    return found.fun if found.status == 0 else None

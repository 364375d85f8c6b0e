"""The capacitated question answered the slow way: textbook program, and trying all choices."""

from itertools import combinations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

_INFEASIBLE = 2


def by_milp(away, people, weight, low, high, *, p, single, closest, price):
    """Least cost by SciPy from the formulation row by row; None if there is no answer."""
    n, m = away.shape
    needs = [i for i in range(n) if people[i] > 0 or weight[i] > 0]
    arcs = [(i, j) for i in needs for j in range(m) if np.isfinite(away[i, j])]
    rows, least, most = [], [], []

    def row(entries, lower, upper):
        line = np.zeros(m + len(arcs))
        for column, value in entries:
            line[column] += value
        rows.append(line)
        least.append(lower)
        most.append(upper)

    for i in needs:
        row([(m + k, 1) for k, arc in enumerate(arcs) if arc[0] == i], 1, 1)
    for k, (_, j) in enumerate(arcs):
        row([(m + k, 1), (j, -1)], -np.inf, 0)
    for j in range(m):
        load = [(m + k, people[arc[0]]) for k, arc in enumerate(arcs) if arc[1] == j]
        row([*load, (j, -min(high[j], people.sum() + 1))], -np.inf, 0)
        row([*load, (j, -low[j])], 0, np.inf)
    if p is not None:
        row([(j, 1) for j in range(m)], -np.inf, p)
    if closest:
        for i, j in arcs:
            if people[i] > 0:
                near = [k for k, a in enumerate(arcs) if a[0] == i and away[a] <= away[i, j]]
                row([*[(m + k, 1) for k in near], (j, -1)], 0, np.inf)
    done = milp(
        np.concatenate([price, [weight[i] * away[i, j] for i, j in arcs]]),
        constraints=LinearConstraint(np.array(rows), least, most),
        bounds=Bounds(0, 1),
        integrality=np.concatenate([np.ones(m), np.full(len(arcs), int(single))]),
        options={"mip_rel_gap": 0},
    )
    return None if done.status == _INFEASIBLE else done.fun


def by_trying_all(away, people, weight, low, high, *, p, single, closest, price, must=(), may=None):
    """Least cost over every choice of sites; whole cells by trying all, parts by linear program."""
    n, m = away.shape
    may = range(m) if may is None else may
    needs = [i for i in range(n) if people[i] > 0 or weight[i] > 0]
    best = None
    for k in range(1, min(m, m if p is None else p) + 1):
        for chosen in combinations(may, k):
            if not set(must) <= set(chosen):
                continue
            allowed = {i: _ways(away, i, chosen, closest and people[i] > 0) for i in needs}
            serve = _whole if single else _parted
            cost = serve(away, people, weight, low, high, chosen, allowed)
            if cost is not None:
                cost += sum(price[j] for j in chosen)
                best = cost if best is None else min(best, cost)
    return best


def _ways(away, i, chosen, closest):
    ways = [j for j in chosen if np.isfinite(away[i, j])]
    if closest and ways:
        nearest = min(away[i, j] for j in ways)
        ways = [j for j in ways if away[i, j] == nearest]
    return ways


def _whole(away, people, weight, low, high, chosen, allowed):
    best = None
    for sent in product(*allowed.values()):
        load = dict.fromkeys(chosen, 0.0)
        for i, j in zip(allowed, sent, strict=True):
            load[j] += people[i]
        if all(low[j] <= load[j] <= high[j] for j in chosen):
            cost = sum(weight[i] * away[i, j] for i, j in zip(allowed, sent, strict=True))
            best = cost if best is None else min(best, cost)
    return best


def _parted(away, people, weight, low, high, chosen, allowed):
    arcs = [(i, j) for i, ways in allowed.items() for j in ways]
    if len({i for i, _ in arcs}) < len(allowed):
        return None
    if not arcs:
        return 0.0 if all(low[j] == 0 for j in chosen) else None
    load = np.array([[people[i] * (j == k) for i, j in arcs] for k in chosen])
    once = np.array([[float(i == k) for i, _ in arcs] for k in allowed])
    limits = np.array([min(high[j], people.sum() + 1) for j in chosen])
    done = linprog(
        [weight[i] * away[i, j] for i, j in arcs],
        A_ub=np.vstack([load, -load]),
        b_ub=np.concatenate([limits, [-low[j] for j in chosen]]),
        A_eq=once,
        b_eq=np.ones(len(allowed)),
    )
    return None if done.status == _INFEASIBLE else done.fun

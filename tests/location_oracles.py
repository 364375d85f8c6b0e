"""The classic location models, slowly: every choice tried, and the textbook programs by SciPy.

Nothing here comes from the package. ``reach`` is a dense matrix of cells by sites, true where a
cell reaches a site; ``away`` one of distances, infinite where there is no way. ``given`` sites
must be open (existing ones), ``barred`` ones may not. None is returned where no choice will do.
"""

from itertools import combinations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

# --- every choice tried ---------------------------------------------------------------------------


def site_sets(n_sites, p=None, given=(), barred=()):
    """Every set of at most ``p`` sites that holds the given ones and none of the barred."""
    given = set(given)
    free = [j for j in range(n_sites) if j not in given and j not in set(barred)]
    most = len(free) if p is None else min(p - len(given), len(free))
    for size in range(most + 1):
        for chosen in combinations(free, size):
            yield sorted(given | set(chosen))


def server_counts(n_sites, p, cap, given=(), barred=()):
    """Every way to put at most ``p`` servers, up to ``cap[j]`` at site ``j``, one where given."""
    ranges = [
        range(1 if j in set(given) else 0, (0 if j in set(barred) else min(cap[j], p)) + 1)
        for j in range(n_sites)
    ]
    return (np.array(x) for x in product(*ranges) if sum(x) <= p)


def best_of(values, sense):
    """The best of some values; None where there are none."""
    values = list(values)
    if not values:
        return None
    return max(values) if sense == "max" else min(values)


def lscp(reach, cost=None, **roles):
    """Least cost so that every cell reaches an open site; given sites cost nothing."""
    m = reach.shape[1]
    price = _price(m, cost, roles)
    return best_of(
        (price[s].sum() for s in site_sets(m, **roles) if reach[:, s].any(axis=1).all()), "min"
    )


def psclp(reach, asked, cost=None, **roles):
    """Least cost so that of every group a share is covered; ``asked`` holds (people, share)."""
    m = reach.shape[1]
    price = _price(m, cost, roles)
    fits = (
        price[s].sum()
        for s in site_sets(m, **roles)
        if all(w[reach[:, s].any(axis=1)].sum() >= part * w.sum() - 1e-9 for w, part in asked)
    )
    return best_of(fits, "min")


def mclp(reach, people, p=None, cost=None, budget=np.inf, asked=(), **roles):
    """Most people covered by ``p`` sites or a budget; ``asked`` holds (people, least share)."""
    m = reach.shape[1]
    price = _price(m, cost, roles)
    values = []
    for s in site_sets(m, p, **roles):
        covered = reach[:, s].any(axis=1)
        if price[s].sum() <= budget + 1e-9 and all(
            w[covered].sum() >= part * w.sum() - 1e-9 for w, part in asked
        ):
            values.append(people[covered].sum())
    return best_of(values, "max")


def servers(reach, people, worth, p, cap, *, must=None, near_share=0.0, **roles):
    """Most that people are worth, ``worth(n)`` each where ``n`` servers are in reach."""
    values = []
    for x in server_counts(reach.shape[1], p, cap, **roles):
        n = reach @ x
        if must is not None and not (must @ x > 0).all():
            continue
        if people[n > 0].sum() < near_share * people.sum() - 1e-9:
            continue
        values.append(sum(w * worth(k) for w, k in zip(people, n.tolist(), strict=True)))
    return best_of(values, "max")


def mexclp(reach, people, p, busy, cap, **roles):
    """Most people expected to find a free server."""
    return servers(reach, people, lambda n: 1 - busy**n, p, cap, **roles)


def malp(reach, people, p, busy, reliability, cap, **roles):
    """Most people who find a free server with a given probability."""

    def worth(n):
        return float(n > 0 and busy**n <= (1 - reliability) * (1 + 1e-9))

    return servers(reach, people, worth, p, cap, **roles)


def bacop1(reach, people, p, cap, **roles):
    """Most people with two servers in reach, everybody having one."""
    return servers(reach, people, lambda n: float(n > 1), p, cap, must=reach, **roles)


def bacop2(reach, people, p, theta, cap, **roles):
    """First cover and backup, weighed."""
    return servers(
        reach, people, lambda n: theta * (n > 0) + (1 - theta) * (n > 1), p, cap, **roles
    )


def lscp_b(reach, people, cap, **roles):
    """The fewest servers that reach every cell, and most people with two of them in reach."""
    fewest = best_of(
        (len(s) for s in site_sets(reach.shape[1], **roles) if reach[:, s].any(axis=1).all()),
        "min",
    )
    return None if fewest is None else (fewest, bacop1(reach, people, fewest, cap, **roles))


def dsm(near, far, people, p, alpha, cap, **roles):
    """Most people with two servers nearby, everybody having one within the far standard."""
    return servers(
        near, people, lambda n: float(n > 1), p, cap, must=far, near_share=alpha, **roles
    )


def p_median(away, people, p, **roles):
    """Least people-distance to the nearest open site; cells without people may stay away."""
    used = people > 0
    totals = [
        (people[used] * away[np.ix_(used, s)].min(axis=1)).sum()
        for s in site_sets(away.shape[1], p, **roles)
        if s
    ]
    return best_of([t for t in totals if np.isfinite(t)], "min")


def p_center(away, p, **roles):
    """Least distance of the cell that is farthest from its nearest open site."""
    worst = [away[:, s].min(axis=1).max() for s in site_sets(away.shape[1], p, **roles) if s]
    return best_of([w for w in worst if np.isfinite(w)], "min")


def p_dispersion(apart, p, **roles):
    """Largest least distance between two of ``p`` open sites."""
    least = [
        min(apart[i, j] for i, j in combinations(s, 2))
        for s in site_sets(len(apart), p, **roles)
        if len(s) == p
    ]
    return best_of(least, "max")


def capacitated(
    away, people, *, p=None, weight=None, least=0.0, most=np.inf, single=False, closest=False,
    fixed=None, rate=1.0, **roles,
):  # fmt: skip
    """Least ``fixed`` cost and ``rate`` times weighted distance, loads between least and most.

    Split: the transport of each set of sites by linear programming. Single source: every
    assignment tried.
    """
    m = away.shape[1]
    weight = people if weight is None else weight
    fixed = np.zeros(m) if fixed is None else fixed
    least, most = np.broadcast_to(least, m), np.broadcast_to(most, m)
    solve = _all_assignments if single else _transport
    values = []
    for s in site_sets(m, p, **roles):
        if s:
            travel = solve(away[:, s], people, weight * rate, least[s], most[s], closest)
            values.append(fixed[s].sum() + travel)
    return best_of([v for v in values if np.isfinite(v)], "min")


def _transport(away, people, weight, least, most, closest):
    """Least cost to send everybody somewhere, broken numbers of people allowed."""
    n, m = away.shape
    allowed = np.isfinite(away)
    if closest:
        allowed &= away <= away.min(axis=1, keepdims=True) + 1e-12
    cost = np.where(allowed, weight[:, None] * np.where(allowed, away, 0.0), 0.0)
    load = np.zeros((m, n * m))
    for j in range(m):
        load[j, j::m] = people
    bounded = np.isfinite(most)
    answer = linprog(
        cost.ravel(),
        A_ub=np.vstack([load[bounded], -load]),
        b_ub=np.concatenate([most[bounded], -least]),
        A_eq=np.kron(np.eye(n), np.ones((1, m))),
        b_eq=np.ones(n),
        bounds=[(0.0, 1.0 if ok else 0.0) for ok in allowed.ravel()],
    )
    return answer.fun if answer.status == 0 else np.inf


def _all_assignments(away, people, weight, least, most, closest):
    n, m = away.shape
    best = np.inf
    for to in product(range(m), repeat=n):
        way = away[np.arange(n), to]
        load = np.bincount(to, weights=people, minlength=m)
        if closest and (way > away.min(axis=1) + 1e-12).any():
            continue
        if np.isfinite(way).all() and (load <= most + 1e-9).all() and (load >= least - 1e-9).all():
            best = min(best, float((weight * way).sum()))
    return best


def hierarchical(reaches, people, *, p=None, weights=None, costs=None, budget=np.inf, **roles):
    """Most weighted people per level, or None; a site offers its level and all below.

    ``p`` holds a number of sites per level (None for any), ``costs`` a cost per level and site.
    """
    n_levels, m = len(reaches), reaches[0].shape[1]
    weights = [1.0] * n_levels if weights is None else weights
    values = []
    for at in _levels(n_levels, m, **roles):
        if p is not None and any(
            limit is not None and (at == level + 1).sum() > limit for level, limit in enumerate(p)
        ):
            continue
        if _level_cost(at, costs) <= budget + 1e-9:
            covered = [r[:, at >= level + 1].any(axis=1) for level, r in enumerate(reaches)]
            values.append(sum(w * people[c].sum() for w, c in zip(weights, covered, strict=True)))
    return best_of(values, "max")


def hierarchical_cost(reaches, people, shares, costs, **roles):
    """Least cost so that each level reaches its share of the people."""
    values = []
    for at in _levels(len(reaches), reaches[0].shape[1], **roles):
        covered = [r[:, at >= level + 1].any(axis=1) for level, r in enumerate(reaches)]
        if all(
            people[c].sum() >= s * people.sum() - 1e-9 for c, s in zip(covered, shares, strict=True)
        ):
            values.append(_level_cost(at, costs))
    return best_of(values, "min")


def _levels(n_levels, n_sites, given=(), barred=()):
    """Every level of every site, 0 for none."""
    ranges = [
        range(1 if j in set(given) else 0, 1 if j in set(barred) else n_levels + 1)
        for j in range(n_sites)
    ]
    return (np.array(at) for at in product(*ranges))


def _level_cost(at, costs):
    if costs is None:
        return 0.0
    return sum(costs[level - 1][j] for j, level in enumerate(at.tolist()) if level)


def _price(n_sites, cost, roles):
    price = np.ones(n_sites) if cost is None else np.array(cost, dtype=float)
    price[list(roles.get("given", ()))] = 0.0
    return price


# --- heuristics of the literature, for their guarantees ------------------------------------------


def greedy_mclp(reach, people, p):
    """People covered by opening, ``p`` times, the site that adds most."""
    covered = np.zeros(len(people), dtype=bool)
    for _ in range(min(p, reach.shape[1])):
        gains = [people[reach[:, j] & ~covered].sum() for j in range(reach.shape[1])]
        covered |= reach[:, int(np.argmax(gains))]
    return people[covered].sum()


# --- the textbook's programs, by SciPy -----------------------------------------------------------


class Program:
    """Dense rows of an integer program, written as in the papers."""

    def __init__(self, **sizes):
        self.shape = sizes
        ends = np.cumsum([int(np.prod(size)) for size in sizes.values()])
        starts = np.concatenate([[0], ends[:-1]])
        self.at = {
            name: np.arange(a, b).reshape(size)
            for (name, size), a, b in zip(sizes.items(), starts, ends, strict=True)
        }
        self.n = int(ends[-1])
        self.rows, self.low, self.high = [], [], []
        self.lower, self.upper = np.zeros(self.n), np.ones(self.n)

    def row(self, terms, low=-np.inf, high=np.inf):
        """``low <= sum(coefficient * variable) <= high``; terms are (positions, coefficients)."""
        row = np.zeros(self.n)
        for where, coefficient in terms:
            np.add.at(row, np.ravel(where), np.broadcast_to(coefficient, np.shape(where)).ravel())
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def roles(self, variables, given=(), barred=()):
        """Given sites open, barred sites closed."""
        self.lower[variables[list(given)]] = 1.0
        self.upper[variables[list(barred)]] = 0.0

    def best(self, cost, sense, whole=()):
        """The optimum, to the last digit that HiGHS gives; None when infeasible."""
        integrality = np.zeros(self.n)
        for name in whole:
            integrality[self.at[name].ravel()] = 1
        objective = np.zeros(self.n)
        for where, coefficient in cost:
            np.add.at(
                objective, np.ravel(where), np.broadcast_to(coefficient, np.shape(where)).ravel()
            )
        answer = milp(
            objective if sense == "min" else -objective,
            constraints=LinearConstraint(np.array(self.rows), self.low, self.high),
            integrality=integrality,
            bounds=Bounds(self.lower, np.maximum(self.lower, self.upper)),
            options={"mip_rel_gap": 0.0},
        )
        if answer.status == 2 or (self.lower > self.upper).any():
            return None
        assert answer.status == 0, answer.message
        return float(answer.fun if sense == "min" else -answer.fun)


def lscp_milp(reach, cost=None, **roles):
    """Toregas and others 1971."""
    n, m = reach.shape
    program = Program(y=(m,))
    y = program.at["y"]
    program.roles(y, **roles)
    for i in range(n):
        program.row([(y, reach[i].astype(float))], low=1)
    return program.best([(y, _price(m, cost, roles))], "min", ["y"])


def psclp_milp(reach, asked, cost=None, **roles):
    """Daskin & Owen 1999, with a share per group."""
    program, y, z = _cover_program(reach, roles)
    for w, part in asked:
        program.row([(z, w)], low=part * w.sum() - 1e-9)
    return program.best([(y, _price(len(y), cost, roles))], "min", ["y"])


def mclp_milp(reach, people, p=None, cost=None, budget=np.inf, asked=(), **roles):
    """Church & ReVelle 1974, with a budget and floors per group."""
    program, y, z = _cover_program(reach, roles)
    if p is not None:
        program.row([(y, 1.0)], high=p)
    program.row([(y, _price(len(y), cost, roles))], high=budget)
    for w, part in asked:
        program.row([(z, w)], low=part * w.sum() - 1e-9)
    return program.best([(z, people)], "max", ["y"])


def _cover_program(reach, roles):
    n, m = reach.shape
    program = Program(y=(m,), z=(n,))
    y, z = program.at["y"], program.at["z"]
    program.roles(y, **roles)
    for i in range(n):
        program.row([(z[i], 1.0), (y, -reach[i].astype(float))], high=0)
    return program, y, z


def _server_program(reach, p, cap, roles, **sizes):
    program = Program(x=(reach.shape[1],), **sizes)
    x = program.at["x"]
    program.upper[x] = np.minimum(cap, p)
    program.roles(x, **roles)
    program.row([(x, 1.0)], high=p)
    return program, x


def mexclp_milp(reach, people, p, busy, cap, **roles):
    """Daskin 1983."""
    n = len(reach)
    program, x = _server_program(reach, p, cap, roles, v=(n, p))
    v = program.at["v"]
    for i in range(n):
        program.row([(v[i], 1.0), (x, -reach[i].astype(float))], high=0)
    gain = people[:, None] * (1 - busy) * float(busy) ** np.arange(p)
    return program.best([(v, gain)], "max", ["x"])


def malp_milp(reach, people, p, b, cap, **roles):
    """ReVelle & Hogan 1989, with ``b`` servers asked for."""
    n = len(reach)
    program, x = _server_program(reach, p, cap, roles, v=(n, b))
    v = program.at["v"]
    for i in range(n):
        program.row([(v[i], 1.0), (x, -reach[i].astype(float))], high=0)
        for k in range(1, b):
            program.row([(v[i, k], 1.0), (v[i, k - 1], -1.0)], high=0)
    return program.best([(v[:, -1], people)], "max", ["x", "v"])


def bacop1_milp(reach, people, p, cap, **roles):
    """Hogan & ReVelle 1986, the first model."""
    n = len(reach)
    program, x = _server_program(reach, p, cap, roles, u=(n,))
    u = program.at["u"]
    for i in range(n):
        program.row([(x, reach[i].astype(float)), (u[i], -1.0)], low=1)
    return program.best([(u, people)], "max", ["x", "u"])


def bacop2_milp(reach, people, p, theta, cap, **roles):
    """Hogan & ReVelle 1986, the second model."""
    n = len(reach)
    program, x = _server_program(reach, p, cap, roles, z=(n,), u=(n,))
    z, u = program.at["z"], program.at["u"]
    for i in range(n):
        program.row([(x, reach[i].astype(float)), (z[i], -1.0), (u[i], -1.0)], low=0)
        program.row([(u[i], 1.0), (z[i], -1.0)], high=0)
    return program.best([(z, theta * people), (u, (1 - theta) * people)], "max", ["x", "z", "u"])


def lscp_b_milp(reach, people, cap, **roles):
    """The set cover, then the first model of Hogan & ReVelle with as many servers."""
    fewest = lscp_milp(reach, **roles)
    if fewest is None:
        return None
    fewest = round(fewest) + len(roles.get("given", ()))
    return fewest, bacop1_milp(reach, people, fewest, cap, **roles)


def dsm_milp(near, far, people, p, alpha, cap, **roles):
    """Gendreau, Laporte & Semet 1997."""
    n = len(near)
    program, x = _server_program(near, p, cap, roles, u=(n,), v=(n,))
    u, v = program.at["u"], program.at["v"]
    program.row([(u, people)], low=alpha * people.sum() - 1e-9)
    for i in range(n):
        program.row([(x, far[i].astype(float))], low=1)
        program.row([(x, near[i].astype(float)), (u[i], -1.0), (v[i], -1.0)], low=0)
        program.row([(v[i], 1.0), (u[i], -1.0)], high=0)
    return program.best([(v, people)], "max", ["x", "u", "v"])


def _assignment_program(away, p, roles, **sizes):
    """Everybody goes somewhere that is open and within reach."""
    n, m = away.shape
    program = Program(y=(m,), x=(n, m), **sizes)
    y, x = program.at["y"], program.at["x"]
    program.roles(y, **roles)
    program.upper[x[~np.isfinite(away)]] = 0.0
    if p is not None:
        program.row([(y, 1.0)], high=p)
    for i in range(n):
        program.row([(x[i], 1.0)], low=1, high=1)
        for j in range(m):
            program.row([(x[i, j], 1.0), (y[j], -1.0)], high=0)
    return program, y, x, np.where(np.isfinite(away), away, 0.0)


def p_median_milp(away, people, p, **roles):
    """Hakimi 1964; ReVelle & Swain 1970."""
    used = people > 0
    program, _, x, way = _assignment_program(away[used], p, roles)
    return program.best([(x, people[used][:, None] * way)], "min", ["y"])


def p_center_milp(away, p, **roles):
    """The least largest distance."""
    program, _, x, way = _assignment_program(away, p, roles, z=(1,))
    z = program.at["z"]
    program.upper[z] = np.inf
    for i in range(len(away)):
        program.row([(z, 1.0), (x[i], -way[i])], low=0)
    return program.best([(z, 1.0)], "min", ["y", "x"])


def p_dispersion_milp(apart, p, **roles):
    """Kuby 1987: two open sites are no nearer to one another than the largest least distance."""
    m = len(apart)
    program = Program(y=(m,), z=(1,))
    y, z = program.at["y"], program.at["z"]
    program.roles(y, **roles)
    program.row([(y, 1.0)], low=p, high=p)
    far = float(apart.max())
    program.upper[z] = far
    for i, j in combinations(range(m), 2):
        program.row([(z, 1.0), (y[[i, j]], far)], high=apart[i, j] + 2 * far)
    return program.best([(z, 1.0)], "max", ["y"])


def capacitated_milp(
    away, people, *, p=None, weight=None, least=0.0, most=np.inf, single=False, closest=False,
    fixed=None, rate=1.0, **roles,
):  # fmt: skip
    """Capacitated location with loads between least and most; Church & Cohon 1976 for closest."""
    n, m = away.shape
    weight = people if weight is None else weight
    fixed = np.zeros(m) if fixed is None else fixed
    least, most = np.broadcast_to(least, m), np.broadcast_to(most, m)
    program, y, x, way = _assignment_program(away, p, roles)
    for j in range(m):
        program.row([(x[:, j], people), (y[j], -least[j])], low=0)
        if np.isfinite(most[j]):
            program.row([(x[:, j], people), (y[j], -most[j])], high=0)
    if closest:
        for i in range(n):
            for j in range(m):
                if np.isfinite(away[i, j]):
                    nearer = away[i] <= away[i, j] + 1e-12
                    program.row([(x[i, nearer], 1.0), (y[j], -1.0)], low=0)
    cost = [(y, fixed), (x, rate * weight[:, None] * way)]
    return program.best(cost, "min", ["y", "x"] if single else ["y"])


def hierarchical_milp(reaches, people, *, p=None, weights=None, costs=None, budget=np.inf, **roles):
    """Moore & ReVelle 1982, successively inclusive."""
    program, y, z = _level_program(reaches, roles)
    weights = np.ones(len(reaches)) if weights is None else np.asarray(weights, dtype=float)
    for level, limit in enumerate([None] * len(reaches) if p is None else p):
        if limit is not None:
            program.row([(y[level], 1.0)], high=limit)
    if costs is not None:
        program.row([(y, np.asarray(costs, dtype=float))], high=budget)
    return program.best([(z, weights[:, None] * people)], "max", ["y"])


def hierarchical_cost_milp(reaches, people, shares, costs, **roles):
    """The same at least cost, with a share of the people per level."""
    program, y, z = _level_program(reaches, roles)
    for level, share in enumerate(shares):
        program.row([(z[level], people)], low=share * people.sum() - 1e-9)
    return program.best([(y, np.asarray(costs, dtype=float))], "min", ["y"])


def _level_program(reaches, roles):
    n, m = reaches[0].shape
    program = Program(y=(len(reaches), m), z=(len(reaches), n))
    y, z = program.at["y"], program.at["z"]
    for j in range(m):
        least = 1.0 if j in roles.get("given", ()) else 0.0
        program.row([(y[:, j], 1.0)], low=least, high=0.0 if j in roles.get("barred", ()) else 1.0)
    for level, reach in enumerate(reaches):
        for i in range(n):
            offered = (y[level:], -np.broadcast_to(reach[i].astype(float), y[level:].shape))
            program.row([(z[level, i], 1.0), offered], high=0)
    return program, y, z

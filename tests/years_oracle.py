"""When to carry a plan out, as one program for scipy's solver: shares no code with the package.

Variables per pair (resource, unit) and year: stock s, added a, left l; per site and year: open o.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix


@dataclass(frozen=True)
class Stocked:
    """A resource in a unit: numbers before and aimed at, price, share that leaves, staff or not."""

    resource: str
    unit: str
    start: int
    aim: int
    price: float
    leaving: Fraction
    staff: bool


@dataclass(frozen=True)
class Station:
    """A new ambulance station."""

    unit: str
    cost: float


def least_shortfall(
    stocks: Sequence[Stocked],
    stations: Sequence[Station],
    stand: Mapping[str, int],
    budgets: Sequence[float] | None,
    hires: int | None,
    years: int,
    *,
    worst: bool = False,
) -> float:
    """Sum of the shares of resources and stations that the last year lacks, at least.

    ``stand`` are today's stations per unit. Needs ``aim >= start`` everywhere. With ``worst``, of
    each resource and of the stations the share of the unit that lacks most.
    """
    rows = _Rows(len(stocks), len(stations), years)
    for i, s in enumerate(stocks):
        rows.follow(i, s)
        if s.resource == "ambulances":
            rows.vehicles(i, s, stand.get(s.unit, 0),
                          [j for j, x in enumerate(stations) if x.unit == s.unit])  # fmt: skip
    for j in range(len(stations)):
        for t in range(1, years):
            rows.add({rows.open(j, t): 1.0, rows.open(j, t - 1): -1.0}, 0.0, np.inf)
    _lacking(rows, stocks, stations, worst)
    for t in range(years):
        for resource in {s.resource for s in stocks if s.staff} if hires is not None else ():
            terms = {rows.added(i, t): 1.0 for i, s in enumerate(stocks) if s.resource == resource}
            rows.add(terms, -np.inf, float(hires or 0))
        if budgets is not None:
            rows.budget(t, stocks, stations, budgets[t])
    return rows.solve()


def _lacking(
    rows: "_Rows", stocks: Sequence[Stocked], stations: Sequence[Station], worst: bool
) -> None:
    """Minimise sum over kinds k of (aim_k - last_k) / aim_k, or of max over units of the same."""
    last = rows.years - 1
    counted = [(s.resource, s.unit, float(s.aim), rows.stock(i, last))
               for i, s in enumerate(stocks)]  # fmt: skip
    counted += [("stations", x.unit, 1.0, rows.open(j, last)) for j, x in enumerate(stations)]
    for k, kind in enumerate(dict.fromkeys(kind for kind, _, _, _ in counted)):
        rows.cost[rows.worst(k)] = 1.0
        mine = [(unit, aim, column) for what, unit, aim, column in counted if what == kind]
        for place in {unit if worst else "" for unit, _, _ in mine}:
            these = [(aim, column) for unit, aim, column in mine if place in {"", unit}]
            total = max(1.0, sum(aim for aim, _ in these))
            terms = {column: 1.0 / total for _, column in these}
            least = sum(aim for aim, _ in these) / total
            rows.add({rows.worst(k): 1.0} | terms, least, np.inf)


class _Rows:
    def __init__(self, stocks: int, stations: int, years: int) -> None:
        self.n, self.m, self.years = stocks, stations, years
        self.size = years * (4 * stocks + stations) + stocks + 1
        self.low, self.high = np.zeros(self.size), np.full(self.size, np.inf)
        self.cost = np.zeros(self.size)
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.high[years * 4 * stocks : years * (4 * stocks + stations)] = 1.0

    def stock(self, i: int, t: int) -> int:
        return t * self.n + i

    def added(self, i: int, t: int) -> int:
        return (self.years + t) * self.n + i

    def left(self, i: int, t: int) -> int:
        return (2 * self.years + t) * self.n + i

    def paid(self, i: int, t: int) -> int:
        return (3 * self.years + t) * self.n + i

    def open(self, j: int, t: int) -> int:
        return 4 * self.years * self.n + t * self.m + j

    def worst(self, k: int) -> int:
        return self.years * (4 * self.n + self.m) + k

    def add(self, terms: dict[int, float], low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def follow(self, i: int, s: Stocked) -> None:
        p, q = s.leaving.numerator, s.leaving.denominator
        for t in range(self.years):
            self.high[self.stock(i, t)] = s.aim
            before = {self.stock(i, t - 1): -1.0} if t else {}
            known = 0.0 if t else float(s.start)
            terms = {self.stock(i, t): 1.0, self.added(i, t): -1.0, self.left(i, t): 1.0} | before
            self.add(terms, known, known)
            # The nearest whole number to p/q of the stock before, halves up.
            near = {self.left(i, t): 2.0 * q}
            near |= {self.stock(i, t - 1): -2.0 * p} if t else {}
            shift = 0.0 if t else 2.0 * p * s.start
            self.add(near, 1 - q + shift, q + shift)
            counted, beyond = (self.stock, -s.start) if s.staff else (self.added, 0)
            self.add({self.paid(i, t): 1.0, counted(i, t): -1.0}, beyond, np.inf)

    def vehicles(self, i: int, s: Stocked, stand: int, new: list[int]) -> None:
        for t in range(self.years):
            terms = {self.stock(i, t): 1.0} | {self.open(j, t): -1.0 for j in new}
            if new:
                least, free = min(stand, s.start), max(0, s.aim - s.start - len(new))
                self.add(terms, least, s.start + free)

    def budget(
        self, t: int, stocks: Sequence[Stocked], stations: Sequence[Station], limit: float
    ) -> None:
        terms: dict[int, float] = {}
        for i, s in enumerate(stocks):
            terms[self.paid(i, t)] = s.price
        for j, station in enumerate(stations):
            terms[self.open(j, t)] = station.cost
            if t:
                terms[self.open(j, t - 1)] = -station.cost
        self.add(terms, -np.inf, limit)

    def solve(self) -> float:
        matrix = lil_matrix((len(self.rows), self.size))
        for at, (terms, _, _) in enumerate(self.rows):
            for column, coefficient in terms.items():
                matrix[at, column] = coefficient
        whole = np.ones(self.size)
        whole[self.worst(0) :] = 0
        for i in range(self.n):
            whole[[self.paid(i, t) for t in range(self.years)]] = 0
        low, high = (np.array([row[k] for row in self.rows]) for k in (1, 2))
        found = milp(self.cost, constraints=LinearConstraint(matrix.tocsr(), low, high),
                     bounds=Bounds(self.low, self.high), integrality=whole,
                     options={"mip_rel_gap": 0.0})  # fmt: skip
        if found.fun is None:
            raise ValueError(found.message)
        return float(found.fun)

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
) -> float:
    """Sum of the shares of resources and stations that the last year lacks, at least.

    ``stand`` are today's stations per unit. Needs ``aim >= start`` everywhere.
    """
    rows = _Rows(len(stocks), len(stations), years)
    totals = {s.resource: max(1, sum(x.aim for x in stocks if x.resource == s.resource))
              for s in stocks}  # fmt: skip
    for i, s in enumerate(stocks):
        rows.follow(i, s)
        rows.cost[rows.stock(i, years - 1)] = -1.0 / totals[s.resource]
        rows.constant += s.aim / totals[s.resource]
        if s.resource == "ambulances":
            rows.vehicles(i, s, stand.get(s.unit, 0),
                          [j for j, x in enumerate(stations) if x.unit == s.unit])  # fmt: skip
    for j in range(len(stations)):
        rows.cost[rows.open(j, years - 1)] = -1.0 / len(stations)
        rows.constant += 1.0 / len(stations)
        for t in range(1, years):
            rows.add({rows.open(j, t): 1.0, rows.open(j, t - 1): -1.0}, 0.0, np.inf)
    for t in range(years):
        for resource in {s.resource for s in stocks if s.staff} if hires is not None else ():
            terms = {rows.added(i, t): 1.0 for i, s in enumerate(stocks) if s.resource == resource}
            rows.add(terms, -np.inf, float(hires or 0))
        if budgets is not None:
            rows.budget(t, stocks, stations, budgets[t])
    return rows.solve()


class _Rows:
    def __init__(self, stocks: int, stations: int, years: int) -> None:
        self.n, self.m, self.years = stocks, stations, years
        self.size = years * (4 * stocks + stations)
        self.low, self.high = np.zeros(self.size), np.full(self.size, np.inf)
        self.cost, self.constant = np.zeros(self.size), 0.0
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.high[years * 4 * stocks :] = 1.0

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
        for i in range(self.n):
            whole[[self.paid(i, t) for t in range(self.years)]] = 0
        low, high = (np.array([row[k] for row in self.rows]) for k in (1, 2))
        found = milp(self.cost, constraints=LinearConstraint(matrix.tocsr(), low, high),
                     bounds=Bounds(self.low, self.high), integrality=whole,
                     options={"mip_rel_gap": 0.0})  # fmt: skip
        if found.fun is None:
            raise ValueError(found.message)
        return float(found.fun) + self.constant

r"""Prices that pull the parts together, and the bound that they prove.

Every row over several parts, and every site that neighbours share, gets a price. At any prices the
parts fall apart, and the sum of what each of them needs at the least is a bound of the whole
(Lagrange; Geoffrion 1974). The best prices are sought by cutting planes, one per part and answer,
within a box around the best prices so far (Marsten, Hogan & Blankenship 1975).

.. math:: L(\lambda, \pi) = \sum_k \min_{x_k} \Big( e_k x_k + \sum_g \lambda_g a_{gk} x_k
          + \sum_{b \in k} \pi_b x_b - \sum_{b: home = k} \pi_b x_{home(b)} \Big)
          - \sum_g \lambda_g r_g
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.lp.incremental import GrowingLp
from allocator.planning.parts.asking import Question, relaxed_prices
from allocator.planning.parts.holds import Holds
from allocator.planning.parts.whole import Joint, Whole

Floats = NDArray[np.float64]
_WIDEST, _NARROWEST = 4.0, 1e-3


@dataclass(frozen=True, eq=False)
class _Priced:
    """A row over several pieces as the prices see it: divided by its scale.

    ``amounts`` per piece, right-hand side ``rhs``; ``dearest`` is the most that its price may be,
    ``relief`` the hold whose price it may reach besides (-1: none).
    """

    amounts: dict[int, Floats]
    rhs: float
    dearest: float
    relief: int = -1


@dataclass(eq=False)
class Prices:
    """Prices of one stage: of rows, then of shared sites.

    Attributes
    ----------
    centre, bound
        The best prices so far, and what they prove of the stage.
    """

    whole: Whole
    holds: Holds
    stage: str
    centre: Floats = field(init=False)
    bound: float = field(init=False, default=-np.inf)
    _rows: list[_Priced] = field(init=False)
    _answers: list[list[Floats]] = field(init=False)

    def __post_init__(self) -> None:
        pieces = self.whole.pieces
        self._rows = _priced(self.whole, self.holds, self.stage)
        self._at_part: list[list[tuple[int, int, float]]] = [[] for _ in pieces]
        for b, border in enumerate(self.whole.borders):
            at = len(self._rows) + b
            self._at_part[border.part].append((at, border.column, 1.0))
            self._at_part[border.home].append((at, border.home_column, -1.0))
        self._terms = [self.whole.terms(self.stage, k) for k in range(len(pieces))]
        self._constant = self.whole.constants.get(self.stage, 0.0) + sum(
            e.constant for e in self._terms
        )
        self.centre = self._first()
        self._width = 0.5
        self._base = self._size()
        self._answers = [[] for _ in pieces]
        self._lp: GrowingLp | None = None

    @property
    def n(self) -> int:
        """Number of prices."""
        return len(self._rows) + len(self.whole.borders)

    def start_from(self, question: Question) -> None:
        """Take the prices of the relaxation of the whole, all of whose parts are in the question.

        Fractions do not matter here: the first answers at these prices prove a bound that is at
        least as good.
        """
        borders, rows = len(self.whole.borders), len(self._rows)
        paid = relaxed_prices(question)[: borders + rows]
        if not len(paid):
            return
        scale = np.array([row.scale for row, _ in self.holds.joint_rows(self.stage)])
        scales = np.append(scale, np.ones(rows - len(scale)))
        self.centre = self._legal(np.concatenate([paid[borders:] * scales, paid[:borders]]))
        self._width = 0.1

    def costs(self, prices: Floats) -> list[Floats]:
        """What each piece is asked to minimise at some prices."""
        found = []
        for k, terms in enumerate(self._terms):
            vector = terms.vector.copy()
            for price, row in zip(prices, self._rows, strict=False):
                if price and k in row.amounts:
                    vector += price * row.amounts[k]
            for at, column, sign in self._at_part[k]:
                vector[column] += sign * prices[at]
            found.append(vector)
        return found

    def proves(self, prices: Floats, bounds: Sequence[float]) -> float:
        """The bound of the stage from those of its pieces at some prices."""
        paid = sum(p * row.rhs for p, row in zip(prices, self._rows, strict=False))
        return float(sum(bounds) - paid + self._constant)

    def learn(self, prices: Floats, bounds: Sequence[float], answers: Sequence[Floats]) -> bool:
        """Take in answers at some prices; True if these prices are the best so far."""
        proven = self.proves(prices, bounds)
        self._add(answers)
        if proven > self.bound:
            rise = proven - self.bound
            expected = self._expected - self.bound
            self.bound, self.centre = proven, prices
            if rise > 0.5 * expected:
                self._width = min(_WIDEST, 2.0 * self._width)
            return True
        self._width = max(_NARROWEST, 0.5 * self._width)
        return False

    _expected: float = np.inf

    def next(self) -> tuple[Floats, list[Floats]]:
        """Prices to try next, and how much each answer so far weighs in the best mix, by piece."""
        lp = self._lp
        if lp is None:
            raise ValueError("learn answers first")
        reach = self._width * np.maximum(self._base, np.abs(self.centre))
        low = np.maximum(0.0, self.centre - reach)
        high = np.minimum(self.centre + reach, [*(r.dearest for r in self._rows),
                          *([np.inf] * len(self.whole.borders))])  # fmt: skip
        lp.set_column_bounds(np.arange(self.n), low, np.maximum(low, high))
        found = lp.solve()
        self._expected = self._constant - found.objective * self._unit
        weights = [np.abs(found.duals[rows]) for rows in self._row_of]
        return self._legal(np.clip(found.values[: self.n], low, high)), weights

    def stalled(self) -> bool:
        """Whether the box has shrunk, or promises, to nothing."""
        promised = self._expected - self.bound
        return self._width <= _NARROWEST or promised <= 1e-6 * max(1.0, abs(self.bound))

    def _legal(self, prices: Floats) -> Floats:
        """No price above what a miss costs."""
        legal = prices.copy()
        for at, row in enumerate(self._rows):
            most = row.dearest + (legal[row.relief] if row.relief >= 0 else 0.0)
            legal[at] = min(max(0.0, legal[at]), most)
        return np.maximum(legal, 0.0)

    def _first(self) -> Floats:
        """A site's cost is shared among the parts whose rows speak of it, row by row."""
        prices = np.zeros(self.n)
        spoken = [np.bincount(p.program.matrix.indices, minlength=len(p.program.lower))
                  for p in self.whole.pieces]  # fmt: skip
        total: dict[int, int] = {}
        for border in self.whole.borders:
            total.setdefault(border.site, int(spoken[border.home][border.home_column]))
            total[border.site] += int(spoken[border.part][border.column])
        for at, border in enumerate(self.whole.borders, len(self._rows)):
            cost = max(0.0, float(self._terms[border.home].vector[border.home_column]))
            share = int(spoken[border.part][border.column]) / max(1, total[border.site])
            prices[at] = cost * share
        return prices

    def _size(self) -> Floats:
        """How far a price may move at first."""
        size = np.zeros(self.n)
        for at, row in enumerate(self._rows):
            moved = sum(float(np.abs(v).max(initial=0.0)) for v in row.amounts.values())
            cost = max(
                (float(np.abs(self._terms[k].vector).max(initial=0.0)) for k in row.amounts),
                default=0.0,
            )
            each = moved / max(1, len(row.amounts))
            size[at] = min(row.dearest, cost / each if each > 0 and cost > 0 else 1.0)
        for at, border in enumerate(self.whole.borders, len(self._rows)):
            own = float(self._terms[border.home].vector[border.home_column])
            size[at] = max(abs(own), 1e-3)
        return size

    def _add(self, answers: Sequence[Floats]) -> None:
        """A cutting plane per piece: theta_k - sum of prices * what is used <= what it costs."""
        if self._lp is None:
            self._unit = max(1.0, max(float(np.abs(e.vector).max(initial=0)) for e in self._terms))
            n, parts = self.n, len(self._terms)
            cost = np.concatenate([[r.rhs for r in self._rows], np.zeros(n - len(self._rows)),
                                   -np.ones(parts)]) / self._unit  # fmt: skip
            lower = np.append(np.zeros(n), np.full(parts, -np.inf))
            self._lp = GrowingLp(cost, lower, np.full(n + parts, np.inf))
            self._row_of: list[list[int]] = [[] for _ in range(parts)]
            self._relief_rows()
        vectors, sides = [], []
        at = self._lp.n_rows
        for k, x in enumerate(answers):
            if any(np.array_equal(x, known) for known in self._answers[k]):
                continue
            vector = np.zeros(self.n + len(self._terms))
            for g, row in enumerate(self._rows):
                if k in row.amounts:
                    vector[g] = -float(row.amounts[k] @ x)
            for b, column, sign in self._at_part[k]:
                vector[b] -= sign * x[column]
            vector[self.n + k] = 1.0
            vectors.append(vector)
            sides.append(float(self._terms[k].vector @ x))
            self._row_of[k].append(at)
            self._answers[k].append(x)
            at += 1
        if vectors:
            self._lp.add_rows(-np.inf, sides, csr_array(np.array(vectors)))

    def _relief_rows(self) -> None:
        """A row under a hold may cost as much as its miss does and the hold's price."""
        rows = [(g, r) for g, r in enumerate(self._rows) if r.relief >= 0]
        if not rows or self._lp is None:
            return
        matrix = np.zeros((len(rows), self._lp.n_columns))
        for at, (g, row) in enumerate(rows):
            matrix[at, g], matrix[at, row.relief] = 1.0, -1.0
        self._lp.add_rows(-np.inf, [0.0] * len(rows), csr_array(matrix))

    def answers(self, k: int) -> list[Floats]:
        """Answers of a piece so far, in the order of their weights."""
        return self._answers[k]


def _priced(whole: Whole, holds: Holds, stage: str) -> list[_Priced]:
    """Rows and holds of a stage; holds come last."""
    rows = holds.joint_rows(stage)
    tiers = list(holds.together)
    found = []
    for row, cost in rows:
        relief = len(rows) + tiers.index(row.tier) if row.tier in holds.together else -1
        dearest = np.inf if cost is None or relief >= 0 else cost
        found.append(_Priced(_scaled(row), row.rhs / row.scale, dearest, relief))
    for tier in tiers:
        terms = {k: whole.terms(tier, k) for k in range(len(whole.pieces))}
        constant = sum(e.constant for e in terms.values()) + whole.constants.get(tier, 0.0)
        amounts = {k: e.vector for k, e in terms.items() if e.vector.any()}
        found.append(_Priced(amounts, holds.together[tier] - constant, np.inf))
    return found


def _scaled(row: Joint) -> dict[int, Floats]:
    return {k: vector / row.scale for k, vector in row.amounts.items()}

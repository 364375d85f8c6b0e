"""The whole as its pieces, the rows over several of them, and the sites that neighbours share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from allocator.planning.case import Area, Case
from allocator.planning.have import given_in
from allocator.planning.parts.coupling import Coupling
from allocator.planning.parts.piece import BUDGET, Expression, Piece
from allocator.planning.rows.count import sites_for_band
from allocator.planning.rows.inflow import asked
from allocator.planning.rows.limits import whole_limits
from allocator.planning.rows.service import demand_by_unit, needed
from allocator.planning.rows.site_share import full_share
from allocator.planning.rows.stay import limits_of, needed_beds
from allocator.planning.tasks import Task
from allocator.policy.rules import (
    Budget,
    Count,
    CoverageRule,
    Inflow,
    Quota,
    Ratio,
    Rule,
    ServedBand,
    Service,
    Share,
    SiteShare,
    Stay,
    Total,
)

LIMITS = "limits"
"""The tier of rows that never bend, before those of the rules."""
RULE_TIERS = ("must", "target", "wish")
Floats = NDArray[np.float64]
Answer = list[Floats]
"""Values of all columns, piece by piece."""


@dataclass(frozen=True, eq=False)
class Joint:
    """A row over several pieces: sum of amounts <= rhs + what it is missed by.

    Attributes
    ----------
    amounts
        Coefficients per piece that has any.
    tier
        In which a miss counts, each unit as ``1 / scale``; :data:`LIMITS` for what never bends.
    rule, area
        Whose row it is.
    """

    rule: str
    area: str
    tier: str
    amounts: dict[int, Floats]
    rhs: float
    scale: float

    def missed(self, x: Answer) -> float:
        """By how much an answer misses it, in natural units."""
        return max(0.0, self.left(x) - self.rhs)

    def left(self, x: Answer) -> float:
        """Its left-hand side."""
        return float(sum(vector @ x[k] for k, vector in self.amounts.items()))


@dataclass(frozen=True)
class Border:
    """A neighbour may count on a site only if it is open at home: x[part][column] <= its own."""

    site: int
    home: int
    home_column: int
    part: int
    column: int


@dataclass(frozen=True, eq=False)
class Whole:
    """Pieces, rows over several of them, shared sites."""

    pieces: Sequence[Piece]
    rows: tuple[Joint, ...]
    borders: tuple[Border, ...]
    constants: dict[str, float]
    beyond: dict[str, float]
    """Rule -> people of its rows over several parts whom no site can reach."""
    settled: tuple[Joint, ...] = ()
    """Rows that nothing decided changes: what they miss is among the constants."""
    neighbours: dict[int, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, pieces: Sequence[Piece], task: Task, coupling: Coupling) -> "Whole":
        """Put the pieces of a task together."""
        constants: dict[str, float] = {}
        beyond: dict[str, float] = {}
        rows: list[Joint] = []
        for rule in task.rules:
            if rule.id in coupling.areas:
                for area, _ in coupling.areas[rule.id]:
                    rows += _rows(rule, area, pieces, task.case, beyond)
        if task.budget is not None:
            rows += _money("budget", pieces, BUDGET, task.budget, LIMITS, 1.0)
        borders = _borders(pieces)
        beside: dict[int, set[int]] = {}
        for border in borders:
            beside.setdefault(border.home, set()).add(border.part)
            beside.setdefault(border.part, set()).add(border.home)
        near = {k: frozenset(v) for k, v in beside.items()}
        settled = tuple(row for row in rows if not row.amounts)
        for row in settled:
            constants[row.tier] = constants.get(row.tier, 0.0) + row.missed([]) / row.scale
        rows = [row for row in rows if row.amounts]
        return cls(pieces, tuple(rows), borders, constants, beyond, settled, near)

    def terms(self, tier: str, k: int) -> Expression:
        """What a piece adds to a tier."""
        piece = self.pieces[k]
        return piece.tiers.get(tier) or Expression(np.zeros(len(piece.program.lower)))

    def rows_of(self, tier: str) -> list[Joint]:
        """Rows whose misses count in a tier."""
        return [row for row in self.rows if row.tier == tier]

    def value(self, tier: str, x: Answer) -> float:
        """Value of a tier at an answer: of the pieces, and of the rows over several."""
        local = sum(self.terms(tier, k).value(x[k]) for k in range(len(self.pieces)))
        joint = sum(row.missed(x) / row.scale for row in self.rows_of(tier))
        return float(local + joint + self.constants.get(tier, 0.0))


def _rows(
    rule: Rule, area: Area, pieces: Sequence[Piece], case: Case, beyond: dict[str, float]
) -> list[Joint]:
    """Rows of a rule in an area; adds those whom no site can reach."""
    key = (rule.id, area.id)
    shares = {p.part: p.shares[key] for p in pieces if key in p.shares}
    if not shares:
        return []
    amounts = {k: s.amount.vector for k, s in shares.items() if s.amount.vector.any()}
    if isinstance(rule, Budget):
        amount = float(rule.amount or 0)
        people = 0
        if rule.people is not None:
            people = given_in(case, rule.people, Area("all", (case.region.units.root,))) or 0
        limit = amount + float(rule.subsidy_per_person) * people
        tier = LIMITS if rule.strength == "must" else rule.strength
        return _money(rule.id, pieces, key, limit, tier, max(1.0, amount))
    if isinstance(rule, CoverageRule):
        lost = sum(s.beyond for s in shares.values())
        scale = sum(s.scale for s in shares.values())
        if lost > 0:
            beyond[rule.id] = beyond.get(rule.id, 0.0) + lost
        allowed = sum(s.allowed for s in shares.values())
        return [Joint(rule.id, area.id, rule.strength, amounts, allowed - lost, scale)]
    return [
        Joint(rule.id, area.id, rule.strength, {k: sign * v for k, v in amounts.items()},
              sign * limit, scale)
        for limit, sign, scale in _limits(rule, area, case)
    ]  # fmt: skip


def _limits(rule: Rule, area: Area, case: Case) -> list[tuple[float, float, float]]:
    """Limits of a rule in an area: the number, 1 for an upper and -1 for a lower one, the scale."""
    if isinstance(rule, Ratio):
        return [(0.0, -1.0, 100.0)]
    if isinstance(rule, Share):
        return [(0.0, -1.0 if rule.sense == ">=" else 1.0, 100.0)]
    if isinstance(rule, Quota):
        people = [case.people(u, rule.group) for u in area.units]
        if any(p is None for p in people):
            return []
        factor = sum((p for p in people if p is not None), Fraction(0)) / rule.per
        lower, upper = whole_limits(rule, factor)
    elif isinstance(rule, Count):
        given = 1 if rule.times is None else given_in(case, rule.times, area)
        if given is None:
            return []
        lower, upper = whole_limits(rule, Fraction(given))
    elif isinstance(rule, Total):
        lower, upper = whole_limits(rule, Fraction(1))
    elif isinstance(rule, SiteShare):
        there = {j for chosen in rule.sites for j in case.positions(chosen)}
        scale = full_share(rule, case, case.positions_in(area, sorted(there)))
        return [(0.0, -1.0 if rule.sense == ">=" else 1.0, scale)]
    elif isinstance(rule, ServedBand):
        lower, upper = sites_for_band(rule, case, area)
    elif isinstance(rule, Inflow):
        lower = asked(rule, case, area)
        upper = lower if rule.sense == "==" else None
    elif isinstance(rule, Stay):
        beds = needed_beds(rule, case)
        lower, upper = (None, None) if beds is None else limits_of(beds, case, area)
    elif isinstance(rule, Service):
        demand, units = demand_by_unit(rule, case), case.planning_units_in(area)
        lower, upper = None if demand is None else needed(rule, units, demand), None
    else:
        return []
    found = []
    if lower is not None and lower > 0:
        found.append((float(lower), -1.0, max(1.0, abs(lower))))
    if upper is not None:
        found.append((float(upper), 1.0, max(1.0, abs(upper))))
    return found


def _money(
    rule: str, pieces: Sequence[Piece], key: tuple[str, str], limit: float, tier: str, scale: float
) -> list[Joint]:
    shares = {p.part: p.shares[key].amount for p in pieces if key in p.shares}
    left = limit - sum(s.constant for s in shares.values())
    return [Joint(rule, "all", tier, {k: s.vector for k, s in shares.items()}, left, scale)]


def _borders(pieces: Sequence[Piece]) -> tuple[Border, ...]:
    """One per site and part across the border whose rows speak of it, unless it stands anyway."""
    at_home = {j: (p.part, column) for p in pieces for j, column in p.homes.items()}
    found = []
    for piece in pieces:
        used = np.zeros(len(piece.program.lower), dtype=np.bool_)
        used[piece.program.matrix.indices] = True
        for site, column in sorted(piece.copies.items()):
            if used[column] and piece.program.lower[column] < 1:
                found.append(Border(site, *at_home[site], piece.part, column))
    return tuple(found)

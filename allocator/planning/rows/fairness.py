"""How evenly something is spread over areas: floors of the worst, ceilings of inequality."""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import ceil

from allocator.lp.program import Program
from allocator.lp.rows import Term, Variable
from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.have import Have
from allocator.planning.rows.quota import apart, in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Fairness

_HUNDRED = 100.0
"""Misses of ceilings are counted in percent of the ceiling, so that rows are of one size."""


@dataclass(frozen=True, eq=False)
class _Rates:
    """Rates of areas in units of a hundredth of the ceiling, and their people's shares.

    ``terms[c]`` is ``r_c``, what each head of area c has; ``weights[c]`` is ``W_c``.
    """

    name: str
    program: Program
    terms: list[list[Term]]
    weights: list[float]

    def times(self, factors: list[float]) -> list[Term]:
        """``sum_c factor_c r_c``."""
        pairs = zip(factors, self.terms, strict=True)
        return [(f * c, v) for f, terms in pairs for c, v in terms]

    def distance(self, label: str, factors: list[float]) -> Variable:
        """A variable that is at least ``|sum_c factor_c r_c|``."""
        away = self.program.continuous(f"{self.name}:{label}")
        for sign in (1.0, -1.0):
            apart_by = self.times([sign * f for f in factors])
            self.program.require(f"{self.name}:{label}", [(1.0, away), *apart_by], ">=", 0.0)
        return away


def fairness(rule: Fairness, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    r"""Add the rows of one measure over the areas u with people N_u, W_u = N_u / N.

    With the rates r_u = per x_u / N_u and their mean mu = sum_u W_u r_u:

    * worst: x_u >= ceil(number N_u / per) in every area;
    * range: l <= r_u <= h, h - l <= number;
    * mean deviation: d_u >= |r_u - mu|, sum_u W_u d_u <= number;
    * Gini: z_uv >= |r_u - r_v|, sum_{u<v} W_u W_v z_uv <= number mu. As mu is linear, so is this.
    """
    known = _areas(rule, model, scope)
    if known is None:
        return []
    areas, people = known
    if rule.measure == "worst":
        return _floors(rule, model, areas, people)
    if len(areas) < 2:
        return []
    rates = _rates(rule, model, areas, people)
    terms, limit = _ceiling(rule, rates)
    slack = model.program.continuous(f"miss[{rule.id}]")
    model.program.require(rule.id, [*terms, (-1.0, slack)], "<=", limit)
    return [Shortfall(rule.id, "all", ((1.0, slack),), scale=_HUNDRED, most=1e7)]


def _areas(
    rule: Fairness, model: StockModel, scope: Area | None
) -> tuple[list[Area], list[Fraction]] | None:
    """Areas where people of the group live; None where that is not known or nothing is decided."""
    case = model.case
    areas = in_scope(case.areas(rule.level) if rule.level else apart(case), case, scope)
    people = [case.people(area.id, rule.group) for area in areas]
    known = [n for n in people if n is not None]
    if len(known) < len(people) or not all(model.plans(r) for r in rule.resources):
        return None
    pairs = [(a, n) for a, n in zip(areas, known, strict=True) if n > 0]
    if not pairs or not all(case.planning_units_in(area) for area, _ in pairs):
        return None
    return [a for a, _ in pairs], [n for _, n in pairs]


def _floors(
    rule: Fairness, model: StockModel, areas: list[Area], people: list[Fraction]
) -> list[Shortfall]:
    found = []
    for area, number in zip(areas, people, strict=True):
        terms = [t for r in rule.resources for t in model.terms(r, area)]
        need = ceil(rule.number * number / rule.per)
        found += soften(model.program, (rule.id, area.id), terms, (need, None))
    # One more of a rate is no number of things: nobody is asked what it would be worth.
    return [replace(one, rows=()) for one in found]


def _rates(rule: Fairness, model: StockModel, areas: list[Area], people: list[Fraction]) -> _Rates:
    size = Fraction(rule.number) * (_reference(rule, model.case) if rule.measure == "gini" else 1)
    return _rates_per(rule, model, areas, people, size=100 * rule.per / size)


def _rates_per(
    rule: Fairness, model: StockModel, areas: list[Area], people: list[Fraction], *, size: Fraction
) -> _Rates:
    """Rates of the areas, per ``size`` people."""
    terms = [
        [(float(size / number) * c, v) for r in rule.resources for c, v in model.terms(r, area)]
        for area, number in zip(areas, people, strict=True)
    ]
    whole = sum(people)
    return _Rates(rule.id, model.program, terms, [float(n / whole) for n in people])


def _reference(rule: Fairness, case: Case) -> Fraction:
    """Today's mean rate, or 1: what a miss of a Gini coefficient is measured by.

    A hundred percent is an inequality of ``number`` at that mean.
    """
    have = [Have.of(case, resource).whole for resource in rule.resources]
    people = case.people(case.region.units.root, rule.group)
    today = sum((Fraction(n) for n in have if n is not None), Fraction(0))
    return today * rule.per / people if today and people else Fraction(1)


def _ceiling(rule: Fairness, rates: _Rates) -> tuple[list[Term], float]:
    """What is at most the limit, in percent of the rule's number."""
    n = len(rates.weights)
    if rule.measure == "range":
        high = rates.program.continuous(f"{rule.id}:highest")
        low = rates.program.continuous(f"{rule.id}:lowest")
        for c in range(n):
            only = [float(k == c) for k in range(n)]
            below = rates.times([-f for f in only])
            rates.program.require(f"{rule.id}:highest", [(1.0, high), *below], ">=", 0.0)
            rates.program.require(f"{rule.id}:lowest", [(1.0, low), *below], "<=", 0.0)
        return [(1.0, high), (-1.0, low)], _HUNDRED
    if rule.measure == "mean_deviation":
        terms: list[Term] = []
        for c, weight in enumerate(rates.weights):
            from_mean = [float(k == c) - w for k, w in enumerate(rates.weights)]
            terms.append((weight, rates.distance(f"away[{c}]", from_mean)))
        return terms, _HUNDRED
    mean = rates.times([-float(rule.number) * w for w in rates.weights])
    return [*_half_mean_difference(rates), *mean], 0.0


def _half_mean_difference(rates: _Rates) -> list[Term]:
    """``sum_{u<v} W_u W_v |r_u - r_v|``, which is the Gini coefficient times the mean."""
    n = len(rates.weights)
    terms: list[Term] = []
    for c, d in combinations(range(n), 2):
        between = [float(k == c) - float(k == d) for k in range(n)]
        weight = rates.weights[c] * rates.weights[d]
        terms.append((weight, rates.distance(f"between[{c}][{d}]", between)))
    return terms


def difference_and_mean(rule: Fairness, model: StockModel) -> tuple[list[Term], list[Term]] | None:
    """Half the mean difference of two people's rates, and the mean rate, per ``rule.per`` people.

    The first over the second is the Gini coefficient. None where people or counts are not known.
    """
    known = _areas(rule, model, None)
    if known is None:
        return None
    rates = _rates_per(rule, model, *known, size=Fraction(rule.per))
    return _half_mean_difference(rates), rates.times(rates.weights)


def rates_of_areas(rule: Fairness, model: StockModel) -> list[list[Term]] | None:
    """What each area with people has, per ``rule.per`` people; None where that is not known."""
    known = _areas(rule, model, None)
    if known is None:
        return None
    return _rates_per(rule, model, *known, size=Fraction(rule.per)).terms

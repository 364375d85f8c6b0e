"""What a plan over several years starts from, and what it aims at, per resource and unit."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from allocator.horizon import Years
from allocator.planning.apportionment import webster
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import leaves, positions_of
from allocator.planning.have import Have
from allocator.planning.tiers import STRENGTHS
from allocator.policy.rules import Rule
from allocator.region.stock import resources

Pair = tuple[str, str]
"""Resource and planning unit."""


@dataclass(frozen=True)
class Course:
    """One resource in one planning unit: from where to where.

    Attributes
    ----------
    resource, unit
        What, and where.
    start, aim
        Numbers before the first year and in the plan for the last.
    known
        Whether today's number is known; else the course starts from what it aims at, at no cost.
    leaving
        Share of it that leaves in a year.
    strength
        Of the strongest rule that speaks of it.
    """

    resource: str
    unit: str
    start: int
    aim: int
    known: bool
    leaving: Fraction
    strength: str

    @property
    def most(self) -> int:
        """Most there ever is."""
        return max(self.start, self.aim)

    @property
    def is_flow(self) -> bool:
        """Whether these are recruits or trainees, of whom some are asked for every year."""
        return resources()[self.resource].form == "flow"

    def due(self, year: int, years: Years) -> int:
        """How many are aimed at for the end of a year: of a flow its share, rounded up."""
        if not self.is_flow:
            return self.aim
        count, span = year - years.first + 1, len(years.all)
        return self.start + ceil(Fraction((self.aim - self.start) * count, span))

    def leave(self, number: int) -> int:
        """How many of a number leave in a year: to the nearest whole, halves up.

        >>> Course("nurses", "A", 0, 0, True, Fraction(1, 20), "must").leave(30)
        2
        """
        p, q = self.leaving.as_integer_ratio()
        return (2 * p * number + q) // (2 * q)


def courses(case: Case, aimed: Decided, years: Years) -> dict[Pair, Course]:
    """Every planned resource that is not given, in every planning unit."""
    names = list(dict.fromkeys(r for r, _ in aimed.amounts))
    planned = {r for r in names if not resources()[r].given}
    ranks = strengths_of_resources(case)
    other = case.assumptions.number("staff_attrition")
    found: dict[Pair, Course] = {}
    for resource in (r for r in names if r in planned):
        aims = {u: aimed.amounts[resource, u] for u in case.region.units.planning}
        starts = today_by_unit(case, resource, aims)
        for unit, aim in aims.items():
            known = starts is not None
            found[resource, unit] = Course(
                resource, unit, aim if starts is None else starts[unit], aim, known,
                years.leaving(resource, other) if known else Fraction(0),
                ranks.get(resource, "wish"),
            )  # fmt: skip
    return found


def today_by_unit(case: Case, resource: str, aims: dict[str, int]) -> dict[str, int] | None:
    """Today's whole number in every planning unit; None where it is not known.

    Where only the region's number is known, the units whose own is not share what is left in the
    proportions of what they are to have.
    """
    have = Have.of(case, resource)
    known = {u: round(h) for u, h in have.by_unit.items()}
    if have.everywhere:
        return known
    if have.whole is None:
        return None
    others = [u for u in aims if u not in known]
    left = max(0, round(have.whole) - sum(known.values()))
    weights: list[float] = [aims[u] for u in others]
    if not sum(weights):
        weights = [case.region.units.people(u) for u in others]
    return known | dict(zip(others, webster(left, weights), strict=True))


def strengths_of_resources(case: Case) -> dict[str, str]:
    """The strongest rule that speaks of each resource."""
    found: dict[str, str] = {}
    for rule in case.policy.rules:
        for leaf in leaves(rule):
            for resource in _named_in(leaf):
                found[resource] = _stronger(rule.strength, found.get(resource))
    return found


def strengths_of_sites(case: Case) -> dict[int, str]:
    """The strongest rule that speaks of each site; sites that must open come first."""
    status = case.region.sites.table["status"].tolist()
    found = {j: "must" for j, said in enumerate(status) if said == "required"}
    for rule in case.policy.rules:
        for j in positions_of(rule, case):
            found[j] = _stronger(rule.strength, found.get(j))
    return found


def _stronger(strength: str, before: str | None) -> str:
    ranked = [s for s in STRENGTHS if s in {strength, before}]
    return ranked[0] if ranked else STRENGTHS[-1]


def _named_in(rule: Rule) -> list[str]:
    """Resources that a rule asks for, whatever its kind."""
    found = [*getattr(rule, "resources", ()), *getattr(rule, "beds", ())]
    found += [getattr(rule, name, None) for name in ("resource", "part", "by")]
    found += [p.resource for p in getattr(rule, "pairs", ())]
    found += [b.resource for b in getattr(rule, "brings", ())]
    return [r for r in found if isinstance(r, str) and r in resources()]

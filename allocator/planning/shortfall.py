"""By how much a rule is missed: what the tiers minimise."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10

from allocator.lp.program import Program
from allocator.lp.rows import Row, Sense, Solution, Term

_ROOM = 2e-6


@dataclass(frozen=True, eq=False)
class Shortfall:
    """How far one rule is missed in one area, as an expression of the program.

    Attributes
    ----------
    rule, area
        Whose.
    terms, constant
        The miss in natural units (beds, people, minutes), >= 0.
    scale
        What one hundred percent is: misses are weighed as shares of what is required.
    most
        An upper bound of the miss, in natural units.
    rows
        The rows that it softens, so that the value of one more unit can be asked for.
    """

    rule: str
    area: str
    terms: tuple[Term, ...]
    scale: float
    most: float
    constant: float = 0.0
    rows: tuple[Row, ...] = ()

    def share_terms(self) -> list[Term]:
        """The miss as a share of what is required."""
        return [(c / self.scale, v) for c, v in self.terms]

    def missed(self, solution: Solution) -> float:
        """The miss in natural units in a solution; the room of a held tier is none."""
        missed = solution.value(self.terms, self.constant)
        return missed if missed > _ROOM * self.scale else 0.0


def total_share(shortfalls: Iterable[Shortfall]) -> tuple[list[Term], float]:
    """Sum of the misses as shares: terms and constant."""
    terms: list[Term] = []
    constant = 0.0
    for shortfall in shortfalls:
        terms += shortfall.share_terms()
        constant += shortfall.constant / shortfall.scale
    return terms, constant


def soften(
    program: Program,
    name: tuple[str, str],
    terms: list[Term],
    limits: tuple[float | None, float | None],
    *,
    scale: float | None = None,
    most: float | None = None,
    per: float = 1.0,
) -> list[Shortfall]:
    """Require lower <= terms <= upper, each end with a miss that the tiers minimise.

    ``name`` is (rule, area). A missing limit asks for nothing. One of what the row counts (staff)
    is ``per`` natural units (visits), in which ``scale``, ``most`` and the miss are.
    """
    rule, area = name
    lower, upper = limits
    found = []
    for limit, sense, sign in ((lower, ">=", 1.0), (upper, "<=", -1.0)):
        if limit is None or (sense == ">=" and limit <= 0 and not _has_negative(terms)):
            continue
        size = max(1.0, per * abs(limit)) if scale is None else scale
        step = step_of(size / per)
        slack = program.continuous(f"miss[{rule}][{area}]")
        missed = [*terms, (sign * step, slack)]
        row = program.require(f"{rule}[{area}]", missed, _sense(sense), limit)
        found.append(
            Shortfall(
                rule=rule,
                area=area,
                terms=((per * step, slack),),
                scale=size,
                most=most if most is not None else max(1.0, per * abs(limit)),
                rows=(row,),
            )
        )
    return found


def step_of(size: float) -> float:
    """In which steps a miss is counted: a solver takes what costs less than 1e-7 for nothing."""
    return 10.0 ** max(0, floor(log10(max(1.0, size))) - 3)


def _has_negative(terms: list[Term]) -> bool:
    return any(c < 0 for c, _ in terms)


def _sense(text: str) -> Sense:
    return ">=" if text == ">=" else "<="

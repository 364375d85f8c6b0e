"""Whole answers of a network of sites, one of which is taken.

Where money couples networks too large for one program, each is solved apart in several ways, and
the program of beds, staff and vehicles chooses among them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allocator.lp.program import Program
from allocator.lp.rows import Solution, Term, Variable
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.shortfall import Shortfall
from allocator.planning.sites_held import cost_of_sites, subsidies
from allocator.policy.rules import Budget


@dataclass(frozen=True)
class Missed:
    """By how much an answer misses one rule in one area; units as in a shortfall."""

    rule: str
    area: str
    strength: str
    amount: float
    scale: float


@dataclass(frozen=True, eq=False)
class Offer:
    """One answer of a network.

    Attributes
    ----------
    words
        What it keeps, for people.
    decided
        Its sites.
    missed
        Every miss of the network's rules, also those of no size.
    """

    words: str
    decided: Decided
    missed: tuple[Missed, ...]


class Offers:
    """The choice of one answer per network, in a program under construction."""

    def __init__(self, program: Program, case: Case, offers: Sequence[Sequence[Offer]]) -> None:
        self._case = case
        self._choice: list[tuple[Offer, Variable]] = []
        self._networks: list[tuple[frozenset[int], list[tuple[Offer, Variable]]]] = []
        for network, some in enumerate(offers):
            taken = [(o, program.binary(f"answer[{network}][{k}]")) for k, o in enumerate(some)]
            program.require(f"one answer[{network}]", [(1.0, v) for _, v in taken], "==", 1.0)
            self._choice += taken
            self._networks.append((frozenset().union(*(o.decided.opened for o in some)), taken))

    @property
    def variables(self) -> list[Variable]:
        """One per answer: whether it is taken."""
        return [variable for _, variable in self._choice]

    def decides(self, position: int) -> bool:
        """Whether an answer says if a site stands."""
        return any(position in decided for decided, _ in self._networks)

    def open(self, positions: Sequence[int]) -> list[Term]:
        """How many of the sites stand in the answers taken."""
        found: list[Term] = []
        for decided, taken in self._networks:
            here = [j for j in positions if j in decided]
            for offer, variable in taken if here else ():
                stand = sum(offer.decided.opened.get(j, self._case.stands(j)) for j in here)
                found += [(float(stand), variable)] if stand else []
        return found

    def cost(self) -> list[Term]:
        """What the sites of the answers cost."""
        return self._terms(lambda offer: cost_of_sites(self._case, offer.decided))

    def subsidies(self, rule: Budget) -> list[Term]:
        """What is paid from elsewhere for them, as negative cost."""
        return self._terms(lambda offer: -subsidies(rule, self._case, offer.decided))

    def shortfalls(self) -> list[tuple[str, Shortfall]]:
        """The misses of the networks' rules."""
        found: dict[tuple[str, str], list[tuple[Missed, Variable]]] = {}
        for offer, variable in self._choice:
            for missed in offer.missed:
                found.setdefault((missed.rule, missed.area), []).append((missed, variable))
        return [
            (
                some[0][0].strength,
                Shortfall(
                    rule=rule, area=area, scale=some[0][0].scale,
                    terms=tuple((m.amount, v) for m, v in some if m.amount),
                    most=max(m.amount for m, _ in some),
                ),
            )
            for (rule, area), some in found.items()
        ]  # fmt: skip

    def taken(self, solution: Solution) -> list[Offer]:
        """The answers of a solution."""
        return [offer for offer, variable in self._choice if solution.whole(variable)]

    def _terms(self, worth: Callable[[Offer], float]) -> list[Term]:
        return [(amount, v) for o, v in self._choice if (amount := worth(o))]

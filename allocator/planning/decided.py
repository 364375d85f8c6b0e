"""What a block decided: whole numbers, with their proof."""

from dataclasses import dataclass, field

from allocator.lp.status import Status
from allocator.planning.marginals import Marginal
from allocator.planning.tiers import Record


@dataclass(frozen=True)
class Party:
    """A rule, or a physical limit, that others clash with.

    ``strength`` is the rule's, or ``limit``; ``unit`` is what a limit is counted in (a rule's
    stands in its compliance line).
    """

    id: str
    strength: str
    words: str
    unit: str = ""


@dataclass(frozen=True)
class Remedy:
    """A single change that would let all the others hold.

    Attributes
    ----------
    party
        Who gives way.
    amount, share
        By how much, in its unit and as a share of what it asks for.
    objective_change
        What that does to the planner's objective; NaN when not solved for.
    status
        ``optimal`` when it is proven that no smaller change would do.
    """

    party: Party
    amount: float
    share: float
    objective_change: float
    status: Status


@dataclass(frozen=True)
class Clash:
    """Rules and physical limits that cannot all hold, though any of them left out, the rest can.

    ``remedies`` are sorted by share, smallest first; ``note`` says what a reader should know.
    """

    parties: tuple[Party, ...]
    remedies: tuple[Remedy, ...] = ()
    note: str = ""


@dataclass(eq=False)
class Decided:
    """Decisions of one block, or of several put together.

    Attributes
    ----------
    opened
        Positions of sites open in the plan -> whether it was decided here (True/False).
    attributes
        (attribute, position) pairs that open sites have in the plan.
    amounts
        (resource, planning unit) -> whole number.
    branches
        (rule, area) -> id of the branch taken.
    missed
        Rule id -> miss in natural units, summed over areas.
    beyond
        Rules that speak of people whom no permitted site reaches.
    clashes
        Why rules were missed.
    marginals
        What one more or one less would be worth.
    objective, bound
        Of the planner's objective, this block's part.
    """

    opened: dict[int, bool] = field(default_factory=dict)
    attributes: set[tuple[str, int]] = field(default_factory=set)
    amounts: dict[tuple[str, str], int] = field(default_factory=dict)
    branches: dict[tuple[str, str], str] = field(default_factory=dict)
    missed: dict[str, float] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    beyond: set[str] = field(default_factory=set)
    clashes: list[Clash] = field(default_factory=list)
    marginals: list[Marginal] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    objective: float = 0.0
    bound: float = 0.0
    interrupted: bool = False
    reproducible: bool = True
    notes: list[str] = field(default_factory=list)

    def is_final(self) -> bool:
        """Whether the same question would be answered alike again."""
        return self.reproducible and not self.interrupted

    def take_sites(self, other: "Decided") -> None:
        """Take the sites of an answer, with what is said of them."""
        self.opened |= other.opened
        self.attributes |= other.attributes
        self.branches |= other.branches
        self.beyond |= other.beyond
        self.notes += [note for note in other.notes if note not in self.notes]

    def add(self, other: "Decided") -> None:
        """Put another block's decisions beside these."""
        self.opened |= other.opened
        self.attributes |= other.attributes
        self.amounts |= other.amounts
        self.branches |= other.branches
        for rule, miss in other.missed.items():
            self.missed[rule] = self.missed.get(rule, 0.0) + miss
        self.prices |= other.prices
        self.beyond |= other.beyond
        self.clashes += other.clashes
        self.marginals += other.marginals
        self.records += other.records
        self.objective += other.objective
        self.bound += other.bound
        self.interrupted |= other.interrupted
        self.reproducible &= other.reproducible
        self.notes += other.notes

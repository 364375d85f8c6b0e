"""What a block decided: whole numbers, with their proof."""

from dataclasses import dataclass, field

from allocator.planning.tiers import Record


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
    objective, bound
        Of the planner's objective, this block's part.
    """

    opened: dict[int, bool] = field(default_factory=dict)
    attributes: set[tuple[str, int]] = field(default_factory=set)
    amounts: dict[tuple[str, str], int] = field(default_factory=dict)
    branches: dict[tuple[str, str], str] = field(default_factory=dict)
    missed: dict[str, float] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    objective: float = 0.0
    bound: float = 0.0
    interrupted: bool = False
    reproducible: bool = True
    notes: list[str] = field(default_factory=list)

    def add(self, other: "Decided") -> None:
        """Put another block's decisions beside these."""
        self.opened |= other.opened
        self.attributes |= other.attributes
        self.amounts |= other.amounts
        self.branches |= other.branches
        self.missed |= other.missed
        self.prices |= other.prices
        self.records += other.records
        self.objective += other.objective
        self.bound += other.bound
        self.interrupted |= other.interrupted
        self.reproducible &= other.reproducible
        self.notes += other.notes

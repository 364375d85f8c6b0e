"""What a block of the program is asked to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.lp.solvers import SolverSettings
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.tiers import Progress
from allocator.policy.rules import Rule

if TYPE_CHECKING:
    from allocator.planning.answers import Answers
    from allocator.planning.offers import Offer

TOGETHER = "everything"
"""Name of the task in which one program decides all."""
OFFERED = "everything, of large networks one answer of several"
"""Name of the task in which it decides all but these."""


@dataclass(frozen=True, eq=False)
class Task:
    """What a block is asked to decide.

    ``kinds`` of sites (one entry per network), ``stocks`` or not, the rules that speak of them,
    what earlier blocks decided, and the planner's wish.
    """

    name: str
    case: Case
    rules: list[Rule]
    kinds: tuple[frozenset[str], ...]
    stocks: bool
    about: str
    budget: float | None = None
    before: Decided = field(default_factory=Decided)
    settings: SolverSettings = field(default_factory=SolverSettings)
    progress: Progress | None = None
    models: Path | None = None
    """Folder for the block's program as .lp and .mps, with the planner's objective."""
    placed: bool = False
    """The sites stand as ``before`` has them: what is decided is what they get."""
    spent: Mapping[str, float] = field(default_factory=dict)
    """What ``before`` takes of each budget, by the rule's id; ``budget`` for the planner's own."""
    may_miss: bool = False
    """People may be left out who could be reached: an answer is looked at, not looked for."""
    offers: tuple[tuple["Offer", ...], ...] = ()
    """Answers of networks that are solved already, one of which is taken for each."""
    answers: "Answers | None" = None
    """Answers of networks that earlier plans have asked for."""
    told_why: bool = True
    """Also why rules gave way, and what one more would bring."""

    def stands(self, position: int) -> bool:
        """Whether a site that this block does not decide is open."""
        return bool(self.before.opened.get(position, self.case.stands(position)))

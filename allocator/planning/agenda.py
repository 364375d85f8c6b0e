"""What a case asks to be decided, as tasks: networks of sites, stocks, and all of it together."""

from dataclasses import dataclass, replace
from pathlib import Path

from allocator.lp.solvers import SolverSettings
from allocator.planning.case import Case
from allocator.planning.families import networks, required_apart, speaks_of_sites, speaks_of_stocks
from allocator.planning.tasks import TOGETHER, Task
from allocator.planning.tiers import Progress
from allocator.policy.rules import Budget

_EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Agenda:
    """The tasks of a case.

    Attributes
    ----------
    together
        All of it, which a budget couples.
    networks, stocks
        The same apart, without the planner's budget for the networks.
    budgets
        Rules that limit money.
    """

    together: Task
    networks: list[Task]
    stocks: Task
    budgets: list[Budget]

    @property
    def limits_money(self) -> bool:
        """Whether the planner or a rule does."""
        return self.together.budget is not None or bool(self.budgets)

    @classmethod
    def of(
        cls,
        case: Case,
        about: str,
        budget: float | None,
        settings: SolverSettings,
        progress: Progress | None,
        *,
        models: Path | None = None,
        told_why: bool = True,
    ) -> "Agenda":
        """Sort the rules of a case into tasks."""
        rules = [r for r in case.policy.rules if r.strength != "info"]
        of_sites = [r for r in rules if speaks_of_sites(r)]
        of_stocks = [r for r in rules if speaks_of_stocks(r)]
        budgets = [r for r in rules if isinstance(r, Budget) and r.amount is not None]
        apart = [r for r in of_stocks if r not in of_sites]
        groups = networks(of_sites, case)
        groups += required_apart(case, groups)
        base = Task(
            name=TOGETHER, case=case, rules=[*of_sites, *apart, *budgets],
            kinds=tuple(kinds for kinds, _ in groups), stocks=True, about=about, budget=budget,
            settings=settings, progress=progress, models=models, told_why=told_why,
        )  # fmt: skip
        parts = [
            replace(base, name=_name(kinds), rules=found, kinds=(kinds,), stocks=False, budget=None)
            for kinds, found in groups
        ]
        # Whole beds and posts are few rows: there, a gap of 0.01 % would be a bed too many.
        exact = replace(settings, gap=min(settings.gap, _EXACT))
        name = "beds, staff, vehicles"
        stocks = replace(base, name=name, rules=of_stocks, kinds=(), settings=exact)
        return cls(base, parts, stocks, budgets)


def _name(kinds: frozenset[str]) -> str:
    return " + ".join(sorted(kind.replace("_", " ") for kind in kinds))

"""Plans on the edge of what is possible: one figure at its best while another is held.

The rules come first, as in every plan: how far they are missed at best is found once, and held
from then on. Among the plans that keep it, aims are made small one after the other, within limits.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from allocator.assumptions import Assumptions
from allocator.lp.solvers import SolverSettings
from allocator.planning.aims import Aim
from allocator.planning.assembling import as_plan
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import (
    networks,
    positions_of,
    required_apart,
    speaks_of_sites,
    speaks_of_stocks,
)
from allocator.planning.objectives import Objective
from allocator.planning.pulled_block import Limit, PulledBlock
from allocator.planning.solving import solve_part
from allocator.planning.tasks import Task
from allocator.planning.tiers import Progress, Record
from allocator.plans import Plan
from allocator.policy.policies import Policy
from allocator.policy.rules import Budget, Rule
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.travel.journeys import Journeys, Travel


@dataclass(frozen=True, eq=False)
class Pulled:
    """A plan at the edge, and how far the aims were brought.

    Attributes
    ----------
    plan
        Its tables, rechecked; its objective is the first aim.
    values, records
        Of each aim: what the program says it is, and how well that is proven.
    """

    plan: Plan
    values: tuple[float, ...]
    records: tuple[Record, ...]


@dataclass(frozen=True)
class _Towards(Objective):
    """What a plan at the edge was pulled towards."""

    said: str = ""
    counted_in: str = ""

    @property
    def name(self) -> str:
        return self.said

    def unit(self, currency: str) -> str:
        return self.counted_in or currency


@dataclass(eq=False)
class Trader:
    """Makes plans of one region and policy that are pulled towards aims.

    Networks of sites that no aim speaks of are placed once, at least cost, before everything else;
    those that aims speak of are decided together with beds, staff and vehicles.

    Attributes
    ----------
    region, policy
        As the planner has them; rules that are not to hold are of strength ``info``.
    rules_of
        Rules whose networks are decided together with beds, staff and vehicles.
    """

    region: Region
    policy: Policy
    assumptions: Assumptions
    travel: Travel | None
    settings: SolverSettings
    rules_of: tuple[Rule, ...] = ()
    progress: Progress | None = None
    held: dict[str, float] | None = None
    rule_records: list[Record] = field(default_factory=list)
    _before: Decided | None = None

    def __post_init__(self) -> None:
        stated = self.policy.stated_population
        prepared = for_planning(
            self.region, self.assumptions, None if stated is None else float(stated)
        )
        journeys = Journeys.of(self.travel, prepared, self.assumptions) if self.travel else None
        self.case = Case(prepared, self.policy, self.assumptions, journeys=journeys)

    def rules_first(self) -> Pulled:
        """Find by how much rules are missed at best; a plan that misses them by no more."""
        task = self._task()
        block = PulledBlock(task, (), (), None)
        began = time.perf_counter()
        decided = block.solve()
        self.held = block.reached
        self.rule_records = [*task.before.records, *decided.records]
        return self._as_pulled(block, task, decided, _Towards("rules", "the rules"), began)

    def pulled(
        self, aims: Sequence[Aim], limits: Sequence[Limit], *, said: str, unit: str
    ) -> Pulled:
        """A plan with the first aim as small as can be, then the second, within limits.

        Raises
        ------
        InfeasibleError
            If no plan keeps the limits and the rules as well as they can be kept.
        """
        task, began = self._task(), time.perf_counter()
        block = PulledBlock(task, aims, limits, self.held)
        decided = block.solve()
        decided.records = [*self.rule_records, *decided.records]
        return self._as_pulled(block, task, decided, _Towards("aims", said, unit), began)

    def _as_pulled(
        self, block: PulledBlock, task: Task, decided: Decided, towards: Objective, began: float
    ) -> Pulled:
        if decided.interrupted and not block.values_known:
            raise KeyboardInterrupt  # nothing was found that a plan could be made of
        whole = Decided()
        whole.add(replace(task.before, records=[], objective=0.0, bound=0.0))
        whole.add(decided)
        plan = as_plan(self.case, self.region, towards, whole, self.settings, None, began)
        return Pulled(plan, tuple(block.values), tuple(block.aim_records))

    @property
    def placed_before(self) -> list[str]:
        """Kinds of sites that are placed before everything else, as no aim speaks of them."""
        kinds = self.case.region.sites.table["kind"]
        opened = [] if self._before is None else list(self._before.opened)
        return sorted({str(kinds.iloc[j]).replace("_", " ") for j in opened})

    def _task(self) -> Task:
        rules = [r for r in self.policy.rules if r.strength != "info"]
        of_sites = [r for r in rules if speaks_of_sites(r)]
        of_stocks = [r for r in rules if speaks_of_stocks(r)]
        asked = [*of_sites, *(r for r in self.rules_of if r not in of_sites)]
        groups = networks(asked, self.case)
        groups += required_apart(self.case, groups)
        base = Task(
            name="everything", case=self.case, rules=rules, kinds=(), stocks=True, about="trade",
            settings=self.settings, progress=self.progress, told_why=False,
        )  # fmt: skip
        here = set().union(*(positions_of(r, self.case) for r in self.rules_of))
        kinds = self.case.region.sites.table["kind"]
        near = {str(kinds.iloc[j]) for j in here}
        budgets = [r for r in rules if isinstance(r, Budget) and r.amount is not None]
        # A budget that holds couples everything.
        joint = [(k, r) for k, r in groups if k & near or budgets]
        if self._before is None:
            self._before = Decided()
            for k, found in [g for g in groups if g not in joint]:
                task = replace(
                    base, name=" + ".join(sorted(k)), rules=found, kinds=(k,), stocks=False,
                    about="cost",
                )  # fmt: skip
                self._before.add(solve_part(task))
        inside = [r for _, found in joint for r in found if r in of_sites]
        apart = [r for r in of_stocks if r not in inside]
        return replace(
            base, rules=[*inside, *apart, *budgets], kinds=tuple(k for k, _ in joint),
            before=self._before,
            # Whole beds and posts are few rows: there, a gap of 0.01 % would be a bed too many.
            settings=self.settings if joint else replace(
                self.settings, gap=min(self.settings.gap, 1e-9)
            ),
        )  # fmt: skip

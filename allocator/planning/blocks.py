"""A block: the part of a case that its rules couple, as one program, solved in tiers."""

import math
from pathlib import Path

from allocator.lp.program import Program
from allocator.lp.rows import Row, Solution, Term, Variable
from allocator.planning.case import Area
from allocator.planning.decided import Decided
from allocator.planning.decisions import SiteModel, StockModel
from allocator.planning.families import closable, crowding, positions_of
from allocator.planning.objectives import objective_terms, site_change_terms, site_cost_terms
from allocator.planning.offers import Offers
from allocator.planning.physical import vehicles_at_stations
from allocator.planning.planned import planned_resources
from allocator.planning.rows import budget, either, projects, quota
from allocator.planning.rows.kinds import SITE_ROWS, STOCK_ROWS
from allocator.planning.shortfall import Shortfall
from allocator.planning.stocks import (
    add_stocks,
    beds_given_up,
    change_terms,
    cost_terms,
    fair_terms,
    given_up_in_words,
)
from allocator.planning.tasks import Task
from allocator.planning.tiers import Record, Tiers
from allocator.policy.rules import Budget, Count, EitherOr, ForcedSite, Rule, SiteFilter


class Block:
    """One program under construction, and its solution."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.program = Program(task.name)
        self.sites = [self._network(kinds) for kinds in task.kinds]
        self.offers = Offers(self.program, task.case, task.offers)
        self.stock: StockModel | None = None
        self.shortfalls: dict[str, list[Shortfall]] = {}
        self.choices: list[either.Choice] = []
        if task.stocks:
            self._add_stocks()
        for rule in task.rules:
            found = self._rows(rule, None)
            self.shortfalls.setdefault(rule.strength, []).extend(found or [])
        for strength, missed in self.offers.shortfalls():
            self.shortfalls.setdefault(strength, []).append(missed)
        self._stations()
        self.given_up: list[Term] = (
            [] if self.stock is None else beds_given_up(self.stock, task.rules)
        )
        """Existing beds that the plan gives up: least after the rules, before the objective."""
        self.budgets: dict[str, Row] = {}
        """The rows that limit money, by the rule's id; ``budget`` for the planner's own."""
        self._limit_budget()

    def _network(self, kinds: frozenset[str]) -> SiteModel:
        """Make the open / closed decisions of one network."""
        case, task = self.task.case, self.task
        table = case.region.sites.table
        positions = [int(j) for j in table["kind"].isin(kinds).to_numpy().nonzero()[0]]
        if task.placed:
            positions = [j for j in positions if task.stands(j)]
            stand = {j: self.program.binary(f"open[{table.index[j]}]", 1) for j in positions}
            return SiteModel(case, self.program, positions, stand, False, placed=True)
        capped = closable(task.rules, case)
        opened: dict[int, Variable] = {}
        for j in positions:
            status = str(table["status"].iloc[j])
            # One more site never hurts where no rule caps them: it is not closed.
            fixed = status == "required" or (status == "existing" and j not in capped)
            opened[j] = self.program.binary(f"open[{table.index[j]}]", 1 if fixed else 0)
        free = frozenset(positions) - capped - crowding(task.rules, case)
        limited = any(isinstance(r, Budget) and r.amount is not None for r in task.rules)
        enforced = task.budget is None and not limited and not task.may_miss
        return SiteModel(case, self.program, positions, opened, enforced, free)

    def _add_stocks(self) -> None:
        self.stock = StockModel(self.task.case, self.program, self._count_open, self._open_site)
        planned = planned_resources(self.task.case, list(self.task.case.policy.rules))
        add_stocks(self.stock, planned, self.task.rules)

    def _count_open(self, filters: tuple[SiteFilter, ...], unit: str) -> tuple[int, list[Term]]:
        """Open facilities that pass a filter in a planning unit: known, and being decided."""
        case = self.task.case
        chosen = sorted({j for chosen in filters for j in case.positions(chosen)})
        inside = case.positions_in(Area(unit, (unit,)), chosen)
        deciding = {j: v for model in self.sites for j, v in model.open.items()}
        terms = [(1.0, deciding[j]) for j in inside if j in deciding]
        left = [j for j in inside if j not in deciding]
        known = sum(self.task.stands(j) for j in left if not self.offers.decides(j))
        return known, [*terms, *self.offers.open(left)]

    def _open_site(self, position: int) -> tuple[int, list[Term]]:
        """Whether a site is open: known, or being decided."""
        for model in self.sites:
            if position in model.open:
                return 0, [(1.0, model.open[position])]
        if self.offers.decides(position):
            return 0, self.offers.open([position])
        return int(self.task.stands(position)), []

    def _stations(self) -> None:
        if self.stock is None:
            return
        chosen = (SiteFilter(kinds=("ems_station",)),)
        units = self.task.case.region.units.planning
        vehicles_at_stations(self.stock, {u: self._count_open(chosen, u) for u in units})

    def _limit_budget(self) -> None:
        if self.task.budget is not None:
            terms, constant = self.cost()
            currency = self.task.case.region.costs.currency
            words = f"the budget of {self.task.budget:,.0f} ({currency})"
            left = self.task.budget - constant - self.task.spent.get("budget", 0.0)
            row = self.program.require("budget", terms, "<=", left, limit=words)
            self.budgets |= {"budget": row} if row.terms else {}
        for rule in self.task.rules:
            if isinstance(rule, Budget):
                terms, constant = self.cost()
                terms = [*terms, *self.offers.subsidies(rule)]
                cost = (terms, constant + self.task.spent.get(rule.id, 0.0))
                limit, found = budget.budget(rule, self.task.case, self.program, cost, self.sites)
                self.budgets |= {rule.id: limit} if limit is not None and limit.terms else {}
                self.shortfalls.setdefault(rule.strength, []).extend(found)

    def cost(self) -> tuple[list[Term], float]:
        """Cost of the block's decisions: terms and constant."""
        terms: list[Term] = cost_terms(self.stock) if self.stock else []
        terms += self.offers.cost()
        constant = 0.0
        for model in self.sites:
            more, fixed = site_cost_terms(model)
            terms, constant = terms + more, constant + fixed
        return terms, constant

    def _rows(
        self, rule: Rule, scope: Area | None, condition: Variable | None = None
    ) -> list[Shortfall] | None:
        """Rows of one rule (inside a scope, under a condition), with their misses.

        None if the rule cannot be asked here: the region lacks its sites, units or figures.
        """
        if isinstance(rule, EitherOr):
            found, choices = either.either_or(rule, self.task.case, self.program, self._rows)
            self.choices += choices
            return found
        areas = self.task.case.areas(rule.level, pool=rule.pool)
        if not any(area.units for area in quota.in_scope(areas, self.task.case, scope)):
            return None
        if scope is not None and (
            isinstance(rule, ForcedSite) or (isinstance(rule, Count) and not rule.level)
        ):
            return None  # a few sites of the whole region are no unit's own choice
        brought: list[Shortfall] | None = None
        if self.stock is not None and isinstance(rule, ForcedSite) and rule.brings:
            brought = projects.brings(rule, self.stock)
        if self.stock is not None:
            for kind, rows in STOCK_ROWS.items():
                if isinstance(rule, kind) and self.stock.decides(rule):
                    return rows(rule, self.stock, scope)
        for model in self.sites:
            for kind, site_rows in SITE_ROWS.items():
                if isinstance(rule, kind) and self._speaks_of(rule, model):
                    model.condition = condition
                    found = site_rows(rule, model, scope)
                    model.condition = None
                    return found + (brought or [])
        return brought

    def _speaks_of(self, rule: Rule, model: SiteModel) -> bool:
        """Whether a rule is about sites of a network."""
        return bool(positions_of(rule, model.case) & set(model.positions))

    def separate(self, solution: Solution) -> list[Row]:
        """Rows that a solution violates, of all networks."""
        return [row for model in self.sites for row in model.separate(solution)]

    def solve(self) -> Decided:
        """Solve the tiers, then the planner's objective, then the ties."""
        task = self.task
        cutting = any(model.separators for model in self.sites) or task.about == "travel"
        tiers = Tiers(
            task.name, self.program, task.settings,
            self.separate if cutting else None, task.progress,
        )  # fmt: skip
        terms, constant = self.cost() if task.about == "cost" else ([], 0.0)
        proven: Record | None = None
        try:
            tiers.rules(self.shortfalls)
            if self.given_up:
                tiers.stage("existing beds", self.given_up)
            terms, constant = objective_terms(task.about, task.rules, self.stock, self.sites)
            terms = [*terms, *(self.offers.cost() if task.about == "cost" else [])]
            tiers.stage("objective", terms, constant=constant)
            if tiers.records and tiers.records[-1].tier == "objective":
                proven = tiers.records[-1]
            if task.models is not None:
                self._write_into(task.models)
            self._settle_ties(tiers)
        except KeyboardInterrupt:
            # Outside the solver: what the stages before found still stands.
            tiers.interrupted, tiers.reproducible = True, False
        decided = self._decided(tiers, terms, constant, math.nan)
        if proven is not None and proven.status.has_answer:
            # Settling ties may move within the room of what is held; what was proven does not.
            decided.objective, decided.bound = proven.objective, proven.bound
        return decided

    def _settle_ties(self, tiers: Tiers) -> None:
        """Among equally good answers: the cheaper one, the least change, the fair split."""
        if self.task.about != "cost":
            cost, fixed = self.cost()
            tiers.stage("cost", cost, constant=fixed)
        if least := self._least_change():
            tiers.stage("least change", least, record=False)
        if self.stock is not None and tiers.solution is not None and not tiers.interrupted:
            for model in self.sites:
                # What is shared fairly are beds, staff and vehicles: sites are as good as they are.
                for variable in (*model.open.values(), *model.attributes.values()):
                    self.program.fix(variable, tiers.solution.whole(variable))
            for variable in self.offers.variables:
                self.program.fix(variable, tiers.solution.whole(variable))
            fair = fair_terms(self.stock, tiers.solution)
            tiers.stage("fair split", fair, record=False)

    def _least_change(self) -> list[Term]:
        """What settles ties: nothing opens or closes for no reason where that costs nothing."""
        terms: list[Term] = change_terms(self.stock) if self.stock is not None else []
        for model in self.sites:
            priced = {variable for _, variable in site_cost_terms(model)[0]}
            terms += [t for t in site_change_terms(model)[0] if t[1] not in priced]
        return terms

    def _decided(self, tiers: Tiers, terms: list[Term], constant: float, bound: float) -> Decided:
        solution = tiers.solution
        decided = Decided(
            records=tiers.records, bound=bound, interrupted=tiers.interrupted,
            reproducible=tiers.reproducible,
        )  # fmt: skip
        if solution is None:
            return decided
        known = [t for t in terms if t[1] in solution.values]
        decided.objective = solution.value(known, constant)
        for model in self.sites:
            decided.opened |= {j: bool(solution.whole(v)) for j, v in model.open.items()}
            decided.attributes |= {k for k, v in model.attributes.items() if solution.whole(v)}
        for offer in self.offers.taken(solution):
            decided.take_sites(offer.decided)
        if self.stock is not None:
            decided.amounts = {k: solution.whole(v) for k, v in self.stock.amount.items()}
            if self.given_up:
                decided.notes += given_up_in_words(self.stock, decided.amounts)
        for choice in self.choices:
            taken = [b for b, v in choice.taken.items() if solution.whole(v)]
            decided.branches[choice.rule, choice.area] = taken[0]
        for found in self.shortfalls.values():
            for s in found:
                decided.missed[s.rule] = decided.missed.get(s.rule, 0.0) + s.missed(solution)
                decided.beyond |= {s.rule} if s.constant > 0 else set()
        return decided

    def _write_into(self, folder: Path) -> None:
        """Write the program for any other solver, and for people, to read."""
        folder.mkdir(parents=True, exist_ok=True)
        words = "".join(c if c.isalnum() else " " for c in self.task.name).split()
        for suffix in (".lp", ".mps"):
            self.program.write(folder / ("-".join(words) + suffix))

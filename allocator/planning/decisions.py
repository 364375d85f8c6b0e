"""Which variables a policy needs: stocks per planning unit, sites open or not."""

from collections.abc import Callable
from dataclasses import dataclass, field

from allocator.lp.program import Program
from allocator.lp.rows import Row, Solution, Term, Variable
from allocator.planning.case import Area, Case
from allocator.policy.rules import Quota, Ratio, Rule, Share, SiteFilter, Total
from allocator.region.sites import FOUND_ATTRIBUTES, level_below

CountOpen = Callable[[tuple[SiteFilter, ...], str], tuple[int, list[Term]]]
"""Open facilities that pass any of the filters, in a planning unit: those already known, and
those that the same program decides."""

OpenSite = Callable[[int], tuple[int, list[Term]]]
"""Whether a site is open: 1 or 0 if it is known, or the variable of the same program."""


@dataclass(eq=False)
class StockModel:
    """Beds, staff and vehicles per planning unit in a program under construction."""

    case: Case
    program: Program
    count_open: CountOpen
    open_site: OpenSite
    amount: dict[tuple[str, str], Variable] = field(default_factory=dict)
    changes: dict[tuple[str, str], Variable] = field(default_factory=dict)

    def plans(self, resource: str) -> bool:
        """Whether the resource is decided here."""
        return (resource, self.case.region.units.planning[0]) in self.amount

    def terms(self, resource: str, area: Area) -> list[Term]:
        """The resource's total in an area."""
        return [(1.0, self.amount[resource, u]) for u in self.case.planning_units_in(area)]

    def decides(self, rule: Rule) -> bool:
        """Whether every resource of a stock rule is decided here, and all that it asks is known."""
        case = self.case
        areas = case.areas(rule.level, pool=rule.pool)
        if not any(case.planning_units_in(area) for area in areas):
            return False
        if isinstance(rule, Quota):
            known = [case.people(u, rule.group) is not None for area in areas for u in area.units]
            return any(known) and all(self.plans(r) for r in rule.resources)
        if isinstance(rule, Total):
            return all(self.plans(r) for r in rule.resources)
        if isinstance(rule, Share):
            return self.plans(rule.part) and self.plans(rule.whole)
        if not isinstance(rule, Ratio):
            return True  # the rows of the other kinds say themselves what they can ask
        return any(
            self.plans(p.resource)
            and (p.base is None or self.plans(p.base))
            and not (p.units and not case.region.units.at(p.units))
            for p in rule.pairs
        )


@dataclass(eq=False)
class SiteModel:
    """Sites of one network in a program under construction.

    Attributes
    ----------
    positions
        Positions of the network's sites in the region's table.
    open
        1 if the site is open in the plan.
    enforced
        True where no budget can leave people out who could be reached.
    free
        Positions of sites of which no rule forbids one more. Cells that they reach will be
        reached: coverage rows are then plain rows; otherwise each carries a miss.
    placed
        Its sites stand already: opening them is neither decided nor paid here.
    elsewhere
        Positions of sites that are decided and paid in another program.
    condition
        Set while the rows of an either-or branch are added: they hold only if it is 1.
    separators
        Functions that name the rows which a solution violates (mean response).
    """

    case: Case
    program: Program
    positions: list[int]
    open: dict[int, Variable]
    enforced: bool
    free: frozenset[int] = frozenset()
    condition: Variable | None = None
    placed: bool = False
    elsewhere: frozenset[int] = frozenset()
    separators: list[Callable[[Solution], list[Row]]] = field(default_factory=list)
    _attributes: dict[tuple[str, int], Variable] = field(default_factory=dict)

    @property
    def deciding(self) -> dict[int, Variable]:
        """Sites whose opening is decided and paid here."""
        if self.placed:
            return {}
        return {j: v for j, v in self.open.items() if j not in self.elsewhere}

    def those(self, chosen: SiteFilter, area: Area | None = None) -> list[int]:
        """Positions of the network's sites that pass a filter and stand in an area."""
        inside = set(self.positions)
        found = [j for j in self.case.positions(chosen) if j in inside]
        return found if area is None else self.case.positions_in(area, found)

    def has(self, attribute: str, position: int) -> Variable:
        """1 if the site is open and has the attribute.

        Nothing gives it an attribute that is found or not; a level needs those below it.
        """
        key = (attribute, position)
        if key not in self._attributes:
            name = f"{attribute}[{self.case.region.sites.table.index[position]}]"
            never = attribute in FOUND_ATTRIBUTES and not self.had(attribute, position)
            variable = self.program.integer(name, 0, 0 if never else 1)
            self.program.require(
                f"{name}:open", [(1.0, variable), (-1.0, self.open[position])], "<=", 0.0
            )
            if self.had(attribute, position):
                # What a site has stays as long as it is open.
                self.program.require(
                    f"{name}:kept", [(1.0, variable), (-1.0, self.open[position])], ">=", 0.0
                )
            self._attributes[key] = variable
            if lower := level_below(attribute):
                terms = [(1.0, self.has(lower, position)), (-1.0, variable)]
                self.program.require(f"{name}:step", terms, ">=", 0.0)
        return self._attributes[key]

    def had(self, attribute: str, position: int) -> bool:
        """Whether the site has the attribute today."""
        return self.case.had(attribute, position)

    def require_one(self, name: str, positions: list[int]) -> None:
        """Require an open site among the positions (if the branch under way is taken)."""
        terms: list[Term] = [(1.0, self.open[j]) for j in positions]
        if self.condition is None:
            self.program.require(name, terms, ">=", 1.0)
        else:
            self.program.require(name, [*terms, (-1.0, self.condition)], ">=", 0.0)

    @property
    def attributes(self) -> dict[tuple[str, int], Variable]:
        """Attribute variables made so far, by (attribute, position)."""
        return self._attributes

    def separate(self, solution: Solution) -> list[Row]:
        """Every row that a solution violates."""
        return [row for separator in self.separators for row in separator(solution)]

"""Money: what a plan costs over today, recomputed from its tables, and budgets on it."""

from dataclasses import dataclass
from fractions import Fraction
from math import isnan
from typing import Any

from allocator.assumptions import Assumptions
from allocator.auditing.case import Case
from allocator.auditing.facts import Facts
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.projects import brought, paid_projects
from allocator.auditing.records import has
from allocator.plan_tables import Line
from allocator.policy.rules import Budget, ForcedSite, Rule
from allocator.region.ground import Region
from allocator.region.sites import LEVELS
from allocator.region.stock import resources

_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Cost:
    """What a plan costs, in the region's currency.

    Attributes
    ----------
    sites
        Cost of each facility, by id: opening, closing, added attributes.
    added
        Cost of what is added of each resource; posts for ``cost_years`` years.
    notes
        What could not be priced.
    """

    sites: dict[str, float]
    added: dict[str, float]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.sites.values()) + sum(self.added.values())


def lines(rule: Budget, case: Case) -> list[Line]:
    """Audit a budget: the plan's cost less its subsidies is at most the amount.

    Without an amount the line states the subsidies, and asks for nothing.
    """
    measure = case.region.costs.currency
    if not case.facts.planned:
        finding = Finding(missing="no plan, so nothing is spent")
        return [line_of(rule, finding, measure=measure, sense="<=")]
    sites = _subsidised(rule, case)
    people = Fraction(0)
    missing = "" if rule.amount is not None else case.facilities.missing(rule.sites)
    if rule.people is not None:
        people = Fraction(case.count((case.root,), rule.people) or 0)
        missing = case.missing_counts((case.root,), (rule.people,))
    subsidy = float(rule.subsidy_per_site * sites + rule.subsidy_per_person * people)
    notes = []
    if rule.subsidy_per_site:
        what = "new sites" if rule.attribute is None else f"sites that get {rule.attribute}"
        notes.append(f"{subsidy:,.0f} {measure} of subsidies for {sites} {what}")
    if rule.people is not None:
        notes.append(f"{subsidy:,.0f} {measure} of subsidies for {float(people):,.0f} people")
    cost = 0.0
    if rule.amount is not None:
        found = plan_cost(case.region, case.assumptions, case.facts, case.rules)
        cost, notes = found.total, [*(notes if subsidy else []), *found.notes]
    finding = Finding(
        upper=None if rule.amount is None else float(rule.amount),
        achieved=subsidy if rule.amount is None else cost - subsidy,
        missing=missing,
        note="" if missing else "; ".join(notes),
        tolerance=_TOLERANCE,
    )
    return [line_of(rule, finding, measure=measure, sense="<=")]


def _subsidised(rule: Budget, case: Case) -> int:
    """Sites for which the subsidy is paid: new ones, or those that gain the attribute."""
    if not rule.subsidy_per_site:
        return 0
    chosen = [
        (name, row)
        for name, row in case.facilities.listed
        if case.facilities.selects(rule.sites, name, row)
    ]
    if rule.attribute is None:
        return sum(row["status"] == "new" for _, row in chosen)
    wanted, known = rule.attribute, case.facilities.known
    return sum(
        bool(row["open"]) and has(wanted, row)
        and not (name in known and has(wanted, known[name]))
        for name, row in chosen
    )  # fmt: skip


def plan_cost(
    prepared_region: Region, assumptions: Assumptions, facts: Facts, rules: tuple[Rule, ...] = ()
) -> Cost:
    """Price a plan from its tables alone.

    Opening, closing and upgrading sites; beds and vehicles over what a unit has, once; posts over
    what it has, for ``cost_years`` years. What is taken away brings nothing back. Where only the
    whole region's stock is known, the addition is that of the whole region. A project of the
    ``rules`` with a cost of its own costs that, and what it brings is paid with it.
    """
    case = Case(prepared_region, assumptions, facts, rules)
    paid = paid_projects(case)
    known = case.facilities.known
    sites = {
        name: _site_cost(case, row, known.get(name), paid.get(name))
        for name, row in case.facilities.listed
    }
    added, notes = {}, []
    for name, resource in resources().items():
        price = prepared_region.costs.of(name)
        if resource.form == "people" or not price:
            continue
        if resource.form == "staff":
            price *= assumptions.number("cost_years")
        number, note = _added(case, name)
        added[name] = price * number
        notes += [note] if note else []
    return Cost(sites, added, tuple(notes))


def _site_cost(
    case: Case, row: dict[str, Any], known: dict[str, Any] | None, project: ForcedSite | None
) -> float:
    """One facility: its project's, its own figure where the region has one, or that of its kind."""
    costs = case.region.costs

    def own(column: str, item: str) -> float:
        figure = float("nan") if known is None else float(known[column])
        return costs.of(item) if isnan(figure) else figure

    if row["status"] == "closed":
        return own("closing_cost", f"closing:{row['kind']}")
    added = {a for a in row["attributes"] if known is None or not has(a, known)}
    of_project = set() if project is None else {a for a in added if _is_part(a, project)}
    cost = sum(costs.of(item) for item in added - of_project)
    if row["status"] == "new":
        opened = own("opening_cost", str(row["kind"]))
        return cost + (opened if project is None else float(project.cost or 0))
    built = project is not None and project.attribute in added
    return cost + (float(project.cost or 0) if project is not None and built else 0.0)


def _is_part(attribute: str, project: ForcedSite) -> bool:
    """Whether a project pays for an attribute: the one it asks for, and levels below it."""
    steps = list(LEVELS)
    if attribute in steps and project.attribute in steps:
        return steps.index(attribute) <= steps.index(project.attribute)
    return attribute == project.attribute


def _added(case: Case, resource: str) -> tuple[float, str]:
    """How many are added over today's stock and paid projects, and what could not be told."""
    stock, counts = case.region.stock, case.facts.counts
    units = case.region.units.planning
    planned = {u: counts.get((u, resource)) for u in units}
    have = {unit: stock.have(unit, resource) for unit in planned}
    if resources()[resource].form == "flow" and not stock.knows(resource):
        have = dict.fromkeys(planned, 0.0)  # nobody has come yet
    paid = {unit: brought(case, resource, unit, paid=True) for unit in units}
    added = sum(
        max(0.0, (planned[u] or 0.0) - (today + paid[u]))
        for u, today in have.items()
        if today is not None
    )
    if all(known is not None for known in have.values()):
        return added, ""
    total = case.count([case.root], resource)
    if total is None:
        return 0.0, ""
    whole = stock.have(case.root, resource)
    if whole is not None:
        return max(0.0, total - whole - sum(paid.values())), ""
    unpriced = total - sum(planned[u] or 0.0 for u in units if have[u] is not None)
    if not unpriced:
        return added, ""
    return added, f"no stock of {resource} known: {unpriced:,.0f} of them cannot be priced"

"""Money: what a plan costs over today, recomputed from its tables, and budgets on it."""

from dataclasses import dataclass
from math import isnan
from typing import Any

from allocator.assumptions import Assumptions
from allocator.auditing.case import Case, has, selects
from allocator.auditing.facts import Facts
from allocator.auditing.findings import Finding, line_of
from allocator.plans import Line
from allocator.policy.rules import Budget
from allocator.region.ground import Region
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
    """Audit a budget: the plan's cost less its subsidies is at most the amount."""
    measure = case.region.costs.currency
    if not case.facts.planned:
        finding = Finding(missing="no plan, so nothing is spent")
        return [line_of(rule, finding, measure=measure, sense="<=")]
    cost = plan_cost(case.region, case.assumptions, case.facts)
    new = [row for _, row in case.listed if row["status"] == "new" and selects(rule.sites, row)]
    subsidised = len(new) if rule.subsidy_per_site else 0
    subsidy = float(rule.subsidy_per_site * subsidised)
    notes = [*cost.notes]
    if subsidised:
        notes.insert(0, f"{subsidy:,.0f} {measure} of subsidies for {subsidised} new sites")
    finding = Finding(
        upper=float(rule.amount),
        achieved=cost.total - subsidy,
        note="; ".join(notes),
        tolerance=_TOLERANCE,
    )
    return [line_of(rule, finding, measure=measure, sense="<=")]


def plan_cost(prepared_region: Region, assumptions: Assumptions, facts: Facts) -> Cost:
    """Price a plan from its tables alone.

    Opening, closing and upgrading sites; beds and vehicles over what a unit has, once; posts over
    what it has, for ``cost_years`` years. What is taken away brings nothing back. Where only the
    whole region's stock is known, the addition is that of the whole region.
    """
    case = Case(prepared_region, assumptions, facts)
    known = case.known_sites
    sites = {name: _site_cost(prepared_region, row, known.get(name)) for name, row in case.listed}
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


def _site_cost(region: Region, row: dict[str, Any], known: dict[str, Any] | None) -> float:
    """One facility: its own figure where the region has one, else that of its kind."""

    def own(column: str, item: str) -> float:
        figure = float("nan") if known is None else float(known[column])
        return region.costs.of(item) if isnan(figure) else figure

    if row["status"] == "closed":
        return own("closing_cost", f"closing:{row['kind']}")
    added = {a for a in row["attributes"] if known is None or not has(a, known)}
    upgrades = sum(region.costs.of(item) for item in added)
    opening = own("opening_cost", str(row["kind"])) if row["status"] == "new" else 0.0
    return opening + upgrades


def _added(case: Case, resource: str) -> tuple[float, str]:
    """How many are added over today's stock, and what could not be told."""
    stock, counts = case.region.stock, case.facts.counts
    planned = {u: counts.get((u, resource)) for u in case.region.units.planning}
    have = {unit: stock.have(unit, resource) for unit in planned}
    if all(known is not None for known in have.values()):
        return sum(max(0.0, (planned[u] or 0.0) - (have[u] or 0.0)) for u in planned), ""
    total = case.count([case.root], resource)
    if total is None:
        return 0.0, ""
    whole = stock.have(case.root, resource)
    if whole is not None:
        return max(0.0, total - whole), ""
    known_units = [u for u in planned if have[u] is not None]
    added = sum(max(0.0, (planned[u] or 0.0) - (have[u] or 0.0)) for u in known_units)
    unpriced = total - sum(planned[u] or 0.0 for u in known_units)
    if not unpriced:
        return added, ""
    return added, f"no stock of {resource} known: {unpriced:,.0f} of them cannot be priced"

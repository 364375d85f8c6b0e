"""Money: what a plan costs, less what is paid from elsewhere, against an amount."""

from allocator.lp.program import Program
from allocator.lp.rows import Row, Term, Variable
from allocator.planning.case import Area, Case
from allocator.planning.decisions import SiteModel
from allocator.planning.have import given_in
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Budget

Cost = tuple[list[Term], float]
"""Terms and constant."""


def budget(
    rule: Budget, case: Case, program: Program, cost: Cost, networks: list[SiteModel]
) -> tuple[Row | None, list[Shortfall]]:
    """Add cost - subsidies <= amount; money that must hold does not bend.

    Subsidies: per new site, or per site that gets the attribute; and per person who is given.
    Without an amount there is no row. Returns the row and its misses.
    """
    if rule.amount is None:
        return None, []
    terms, constant = cost
    everywhere = Area("all", (case.region.units.root,))
    people = 0 if rule.people is None else given_in(case, rule.people, everywhere) or 0
    more = paid_elsewhere(rule, networks)
    left = float(rule.amount + rule.subsidy_per_person * people) - constant
    if rule.strength == "must":
        words = f"rule {rule.id}, {rule.meaning} (money)"
        return program.require(rule.id, [*terms, *more], "<=", left, limit=words), []
    scale = max(1.0, float(rule.amount))
    found = soften(program, (rule.id, "all"), [*terms, *more], (None, left), scale=scale, most=1e12)
    return found[0].rows[0], found


def paid_elsewhere(rule: Budget, networks: list[SiteModel]) -> list[Term]:
    """Subsidies for the sites decided in some networks, as negative cost."""
    subsidy = float(rule.subsidy_per_site)
    return [
        (-subsidy, variable)
        for model in networks
        for j in model.those(rule.sites)
        if subsidy and j not in model.elsewhere
        and (variable := _subsidised(rule, model, j)) is not None
    ]  # fmt: skip


def _subsidised(rule: Budget, model: SiteModel, position: int) -> Variable | None:
    """1 if the subsidy is paid for the site; None if it never is."""
    if rule.attribute is not None:
        gained = not model.had(rule.attribute, position)
        return model.has(rule.attribute, position) if gained else None
    stands = model.case.region.sites.table["status"].iloc[position] == "existing"
    return None if stands else model.open[position]

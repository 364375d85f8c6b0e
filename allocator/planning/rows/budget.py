"""Money: what a plan costs, less what is paid from elsewhere, against an amount."""

from allocator.lp.program import Program, Term
from allocator.planning.decisions import SiteModel
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Budget

Cost = tuple[list[Term], float]
"""Terms and constant."""


def budget(
    rule: Budget, program: Program, cost: Cost, networks: list[SiteModel]
) -> list[Shortfall]:
    """Add cost - subsidy * new sites <= amount; money that must hold does not bend."""
    terms, constant = cost
    subsidy = float(rule.subsidy_per_site)
    paid_elsewhere = [
        (-subsidy, model.open[j])
        for model in networks
        for j in model.those(rule.sites)
        if subsidy and model.case.region.sites.table["status"].iloc[j] != "existing"
    ]
    left = float(rule.amount) - constant
    if rule.strength == "must":
        words = f"rule {rule.id}, {rule.meaning} (money)"
        program.require(rule.id, [*terms, *paid_elsewhere], "<=", left, limit=words)
        return []
    scale = max(1.0, float(rule.amount))
    return soften(
        program, (rule.id, "all"), [*terms, *paid_elsewhere], (None, left), scale=scale, most=1e12
    )

"""Mean response time, and travel as an objective, by cuts: only rows that matter are built."""

from allocator.lp.rows import Term, Variable
from allocator.planning.case import Area
from allocator.planning.decisions import SiteModel
from allocator.planning.reach import cells_of_response, overhead_minutes
from allocator.planning.rows.coverage import areas_of
from allocator.planning.rows.person_minutes import PersonMinutes
from allocator.planning.shortfall import Shortfall
from allocator.policy.rules import MeanResponse


def mean_response(
    rule: MeanResponse, model: SiteModel, scope: Area | None = None
) -> list[Shortfall]:
    """Add handling + turnout + sum_i w_i t_i / W <= T + miss, t_i to the nearest open station."""
    found = []
    for area in areas_of(rule, model.case, scope):
        found += _response_in(rule, model, area)
    return found


def _response_in(rule: MeanResponse, model: SiteModel, scope: Area | None) -> list[Shortfall]:
    case = model.case
    cells = cells_of_response(case, rule, scope)
    cells = cells[case.region.grid.people[cells] > 0]
    sites = model.those(rule.sites)
    if not len(cells) or not sites:
        return []
    area = scope.id if scope else "all"
    miss = model.program.continuous(f"miss[{rule.id}][{area}]")
    measured = PersonMinutes(case, "ambulance", cells, sites)
    name = f"{rule.id}[{area}]"
    allowed = float(rule.minutes) - overhead_minutes(case)
    mean = measured.terms(name, model, (allowed, miss))
    model.program.require(name, [*mean, (-1.0, miss)], "<=", allowed)
    most = measured.at_most + max(0.0, -allowed)
    return [Shortfall(rule.id, area, ((1.0, miss),), scale=float(rule.minutes), most=most)]


def travel_objective(name: str, measured: PersonMinutes, model: SiteModel) -> Variable:
    """Add a variable that is at least the mean minutes to the nearest open site."""
    theta = model.program.continuous(f"{name}:mean_minutes")
    mean: list[Term] = measured.terms(name, model)
    model.program.require(name, [(1.0, theta), *((-s, v) for s, v in mean)], ">=", 0.0)
    return theta

"""Mean response time, by cuts: only the rows that matter are ever built."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.lp.program import Row, Solution, Term, Variable
from allocator.planning.case import Area, Case
from allocator.planning.decisions import SiteModel
from allocator.planning.reach import cells_of_response, least_minutes, minutes, speeds_kmh
from allocator.planning.rows.coverage import areas_of
from allocator.planning.shortfall import Shortfall
from allocator.policy.rules import MeanResponse
from allocator.travel.means import Mode
from allocator.travel.ways import FARTHEST


@dataclass(frozen=True, eq=False)
class PersonMinutes:
    """Person-minutes to the nearest open site of a list, bounded from below by cuts.

    For any open set, ``sum_i w_i min_j t_ij >= sum_i w_i D_i - sum_j c_j y_j`` with
    ``c_j = sum_i w_i (D_i - t_ij)^+``; it is tight where ``D_i`` is the time to the nearest open
    site (Benders cut of the p-median; Duran-Mateluna, Ales & Elloumi 2023).
    """

    case: Case
    mode: Mode
    cells: NDArray[np.int64]
    sites: list[int]

    def times(self, opened: list[int]) -> NDArray[np.float64]:
        """Minutes from each cell to the nearest of the open sites."""
        return least_minutes(self.case, self.mode, self.cells, opened)

    def cut(self, best: NDArray[np.float64], model: SiteModel) -> tuple[float, list[Term]]:
        """Constant and terms of the lower bound that is tight where ``best`` was taken."""
        people = self.case.region.grid.people[self.cells]
        arcs = minutes(self.case, self.mode, self.cells, self.sites, float(best.max()))
        gain = people[arcs.cell] * np.maximum(best[arcs.cell] - arcs.value, 0.0)
        saved = np.bincount(arcs.site, weights=gain, minlength=len(self.sites))
        terms: list[Term] = [
            (-float(saved[k]), model.open[j]) for k, j in enumerate(self.sites) if saved[k] > 0
        ]
        return float(people @ best), terms

    def person_minutes(self, opened: list[int]) -> float:
        """Sum of people * minutes to the nearest of the open sites."""
        return float(self.case.region.grid.people[self.cells] @ self.times(opened))

    @property
    def at_most(self) -> float:
        """No way to a site takes longer than this, whatever is open."""
        sites = self.case.region.sites.table[["x_m", "y_m"]].to_numpy(np.float64)
        every = np.concatenate([self.case.region.grid.xy_m, sites])
        km = (float(np.hypot(*np.ptp(every, axis=0))) + self.case.region.grid.side_m) / 1000
        slowest = float(speeds_kmh(self.case, self.mode)[self.cells].min(initial=np.inf))
        straight = km * self.case.assumptions.number("detour") / slowest * 60 * 1.001
        return straight if self.case.journeys is None else max(FARTHEST, straight)


def overhead_minutes(case: Case) -> float:
    """Call handling and turnout, in minutes."""
    return case.assumptions.number("call_handling_minutes") + case.assumptions.number(
        "turnout_minutes"
    )


def mean_response(
    rule: MeanResponse, model: SiteModel, scope: Area | None = None
) -> list[Shortfall]:
    """Add handling + turnout + sum_i w_i t_i / W <= T + miss, t_i to the nearest open station.

    The rows are cuts, added where a solution violates them.
    """
    found = []
    for area in areas_of(rule, model.case, scope):
        found += _response_in(rule, model, area)
    return found


def _response_in(rule: MeanResponse, model: SiteModel, scope: Area | None) -> list[Shortfall]:
    case = model.case
    cells = cells_of_response(case, rule, scope)
    people = float(case.region.grid.people[cells].sum())
    sites = model.those(rule.sites)
    if not people or not sites:
        return []
    area = scope.id if scope else "all"
    miss = model.program.continuous(f"miss[{rule.id}][{area}]")
    measured = PersonMinutes(case, "ambulance", cells, sites)
    most = measured.at_most
    _unless_none_open(f"{rule.id}[{area}]", model, sites, (most, miss))
    allowed = (float(rule.minutes) - overhead_minutes(case)) * people

    def separate(solution: Solution) -> list[Row]:
        opened = [j for j in sites if solution.whole(model.open[j])]
        if not opened:
            return []  # missed by as much as can be, or an either-or branch that was not taken
        best = measured.times(opened)
        spent = float(case.region.grid.people[cells] @ best)
        if spent <= allowed + people * (solution.values[miss] + 1e-6):
            return []
        constant, terms = measured.cut(best, model)
        scaled = [(c / people, v) for c, v in terms]
        right = (allowed - constant) / people
        return [Row(f"{rule.id}[{area}]:cut", (*scaled, (-1.0, miss)), "<=", right)]

    model.separators.append(separate)
    return [Shortfall(rule.id, area, ((1.0, miss),), scale=float(rule.minutes), most=most)]


def _unless_none_open(name: str, model: SiteModel, sites: list[int], minutes: Term) -> None:
    """Add sum_j y_j + none >= 1 and minutes >= most * none: no open site is the longest way."""
    most, variable = minutes
    none = model.program.continuous(f"{name}:none", 0, 1)
    opened: list[Term] = [(1.0, model.open[j]) for j in sites]
    if model.condition is None:
        model.program.require(f"{name}:some", [*opened, (1.0, none)], ">=", 1.0)
    else:
        terms = [*opened, (1.0, none), (-1.0, model.condition)]
        model.program.require(f"{name}:some", terms, ">=", 0.0)
    model.program.require(f"{name}:far", [(1.0, variable), (-most, none)], ">=", 0.0)


def travel_objective(name: str, measured: PersonMinutes, model: SiteModel) -> Variable:
    """Add a variable that is at least the person-minutes to the nearest open site."""
    theta = model.program.continuous(f"{name}:person_minutes")
    scale = max(1.0, float(model.case.region.grid.people[measured.cells].sum()))
    _unless_none_open(name, model, measured.sites, (measured.at_most, theta))

    def separate(solution: Solution) -> list[Row]:
        opened = [j for j in measured.sites if solution.whole(model.open[j])]
        if not opened:
            return []
        best = measured.times(opened)
        constant, terms = measured.cut(best, model)
        if constant <= scale * solution.values[theta] + 1e-7 * max(1.0, constant):
            return []
        scaled = ((-c / scale, v) for c, v in terms)
        return [Row(f"{name}:cut", ((1.0, theta), *scaled), ">=", constant / scale)]

    model.separators.append(separate)
    return theta

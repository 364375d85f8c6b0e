"""``al.plan``: policy x region -> plan."""

import time
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import pandas as pd

from allocator.assumptions import Assumptions, Value
from allocator.auditing.compliance import lines_of_years
from allocator.errors import PolicyError, SolverError, raise_if_any
from allocator.horizon import Years
from allocator.lp.solvers import SolverSettings
from allocator.plan_tables import Line, compliance_table
from allocator.planning.answers import Answers
from allocator.planning.assembling import as_plan
from allocator.planning.case import Case
from allocator.planning.families import (
    speaks_of_sites,
    speaks_of_stocks,
)
from allocator.planning.objectives import Objective
from allocator.planning.parts.course import decide_by_parts
from allocator.planning.sequence import decide
from allocator.planning.tiers import Progress
from allocator.planning.years.carrying_out import CarriedOut, carry_out
from allocator.plans import Plan
from allocator.policy.policies import Policy
from allocator.policy.rules import Budget, EitherOr
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.travel.journeys import Journeys, Travel


def plan(
    region: Region,
    policy: Policy,
    *,
    minimise: str | None = None,
    maximise: str | None = None,
    budget: float | None = None,
    years: Years | None = None,
    travel: Travel | None = None,
    assumptions: Assumptions | Mapping[str, Value] | None = None,
    solver: SolverSettings | None = None,
    progress: Progress | None = None,
    models: str | Path | None = None,
    explain: bool = True,
    answers: Answers | None = None,
    by: str | None = None,
    workers: int | Executor = 1,
) -> Plan:
    """Turn a policy into a plan for a region.

    Must rules come first, then targets, then wishes, then the planner's objective; each tier's
    least violation (as a share of what is required) is kept while the next is solved. The plan is
    then rechecked by :mod:`allocator.auditing`, which shares no code with the rows.

    Parameters
    ----------
    region
        What is on the ground.
    policy
        What must hold.
    minimise
        ``cost`` (default), ``change`` or ``travel`` (person-minutes; needs a budget).
    maximise
        ``coverage`` (needs a budget) or ``worst_county``; instead of ``minimise``.
    budget
        The plan may cost at most this, in the region's currency.
    years
        Over which years it is carried out, with what money and staff: the plan then says what
        opens when, and its compliance is that of the last year as it is reached.
    travel
        What each mode of the rules travels by; straight lines when missing.
    assumptions
        Readings that differ from the defaults.
    solver
        Solver, gap and limits.
    progress
        Called with a line of text as the work goes on.
    models
        Folder into which each block's program is written as ``.lp`` and ``.mps``.
    explain
        Also say why rules gave way (``conflicts``) and what one more unit would bring
        (``marginals``, prices). Without, the same plan comes in less than half the time, and its
        ``conflicts`` only name what gave way.
    answers
        Answers of networks of sites that earlier plans have found: they are used again where
        nothing differs that they hang on, as in the scenarios of a batch.
    by
        A level of units (``county``), or several that together are the whole region
        (``district,county``): it is planned in as many parts, for what is too large to be one
        program. What couples the parts is priced, and the bound is that of the
        whole; nothing is explained. Rules that couple them in a way that has no price are refused.
    workers
        With ``by``: processes of this machine (a script then plans under
        ``if __name__ == "__main__"``), or an executor of :mod:`concurrent.futures` (the
        ``get_executor()`` of a Dask client). The plan does not depend on how many there are.

    Returns
    -------
    Plan
        Also after an interrupt (Ctrl-C): then the best found so far, ``interrupted=True``.

    Raises
    ------
    InputError, PolicyError
        Listing every problem of the input.
    InfeasibleError
        If even the physical limits contradict each other, with the reason.
    SolverError
        If the recheck disagrees with the program: a defect, never a result.
    """
    began = time.perf_counter()
    _check_parts(by, workers, models)
    stated_limit = _limit(budget, policy) if budget is None else budget
    objective = Objective.of(minimise, maximise, stated_limit)
    readings = Assumptions.of(assumptions)
    stated = policy.stated_population
    prepared = for_planning(region, readings, None if stated is None else float(stated))
    journeys = Journeys.of(travel, prepared, readings) if travel else None
    case = Case(prepared, policy, readings, journeys=journeys)
    _check_branches(policy)
    settings = solver if solver is not None else SolverSettings()
    limit = _limit(budget, policy)
    folder = None if models is None else Path(models)
    if by is None:
        decided = decide(
            case,
            objective.about,
            budget,
            settings,
            progress,
            folder,
            told_why=explain,
            answers=answers,
        )
    else:
        decided = decide_by_parts(case, objective.about, budget, settings, progress, by, workers)
    if progress:
        progress("recheck")
    if years is None:
        return as_plan(case, region, objective, decided, settings, limit, began)
    aimed = as_plan(case, region, objective, decided, settings, limit, began)
    carried = carry_out(case, region, decided, aimed.facilities, years, settings, progress)
    found = as_plan(
        case, region, objective, carried.decided, settings, limit, began, agrees=carried.whole
    )
    return _over_years(found, case, carried, years)


def _over_years(found: Plan, case: Case, carried: CarriedOut, years: Years) -> Plan:
    """The plan as it is reached, with what happens in each year."""
    found = replace(
        found,
        years=carried.stock,
        year_rules=carried.rules,
        facilities=carried.opened(found.facilities),
        provenance={**found.provenance, "years": years.as_table()},
    )
    lines = lines_of_years(case.region, case.policy, case.assumptions, found, case.journeys)
    defects = [f"{line.rule}: {line.note}" for line in lines if line.met is False]
    if defects:
        raise SolverError("the recheck disagrees with the years\n  - " + "\n  - ".join(defects))
    return replace(found, compliance=_with_lines(found.compliance, lines))


def _with_lines(compliance: pd.DataFrame, lines: list[Line]) -> pd.DataFrame:
    """The table with more lines at its end."""
    tables = (compliance, compliance_table(lines))
    rows = [row for table in tables for row in table.itertuples(index=False, name=None)]
    return pd.DataFrame(rows, columns=list(compliance.columns))


def _limit(budget: float | None, policy: Policy) -> float | None:
    """Return the tightest of the planner's budget and the policy's."""
    stated = [
        float(r.amount) for r in policy.rules
        if isinstance(r, Budget) and r.amount is not None and r.strength != "info"
    ]  # fmt: skip
    amounts = [a for a in (budget, *stated) if a is not None]
    return min(amounts) if amounts else None


def _check_parts(by: str | None, workers: int | Executor, models: str | Path | None) -> None:
    problems = []
    if by is None and workers != 1:
        problems.append("workers: a plan of the whole is one program; name a level of units in by")
    if by is not None and models is not None:
        problems.append("models: programs of parts are not written; leave out models, or by")
    raise_if_any(problems, where="plan")


def _check_branches(policy: Policy) -> None:
    problems = [
        f"rule {rule.id}: branches must all speak of sites, or all of beds, staff and vehicles"
        for rule in policy.rules
        if isinstance(rule, EitherOr) and not (speaks_of_sites(rule) or speaks_of_stocks(rule))
    ]
    if problems:
        raise PolicyError(problems, where=f"policy {policy.id}")

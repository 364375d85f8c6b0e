"""Decisions as a plan: its tables, the recheck by the audit, and what is proven."""

import time
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from allocator.auditing.compliance import audit_lines
from allocator.auditing.facts import Facts
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status, relative_gap
from allocator.plan_tables import TIER_COLUMNS, Line, compliance_table
from allocator.planning.case import Case
from allocator.planning.conflicts import conflict_table
from allocator.planning.decided import Decided
from allocator.planning.fairness_table import fairness_table
from allocator.planning.marginals import marginal_table
from allocator.planning.objectives import Objective
from allocator.planning.provenance import provenance
from allocator.planning.recheck import recheck
from allocator.planning.results import cell_table, facility_table, unit_table, with_required
from allocator.plans import Plan
from allocator.region.ground import Region


def as_plan(
    case: Case,
    region: Region,
    objective: Objective,
    decided: Decided,
    settings: SolverSettings,
    limit: float | None,
    began: float,
    *,
    agrees: bool = True,
) -> Plan:
    """Decisions as a plan; ``agrees`` unless years do not allow all that the program decided."""
    units = unit_table(case, decided, region)
    facilities = facility_table(case, decided, case.region.crs)
    cells = cell_table(case, facilities)
    facts = Facts.of_plan(case.region, units, facilities)
    lines = audit_lines(case.region, case.policy, case.assumptions, facts, case.journeys)
    if agrees:
        recheck(case, decided, cells, lines)
    lines = [_with_price(line, decided) for line in lines]
    status = _status(decided)
    outlines = case.region.units.table
    names = {str(u): str(name) for u, name in outlines["name"].items()}
    return Plan(
        region=region.name,
        crs=region.crs,
        policy=case.policy.id,
        objective=objective.name,
        status=status,
        objective_value=decided.objective,
        objective_unit=objective.unit(region.costs.currency),
        bound=decided.bound,
        gap=relative_gap(decided.objective, decided.bound),
        compliance=compliance_table(lines),
        units=with_required(units, lines, case),
        facilities=facilities,
        tiers=_tier_table(decided),
        conflicts=conflict_table(decided.clashes, lines, case),
        marginals=marginal_table(decided.marginals, lines, names, region.costs.currency),
        fairness=fairness_table(case, units, cells),
        assumptions=pd.DataFrame(case.assumptions.table()),
        cells=cells,
        outlines=gpd.GeoDataFrame(outlines),
        seconds=time.perf_counter() - began,
        reproducible=decided.reproducible,
        interrupted=decided.interrupted,
        provenance=provenance(case, region, settings, limit, decided, facts),
    )


def _with_price(line: Line, decided: Decided) -> Line:
    if line.area != "all" or line.rule not in decided.prices:
        return line
    return replace(line, price=decided.prices[line.rule])


def _status(decided: Decided) -> Status:
    if decided.interrupted or any(r.status is not Status.OPTIMAL for r in decided.records):
        return Status.FEASIBLE
    return Status.OPTIMAL


def _tier_table(decided: Decided) -> pd.DataFrame:
    rows = [
        [r.tier, r.block, r.objective, r.bound, r.gap, r.status.value, r.seconds]
        for r in decided.records
    ]
    return pd.DataFrame(rows, columns=list(TIER_COLUMNS))

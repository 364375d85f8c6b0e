"""How much of a demand staff, teams or beds can take on, where they are."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from allocator.lp.rows import Term
from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.have import given_amounts
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Service


def service(rule: Service, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add sum_u t_u + miss / c >= ceil(share * sum_u D_u) / c, t_u <= x_u and c t_u <= D_u.

    ``t_u`` are the staff of planning unit u whose capacity c is used: what they could do beyond
    the unit's own demand D_u serves nobody.
    """
    case = model.case
    demand = demand_by_unit(rule, case)
    if demand is None or not model.plans(rule.by):
        return []
    capacity = case.exactly(rule.capacity)
    found = []
    for area in in_scope(case.areas(rule.level, pool=rule.pool), case, scope):
        units = case.planning_units_in(area)
        used, need = taken_on(rule, model, units, demand), needed(rule, units, demand)
        if need:
            least = float(need / capacity)
            found += soften(
                model.program, (rule.id, area.id), used, (least, None), scale=need, most=need,
                per=float(capacity),
            )  # fmt: skip
    return found


def taken_on(
    rule: Service, model: StockModel, units: list[str], demand: Mapping[str, int]
) -> list[Term]:
    """The staff of some units whose capacity is used, unit by unit."""
    program, capacity = model.program, model.case.exactly(rule.capacity)
    used: list[Term] = []
    for unit in units:
        name, most = f"{rule.id}:used[{unit}]", float(demand[unit] / capacity)
        busy = program.continuous(name, 0, most)
        terms = [(1.0, busy), (-1.0, model.amount[rule.by, unit])]
        program.require(f"{name}:there", terms, "<=", 0.0)
        used.append((1.0, busy))
    return used


def needed(rule: Service, units: list[str], demand: Mapping[str, int]) -> int:
    """How much of the demand of some units must be taken on."""
    return ceil(rule.share * sum(demand[u] for u in units))


def demand_by_unit(rule: Service, case: Case) -> dict[str, int] | None:
    """Demand of every planning unit, in whole people or whatever it is; None if not known."""
    if rule.demand is not None:
        return given_amounts(case, rule.demand)
    found: dict[str, int] = {}
    for unit in case.region.units.planning:
        people = case.people(unit, str(rule.group))
        if people is None:
            return None
        found[unit] = floor(people + Fraction(1, 2))
    return found

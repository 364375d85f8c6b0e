"""What no rule bends: parts lie inside their whole, what exists stays, what is given is given."""

from collections.abc import Callable

from allocator.lp.rows import Term
from allocator.planning.case import Area
from allocator.planning.decisions import StockModel
from allocator.planning.have import Have, given_amounts
from allocator.region.sites import WITH_HOSPITAL_BEDS
from allocator.region.stock import feeding, parts_of, resources

PRIVATE = "private_beds"


def inside_parent(model: StockModel, resource: str) -> None:
    """Add x_part <= x_whole: what lies inside something is never more than it."""
    parent = resources()[resource].inside
    if not parent or not model.plans(parent):
        return
    for unit in model.case.region.units.planning:
        terms = [(1.0, model.amount[parent, unit]), (-1.0, model.amount[resource, unit])]
        model.program.require(
            f"{resource} inside {parent}[{unit}]", terms, ">=", 0.0,
            limit=_said(resource, f"are part of the {resources()[parent].label}"),
        )  # fmt: skip


def keep(model: StockModel, resource: str, have: Have, *, anywhere: bool = False) -> None:
    """Add x >= today's number, where somebody counted it; or in all, if it may move."""
    units = model.case.region.units.planning
    stays = _said(resource, "that exist stay")
    moves = anywhere and have.everywhere
    for unit, today in have.by_unit.items() if not moves else ():
        terms: list[Term] = [(1.0, model.amount[resource, unit])]
        model.program.require(f"keep {resource}[{unit}]", terms, ">=", today, limit=stays)
    if have.whole is not None and (moves or not have.everywhere):
        terms = [(1.0, model.amount[resource, u]) for u in units]
        model.program.require(f"keep {resource}", terms, ">=", have.whole, limit=stays)


def inflow_cap(model: StockModel, resource: str, have: Have) -> None:
    """Add x <= today's number + whom flows bring in + what may be hired besides, for staff."""
    cap = model.case.assumptions["staff_inflow_cap"]
    if cap is None or resources()[resource].form != "staff" or have.whole is None:
        return
    units = model.case.region.units.planning
    terms: list[Term] = [(1.0, model.amount[resource, u]) for u in units]
    flows = [flow for flow in feeding(resource) if model.plans(flow)]
    terms += [(-1.0, model.amount[flow, u]) for flow in flows for u in units]
    limit = have.whole + model.case.assumptions.number("staff_inflow_cap")
    model.program.require(
        f"inflow {resource}", terms, "<=", limit,
        limit=_said(resource, f"can grow by {model.case.assumptions.number('staff_inflow_cap'):g}"),
    )  # fmt: skip


def beds_of_new_sites(model: StockModel, have: Have, *, shrinks: bool) -> None:
    """Add x_u >= today's private beds + sum_j beds_j y_j over the new private sites j of unit u.

    Where a rule may want fewer private beds than there are, those of new sites alone must fit in.
    """
    case = model.case
    table = case.region.sites.table
    new = (table["status"] != "existing") & (table["run_by"] == "private") & (table["beds"] > 0)
    new &= table["kind"].isin(WITH_HOSPITAL_BEDS)
    chosen = [int(j) for j in new.to_numpy().nonzero()[0]]
    for unit in case.region.units.planning if chosen else ():
        known = 0.0 if shrinks else have.by_unit.get(unit, 0.0)
        terms: list[Term] = [(1.0, model.amount[PRIVATE, unit])]
        for j in case.positions_in(Area(unit, (unit,)), chosen):
            beds = float(table["beds"].iloc[j])
            is_open, deciding = model.open_site(j)
            known += beds * is_open
            terms += [(-beds * c, v) for c, v in deciding]
        model.program.require(
            f"beds of new sites[{unit}]", terms, ">=", known,
            limit=_said(PRIVATE, "include those of new private hospitals"),
        )  # fmt: skip


def _said(resource: str, what: str) -> str:
    """A physical limit in words, with its unit."""
    known = resources()[resource]
    return f"{known.label} {what} ({known.unit})"


def sum_of_parts(model: StockModel, whole: str) -> None:
    """Add x_whole = sum of its parts in every planning unit, where all of them are planned."""
    parts = planned_parts(whole, model.plans)
    for unit in model.case.region.units.planning if parts else ():
        terms = [(1.0, model.amount[whole, unit]), *((-1.0, model.amount[p, unit]) for p in parts)]
        model.program.require(
            f"{whole} of parts[{unit}]", terms, "==", 0.0,
            limit=_said(whole, "are the sum of their parts"),
        )  # fmt: skip


def planned_parts(whole: str, plans: Callable[[str], bool]) -> tuple[str, ...]:
    """The parts that make up a whole, if all of them and the whole are planned.

    What is given comes as it was counted, whether its parts sum up or not.
    """
    parts = parts_of(whole)
    asked = bool(parts) and plans(whole) and all(plans(p) for p in parts)
    return parts if asked and not resources()[whole].given else ()


def fix_given(model: StockModel, resource: str) -> None:
    """Add x = the number that is given, in every planning unit."""
    for unit, number in (given_amounts(model.case, resource) or {}).items():
        terms: list[Term] = [(1.0, model.amount[resource, unit])]
        model.program.require(
            f"given {resource}[{unit}]", terms, "==", number,
            limit=_said(resource, "are given"),
        )  # fmt: skip


def vehicles_at_stations(model: StockModel, stations: dict[str, tuple[int, list[Term]]]) -> None:
    """Add n_u <= ambulances_u: every open station has at least one vehicle."""
    if not model.plans("ambulances"):
        return
    for unit, (known, deciding) in stations.items():
        vehicle = model.amount["ambulances", unit]
        terms = [(1.0, vehicle), *((-c, v) for c, v in deciding)]
        model.program.require(
            f"a vehicle per station[{unit}]", terms, ">=", known,
            limit="every open ambulance station has a vehicle (vehicles)",
        )  # fmt: skip

"""Beds, staff and vehicles per planning unit: variables, physical limits, price, fair split."""

from dataclasses import dataclass

from allocator.lp.program import Solution, Term
from allocator.planning.apportionment import webster
from allocator.planning.case import Case
from allocator.planning.decisions import StockModel
from allocator.planning.families import leaves
from allocator.policy.rules import Quota, Ratio, Rule, Share, Total
from allocator.region.stock import resources

QUOTA_ONLY = "private_reserve"
"""Permission to build, not something that stands: reserving it changes nothing on the ground."""


@dataclass(frozen=True)
class Have:
    """Today's number of a resource, where somebody counted it.

    ``by_unit`` has the planning units whose number is known; ``whole`` is the region's, known
    where every unit's is (``everywhere``) or where the region's own row says it.
    """

    by_unit: dict[str, float]
    whole: float | None
    everywhere: bool

    @classmethod
    def of(cls, case: Case, resource: str) -> "Have":
        """Look a resource up in the region's stock."""
        units, stock = case.region.units, case.region.stock
        found = {u: stock.have(u, resource) for u in units.planning}
        known = {u: h for u, h in found.items() if h is not None}
        if len(known) == len(units.planning):
            return cls(known, sum(known.values()), True)
        return cls(known, stock.have(units.root, resource), False)


def planned_resources(case: Case, rules: list[Rule]) -> list[str]:
    """Resources that the rules decide or the stock knows, in catalogue order.

    A share or a ratio decides its part only if its whole is decided or known: staff per bed of a
    grade whose beds nobody knows cannot be planned, and is reported as not evaluated.
    """
    stock = case.region.stock
    planned = {r for r in resources() if stock.knows(r)}
    flat = [leaf for rule in rules for leaf in leaves(rule)]
    for rule in flat:
        if isinstance(rule, Quota) and case.people(case.region.units.root, rule.group) is None:
            continue
        if isinstance(rule, Quota | Total):
            planned |= set(rule.resources)
    before = -1
    while before != len(planned):
        before = len(planned)
        for rule in flat:
            if isinstance(rule, Share) and rule.whole in planned:
                planned.add(rule.part)
            elif isinstance(rule, Ratio):
                planned |= {p.resource for p in rule.pairs if _base_is_known(p, planned, case)}
    return [r for r in resources() if r in planned and r != "residents"]


def add_stocks(model: StockModel, planned: list[str], rules: list[Rule]) -> None:
    """Add x_{u,r} and what no rule may bend.

    A part lies inside its whole; what exists stays unless a rule caps it; hiring stays within
    ``staff_inflow_cap``; every open ambulance station has a vehicle.
    """
    case, program = model.case, model.program
    for resource in planned:
        for unit in case.region.units.planning:
            model.amount[resource, unit] = program.integer(f"{resource}[{unit}]")
    capped = _capped(rules)
    for resource in planned:
        _inside_parent(model, resource)
        have = Have.of(case, resource)
        if resource not in capped:
            _keep(model, resource, have)
        _inflow_cap(model, resource, have)


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


def added_terms(model: StockModel) -> dict[str, list[Term]]:
    """Expressions of what is added per resource, where today's stock is known."""
    return {r: t for r in _planned(model) if (t := _beyond(model, r, "added", 1.0))}


def cost_terms(model: StockModel) -> list[Term]:
    """Cost of what is added: beds and vehicles once, posts for ``cost_years``."""
    costs, years = model.case.region.costs, model.case.assumptions.number("cost_years")
    found = []
    for resource, terms in added_terms(model).items():
        once = 1.0 if resources()[resource].form != "staff" else years
        price = costs.of(resource) * once
        found += [(price * c, v) for c, v in terms if price]
    return found


def change_terms(model: StockModel) -> list[Term]:
    """Units added and units given up; all of them where today's stock is unknown."""
    found: list[Term] = []
    for resource in _planned(model):
        if resource == QUOTA_ONLY:
            continue
        have = Have.of(model.case, resource)
        found += _beyond(model, resource, "added", 1.0)
        found += _beyond(model, resource, "given up", -1.0)
        if have.whole is None:
            unknown = [u for u in model.case.region.units.planning if u not in have.by_unit]
            found += [(1.0, model.amount[resource, u]) for u in unknown]
    return found


def fair_terms(model: StockModel, solution: Solution) -> list[Term]:
    """Distance from a split by people (Webster), totals held; each resource weighs the same."""
    case, program = model.case, model.program
    units = case.region.units.planning
    people = [case.region.units.people(u) for u in units]
    found: list[Term] = []
    for resource in _planned(model):
        total = sum(solution.whole(model.amount[resource, u]) for u in units)
        everywhere = [(1.0, model.amount[resource, u]) for u in units]
        program.require(f"total[{resource}]", everywhere, "==", total)
        for unit, seats in zip(units, webster(total, people), strict=True):
            away = program.continuous(f"away[{resource}][{unit}]")
            amount = model.amount[resource, unit]
            program.require(f"away+[{resource}][{unit}]", [(1, away), (-1, amount)], ">=", -seats)
            program.require(f"away-[{resource}][{unit}]", [(1, away), (1, amount)], ">=", seats)
            found.append((1.0 / max(1, total), away))
    return found


def worst_rate_terms(model: StockModel, rules: list[Rule], worst: Term) -> None:
    """Add z <= x_u per / (number N_u) for every quota and planning unit: the worst-served one."""
    case = model.case
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if not isinstance(rule, Quota) or rule.sense == "<=":
            continue
        number = rule.number if rule.number is not None else rule.lower
        for unit in case.region.units.planning:
            people = case.people(unit, rule.group)
            if not people or not number:
                continue
            full = float(number * people / rule.per)
            terms = [(1.0 / full, model.amount[r, unit]) for r in rule.resources]
            model.program.require(
                f"worst[{rule.id}][{unit}]", [*terms, (-worst[0], worst[1])], ">=", 0.0
            )


def _planned(model: StockModel) -> list[str]:
    first = model.case.region.units.planning[0]
    return [r for r, u in model.amount if u == first]


def _beyond(model: StockModel, resource: str, name: str, sign: float) -> list[Term]:
    """Variables that are at least sign * (x - have), made once per (resource, name)."""
    case, program = model.case, model.program
    have = Have.of(case, resource)
    groups = [(u, [u], have.by_unit[u]) for u in have.by_unit]
    if have.whole is not None and not have.everywhere:
        groups = [("all", list(case.region.units.planning), have.whole)]
    found = []
    for label, members, today in groups:
        key = (f"{resource}:{name}", label)
        if key not in model.changes:
            variable = model.changes[key] = program.continuous(f"{resource} {name}[{label}]")
            terms = [(-sign, model.amount[resource, u]) for u in members]
            program.require(
                f"{resource} {name}[{label}]:row", [(1.0, variable), *terms], ">=", -sign * today
            )
        found.append((1.0, model.changes[key]))
    return found


def _base_is_known(pair: object, planned: set[str], case: Case) -> bool:
    base, sites = getattr(pair, "base", None), getattr(pair, "sites", ())
    if base is not None:
        return base in planned
    return any(case.positions(chosen) for chosen in sites)


def _capped(rules: list[Rule]) -> set[str]:
    """Resources of which a rule may want less than there is."""
    capped: set[str] = set()
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if isinstance(rule, Quota | Total) and rule.sense != ">=":
            capped |= set(rule.resources)
        elif isinstance(rule, Share):
            capped |= {rule.part} if rule.sense == "<=" else set()
    # A capped whole lets go of its parts too, or the part would hold it up.
    return capped | {r.id for r in resources().values() if r.inside in capped}


def _inside_parent(model: StockModel, resource: str) -> None:
    parent = resources()[resource].inside
    if not parent or not model.plans(parent):
        return
    for unit in model.case.region.units.planning:
        terms = [(1.0, model.amount[parent, unit]), (-1.0, model.amount[resource, unit])]
        model.program.require(
            f"{resource} inside {parent}[{unit}]", terms, ">=", 0.0,
            limit=_said(resource, f"are part of the {resources()[parent].label}"),
        )  # fmt: skip


def _keep(model: StockModel, resource: str, have: Have) -> None:
    units = model.case.region.units.planning
    stays = _said(resource, "that exist stay")
    for unit, today in have.by_unit.items():
        terms: list[Term] = [(1.0, model.amount[resource, unit])]
        model.program.require(f"keep {resource}[{unit}]", terms, ">=", today, limit=stays)
    if not have.everywhere and have.whole is not None:
        terms = [(1.0, model.amount[resource, u]) for u in units]
        model.program.require(f"keep {resource}", terms, ">=", have.whole, limit=stays)


def _inflow_cap(model: StockModel, resource: str, have: Have) -> None:
    cap = model.case.assumptions["staff_inflow_cap"]
    if cap is None or resources()[resource].form != "staff" or have.whole is None:
        return
    terms: list[Term] = [(1.0, model.amount[resource, u]) for u in model.case.region.units.planning]
    limit = have.whole + model.case.assumptions.number("staff_inflow_cap")
    model.program.require(
        f"inflow {resource}", terms, "<=", limit,
        limit=_said(resource, f"can grow by {model.case.assumptions.number('staff_inflow_cap'):g}"),
    )  # fmt: skip


def _said(resource: str, what: str) -> str:
    """A physical limit in words, with its unit."""
    known = resources()[resource]
    return f"{known.label} {what} ({known.unit})"

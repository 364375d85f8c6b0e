"""What every year keeps to: parts in their wholes, what comes with what, hiring, money."""

from fractions import Fraction
from math import floor

from allocator.lp.rows import Term, Variable
from allocator.planning.case import Area
from allocator.planning.physical import PRIVATE
from allocator.planning.years.beginnings import Pair
from allocator.planning.years.decisions import Sum, YearModel
from allocator.planning.years.paths import outer_of, parts_in
from allocator.policy.rules import SiteFilter
from allocator.region.stock import feeding, resources

STATION, VEHICLE = "ems_station", "ambulances"


def add_limits(model: YearModel) -> None:
    """Add every row that no year may break, but for money: see :func:`add_budgets`."""
    for year in model.years.all:
        for unit in model.case.region.units.planning:
            _nested(model, unit, year)
            _vehicles(model, unit, year)
            _with_sites(model, unit, year)
            _closings(model, unit, year)
        _hiring(model, year)
    _flows(model)


def _nested(model: YearModel, unit: str, year: int) -> None:
    """Add part <= whole where that can be broken, and whole = sum of its parts, in every year."""
    at = year - model.years.first
    for pair in [p for p in model.courses if p[1] == unit]:
        outer = outer_of(pair, model.courses)
        if outer is not None and model.paths[pair].top > model.paths[outer].floor[at]:
            _require(model, f"{pair[0]} inside[{unit}][{year}]", outer, [pair], year)
        if parts := parts_in(pair, model.courses):
            _require(model, f"{pair[0]} of parts[{unit}][{year}]", pair, parts, year, equal=True)


def _require(
    model: YearModel, name: str, whole: Pair, parts: list[Pair], year: int, *, equal: bool = False
) -> None:
    constant, terms = model.in_year(whole, year)
    row = list(terms)
    for part in parts:
        known, more = model.in_year(part, year)
        constant -= known
        row += [(-c, v) for c, v in more]
    if row:
        model.program.require(name, row, "==" if equal else ">=", -constant)


def _vehicles(model: YearModel, unit: str, year: int) -> None:
    """A vehicle per new station, no station's vehicle before the station."""
    course = model.courses.get((VEHICLE, unit))
    new = model.groups_in(unit, STATION, "new")
    if course is None or not new or not model.moves((VEHICLE, unit)):
        return
    stock = model.stock[(VEHICLE, unit), year]
    opened = _sum([model.opened(at, year) for at in new])
    closed = _sum([model.opened(at, year) for at in model.groups_in(unit, STATION, "closed")])
    _comes_with(model, (VEHICLE, unit), year, sum(model.groups[at].size for at in new), opened)
    case = model.case
    stands = sum(case.stands(j) for j in case.positions_in(
        Area(unit, (unit,)), case.positions(SiteFilter(kinds=(STATION,)))
    ))  # fmt: skip
    base = min(course.start, stands) + opened[0] - closed[0]
    terms = [(1.0, stock), *((-c, v) for c, v in opened[1]), *closed[1]]
    model.program.require(f"a vehicle per station[{unit}][{year}]", terms, ">=", base)


def _with_sites(model: YearModel, unit: str, year: int) -> None:
    """What a project brings comes with it, as do the beds of new private hospitals."""
    here = [at for at, group in enumerate(model.groups) if group.first.unit == unit]
    places = {model.groups[at].first.position: at for at in here}
    for resource in [r for r, u in model.courses if u == unit]:
        brings = {
            at: float(project.amount(resource))
            for project in model.case.projects
            if project.unit == unit and project.amount(resource)
            if (at := places.get(project.position)) is not None
        }
        _bring(model, (resource, unit), brings, year)
    beds = {at: float(n) for at in here if (n := model.groups[at].first.private_beds)}
    if (PRIVATE, unit) in model.courses:
        _bring(model, (PRIVATE, unit), beds, year)


def _bring(model: YearModel, pair: Pair, brings: dict[int, float], year: int) -> None:
    """Add s_t >= base + sum_g a_g opened_gt, and that they are not there before."""
    course = model.courses[pair]
    if not brings or not model.moves(pair):
        return
    opened = _sum([model.opened(at, year, each) for at, each in brings.items()])
    total = sum(each * model.groups[at].size for at, each in brings.items())
    _comes_with(model, pair, year, total, opened)
    base = max(0.0, min(float(course.start), course.aim - total))
    if course.leaving or base + total > course.aim:
        return
    terms = [(1.0, model.stock[pair, year]), *((-c, v) for c, v in opened[1])]
    model.program.require(f"{pair} comes with sites[{year}]", terms, ">=", base + opened[0])


def _comes_with(model: YearModel, pair: Pair, year: int, total: float, opened: Sum) -> None:
    """Add s_t - start <= what does not come with a site + what comes with those open."""
    course = model.courses[pair]
    free = max(0.0, course.aim - course.start - total)
    terms = [(1.0, model.stock[pair, year]), *((-c, v) for c, v in opened[1])]
    if course.aim >= course.start:
        limit = course.start + free + opened[0]
        model.program.require(f"{pair} not before its site[{year}]", terms, "<=", limit)


def _closings(model: YearModel, unit: str, year: int) -> None:
    """Sites close no faster than what replaces them opens: same kind, same planning unit."""
    kinds = dict.fromkeys(g.first.kind for g in model.groups if g.first.unit == unit)
    for kind in kinds:
        new = model.groups_in(unit, kind, "new")
        total = sum(model.groups[at].size for at in new)
        for at in model.groups_in(unit, kind, "closed") if total else ():
            size = model.groups[at].size
            terms = [(float(total), model.waiting[at, year])]
            terms += [(-float(size), model.waiting[other, year]) for other in new]
            model.program.require(f"closes {at}[{year}]", terms, ">=", 0.0)


def _hiring(model: YearModel, year: int) -> None:
    """Hires <= most of the year + whom flows bring in, by how many more of them have come."""
    for resource in dict.fromkeys(r for r, _ in model.courses if resources()[r].form == "staff"):
        most, terms = _most_hires(model, resource, year), _hired(model, resource, year)
        if most is None or not terms:
            continue
        limit = float(most)
        for pair in [p for p in model.courses if p[0] in feeding(resource)]:
            for when, sign in ((year, 1.0), (year - 1, -1.0)):
                known, more = model.in_year(pair, when)
                limit += sign * known
                terms += [(-sign * c, v) for c, v in more]
        model.program.require(f"hires {resource}[{year}]", terms, "<=", limit)


def _most_hires(model: YearModel, resource: str, year: int) -> int | None:
    """As the years say, else the year's even share of the assumption; None if there is no limit."""
    if (most := model.years.hires(resource)) is not None:
        return most
    assumptions, span = model.case.assumptions, len(model.years.all)
    if assumptions["staff_inflow_cap"] is None:
        return None
    exact, at = Fraction(str(assumptions.number("staff_inflow_cap"))), year - model.years.first
    return floor(exact * (at + 1) / span) - floor(exact * at / span)


def _hired(model: YearModel, resource: str, year: int) -> list[Term]:
    return [
        (1.0, variable)
        for (pair, when), variable in model.added.items()
        if (pair[0], when) == (resource, year) and model.courses[pair].known
    ]


def _flows(model: YearModel) -> None:
    """Recruits and trainees do not come before they are due."""
    for (pair, year), variable in model.stock.items():
        course = model.courses[pair]
        if course.is_flow and course.aim > course.start:
            name = f"{pair[0]} spread[{pair[1]}][{year}]"
            due = course.due(year, model.years)
            model.program.require(name, [(1.0, variable)], "<=", due)


def add_budgets(model: YearModel) -> None:
    """Add what a year costs <= its budget, in units of the lowest price."""
    spent: dict[int, list[Term]] = {year: [] for year in model.years.all}
    for pair, course in model.courses.items():
        price = model.case.region.costs.of(pair[0])
        if price and course.known and model.moves(pair) and course.start < model.paths[pair].top:
            _pay(model, pair, price, spent)
    constants = dict.fromkeys(spent, 0.0)
    for at, group in enumerate(model.groups):
        cost = group.first.cost
        for year in model.years.all if cost else ():
            spent[year].append((-cost, model.waiting[at, year]))
            if year == model.years.first:
                constants[year] += cost * group.size
            else:
                spent[year].append((cost, model.waiting[at, year - 1]))
    for year, terms in spent.items():
        if not terms:
            continue
        unit = min(abs(c) for c, _ in terms if c)
        limit = (model.years.budget(year) or 0.0) - constants[year]
        scaled = [(c / unit, v) for c, v in terms]
        model.program.require(f"budget[{year}]", scaled, "<=", limit / unit)


def _pay(model: YearModel, pair: Pair, price: float, spent: dict[int, list[Term]]) -> None:
    """Posts beyond today's cost in every year, all else when added; not what projects have paid.

    Nothing can be paid in another year than that in which it is added.
    """
    course, before = model.courses[pair], (0.0, list[Term]())
    staff = resources()[pair[0]].form == "staff"
    for year in model.years.all:
        paid = _paid(model, pair, year)
        counted = model.stock[pair, year] if staff else model.added[pair, year]
        terms, limit = [(-1.0, counted), *paid[1]], -paid[0] - course.start * staff
        if not staff:
            terms += [(-c, v) for c, v in before[1]]
            limit += before[0]
        if paid[0] == before[0] and not paid[1] and not staff:
            spent[year].append((price, counted))
        else:
            variable: Variable = model.program.continuous(f"paid {pair}[{year}]")
            model.program.require(f"paid {pair}[{year}]", [(1.0, variable), *terms], ">=", limit)
            spent[year].append((price, variable))
        before = paid


def _paid(model: YearModel, pair: Pair, year: int) -> Sum:
    """What open projects with a cost of their own bring; what is upgraded, once it is."""
    found: list[Sum] = []
    for project in model.case.projects:
        amount = float(project.amount(pair[0]))
        if not amount or project.unit != pair[1] or project.cost is None:
            continue
        places = [at for at, g in enumerate(model.groups) if g.first.position == project.position]
        found += [model.opened(at, year, amount) for at in places]
        if not places and model.case.stands(project.position):
            found.append((amount, []))
    return _sum(found)


def _sum(parts: list[Sum]) -> Sum:
    return sum(p[0] for p in parts), [term for p in parts for term in p[1]]

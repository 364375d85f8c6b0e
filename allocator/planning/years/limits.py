"""What every year keeps to: parts in their wholes, what comes with what, hiring, money."""

from fractions import Fraction
from math import ceil, floor

from allocator.lp.program import Term, Variable
from allocator.planning.case import Area
from allocator.planning.physical import PRIVATE, planned_parts
from allocator.planning.years.beginnings import Pair
from allocator.planning.years.decisions import Sum, YearModel
from allocator.policy.rules import SiteFilter
from allocator.region.stock import feeding, resources

STATION, VEHICLE = "ems_station", "ambulances"


def add_limits(model: YearModel) -> None:
    """Add every row that no year may break."""
    for year in model.years.all:
        for unit in model.case.region.units.planning:
            _nested(model, unit, year)
            _vehicles(model, unit, year)
            _with_sites(model, unit, year)
            _closings(model, unit, year)
        _hiring(model, year)
    _flows(model)
    _money(model)


def _nested(model: YearModel, unit: str, year: int) -> None:
    """Add part <= whole, and whole = sum of its parts, in every year."""
    plans = {r for r, u in model.courses if u == unit}
    for resource in [r for r in resources() if r in plans]:
        outer = resources()[resource].inside
        if outer in plans:
            _require(model, f"{resource} inside[{unit}][{year}]", (outer, unit), [resource], year)
        parts = planned_parts(resource, plans.__contains__)
        if parts:
            name = f"{resource} of parts[{unit}][{year}]"
            _require(model, name, (resource, unit), list(parts), year, equal=True)


def _require(
    model: YearModel, name: str, whole: Pair, parts: list[str], year: int, *, equal: bool = False
) -> None:
    constant, terms = model.in_year(whole, year)
    row = list(terms)
    for part in parts:
        known, more = model.in_year((part, whole[1]), year)
        constant -= known
        row += [(-c, v) for c, v in more]
    if row:
        model.program.require(name, row, "==" if equal else ">=", -constant)


def _vehicles(model: YearModel, unit: str, year: int) -> None:
    """A vehicle per new station, no station's vehicle before the station."""
    course = model.courses.get((VEHICLE, unit))
    new = model.groups_in(unit, STATION, "new")
    if course is None or not new or not course.moves:
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
    if not brings or not course.moves:
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
    """Hires of a year, and of all years so far, besides whom recruits and trainees bring in."""
    cap = model.case.assumptions["staff_inflow_cap"]
    count, span = year - model.years.first + 1, len(model.years.all)
    for resource in dict.fromkeys(r for r, _ in model.courses if resources()[r].form == "staff"):
        most = model.years.hires(resource)
        if most is not None:
            _hire(model, resource, range(year, year + 1), most)
        elif cap is not None:
            exact = Fraction(str(model.case.assumptions.number("staff_inflow_cap")))
            spread = floor(exact * count / span)
            _hire(model, resource, range(model.years.first, year + 1), spread)


def _hire(model: YearModel, resource: str, when: range, most: int) -> None:
    """Hires <= most + whom flows bring in: by how many more have come, not how often they come."""
    limit = float(most)
    terms = [
        (1.0, variable)
        for (pair, year), variable in model.added.items()
        if pair[0] == resource and year in when and model.courses[pair].known
    ]
    if not terms:
        return
    for pair in [p for p in model.courses if p[0] in feeding(resource)]:
        for year, sign in ((when[-1], 1.0), (when[0] - 1, -1.0)):
            known, more = model.in_year(pair, year)
            limit += sign * known
            terms += [(-sign * c, v) for c, v in more]
    model.program.require(f"hires {resource}[{when[0]}-{when[-1]}]", terms, "<=", limit)


def _flows(model: YearModel) -> None:
    """Recruits and trainees come evenly: by year t at most their share of the years, rounded up."""
    span = len(model.years.all)
    for (pair, year), variable in model.stock.items():
        course = model.courses[pair]
        if resources()[pair[0]].form != "flow" or course.aim <= course.start:
            continue
        due = ceil(Fraction((course.aim - course.start) * (year - model.years.first + 1), span))
        name = f"{pair[0]} spread[{pair[1]}][{year}]"
        model.program.require(name, [(1.0, variable)], "<=", course.start + due)


def _money(model: YearModel) -> None:
    """Add what a year costs <= its budget, in units of the lowest price."""
    if model.years.budget_per_year is None:
        return
    spent: dict[int, list[Term]] = {year: [] for year in model.years.all}
    for pair, course in model.courses.items():
        price = model.case.region.costs.of(pair[0])
        if price and course.known and course.moves and course.start < _top(model, pair):
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
        unit = min((abs(c) for c, _ in terms if c), default=1.0)
        limit = (model.years.budget(year) or 0.0) - constants[year]
        scaled = [(c / unit, v) for c, v in terms]
        model.program.require(f"budget[{year}]", scaled, "<=", limit / unit)


def _top(model: YearModel, pair: Pair) -> float:
    first = model.stock[pair, model.years.first]
    return float(first.upBound) if first.upBound is not None else float("inf")


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

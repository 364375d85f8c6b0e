"""What the stages minimise: what the last year lacks, how unevenly, and what waits how long."""

import math
from collections.abc import Iterator

from allocator.lp.rows import Term, Variable
from allocator.planning.years.beginnings import Pair
from allocator.planning.years.decisions import YearModel

Key = tuple[str, ...]
"""A resource, or kind of site and what becomes of it."""


def missing(model: YearModel, strength: str) -> list[Term]:
    """Share of each resource and kind that the last year lacks, of one strength.

    Recruits and trainees are asked for every year: theirs is the mean over the years.
    """
    totals, per_kind = _totals(model), _per_kind(model)
    terms = [
        (1.0 / (counted * totals[pair[0]]), short)
        for pair, counted, short in _counted(model, strength)
    ]
    for at, group in enumerate(model.groups):
        if group.first.strength == strength:
            number = per_kind[group.first.kind, group.first.what][0]
            terms.append((1.0 / number, model.waiting[at, model.years.last]))
    return terms


def worst(model: YearModel, strength: str) -> list[Term]:
    """Share of each resource and kind that the unit lacks which lacks most of it.

    Adds w_r >= short_ru / aim_ru for every planning unit u, likewise for kinds of sites.
    """
    shares: dict[tuple[Key, str], list[Term]] = {}
    for pair, counted, short in _counted(model, strength):
        if aim := model.courses[pair].aim:
            term = (1.0 / (counted * aim), short)
            shares.setdefault(((pair[0],), pair[1]), []).append(term)
    numbers: dict[tuple[Key, str], int] = {}
    for group in model.groups:
        place = ((group.first.kind, group.first.what), group.first.unit)
        numbers[place] = numbers.get(place, 0) + group.size
    for at, group in enumerate(model.groups):
        place = ((group.first.kind, group.first.what), group.first.unit)
        if group.first.strength == strength:
            term = (1.0 / numbers[place], model.waiting[at, model.years.last])
            shares.setdefault(place, []).append(term)
    found: dict[Key, Variable] = {}
    for (key, unit), terms in shares.items():
        if key not in found:
            found[key] = model.program.continuous(f"worst {strength} {' '.join(key)}")
        row = [(1.0, found[key]), *((-c, v) for c, v in terms)]
        model.program.require(f"worst {strength} {' '.join(key)}[{unit}]", row, ">=", 0.0)
    return [(1.0, variable) for variable in found.values()]


def waiting(model: YearModel) -> list[Term]:
    """Share of each resource, and of the people of each kind of site, that a year lacks."""
    totals, per_kind = _totals(model), _per_kind(model)
    terms = [(1.0 / totals[pair[0]], short) for (pair, _), short in model.short.items()]
    for (at, place, _), waits in model.one_waits.items():
        group = model.groups[at]
        number, served = per_kind[group.first.kind, group.first.what]
        # Half by people and half alike: a site that serves nobody is still to open.
        alike = 0.5 / number
        share = alike + (0.5 * group.members[place].served / served if served else alike)
        terms.append((share, waits))
    return terms


def _counted(model: YearModel, strength: str) -> Iterator[tuple[Pair, int, Variable]]:
    """What counts as missing, and in how many years: of flows every year, else the last."""
    for (pair, year), short in model.short.items():
        course = model.courses[pair]
        if course.strength == strength and (course.is_flow or year == model.years.last):
            yield pair, len(model.years.all) if course.is_flow else 1, short


def _totals(model: YearModel) -> dict[str, int]:
    """What the plan aims at, by resource; at least 1."""
    found: dict[str, int] = {}
    for (resource, _), course in model.courses.items():
        found[resource] = found.get(resource, 0) + course.aim
    return {resource: max(1, total) for resource, total in found.items()}


def _per_kind(model: YearModel) -> dict[Key, tuple[int, float]]:
    """How many sites of a kind change likewise, and whom they serve."""
    found: dict[Key, tuple[int, float]] = {}
    for group in model.groups:
        key = (group.first.kind, group.first.what)
        number, served = found.get(key, (0, 0.0))
        more = math.fsum(one.served for one in group.members)
        found[key] = (number + group.size, served + more)
    return found

"""Today's numbers of beds, staff, vehicles, and of what is given: visits, villages, households."""

from dataclasses import dataclass

from allocator.planning.apportionment import split
from allocator.planning.case import Area, Case
from allocator.region.stock import resources


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
        if resources()[resource].form == "flow" and not stock.knows(resource):
            found = dict.fromkeys(found, 0.0)  # nobody has come yet
        known = {u: h for u, h in found.items() if h is not None}
        if len(known) == len(units.planning):
            return cls(known, sum(known.values()), True)
        return cls(known, stock.have(units.root, resource), False)


def given_amounts(case: Case, resource: str) -> dict[str, int] | None:
    """What every planning unit has of a given resource; None where nobody counted it.

    Where only the region's number is known, the units whose own is not share what is left by
    residents (Webster).
    """
    have = Have.of(case, resource)
    known = {u: round(number) for u, number in have.by_unit.items()}
    if have.everywhere:
        return known
    if have.whole is None:
        return None
    others = [u for u in case.region.units.planning if u not in known]
    left = max(0, round(have.whole) - sum(known.values()))
    people = [case.region.units.people(u) for u in others]
    shared = split(case.assumptions.word("apportionment"), left, people)
    return known | dict(zip(others, shared, strict=True))


def given_in(case: Case, resource: str, area: Area) -> int | None:
    """What an area has of a given resource; None below the planning units, or if not known."""
    amounts = given_amounts(case, resource)
    inside = case.planning_units_in(area)
    return None if amounts is None or not inside else sum(amounts[u] for u in inside)


def have_in(case: Case, resource: str, area: Area) -> float | None:
    """Today's number in an area; None where nobody counted it there."""
    have = Have.of(case, resource)
    if case.region.units.root in area.units:
        return have.whole
    inside = case.planning_units_in(area)
    known = [have.by_unit[u] for u in inside if u in have.by_unit]
    return sum(known) if inside and len(known) == len(inside) else None

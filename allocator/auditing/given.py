"""What is given (visits, households, villages): the region says how many, not a plan's table."""

from collections.abc import Mapping
from fractions import Fraction

from allocator.auditing.apportionment import largest_remainders
from allocator.region.ground import Region
from allocator.region.stock import resources

_ROUNDED = 0.5
"""Most that a whole number differs from what was counted."""


def given_counts(
    region: Region, counts: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    """What the planning units have of every given resource that a plan's table lists.

    A unit's own number in the region decides; the table's stands where it is that number in whole.
    Units of which the region says nothing share what is left of its total as they do in the table.

    Parameters
    ----------
    region
        The region as planned for.
    counts
        ``(unit, resource)`` -> number, as the table has it.

    Returns
    -------
    dict
        ``(unit, resource)`` -> number; equal to the table's where the plan was made for these
        figures.
    """
    found: dict[tuple[str, str], float] = {}
    for name in dict.fromkeys(resource for _, resource in counts):
        if resources()[name].given:
            said = {u: counts[u, name] for u in region.units.planning if (u, name) in counts}
            found |= {(unit, name): number for unit, number in _in_units(region, name, said)}
    return found


def _in_units(region: Region, name: str, said: Mapping[str, float]) -> list[tuple[str, float]]:
    have = {unit: region.stock.have(unit, name) for unit in said}
    found = [(u, _whole(said[u], today)) for u, today in have.items() if today is not None]
    others = {unit: said[unit] for unit, today in have.items() if today is None}
    total = region.stock.have(region.units.root, name)
    if others and total is not None and min(others.values()) >= 0:
        left = max(0, round(total) - round(sum(number for _, number in found)))
        if abs(sum(others.values()) - left) > _ROUNDED:
            parts = largest_remainders(left, [Fraction(number) for number in others.values()])
            others = {unit: float(part) for unit, part in zip(others, parts, strict=True)}
    return [*found, *others.items()]


def _whole(said: float, today: float) -> float:
    return said if abs(said - today) <= _ROUNDED else float(round(today))

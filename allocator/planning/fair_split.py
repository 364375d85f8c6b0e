"""What every county would have if all had alike: whole numbers with the totals held."""

from collections.abc import Mapping
from fractions import Fraction

from allocator.planning.apportionment import split
from allocator.planning.case import Case
from allocator.planning.controlled_rounding import controlled_rounding
from allocator.planning.physical import planned_parts


def fair_split(case: Case, totals: Mapping[str, int]) -> dict[str, list[int]]:
    """Each resource's total split over the planning units like their residents.

    By the assumption ``apportionment``: each resource by itself, or (``controlled``) a whole and
    its parts together as a county x type table, whose rows and columns then sum up exactly.

    Parameters
    ----------
    totals
        Resource -> whole number.

    Returns
    -------
    dict
        Resource -> numbers in the order of the planning units.
    """
    method = case.assumptions.word("apportionment")
    people = [case.region.units.people(u) for u in case.region.units.planning]
    found: dict[str, list[int]] = {}
    if method == "controlled":
        for whole in totals:
            found |= _as_table(whole, totals, people, found)
    for resource, total in totals.items():
        if resource not in found:
            found[resource] = split(method, total, people)
    return found


def _as_table(
    whole: str, totals: Mapping[str, int], people: list[float], found: Mapping[str, list[int]]
) -> dict[str, list[int]]:
    """A whole and its parts, split together; {} where it has none, or they do not sum to it.

    A whole that is a part itself has its counties' numbers already: its own parts keep to them.
    """
    parts = planned_parts(whole, totals.__contains__)
    everybody = sum(map(Fraction, people))
    if not parts or sum(totals[p] for p in parts) != totals[whole] or not everybody:
        return {}
    shares = [Fraction(n) / everybody for n in people]
    if whole in found and totals[whole]:
        shares = [Fraction(n, totals[whole]) for n in found[whole]]
    rounded = controlled_rounding([[share * totals[p] for p in parts] for share in shares])
    columns = {p: [row[k] for row in rounded] for k, p in enumerate(parts)}
    return {whole: [sum(row) for row in rounded], **columns}

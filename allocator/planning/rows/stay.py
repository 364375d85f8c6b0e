"""What beds must hold at a mean length of stay, where the planner asks for it."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.have import given_amounts
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Stay

DAYS_A_YEAR = 365


def stay(rule: Stay, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add 365 o x_u >= A_u d (``bed_need`` = min) or 365 o x_u <= A_u d (max), per area u.

    ``A_u`` admissions of ``d`` days each on ``x_u`` beds that may be occupied for at most, or
    should be occupied for at least, the share ``o`` of the year. By default there is no row.
    """
    case = model.case
    needed = needed_beds(rule, case)
    if needed is None or not all(model.plans(bed) for bed in rule.beds):
        return []
    found = []
    for area in in_scope(case.areas(rule.level, pool=rule.pool), case, scope):
        terms = [term for bed in rule.beds for term in model.terms(bed, area)]
        if not terms:
            continue  # below the planning units nothing is decided
        limits = limits_of(needed, case, area)
        found += soften(model.program, (rule.id, area.id), terms, limits, most=1e7)
    return found


def limits_of(
    needed: Mapping[str, Fraction], case: Case, area: Area
) -> tuple[int | None, int | None]:
    """At least, or at most, so many beds in an area, where each unit needs so many."""
    beds = sum((needed[u] for u in case.planning_units_in(area)), Fraction(0))
    least = case.assumptions.word("bed_need") == "min"
    return (ceil(beds), None) if least else (None, floor(beds))


def needed_beds(rule: Stay, case: Case) -> dict[str, Fraction] | None:
    """Beds that each planning unit's admissions fill; None if not asked for, or not known."""
    reading = case.assumptions.word("bed_need")
    given = [given_amounts(case, name) for name in rule.admissions]
    known = [amounts for amounts in given if amounts is not None]
    if reading == "report" or len(known) < len(given):
        return None
    occupied = case.exactly("bed_occupancy_to" if reading == "min" else "bed_occupancy_from")
    return {
        unit: sum(amounts[unit] for amounts in known) * rule.days / (DAYS_A_YEAR * occupied)
        for unit in case.region.units.planning
    }

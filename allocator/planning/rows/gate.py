"""Beds that may not grow, because today's fail a standard."""

from fractions import Fraction

from allocator.lp.rows import Term
from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.have import given_amounts
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Gate, Ward

DAYS_A_YEAR = 365


def gate(rule: Gate, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add x_{u,beds} <= today's beds + miss in every unit and ward that fails a standard."""
    del scope
    found = []
    for ward in rule.wards:
        for unit, today in failing(ward, model.case).items() if model.plans(ward.beds) else ():
            terms: list[Term] = [(1.0, model.amount[ward.beds, unit])]
            found += soften(model.program, (rule.id, unit), terms, (None, today), most=1e7)
    return found


def failing(ward: Ward, case: Case) -> dict[str, float]:
    """Today's beds of the ward in the planning units in which it fails a standard.

    What nobody counted is not judged.
    """
    stock = case.region.stock
    days, patients, floor = (
        given_amounts(case, name) or {} for name in (ward.bed_days, ward.admissions, ward.floor_m2)
    )
    found = {}
    for unit in case.region.units.planning:
        beds, nurses = stock.have(unit, ward.beds), stock.have(unit, ward.nurses)
        if not beds:
            continue
        fails_use = unit in days and _misused(days[unit], patients.get(unit, 0), beds, case)
        fails_use |= _less(nurses, beds, "gate_nurses_per_bed", case)
        fails_room = _less(floor.get(unit), beds, "gate_m2_per_bed", case)
        both = case.assumptions.word("gate_reading") == "both"
        if (fails_use and fails_room) if both else (fails_use or fails_room):
            found[unit] = beds
    return found


def _misused(days: int, patients: int, beds: float, case: Case) -> bool:
    """Whether beds are too empty or too full, or people stay in them for too long."""
    occupancy = days / (DAYS_A_YEAR * Fraction(beds))
    standard = case.exactly("gate_occupancy_from") <= occupancy <= case.exactly("gate_occupancy_to")
    return not standard or days > case.exactly("gate_stay_days") * patients > 0


def _less(number: float | None, beds: float, standard: str, case: Case) -> bool:
    return number is not None and Fraction(number) < case.exactly(standard) * Fraction(beds)

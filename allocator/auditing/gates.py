"""Beds that may not grow, because today's fail a standard: judged on the region's figures."""

from collections.abc import Iterator
from fractions import Fraction

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, few, line_of
from allocator.plan_tables import Line
from allocator.policy.rules import Gate, Ward
from allocator.region.stock import resources

_DAYS_A_YEAR = 365


def lines(rule: Gate, case: Case) -> list[Line]:
    """Audit a gate: beds beyond today's in all units and wards that fail a standard."""
    beyond, failed, judged = 0.0, [], 0
    for ward in rule.wards:
        for unit in case.region.units.planning:
            today = case.region.stock.have(unit, ward.beds)
            planned = case.count((unit,), ward.beds)
            verdicts = list(_verdicts(ward, case, unit, Fraction(today))) if today else []
            if not today or planned is None or not verdicts:
                continue
            judged += 1
            if _gated(verdicts, case):
                beyond += max(0.0, planned - today)
                why = ", ".join(text for _, text in verdicts if text)
                failed.append(f"{case.region.units.name(unit)}, {ward.beds}: {why}")
    finding = Finding(
        upper=0.0,
        achieved=beyond,
        missing="" if judged else _missing(rule, case),
        note=f"{len(failed)} of {judged} wards fail" + (f": {few(failed)}" if failed else ""),
        basis=case.given_basis(
            name for ward in rule.wards for name in (ward.bed_days, ward.admissions, ward.floor_m2)
        ),
    )
    if not judged:
        finding = Finding(missing=finding.missing)
    measure = resources()[rule.wards[0].beds].unit
    return [line_of(rule, finding, measure=measure, sense="<=")]


def _verdicts(ward: Ward, case: Case, unit: str, beds: Fraction) -> Iterator[tuple[str, str]]:
    """Standards that can be judged: of use or room, and how each is failed ('' if it is not)."""
    given = {
        name: case.count((unit,), name) for name in (ward.bed_days, ward.admissions, ward.floor_m2)
    }
    days, patients, floor = (given[n] for n in (ward.bed_days, ward.admissions, ward.floor_m2))
    nurses = case.region.stock.have(unit, ward.nurses)
    if days is not None:
        use = Fraction(days) / (_DAYS_A_YEAR * beds)
        least, most = case.exactly("gate_occupancy_from"), case.exactly("gate_occupancy_to")
        yield "use", "" if least <= use <= most else f"{float(use):.0%} occupied"
    if days is not None and patients:
        stay = Fraction(days) / Fraction(patients)
        yield "use", f"{float(stay):.1f} days" if stay > case.exactly("gate_stay_days") else ""
    if nurses is not None:
        each = Fraction(nurses) / beds
        fails = each < case.exactly("gate_nurses_per_bed")
        yield "use", f"{float(each):.2f} nurses per bed" if fails else ""
    if floor is not None:
        each = Fraction(floor) / beds
        fails = each < case.exactly("gate_m2_per_bed")
        yield "room", f"{float(each):.0f} m2 per bed" if fails else ""


def _gated(verdicts: list[tuple[str, str]], case: Case) -> bool:
    failed = {half for half, text in verdicts if text}
    return len(failed) == 2 if case.assumptions.word("gate_reading") == "both" else bool(failed)


def _missing(rule: Gate, case: Case) -> str:
    """Today's figures that no planning unit has."""
    table = case.region.stock.table
    by_unit = set(table.loc[table["unit"].isin(case.region.units.planning), "resource"])
    beds = [ward.beds for ward in rule.wards if ward.beds not in by_unit]
    if len(beds) == len(rule.wards):
        return f"stock.csv has no {few(map(repr, beds))} by unit"
    return f"stock.csv has no bed-days, nurses or floor for {few(w.beds for w in rule.wards)}"

"""What clashed, as a table: one line per member of a clash, with the change that would do."""

from collections.abc import Sequence

import pandas as pd

from allocator.plan_tables import CONFLICT_COLUMNS, Line
from allocator.planning.case import Case
from allocator.planning.decided import Clash, Party


def conflict_table(clashes: Sequence[Clash], lines: Sequence[Line], case: Case) -> pd.DataFrame:
    """Lines with the columns of :data:`CONFLICT_COLUMNS`.

    A rule that the program did not miss may still fail: 'every resident' is enforced in settled
    cells only. It stands alone, with what its compliance line says.
    """
    rows = []
    for number, clash in enumerate([*clashes, *_outside(clashes, lines, case)], 1):
        remedy_of = {remedy.party.id: remedy for remedy in clash.remedies}
        for party in clash.parties:
            line = _line(party, lines)
            remedy = remedy_of.get(party.id)
            unit = remedy.party.unit if remedy and remedy.party.unit else party.unit
            rows.append([
                number, party.id, party.strength, party.words,
                None if line is None else _missed(line),
                unit or ("" if line is None else line.measure),
                None if line is None else _people(line, lines, case),
                remedy and remedy.amount, remedy and remedy.share,
                remedy and remedy.objective_change,
                "" if remedy is None else remedy.status.value,
                clash.note,
            ])  # fmt: skip
    return pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS))


def _outside(clashes: Sequence[Clash], lines: Sequence[Line], case: Case) -> list[Clash]:
    known = {party.id for clash in clashes for party in clash.parties}
    failed = {one.rule: one for one in lines if one.area == "all" and one.met is False}
    return [
        Clash((Party(rule.id, rule.strength, rule.meaning),), note=failed[rule.id].note)
        for rule in case.policy.rules
        if rule.id in failed and rule.id not in known and rule.strength != "info"
    ]


def _line(party: Party, lines: Sequence[Line]) -> Line | None:
    if party.strength == "limit":
        return None
    return next((one for one in lines if one.rule == party.id and one.area == "all"), None)


def _missed(line: Line) -> float | None:
    return None if line.slack is None else max(0.0, -line.slack)


def _people(line: Line, lines: Sequence[Line], case: Case) -> float | None:
    """People whom a missed rule leaves short: those not covered, or residents of short units."""
    if line.met is not False:
        return None
    if line.measure == "people":
        return _missed(line)
    units = case.region.units
    short = [
        one.area for one in lines
        if one.rule == line.rule and one.met is False and one.area in units.table.index
    ]  # fmt: skip
    return float(sum(units.people(unit) for unit in short)) if short else units.people(units.root)

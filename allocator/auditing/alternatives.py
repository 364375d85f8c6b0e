"""A or B: one of the branches must hold, in the region or in every planning unit."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, each_apart, few, line_of
from allocator.auditing.records import weakest
from allocator.plan_tables import Line
from allocator.policy.rules import EitherOr, Quota, Rule, ServedBand, Share, Simple, Total
from allocator.policy.words import counted


def lines(rule: EitherOr, case: Case, audit: Callable[[Rule, Case], list[Line]]) -> list[Line]:
    """Audit an either-or rule; ``audit`` gives the lines of each branch.

    With the assumption ``either_or_per`` = unit each planning unit chooses: a branch holds there
    if all its lines in the unit do; a branch that says nothing of the unit cannot be chosen. What
    a branch asks of the region is then asked of each unit by itself, not shared out.
    """
    asked = rule.branches
    if case.assumptions.word("either_or_per") == "unit":
        asked = tuple(_of_each_unit(branch, case) for branch in asked)
    branches = {branch.id: audit(branch, case) for branch in asked}
    if case.assumptions.word("either_or_per") == "area":
        choice = _choose({name: found[:1] for name, found in branches.items()})
        own = [line_of(rule, choice.finding(), measure="branches", sense=">=")]
        taken = {(choice.taken, area) for area in _areas(branches)}
    else:
        choices = _choices_by_unit(case, branches)
        own = _lines_by_unit(rule, case, choices)
        taken = {
            (choice.taken, area)
            for unit, choice in choices.items()
            for area in (*case.inside([unit]), "all")
        }
    return own + [
        replace(
            line,
            strength="info",
            branch="taken" if (name, line.area) in taken else "not taken",
            note="; ".join(part for part in (f"branch of {rule.id}", line.note) if part),
        )
        for name, found in branches.items()
        for line in found
    ]


def _of_each_unit(branch: Simple, case: Case) -> Simple:
    """A branch as a unit reads it that chooses for itself."""
    units = case.region.units
    planning = tuple(dict.fromkeys(str(units.table.at[u, "level"]) for u in units.planning))
    if branch.level:
        return branch.model_copy(update={"pool": False})
    if isinstance(branch, Quota | Total | Share | ServedBand):
        return branch.model_copy(update={"level": planning})
    return branch


@dataclass(frozen=True)
class _Choice:
    """Which branches hold in some area, which is taken, what is missing to know."""

    held: tuple[str, ...]
    taken: str
    missing: str
    basis: str

    def finding(self) -> Finding:
        note = f"taken: {self.taken}" if self.held else f"no branch holds; nearest: {self.taken}"
        return Finding(
            lower=1.0,
            achieved=float(len(self.held)),
            missing=self.missing,
            note="" if self.missing else note,
            basis=self.basis,
        )


def _choose(branches: dict[str, list[Line]]) -> _Choice:
    """The first branch that holds, else the one nearest to holding."""
    offered = {name: found for name, found in branches.items() if found}
    basis = weakest(line.basis for found in offered.values() for line in found)
    held = tuple(n for n, found in offered.items() if all(line.met for line in found))
    if held:
        return _Choice(held, held[0], "", basis)
    unknown = [
        f"{name}: {line.note}"
        for name, found in offered.items()
        if not any(line.met is False for line in found)
        for line in found
        if not line.evaluated
    ]
    if unknown:
        return _Choice((), "", few(unknown), basis)
    nearest = max(offered, key=lambda name: _fulfilment(offered[name]), default="")
    return _Choice((), nearest, "", basis)


def _fulfilment(found: list[Line]) -> float:
    """How nearly the worst line holds: 1 = it does."""
    return min(
        1.0 if line.met else 1.0 + (line.slack or 0.0) / max(abs(line.required or 0.0), 1.0)
        for line in found
    )


def _choices_by_unit(case: Case, branches: dict[str, list[Line]]) -> dict[str, _Choice]:
    choices = {}
    for unit in case.region.units.planning:
        inside = case.inside([unit])
        here = {name: [line for line in ls if line.area in inside] for name, ls in branches.items()}
        if any(here.values()):
            choices[unit] = _choose(here)
    return choices


def _lines_by_unit(rule: EitherOr, case: Case, choices: dict[str, _Choice]) -> list[Line]:
    if not choices:
        finding = Finding(missing="no branch speaks of any planning unit")
        return [line_of(rule, finding, measure="branches", sense=">=")]
    findings = {unit: choice.finding() for unit, choice in choices.items()}
    total = replace(each_apart(list(findings.values())), note="")
    taken = Counter(choice.taken for choice in choices.values() if choice.held)
    tally = [f"{name} in {counted(number, 'units')}" for name, number in taken.items()]
    short = sum(not choice.held for choice in choices.values())
    notes = ([f"{short} of {len(choices)} units short"] if short else []) + tally
    total = replace(total, note="" if total.missing else "; ".join(notes))
    return [line_of(rule, total, measure="branches", sense=">=")] + [
        line_of(
            rule,
            finding,
            measure="branches",
            sense=">=",
            area=unit,
            area_name=case.region.units.name(unit),
        )
        for unit, finding in findings.items()
    ]


def _areas(branches: dict[str, list[Line]]) -> set[str]:
    return {line.area for found in branches.values() for line in found}

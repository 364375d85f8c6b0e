"""Figures that a plan is based on: people planned for."""

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.plans import Line
from allocator.policy.rules import Parameter


def lines(rule: Parameter, case: Case) -> list[Line]:
    """Audit a parameter: the people planned for are those that the text states."""
    residents = case.facts.counts.get((case.root, "residents"))
    finding = Finding(
        lower=float(rule.number),
        upper=float(rule.number),
        achieved=residents,
        missing=case.missing_counts((case.root,), ("residents",)) if residents is None else "",
    )
    return [line_of(rule, finding, measure="people", sense="==")]

"""Indicators: printed, never judged."""

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.plan_tables import Line
from allocator.policy.rules import Indicator
from allocator.policy.words import one_of


def lines(rule: Indicator, _case: Case) -> list[Line]:
    """One line that says what the text asks."""
    unit = one_of(rule.unit) if rule.number == "1" else rule.unit
    figure = " ".join(part for part in (rule.number, unit) if part)
    finding = Finding(missing="reported only", note=figure)
    return [line_of(rule, finding, measure=rule.unit, sense="")]

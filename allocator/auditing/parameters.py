"""Figures that a plan is based on: people planned for."""

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.plan_tables import Line
from allocator.policy.rules import Parameter


def lines(rule: Parameter, case: Case) -> list[Line]:
    """Audit a parameter: the people planned for are those that the text states, or means."""
    if rule.number is None:
        return [line_of(rule, _meant(rule, case), measure="definitions", sense="==")]
    residents = case.facts.counts.get((case.root, "residents"))
    finding = Finding(
        lower=float(rule.number),
        upper=float(rule.number),
        achieved=residents,
        missing=case.missing_counts((case.root,), ("residents",)) if residents is None else "",
    )
    return [line_of(rule, finding, measure="people", sense="==")]


def _meant(rule: Parameter, case: Case) -> Finding:
    """Whether the people that the plan is made for are those of the rule's definition.

    Figures say so in the column ``definition``; people who are counted where they live, in a grid
    or a census, are residents.
    """
    figures = case.region.populations
    basis = case.assumptions.word("population_shares")
    basis = case.region.default_basis if basis == "default" else basis
    found = {"resident"}
    if "definition" in figures.columns:
        chosen = figures["basis"] == basis if basis else figures["basis"].notna()
        found = set(figures.loc[chosen, "definition"]) or found
    return Finding(
        lower=1.0,
        upper=1.0,
        achieved=float(found == {str(rule.definition)}),
        note=f"planned for: {', '.join(sorted(found))} population",
    )

"""The numbers that a reader sees first."""

import pytest
from report_plans import full_plan

from allocator.files import map_contents
from allocator.files.report.first_screen import numbers


def test_people_of_a_rule_are_those_that_it_speaks_of():
    """A rule for towns alone: country people are neither asked nor covered."""
    plan = full_plan()
    country = [c for c in plan.cells.columns if c.endswith(":COV-R")]
    plan = full_plan(cells=plan.cells.drop(columns=country))
    themes, _ = map_contents.themes(plan)
    found = {n.key: n for n in numbers(plan, themes)}
    urban = plan.cells[plan.cells["urban"]]
    covered = urban.loc[urban["covered:COV-U"].eq(True), "people"].sum()
    assert 0 < covered < urban["people"].sum() < plan.cells["people"].sum()
    assert found["cover-0"].value == pytest.approx(covered / urban["people"].sum())
    missed = urban["people"].sum() - covered
    assert f"{missed:,.0f} people are not" in found["cover-0"].note.english

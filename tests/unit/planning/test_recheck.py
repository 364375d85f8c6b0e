"""A plan whose recheck disagrees with its rows is an error, not a result."""

import pandas as pd
import pytest
from builders import rule, site, small_policy, small_region
from planned import EMS

from allocator.assumptions import Assumptions
from allocator.errors import SolverError
from allocator.plan_tables import Line
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.recheck import recheck

BEDS = rule("total", id="B", resources=["public_beds"], number=10)
NEAR = rule("coverage", id="C", sites=EMS, within_km=1)


def a_line(made, *, slack=0.0, met=True, measure="beds", area="all", achieved=10.0, **more):
    return Line(
        rule=made.id, area=area, area_name=area, measure=measure, sense=">=", strength="must",
        required=10.0, achieved=achieved, slack=slack, met=met, **more,
    )  # fmt: skip


def checked(made, lines, missed, *, cells=None, interrupted=False):
    """Recheck one rule; ``missed`` is what the program believes."""
    region = small_region(sites=[site("s")])
    case = Case(region, small_policy(made), Assumptions())
    if cells is None:
        cells = region.grid.table.assign(**{"covered:C": False})
    decided = Decided(missed={} if missed is None else {made.id: missed}, interrupted=interrupted)
    recheck(case, decided, pd.DataFrame(cells), lines)


@pytest.mark.parametrize(("missed", "met"), [(0.0, True), (3.0, False), (1e-6, True)])
def test_program_and_audit_may_agree(missed, met):
    """No miss and met, or a miss and not met: nothing is raised."""
    checked(BEDS, [a_line(BEDS, met=met, slack=-missed)], missed)


@pytest.mark.parametrize(("missed", "met"), [(0.0, False), (3.0, True), (0.01, True)])
def test_any_disagreement_is_an_error_with_the_rules_name(missed, met):
    """A miss that the audit does not see, or one that the program does not know of."""
    with pytest.raises(SolverError, match="B: the program misses it by"):
        checked(BEDS, [a_line(BEDS, met=met, slack=-1.0)], missed)


def test_a_rule_without_a_line_is_an_error():
    """Every rule of the policy has its line for the whole region."""
    with pytest.raises(SolverError, match="B: the audit has no line"):
        checked(BEDS, [], 0.0)


def test_what_could_not_be_evaluated_is_not_compared():
    """A line that names a missing input says nothing about a miss."""
    checked(BEDS, [a_line(BEDS, met=None, slack=None, evaluated=False, achieved=None)], 5.0)


@pytest.mark.parametrize(("achieved", "fine"), [(1700.0, True), (1699.0, False), (1701.0, False)])
def test_people_within_reach_are_compared_one_by_one(achieved, fine):
    """The arcs reach cells of 900 and 800 people: the audit must count exactly those."""
    grid = small_region().grid.table
    cells = grid.assign(**{"covered:C": [True, True] + [False] * 6})
    lines = [a_line(NEAR, measure="people", achieved=achieved)]
    if fine:
        checked(NEAR, lines, 0.0, cells=cells)
    else:
        with pytest.raises(SolverError, match=r"C \[all\]: the arcs cover 1,700"):
            checked(NEAR, lines, 0.0, cells=cells)


def test_people_are_compared_in_every_unit():
    """A's 1,700 people are counted right, B's 100 wrongly: the error names B."""
    grid = small_region().grid.table
    cells = grid.assign(**{"covered:C": [True, True] + [False] * 6})
    lines = [
        a_line(NEAR, measure="people", achieved=1700.0),
        a_line(NEAR, measure="people", achieved=1700.0, area="A"),
        a_line(NEAR, measure="people", achieved=100.0, area="B"),
    ]
    with pytest.raises(SolverError, match=r"C \[B\]") as error:
        checked(NEAR, lines, 0.0, cells=cells)
    assert "[A]" not in str(error.value)


def test_a_broken_physical_rule_is_an_error():
    """More of a part than of its whole can never be a result."""
    physical = Line(
        rule="PHYSICAL.inside", area="all", area_name="all", measure="defects", sense="==",
        strength="must", required=0.0, achieved=1.0, slack=-1.0, met=False, note="A: 3 of 2",
    )  # fmt: skip
    with pytest.raises(SolverError, match=r"PHYSICAL\.inside: A: 3 of 2"):
        checked(BEDS, [a_line(BEDS), physical], 0.0)


@pytest.mark.parametrize(("slack", "raises"), [(0.0, False), (-1e-6, False), (-1.0, True)])
def test_a_budget_that_must_hold_is_rechecked(slack, raises):
    """A plan that costs more than a must budget allows is a defect."""
    money = rule("budget", id="M", amount=100)
    lines = [a_line(money, measure="CNY", slack=slack, met=slack >= 0)]
    if raises:
        with pytest.raises(SolverError, match=r"M: the plan costs 1\.00 more"):
            checked(money, lines, None)
    else:
        checked(money, lines, None)


def test_an_interrupted_plan_is_handed_out_as_it_is():
    """After Ctrl-C the stages were not finished: the plan is labelled, not refused."""
    checked(BEDS, [a_line(BEDS, met=False, slack=-1.0)], 0.0, interrupted=True)

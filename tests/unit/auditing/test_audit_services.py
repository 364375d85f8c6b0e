"""What staff can take on, from the tables alone."""

from builders import rule, small_region
from plan_builders import audited, plan_facts

from allocator.auditing.facts import Facts

SERVICE = rule(
    "service", id="S", demand="visits", share="0.5", by="physicians",
    capacity="visits_per_physician",
)  # fmt: skip
DEMAND = {("A", "visits"): 400, ("B", "visits"): 601}


def found(allocated, **more):
    region = small_region(stock=DEMAND)
    facts = plan_facts(region, {**DEMAND, **allocated})
    return audited(region, facts, SERVICE, visits_per_physician=100.0, **more)["S", "all"]


def test_one_short_of_the_boundary_fails():
    """501 of 1,001 visits: five take on 500, which is one too few."""
    exactly = found({("A", "physicians"): 0, ("B", "physicians"): 5})
    assert (exactly.required, exactly.achieved, exactly.met) == (501, 500, False)
    assert found({("A", "physicians"): 1, ("B", "physicians"): 5}).met


def test_nobody_takes_on_more_than_there_is():
    """Fifty physicians in A: its 400 visits and no more."""
    line = found({("A", "physicians"): 50, ("B", "physicians"): 0})
    assert (line.achieved, line.slack, line.rate_achieved) == (400, -101, 400 / 1001)


def test_today_is_audited_on_the_region_where_no_unit_is_known():
    """Visits and physicians of the region: compared as a whole, and the line says so."""
    region = small_region(stock={("R", "visits"): 1000, ("R", "physicians"): 4})
    lines = audited(region, Facts.of_today(region), SERVICE, visits_per_physician=100.0)
    assert (lines["S", "all"].achieved, lines["S", "all"].slack) == (400, -100)
    assert "by unit it is not known" in lines["S", "all"].note


def test_what_is_missing_is_named():
    """Neither visits, nor who takes them on."""
    region = small_region(stock=DEMAND)
    no_staff = audited(region, plan_facts(region, DEMAND), SERVICE)["S", "all"]
    assert no_staff.note == "stock.csv has no 'physicians'"
    bare = small_region()
    no_demand = audited(bare, plan_facts(bare, {("A", "physicians"): 1}), SERVICE)["S", "all"]
    assert no_demand.note == "stock.csv has no 'visits'"

"""What is given is the region's: a plan made for other figures is judged by those of the region."""

import pytest
from builders import rule, small_region
from plan_builders import audited, plan_facts

from allocator.auditing.given import given_counts

SERVICE = rule(
    "service", id="S", demand="visits", share="0.5", by="physicians",
    capacity="visits_per_physician",
)  # fmt: skip
MADE = {("A", "visits"): 600, ("B", "visits"): 400, ("A", "physicians"): 3, ("B", "physicians"): 2}
KEYS = [("A", "visits"), ("B", "visits")]


def lines(stock):
    """The plan made for 600 and 400 visits, in a region that has others."""
    region = small_region(stock=stock)
    return audited(region, plan_facts(region, MADE), SERVICE, visits_per_physician=100.0)


def test_the_plan_s_own_figures_change_nothing():
    """As the region has them: 500 of 1,000 visits are asked for and taken on."""
    found = lines({("A", "visits"): 600, ("B", "visits"): 400})
    assert (found["S", "all"].required, found["S", "all"].achieved) == (500, 500)
    assert found["PHYSICAL.given", "all"].met


def test_a_tenth_more_visits_in_one_unit_move_the_line():
    """60 more in A ask for 30 more; the check of what is given names the unit and both figures."""
    found = lines({("A", "visits"): 660, ("B", "visits"): 400})
    assert (found["S", "all"].required, found["S", "all"].slack) == (530, -30)
    assert not found["PHYSICAL.given", "all"].met
    assert found["PHYSICAL.given", "all"].note == "A: 600 visits, in the region 660"


def test_a_total_is_shared_as_the_table_shares_it():
    """1,100 in the region, 6 : 4 in the table."""
    found = lines({("R", "visits"): 1100})
    assert found["S", "all"].required == 550
    assert found["PHYSICAL.given", "all"].achieved == 2
    region = small_region(stock={("R", "visits"): 1100})
    assert [given_counts(region, MADE)[key] for key in KEYS] == [660, 440]


def test_one_unit_known_leaves_the_rest_of_the_total_to_the_other():
    """A has 700 of 1,000; 300 are left for B, whatever the table says."""
    region = small_region(stock={("R", "visits"): 1000, ("A", "visits"): 700})
    assert [given_counts(region, MADE)[key] for key in KEYS] == [700, 300]


@pytest.mark.parametrize(("today", "number"), [(599.5, 600), (600.5, 600), (600.6, 601)])
def test_a_figure_that_is_no_whole_number_stands_for_the_nearest(today, number):
    """Visits grow with residents to fractions; a plan has them in whole."""
    region = small_region(stock={("A", "visits"): today, ("B", "visits"): 400})
    assert given_counts(region, MADE)["A", "visits"] == number


def test_what_the_region_does_not_say_is_as_the_table_has_it():
    """And what is decided is no concern of it."""
    found = given_counts(small_region(stock={("A", "physicians"): 9}), MADE)
    assert found == {key: MADE[key] for key in KEYS}

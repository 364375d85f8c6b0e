"""Which years a plan may be asked for."""

from fractions import Fraction

import pytest

from allocator.errors import InputError
from allocator.horizon import Years


def test_every_problem_is_told_at_once():
    """Last before first, a budget of the wrong length, unknown staff, shares and hires."""
    with pytest.raises(InputError) as caught:
        Years.of(
            {
                "first": 2025, "last": 2021, "budget_per_year": [1.0, -2.0],
                "attrition": {"nurses": 1.5, "public_beds": 0.1},
                "hires_per_year": {"doctors": 3, "nurses": -1},
            }
        )  # fmt: skip
    told = "\n".join(caught.value.problems)
    for words in (
        "last must not be before first", "amount 2 must be >= 0", "attrition.nurses must be",
        "attrition: 'public_beds' is no staff", "hires_per_year: 'doctors' is no staff",
        "hires_per_year.nurses must be a whole number",
    ):  # fmt: skip
        assert words in told
    assert len(caught.value.problems) == 6


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"first": 2021, "last": 2023, "budget_per_year": [1.0, 2.0]}, "one amount per year (3)"),
        ({"first": 2021, "last": 2023, "budget_per_year": "much"}, "must be an amount"),
        ({"first": 2021}, "last is missing"),
        ({"first": 2021, "last": 2022, "money": 1}, "unknown key 'money'"),
        ({"first": 2021.5, "last": 2022}, "first must be a calendar year"),
        ({"first": 2021, "last": 2099}, "at most 50 years"),
        ({"first": 2021, "last": 2022, "attrition": 0.1}, "share per staff resource"),
        ({"first": 2021, "last": 2022, "hires_per_year": 1.5}, "must be a whole number"),
        ({"first": 2021, "last": 2022, "shortfall": "fair"}, "shortfall must be 'least' or 'even'"),
    ],
)
def test_a_wrong_table_is_refused(table, words):
    """Each field by its name."""
    with pytest.raises(InputError, match=words.replace("(", r"\(").replace(")", r"\)")):
        Years.of(table)


def test_what_the_years_say():
    """Budgets by year, shares of staff as written, hires by resource."""
    years = Years(2021, 2023, (5, 0, 7), {"nurses": 0.04}, {"nurses": 9}, "even")
    assert years.all == (2021, 2022, 2023)
    assert [years.budget(y) for y in years.all] == [5.0, 0.0, 7.0]
    assert years.leaving("nurses", 0.03) == Fraction(1, 25)
    assert years.leaving("physicians", 0.03) == Fraction(3, 100)
    assert years.leaving("public_beds", 0.03) == 0
    assert (years.hires("nurses"), years.hires("physicians")) == (9, None)
    assert Years.of(years.as_table()) == years

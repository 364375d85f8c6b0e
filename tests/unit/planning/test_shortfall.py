"""By how much a rule is missed."""

import pytest

from allocator.lp.program import Program
from allocator.lp.solvers import SolverSettings
from allocator.planning.shortfall import Shortfall, soften, total_share


def least_miss(limits, *, fixed, **options):
    """Share of the miss of x in limits, x fixed to a value."""
    program = Program("one row")
    x = program.integer("x", fixed, fixed)
    found = soften(program, ("J001", "all"), [(1.0, x)], limits, **options)
    terms, constant = total_share(found)
    answer = program.solve(terms, SolverSettings(), constant=constant)
    return found, answer


@pytest.mark.parametrize(
    ("limits", "fixed", "missed"),
    [((10, None), 7, 3), ((10, None), 10, 0), ((10, None), 12, 0), ((None, 4), 7, 3),
     ((None, 4), 4, 0), ((4, 4), 7, 3), ((4, 4), 1, 3), ((2, 6), 9, 3), ((None, None), 5, 0)],
)  # fmt: skip
def test_the_miss_is_need_minus_supply(limits, fixed, missed):
    """One row: the least miss is what is lacking, or what is too much, in natural units."""
    found, answer = least_miss(limits, fixed=fixed)
    assert sum(s.missed(answer) for s in found) == pytest.approx(missed)
    assert len(found) == sum(limit is not None for limit in limits)


def test_a_miss_weighs_as_a_share_of_what_is_required():
    """3 of 10 missing weigh 0.3; with a scale of 100 they weigh 0.03."""
    assert least_miss((10, None), fixed=7)[1].objective == pytest.approx(0.3)
    assert least_miss((10, None), fixed=7, scale=100.0)[1].objective == pytest.approx(0.03)


def test_a_limit_below_one_does_not_inflate_the_share():
    """One too many where none is allowed weighs 1, not infinitely much."""
    assert least_miss((None, 0), fixed=1)[1].objective == pytest.approx(1.0)


def test_a_floor_of_nothing_is_no_row():
    """x >= 0 with x >= 0 anyway needs no row; y - x >= 0 does."""
    program = Program("none")
    x, y = program.integer("x"), program.integer("y")
    assert soften(program, ("J001", "all"), [(1.0, x)], (0, None)) == []
    assert len(soften(program, ("J002", "all"), [(1.0, y), (-1.0, x)], (0, None))) == 1


def test_a_fixed_miss_counts_in_the_total():
    """People whom no site reaches are missed whatever is decided: they are in the constant."""
    fixed = Shortfall("J026", "all", (), scale=200.0, most=200.0, constant=50.0)
    assert total_share([fixed, fixed]) == ([], 0.5)


@pytest.mark.parametrize("size", [10, 10**5, 10**8, 4 * 10**9])
def test_large_figures_are_missed_as_little_as_small_ones(size):
    """Misses of a billionth each would cost less than what a solver tells apart from nothing."""
    program = Program("one row")
    x = program.integer("x", 0, 9)
    found = soften(program, ("J001", "all"), [(size / 10, x)], (size, None))
    terms, constant = total_share(found)
    answer = program.solve(terms, SolverSettings(), constant=constant)
    assert answer.values[x] == 9
    assert found[0].missed(answer) == pytest.approx(size / 10)


def test_a_row_may_count_in_other_units_than_the_miss():
    """Three of ten physicians lack, at 200 visits each: 600 of 2,000 visits."""
    found, answer = least_miss((10, None), fixed=7, per=200.0)
    assert found[0].missed(answer) == pytest.approx(600)
    assert answer.objective == pytest.approx(0.3)
    assert (found[0].scale, found[0].most) == (2000, 2000)

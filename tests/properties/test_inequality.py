"""Measures of inequality: against single people, and what any such measure must do."""

from fractions import Fraction
from math import log

import pytest
from builders import rule, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import EMS, planned

from allocator.auditing.inequality import Spread, atkinson, gap, gini, mean_deviation, theil

AREAS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), min_size=1, max_size=5)
MEASURES = (gini, theil, atkinson)


def spread(areas):
    names = [f"a{k}" for k in range(len(areas))]
    return Spread.of(names, [Fraction(x) for x, _ in areas], [Fraction(n) for _, n in areas])


@given(areas=AREAS)
def test_measures_of_areas_are_those_of_their_people(areas):
    """Give each person the rate of the area and compare all with all (invariant 23)."""
    made = spread(areas)
    each = [Fraction(x, n) for x, n in areas for _ in range(n)]
    mean = sum(each) / len(each)
    assert gap(made) == max(each) - min(each)
    assert mean_deviation(made) == sum(abs(r - mean) for r in each) / len(each)
    if not mean:
        assert [measure(made) for measure in MEASURES] == [0, 0, 0]
        return
    pairs = sum(abs(a - b) for a in each for b in each)
    assert gini(made) == pairs / (2 * mean * len(each) ** 2)
    shares = [float(r / mean) for r in each]
    assert theil(made) == pytest.approx(sum(s * log(s) for s in shares if s) / len(each))
    roots = sum(s**0.5 for s in shares) / len(each)
    assert atkinson(made) == pytest.approx(1 - roots**2, abs=1e-12)


@given(areas=AREAS, factor=st.integers(1, 9), rate=st.integers(1, 9))
def test_scale_does_not_matter_and_alike_is_zero(areas, factor, rate):
    """A factor on all changes nothing; the same rate everywhere is 0 (invariant 23)."""
    more = spread([(x * factor, n) for x, n in areas])
    for measure in MEASURES:
        assert measure(more) == pytest.approx(measure(spread(areas)), abs=1e-12)
        assert measure(spread([(rate * n, n) for _, n in areas])) == pytest.approx(0, abs=1e-12)


@given(areas=AREAS.filter(lambda a: len(a) > 1), data=st.data())
def test_what_goes_from_rich_to_poor_lowers_all(areas, data):
    """A transfer that leaves the giver no poorer than the taker (invariant 23)."""
    made = spread(areas)
    rich, poor = made.best, made.worst
    people = made.people
    room = (made.rates[rich] - made.rates[poor]) / (1 / people[rich] + 1 / people[poor])
    moved = room * data.draw(st.fractions("1/10", 1))
    amounts = list(made.amounts)
    amounts[rich] -= moved
    amounts[poor] += moved
    then = Spread.of(made.names, amounts, people)
    if moved:
        assert gini(then) < gini(made)
        assert theil(then) < theil(made)
        assert atkinson(then) < atkinson(made)
    assert gap(then) <= gap(made)
    assert mean_deviation(then) <= mean_deviation(made)


@given(areas=st.lists(AREAS, min_size=1, max_size=3))
def test_theil_is_what_lies_between_and_within_groups(areas):
    """Theil of all = Theil of the groups + their own by what they have (invariant 23)."""
    flat = [area for group in areas for area in group]
    whole = sum(x for x, _ in flat)
    if not whole:
        return
    groups = [(sum(x for x, _ in group), sum(n for _, n in group)) for group in areas]
    within = sum(
        total / whole * theil(spread(group))
        for group, (total, _) in zip(areas, groups, strict=True)
    )
    assert theil(spread(flat)) == pytest.approx(theil(spread(groups)) + within)


def test_known_figures():
    """1 to 5: Gini 4/15; one of n has all: (n - 1) / n and ln n; geometric mean for aversion 1."""
    steps = spread([(k, 1) for k in (1, 2, 3, 4, 5)])
    assert gini(steps) == Fraction(4, 15)
    one = spread([(0, 1), (0, 1), (0, 1), (8, 1)])
    assert gini(one) == Fraction(3, 4)
    assert theil(one) == pytest.approx(log(4))
    assert atkinson(one) == pytest.approx(0.75)
    assert atkinson(one, 1.0) == atkinson(one, 2.0) == 1.0
    assert atkinson(spread([(1, 1), (4, 1)]), 1.0) == pytest.approx(1 - 2 / 2.5)


def test_areas_without_people_do_not_count():
    """Neither their people nor what stands there."""
    made = Spread.of(["a", "b"], [Fraction(1), Fraction(7)], [Fraction(2), Fraction(0)])
    assert made.names == ("a",)
    assert gini(made) == 0


def test_a_plan_tells_how_even_it_is():
    """Beds and covered people by county, today and as planned; not of what nobody counted."""
    stock = {("A", "physicians"): 9, ("B", "physicians"): 0, ("R", "ambulances"): 2}
    region = small_region(people=[3000, 1000], urban=[True], stock=stock)
    rules = [
        rule("quota", id="Q", resources=["physicians"], number=2, level=["district", "county"]),
        rule("quota", id="O", resources=["physicians"], number=1, group="age60"),
        rule("quota", id="F", resources=["ambulances"], number=1),
    ]
    table = planned(region, *rules).fairness.set_index(["figure", "when"])
    today, then = table.loc["physicians", "today"], table.loc["physicians", "plan"]
    assert (today["mean"], today["worst"], today["worst_area"]) == (2.25, 0, "unit B")
    assert (today["best"], today["range"]) == (3, 3)
    assert today["mean_deviation"] == pytest.approx(0.75 * 0.75 + 0.25 * 2.25)
    assert today["gini"] == pytest.approx(0.25)
    assert (then["worst"], then["range"]) == (2, 1)
    assert then["gini"] < today["gini"]
    assert table.loc["O", "plan"]["mean"] == pytest.approx(11 / 0.8)
    assert ("ambulances", "today") not in table.index
    assert ("ambulances", "plan") in table.index


def test_coverage_by_county_is_told():
    """A is covered, B is not: the share of covered people is 1 there and 0 here."""
    from builders import site

    region = small_region(
        people=[300, 100], x_km=[0.5, 9.5], y_km=[0.5, 0.5], sites=[site("s", x_km=0.5)]
    )
    cover = rule("coverage", id="C", within_km=1, share="0.5", sites=EMS)
    table = planned(region, cover).fairness.set_index(["figure", "when"])
    line = table.loc["C", "plan"]
    assert (line["mean"], line["worst"], line["best"]) == (0.75, 0, 1)
    assert line["gini"] == pytest.approx(0.25)

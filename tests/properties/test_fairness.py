"""Rules on fairness: the cheapest plan against every split, and what they refuse."""

from fractions import Fraction
from itertools import product

import pytest
from builders import rule, small_region
from hypothesis import example, given
from hypothesis import strategies as st
from planned import amounts, line, planned
from strategies import some

from allocator.errors import PolicyError
from allocator.policy.figures import figure_of
from allocator.policy.policies import make_policy

UNITS = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "C": ("district", "R")}
MEASURES = ["worst", "range", "mean_deviation", "gini"]


def measured(measure, counts, people):
    """The measure per 1,000 by its definition, from person to person."""
    rates = [Fraction(1000 * x, n) for x, n in zip(counts, people, strict=True)]
    whole = sum(people)
    mean = Fraction(1000 * sum(counts), whole)
    if measure == "worst":
        return min(rates)
    if measure == "range":
        return max(rates) - min(rates)
    if measure == "mean_deviation":
        return sum(n * abs(r - mean) for n, r in zip(people, rates, strict=True)) / whole
    pairs = product(zip(people, rates, strict=True), repeat=2)
    between = sum(m * n * abs(a - b) for (m, a), (n, b) in pairs)
    return between / (2 * mean * whole**2) if mean else Fraction(0)


@some
@given(
    measure=st.sampled_from(MEASURES),
    have=st.tuples(*[st.integers(0, 4)] * 3),
    people=st.tuples(*[st.integers(1, 9).map(lambda n: n * 100)] * 3),
    part=st.fractions("1/10", "9/10", max_denominator=20),
)
@example(measure="gini", have=(4, 0, 0), people=(500, 500, 500), part=Fraction(1, 5))
@example(measure="gini", have=(0, 1, 4), people=(900, 100, 500), part=Fraction(1, 4))
@example(measure="mean_deviation", have=(4, 0, 0), people=(500, 400, 300), part=Fraction(1, 5))
@example(measure="mean_deviation", have=(0, 1, 4), people=(900, 100, 500), part=Fraction(1, 5))
@example(measure="range", have=(4, 0, 1), people=(900, 100, 500), part=Fraction(1, 3))
def test_the_cheapest_way_to_be_fair_is_found(measure, have, people, part):
    """Nobody may be let go: the fewest physicians to hire, of all ways to hire up to a bound."""
    number = part if measure == "gini" else part * 10
    region = small_region(
        people=people, units=UNITS, costs={"physicians": 1},
        stock={(u, "physicians"): n for u, n in zip("ABC", have, strict=True)},
    )  # fmt: skip
    made = rule("fairness", id="X", resources=["physicians"], measure=measure, number=number)
    plan = planned(region, made)
    got = amounts(plan, "physicians")
    counts = [int(got[u]) for u in "ABC"]

    def fair(counts):
        reached = measured(measure, counts, people)
        return reached >= number if measure == "worst" else reached <= number

    whole = line(plan, "X")
    assert whole["achieved"] == pytest.approx(float(measured(measure, counts, people)))
    assert bool(whole["met"]) == fair(counts)
    hired = sum(counts) - sum(have)
    assert plan.objective_value == pytest.approx(hired)
    most = 12
    ways = (
        more for more in product(range(most + 1), repeat=3)
        if sum(more) < (hired if whole["met"] else most)
    )  # fmt: skip
    assert not any(fair([h + m for h, m in zip(have, more, strict=True)]) for more in ways)


def test_areas_of_a_level_only():
    """Between the two counties; the district may have what it likes."""
    stock = {("A", "physicians"): 4, ("B", "physicians"): 0, ("C", "physicians"): 90}
    region = small_region(people=[1000] * 3, units=UNITS, stock=stock, costs={"physicians": 1})
    made = rule("fairness", id="X", resources=["physicians"], measure="range", number=1,
                level=["county"])  # fmt: skip
    plan = planned(region, made)
    assert amounts(plan, "physicians") == {"R": 97, "A": 4, "B": 3, "C": 90}
    assert "lowest: unit B 3; highest: unit A 4 per 1,000" in line(plan, "X").note


def test_resources_count_together_and_groups_by_their_people():
    """Public and private beds for 200 and 400 of 60 and older: 2 per 100 in each."""
    groups = {"age60": {"A": 200, "B": 400}}
    stock = {("A", "public_beds"): 1, ("A", "private_beds"): 3, ("B", "public_beds"): 2,
             ("B", "private_beds"): 0}  # fmt: skip
    region = small_region(people=[900, 900], groups=groups, stock=stock, costs={"public_beds": 1})
    made = rule("fairness", id="X", resources=["public_beds", "private_beds"], measure="worst",
                number=2, per=100, group="age60")  # fmt: skip
    plan = planned(region, made)
    beds = [amounts(plan, r) for r in ("public_beds", "private_beds")]
    assert [sum(b[u] for b in beds) for u in "AB"] == [4, 8]


def test_a_group_that_nobody_counted_is_not_evaluated():
    """The line names what is missing."""
    region = small_region(groups={"age60": {}}, stock={("R", "physicians"): 4})
    made = rule("fairness", id="X", resources=["physicians"], measure="gini", number="0.1",
                group="age60")  # fmt: skip
    whole = line(planned(region, made), "X")
    assert not whole.evaluated
    assert "age60" in whole.note


def test_what_gives_way_is_explained_and_has_no_price():
    """Nobody may be hired: the clash names the rule and the limit."""
    stock = {("A", "physicians"): 6, ("B", "physicians"): 0}
    region = small_region(people=[1000, 1000], stock=stock, costs={"physicians": 1})
    made = rule("fairness", id="X", resources=["physicians"], measure="range", number=2)
    plan = planned(region, made, assume={"staff_inflow_cap": 1.0})
    physicians = "physicians (licensed and assistant)"
    assert set(plan.conflicts["member"]) == {
        "X", f"{physicians} can grow by 1", f"{physicians} that exist stay",
    }  # fmt: skip
    assert "X" not in set(plan.marginals["asked"])
    assert line(plan, "X").slack == pytest.approx(-3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"measure": "gini", "number": 1}, "below 1"),
        ({"pool": True, "level": ["county"]}, "no pool"),
        ({"number": 0}, "must be > 0"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, words):
    """A Gini of 1, areas that count together, a ceiling that whole numbers never meet."""
    made = {
        "id": "X", "kind": "fairness", "strength": "must", "clause": "c", "line": 1,
        "meaning": "m", "resources": ["physicians"], "measure": "range", "number": 2, **changes,
    }  # fmt: skip
    with pytest.raises(PolicyError, match=words):
        make_policy("p", "P", [made])


def test_its_figure_in_words():
    """As `policy show` prints it."""
    gini = rule("fairness", resources=["public_beds"], measure="gini", number="0.1")
    assert figure_of(gini).text == "<= 0.1 Gini coefficient of public beds per head"
    worst = rule("fairness", resources=["public_beds"], measure="worst", number="2.45")
    assert figure_of(worst).text == ">= 2.45 lowest rate of public beds per 1,000 residents"

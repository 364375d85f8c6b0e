"""What the planner wants, once the rules are served."""

from itertools import combinations

import pytest
from builders import rule, site, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import EMS, amounts, line, open_ids, planned
from planning_oracles import READINGS, cells_of, choices, reaches
from strategies import few, regions

from allocator.errors import PolicyError
from allocator.planning.objectives import Objective

NEAR = rule("coverage", id="C", sites=EMS, within_km=1, strength="wish")
ANY = rule("count", id="N", sites=EMS, number=0)


def spread(**more):
    """Six cells 1 km apart, a candidate station at 10 in each."""
    return small_region(
        people=[1000, 100, 900, 400, 800, 500], x_km=range(6), y_km=[0] * 6, urban=[True] * 6,
        sites=[site(f"s{k}", x_km=k, y_km=0, status="candidate") for k in range(6)],
        costs={"ems_station": 10}, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("minimise", "maximise", "budget", "said"),
    [("cost", "coverage", 1.0, "not both"), ("coverage", None, 1.0, "minimise must be one of"),
     (None, "cost", 1.0, "maximise must be one of"), ("travel", None, None, "needs a budget"),
     (None, "coverage", None, "needs a budget"), (None, None, -1.0, "budget must be >= 0"),
     (None, None, float("nan"), "budget must be >= 0")],
)  # fmt: skip
def test_wishes_that_make_no_sense_are_refused(minimise, maximise, budget, said):
    """Each wrong wish is told in the planner's words."""
    with pytest.raises(PolicyError, match=said):
        planned(spread(), ANY, minimise=minimise, maximise=maximise, budget=budget)


def test_all_problems_of_a_wish_come_at_once():
    """Two objectives and a negative budget are two problems in one error."""
    with pytest.raises(PolicyError) as error:
        Objective.of("cost", "coverage", -5.0)
    assert len(error.value.problems) == 2


def test_cost_is_the_default():
    """Without a word cost is minimised, and the plan says so."""
    plan = planned(spread(), ANY)
    assert plan.objective == "minimise cost"
    assert plan.objective_unit == "CNY"


def test_a_budget_in_the_policy_is_enough_for_coverage():
    """A budget stated by a rule bounds what is opened: no other is needed."""
    money = rule("budget", id="money", amount=20)
    assert len(open_ids(planned(spread(), NEAR, money, maximise="coverage"))) == 2


@pytest.mark.parametrize("p", [0, 1, 2])
def test_most_coverage_for_the_money_equals_every_choice(p):
    """With money for p stations, the people left out are the fewest over every choice of p."""
    region = spread()
    places = [s for _, s in region.sites.table.iterrows()]
    cells = cells_of(region, "total", None)

    def left_out(chosen):
        return sum(
            c["people"]
            for c in cells
            if not any(reaches(region, NEAR, c, s, READINGS) for s in chosen)
        )

    best = min(left_out(chosen) for chosen in combinations(places, p))
    plan = planned(region, NEAR, maximise="coverage", budget=10.0 * p)
    assert plan.objective_value == pytest.approx(best)
    assert line(plan, "C").achieved == 3700 - best
    assert plan.objective_unit == "people not covered"


def test_change_counts_sites_beds_posts_and_vehicles():
    """Two stations opened, one closed, three beds added and two given up: eight changes."""
    sites = [
        site("a", x_km=0.5), site("b", x_km=1.5),
        *(site(f"n{k}", x_km=k + 0.5, y_km=1.5, status="candidate") for k in range(2)),
    ]  # fmt: skip
    region = small_region(
        sites=sites,
        stock={("A", "public_beds"): 6, ("B", "public_beds"): 0},
        costs={"ems_station": 100},
    )
    rules = [
        rule("count", id="one", sites=EMS, number=1, sense="<=", level=["district"]),
        rule("count", id="two", sites=EMS, number=2, level=["county"]),
        rule(
            "quota",
            id="cap",
            resources=["public_beds"],
            number="4/3",
            sense="<=",
            level=["district"],
        ),
        rule("quota", id="floor", resources=["public_beds"], number="2.1", level=["county"]),
    ]
    plan = planned(region, *rules, minimise="change")
    assert amounts(plan, "public_beds") == {"R": 7, "A": 4, "B": 3}
    assert plan.objective_value == 8


def test_least_change_prefers_the_nearer_way_though_it_costs_more():
    """Either one dear station or three cheap ones: change takes the one, cost the three."""
    region = small_region(
        people=[1000] * 3, x_km=[0, 3, 6], y_km=[0] * 3, urban=[True] * 3,
        sites=[site("dear", x_km=3, y_km=0, status="candidate", opening_cost=100),
               *(site(f"s{k}", "health_station", 3 * k, 0, status="candidate", opening_cost=10)
                 for k in range(3))],
    )  # fmt: skip
    branches = [
        rule("count", id="one", sites=EMS, number=1).model_dump(exclude_none=True),
        rule("count", id="three", sites={"kinds": ["health_station"]}, number=3).model_dump(
            exclude_none=True
        ),
    ]
    either = rule("either_or", id="E", branches=branches)
    assert open_ids(planned(region, either, minimise="change")) == {"dear"}
    assert open_ids(planned(region, either)) == {"s0", "s1", "s2"}


def test_of_equally_good_plans_the_cheaper_one_is_taken():
    """Where coverage is the wish, what is covered anyway is covered at least cost."""
    region = small_region(
        people=[1000], x_km=[0], y_km=[0], urban=[True],
        sites=[site("dear", x_km=0, y_km=0, status="candidate", opening_cost=9),
               site("cheap", x_km=0.1, y_km=0, status="candidate", opening_cost=4)],
    )  # fmt: skip
    plan = planned(region, NEAR, maximise="coverage", budget=50.0)
    assert open_ids(plan) == {"cheap"}


def test_the_worst_served_county_is_lifted():
    """12 beds and 1 per 300 people asked for: A gets 8.18 and B 3.82 by people, so 8 and 4."""
    cap = rule("total", id="cap", resources=["public_beds"], number=12, sense="<=")
    full = rule("quota", id="full", resources=["public_beds"], number=1, per=300, strength="wish")
    plan = planned(small_region(), cap, full, maximise="worst_county")
    found = amounts(plan, "public_beds")
    # Full rates are 10 and 4.67: 8 of 10 and 4 of 4.67 leave A the worst, at 0.8.
    assert (found["A"], found["B"]) == (8, 4)
    assert plan.objective_value == pytest.approx(0.2)
    best = max(min(a / 10, (12 - a) / (1400 / 300)) for a in range(13))
    assert 1 - plan.objective_value == pytest.approx(best)


def test_the_worst_covered_county_comes_first():
    """One station: most people live in A, but B would have nobody covered, and A has one."""
    region = small_region(
        people=[1000, 2000, 300], x_km=[0, 5, 10], y_km=[0] * 3, urban=[True] * 3,
        cell_units=["A", "A", "B"],
        sites=[site("a", x_km=0, y_km=0), site("more", x_km=5, y_km=0, status="candidate"),
               site("b", x_km=10, y_km=0, status="candidate")],
        costs={"ems_station": 10},
    )  # fmt: skip
    wish = rule("coverage", id="C", sites=EMS, within_km=1, strength="info")
    goal = rule("coverage", id="G", sites=EMS, within_km=1, share="0.01", strength="wish")
    fair = planned(region, goal, wish, maximise="worst_county", budget=10.0)
    assert open_ids(fair) == {"a", "b"}
    most = planned(region, goal, wish, maximise="coverage", budget=10.0)
    assert open_ids(most) == {"a", "more"}


@few
@given(region=regions(max_sites=4), budget=st.integers(0, 40), km=st.sampled_from([1, 2]))
def test_coverage_for_money_on_random_regions_equals_every_choice(region, budget, km):
    """The fewest people left out over every choice of sites that the budget pays for."""
    from planning_oracles import site_cost

    asked = rule("coverage", id="C", sites=EMS, within_km=km, share="0.01", strength="wish")
    rows = [s for _, s in region.sites.table.iterrows()]
    cells = cells_of(region, "total", None)
    paid = []
    for opened in choices(region, [asked]):
        names = {s.name for s in opened}
        if sum(site_cost(region, s, s.name in names) for s in rows) <= budget + 1e-9:
            paid.append(
                sum(
                    c["people"]
                    for c in cells
                    if not any(reaches(region, asked, c, s, READINGS) for s in opened)
                )
            )
    if not paid:
        return
    plan = planned(region, asked, maximise="coverage", budget=float(budget))
    assert plan.objective_value == pytest.approx(min(paid), rel=1e-4, abs=1e-6)

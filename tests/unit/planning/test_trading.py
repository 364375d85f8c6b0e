"""Plans at the edge: rules held at their best, aims in turn, limits that no plan passes."""

import pytest
from builders import rule, site, small_policy, small_region
from planned import amount, open_ids

from allocator.assumptions import Assumptions
from allocator.errors import InfeasibleError
from allocator.lp.solvers import SolverSettings
from allocator.planning.aims import amount as number_of
from allocator.planning.aims import change, money, not_covered
from allocator.planning.pulled_block import Limit
from allocator.planning.trading import Trader

EMS, POSTS = {"kinds": ["ems_station"]}, {"kinds": ["health_station"]}
COVERAGE = rule("coverage", id="COV", sites=EMS, within_km=0.9, strength="info")
SITES = [
    *(site(f"e{i}", x_km=0.5 + i % 4, y_km=0.5 + i // 4, opening_cost=100.0,
           status="existing" if i == 0 else "candidate") for i in range(8)),
    site("h1", "health_station", x_km=1.5, status="candidate", opening_cost=40.0),
    site("h2", "health_station", x_km=2.5, status="candidate", opening_cost=30.0),
]  # fmt: skip


def trader(*rules, region=None, **more):
    """A trader that decides ambulance stations together with beds, staff and vehicles."""
    region = region or small_region(sites=SITES)
    return Trader(
        region, small_policy(COVERAGE, *rules), Assumptions(), None, SolverSettings(),
        rules_of=(COVERAGE,), **more,
    )  # fmt: skip


def pulled(made, aims, limits=()):
    """The plan, the first aim's name as what is said of it."""
    return made.pulled(aims, list(limits), said=aims[0].name, unit="people")


def test_aims_are_served_in_turn():
    """Most people first, then least money; the other way round nothing is opened."""
    made = trader()
    made.rules_first()
    people, cost = not_covered([COVERAGE]), money()
    most = pulled(made, [people, cost])
    assert most.values == pytest.approx((0.0, 700.0))
    assert [r.tier for r in most.records] == ["not covered", "cost"]
    assert most.plan.objective == "not covered"
    least = pulled(made, [cost, people])
    assert least.values == pytest.approx((0.0, 3500.0))
    assert open_ids(least.plan) == {"e0"}


def test_a_limit_holds_and_an_impossible_one_is_infeasible():
    """300 of money are three stations; nobody is covered with less than nothing."""
    made = trader()
    made.rules_first()
    within = pulled(made, [not_covered([COVERAGE])], [Limit(money(), 300.0)])
    assert within.values[0] == pytest.approx(4400 - 900 - 800 - 700 - 600)
    with pytest.raises(InfeasibleError):
        pulled(made, [money()], [Limit(not_covered([COVERAGE]), -1.0)])


def test_rules_are_missed_by_no_more_than_at_best():
    """Two rules that cannot both hold: the aim may not buy itself room from them."""
    stock = {("A", "public_beds"): 10, ("B", "public_beds"): 10}
    region = small_region(sites=SITES, stock=stock)
    few = rule("total", id="FEW", resources=["public_beds"], sense="<=", number=15)
    free = trader(few, region=region)
    first = free.rules_first()
    assert free.held["must"] >= 0
    beds = number_of(["public_beds"])
    assert pulled(free, [beds]).values[0] == amount(first.plan, "public_beds")
    kept = rule("total", id="MORE", resources=["public_beds"], number=30, strength="target")
    both = trader(few, kept, region=region)
    both.rules_first()
    assert both.held["target"] > 0
    assert pulled(both, [change()]).plan.tiers["tier"].tolist().count("must") == 1


def test_networks_of_no_aim_are_placed_before():
    """A clinic that must open is the cheaper one, whatever the aim."""
    clinic = rule("count", id="ONE", sites=POSTS, number=1)
    made = trader(clinic)
    made.rules_first()
    assert made.placed_before == ["health station"]
    for aims in ([not_covered([COVERAGE])], [money()]):
        assert "h2" in open_ids(pulled(made, aims).plan)


def test_a_budget_that_holds_couples_everything():
    """Then nothing is placed before."""
    clinic = rule("count", id="ONE", sites=POSTS, number=1)
    made = trader(clinic, rule("budget", id="MONEY", amount=130))
    made.rules_first()
    assert made.placed_before == []
    found = pulled(made, [not_covered([COVERAGE])])
    assert found.plan.provenance["cost"] == 130
    assert open_ids(found.plan) == {"e0", "e1", "h2"}

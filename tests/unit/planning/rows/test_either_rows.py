"""A or B: the branch taken is one that holds, and the cheaper of them."""

import pytest
from builders import rule, site, small_region
from planned import EMS, amount, line, misses, open_ids, planned
from strategies import PRICES, UNITS

from allocator.errors import PolicyError

NEAR = rule("coverage", id="near", sites=EMS, within_km=1)
EACH = rule("count", id="each", sites=EMS, number=1, level=["district", "county"])


def either(*branches, **more):
    fields = [b.model_dump(exclude_none=True) for b in branches]
    return rule("either_or", id="E", branches=fields, **more)


def region(*, cells=(1000, 1000, 1000, 1000), places=(0, 1, 2, 3), apart_km=3, **more):
    """Cells some km apart, the first half in A; a candidate station in each."""
    n = len(cells)
    x = [apart_km * k for k in range(n)]
    return small_region(
        people=cells, x_km=x, y_km=[0] * n, urban=[True] * n,
        sites=[site(f"s{k}", x_km=x[k], y_km=0, status="candidate") for k in places],
        costs={"ems_station": 10}, **more,
    )  # fmt: skip


def taken(plan, branch):
    return line(plan, branch).branch == "taken"


def test_the_cheaper_branch_is_taken():
    """A station in each of two units costs 20; one near everybody would cost 40."""
    plan = planned(region(), either(NEAR, EACH))
    assert len(open_ids(plan)) == 2
    assert plan.objective_value == 20
    assert line(plan, "E").met
    assert taken(plan, "each")
    assert not taken(plan, "near")


def test_the_cheaper_branch_may_be_the_other_one():
    """Where one site is near everybody the coverage branch costs half."""
    plan = planned(region(apart_km=0.3), either(NEAR, EACH))
    assert len(open_ids(plan)) == 1
    assert taken(plan, "near")


def test_the_branch_that_can_hold_is_taken_though_it_costs_more():
    """No place in B: one per unit cannot hold, so everybody in reach it is, at 20."""
    small = region(cells=(1000, 1000), places=(0, 1), apart_km=0.9)
    only_a = small_region(
        people=[1000, 1000], x_km=[0, 3], y_km=[0, 0], urban=[True] * 2, costs={"ems_station": 10},
        sites=[site("s0", x_km=0, y_km=0, status="candidate"),
               site("s1", x_km=2.2, y_km=0, status="candidate", unit="A")],
    )  # fmt: skip
    plan = planned(only_a, either(NEAR, EACH))
    assert open_ids(plan) == {"s0", "s1"}
    assert line(plan, "E").met
    assert len(open_ids(planned(small, either(NEAR, EACH)))) == 1


def test_where_no_branch_can_hold_the_nearest_miss_is_what_is_counted():
    """Nobody in B can be reached: half the people, or one of two units; the miss is the least."""
    plan = planned(region(places=(0, 1)), either(NEAR, EACH))
    assert not line(plan, "E").met
    # Half of the people (0.5) against one unit of which all is lacking (1).
    assert misses(plan)[0] == pytest.approx(0.5)


def test_a_branch_must_hold_for_everybody_to_be_taken():
    """A thin cell out of reach: 'everybody' fails as written, so one per unit is taken."""
    thin = region(cells=(1000, 1000, 1000, 200), places=(0, 1, 2), apart_km=3)
    plan = planned(thin, either(NEAR, EACH))
    assert taken(plan, "each")
    assert line(plan, "E").met
    assert len(open_ids(plan)) == 2


def test_each_unit_may_choose_for_itself():
    """A is compact and takes coverage with one site; B has one street and takes that."""
    units = {
        "R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "a1": ("street", "A"),
        "a2": ("street", "A"), "b1": ("street", "B"),
    }  # fmt: skip
    made = small_region(
        people=[1000] * 6, x_km=[0, 0.5, 1, 20, 23, 26], y_km=[0] * 6, urban=[True] * 6,
        cell_units=["a1", "a2", "a2", "b1", "b1", "b1"], units=units, costs={"ems_station": 10},
        sites=[site(f"s{k}", x_km=x, y_km=0, status="candidate")
               for k, x in enumerate((0, 0.5, 1, 20, 23, 26))],
    )  # fmt: skip
    streets = rule("count", id="each", sites=EMS, number=1, level=["street"])
    per_unit = planned(made, either(NEAR, streets), assume={"either_or_per": "unit"})
    assert per_unit.objective_value == 20
    assert line(per_unit, "E", "A").met
    assert line(per_unit, "E", "B").met
    whole = planned(made, either(NEAR, streets))
    assert whole.objective_value == 30


def test_a_branch_that_says_nothing_of_a_unit_cannot_be_chosen_there():
    """B has no street, so 'one per street' is no choice in B: it takes coverage."""
    units = {
        "R": ("city", ""),
        "A": ("county", "R"),
        "B": ("county", "R"),
        "a1": ("street", "A"),
        "b1": ("town", "B"),
    }
    made = small_region(
        people=[1000, 1000], x_km=[0, 5], y_km=[0, 0], urban=[True] * 2, units=units,
        sites=[site("a", x_km=0, y_km=0, status="candidate"),
               site("b", x_km=5, y_km=0, status="candidate")],
        costs={"ems_station": 10},
    )  # fmt: skip
    streets = rule("count", id="each", sites=EMS, number=1, level=["street"])
    plan = planned(made, either(NEAR, streets), assume={"either_or_per": "unit"})
    assert open_ids(plan) == {"a", "b"}
    assert line(plan, "E").met


@pytest.mark.parametrize(
    "whole", [rule("count", id="c", sites=EMS, number=1), rule("forced_site", id="c", site="s0")]
)
def test_a_rule_on_the_whole_region_is_no_unit_s_own_choice(whole):
    """One station for the whole region is cheap, but no unit can choose it for itself."""
    plan = planned(region(), either(whole, NEAR), assume={"either_or_per": "unit"})
    assert len(open_ids(plan)) == 4
    assert line(plan, "E").met
    assert len(open_ids(planned(region(), either(whole, NEAR)))) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_a_branch_that_cannot_be_asked_is_not_free(order):
    """The region has no schools: 'a school or a station' opens the station."""
    school = rule("count", id="school", sites={"kinds": ["school"]}, number=1)
    station = rule("count", id="station", sites=EMS, number=1)
    plan = planned(region(), either(*[school, station][::order]))
    assert len(open_ids(plan)) == 1
    assert line(plan, "E").met
    assert taken(plan, "station")


def test_branches_that_all_cannot_be_asked_leave_the_rule_unevaluated():
    """Neither schools nor clinics: no miss, and the rule is reported as not evaluated."""
    branches = [
        rule("count", id=kind, sites={"kinds": [kind]}, number=1)
        for kind in ("school", "village_clinic")
    ]
    plan = planned(region(), either(*branches))
    assert not line(plan, "E").evaluated
    assert misses(plan) == (0, 0, 0)


def test_stock_branches_choose_the_cheaper_resource():
    """900 infectious beds or 2 per 1,000 residents of private ones: 8 cheap ones are taken."""
    made = small_region(
        stock={("R", "public_beds"): 0, ("R", "private_beds"): 0},
        costs={"public_beds": 5, "private_beds": 4},
    )
    public = rule("total", id="public", resources=["public_beds"], number=9)
    private = rule("quota", id="private", resources=["private_beds"], number=2)
    plan = planned(made, either(public, private))
    assert (amount(plan, "public_beds"), amount(plan, "private_beds")) == (0, 9)
    assert plan.objective_value == 36
    dearer = planned(
        made, either(public, rule("quota", id="private", resources=["private_beds"], number=3))
    )
    assert amount(dearer, "public_beds") == 9


def test_a_branch_not_taken_leaves_no_trace():
    """5,000 beds and no staff: the branch of ratios is off by thousands, and costs nothing."""
    made = small_region(stock={("R", "physicians"): 0}, costs={"physicians": 1})
    rules = [
        rule("total", id="T", resources=["public_beds"], number=5000, sense="=="),
        either(
            rule("ratio", id="staff", number="0.5",
                 pairs=[{"resource": "physicians", "base": "public_beds"}]),
            rule("share", id="rehab", part="rehab_beds", whole="public_beds", number="0.9"),
        ),
    ]  # fmt: skip
    plan = planned(made, *rules, assume={"staff_inflow_cap": 0.0})
    assert misses(plan) == (0, 0, 0)
    assert amount(plan, "physicians") == 0
    assert amount(plan, "rehab_beds") == 4500
    assert line(plan, "E").met


def test_branches_of_both_sorts_are_refused():
    """A branch of sites and a branch of beds cannot be weighed in one block: a clear error."""
    beds = rule("total", id="beds", resources=["public_beds"], number=9)
    with pytest.raises(PolicyError, match="rule E: branches must all speak of sites"):
        planned(region(), either(EACH, beds))


def test_a_branch_that_is_taken_holds_to_the_last_vehicle():
    """A station needs an ambulance, 40 % of one are one: a millionth of a yes is no yes."""
    made = small_region(
        people=[299, 2, 299], x_km=[1.5, 5.5, 3.5], y_km=[2, 2, 0], urban=[False, True, True],
        units=UNITS, costs=PRICES, sites=[site("s1", x_km=3.6, y_km=0)],
        stock={("A", "public_beds"): 12, ("B", "public_beds"): 4, ("C", "public_beds"): 1},
    )  # fmt: skip
    branches = either(
        rule("total", id="b0", resources=["public_beds"], number=28),
        rule("share", id="b1", number="0.4", part="negative_pressure_ambulances",
             whole="ambulances"),
        rule("quota", id="b2", resources=["ambulances"], number="2.45"),
        strength="target",
    )  # fmt: skip
    stated = rule("parameter", id="p", number=9000, strength="info")
    plan = planned(made, stated, branches, assume={"cost_years": 3.0})
    assert line(plan, "E").met
    assert amount(plan, "negative_pressure_ambulances") == 1


def test_what_is_asked_of_the_region_is_asked_of_a_unit_that_chooses_for_itself():
    """1 public bed per 1,000, or 1 private bed: A takes the private one, B its two public ones."""
    made = small_region(
        stock={("A", "public_beds"): 0, ("B", "public_beds"): 2, ("R", "private_beds"): 0},
        costs={"public_beds": 1, "private_beds": 2},
    )
    branches = either(
        rule("quota", id="public", resources=["public_beds"], number=1),
        rule("total", id="private", resources=["private_beds"], number=1),
    )
    plan = planned(made, branches, assume={"either_or_per": "unit"})
    assert (amount(plan, "public_beds", "A"), amount(plan, "public_beds", "B")) == (0, 2)
    assert amount(plan, "private_beds", "A") == 1
    assert plan.objective_value == 2
    assert line(plan, "E", "A").met
    assert line(plan, "E", "B").met
    assert line(plan, "public", "A").required == 3

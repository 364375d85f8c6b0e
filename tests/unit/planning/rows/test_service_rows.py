"""What staff can take on of a demand: in their own unit, and no more than there is."""

import pytest
from builders import rule, small_region
from planned import amounts, line, misses, planned

VISITS = {"visits_per_physician": 100.0}


def taken_on(share, **more):
    fields = {"demand": "visits", "by": "physicians", "capacity": "visits_per_physician"}
    return rule("service", id="S", share=share, **{**fields, **more})


def region(visits, physicians, **more):
    """Visits and physicians of A and B, or of the region where one number is given."""
    stock = {}
    for resource, number in (("visits", visits), ("physicians", physicians)):
        where = {"R": number} if isinstance(number, int) else dict(zip("AB", number, strict=True))
        stock |= {(unit, resource): n for unit, n in where.items()}
    return small_region(stock=stock, costs={"physicians": 7}, **more)


@pytest.mark.parametrize(("share", "needed"), [("0.5", 5), ("0.51", 6), (1, 10), ("0.001", 1)])
def test_as_many_are_hired_as_the_share_of_the_demand_needs(share, needed):
    """1,000 visits at 100 each: half of them need five, 51 % six; the price is theirs."""
    plan = planned(region([400, 600], [0, 0]), taken_on(share), assume=VISITS)
    assert amounts(plan, "physicians")["R"] == needed
    assert plan.objective_value == 7 * needed
    assert line(plan, "S")["met"]


def test_who_has_nothing_to_do_helps_no_other_unit():
    """Ten physicians of A have 300 visits there: B needs its own seven."""
    plan = planned(region([300, 700], [10, 0]), taken_on(1), assume=VISITS)
    assert amounts(plan, "physicians") == {"R": 17, "A": 10, "B": 7}
    found = line(plan, "S")
    assert (found["required"], found["achieved"], found["basis"]) == (1000, 1000, "assumed")
    assert found["measure"] == "visits a year"


def test_a_level_asks_it_of_every_unit_apart():
    """Half of the demand of each unit, though A alone could take on half of all."""
    plan = planned(
        region([1000, 200], [10, 0]), taken_on("0.5", level=["district", "county"]), assume=VISITS
    )
    assert amounts(plan, "physicians") == {"R": 11, "A": 10, "B": 1}
    assert line(plan, "S", "B")["required"] == 100


def test_a_demand_known_for_the_region_is_shared_by_residents():
    """1,000 visits of 4,400 residents: A, with 3,000 of them, has 682."""
    plan = planned(region(1000, 0), taken_on(1), assume=VISITS)
    assert amounts(plan, "visits") == {"R": 1000, "A": 682, "B": 318}
    assert amounts(plan, "physicians") == {"R": 11, "A": 7, "B": 4}


def test_people_of_a_group_are_a_demand_too():
    """The 65+ of A and B, 420 and 196, at 300 for each physician: two and one."""
    asked = taken_on(1, demand=None, group="age65", capacity="elderly_per_physician")
    plan = planned(region([0, 0], [0, 0]), asked)
    assert amounts(plan, "physicians") == {"R": 3, "A": 2, "B": 1}
    assert (line(plan, "S")["measure"], line(plan, "S")["required"]) == ("people", 616)


def test_too_few_are_missed_in_units_of_the_demand():
    """Three hires of ten that are needed: 700 visits of 1,000 are not taken on."""
    plan = planned(
        region([400, 600], [0, 0]), taken_on(1), assume={**VISITS, "staff_inflow_cap": 3.0}
    )
    assert misses(plan)[0] == pytest.approx(0.7)
    assert line(plan, "S")["slack"] == -700


def test_without_a_figure_of_the_demand_nothing_is_planned():
    """The line names the file and the figure; nobody is hired for it."""
    bare = small_region(stock={("A", "physicians"): 1, ("B", "physicians"): 1})
    found = line(planned(bare, taken_on(1)), "S")
    assert (found["evaluated"], found["note"]) == (False, "stock.csv has no 'visits'")
    aged = small_region(groups={"age65": {"A": 100}})
    asked = taken_on(1, demand=None, group="age65", capacity="elderly_per_physician")
    plan = planned(aged, asked, rule("quota", id="Q", resources=["nurses"], number=1))
    assert "age65" in line(plan, "S")["note"]
    assert "physicians" not in set(plan.units["resource"])


def test_more_visits_raise_what_is_required():
    """20 % more of the modelled demand: 20 % more is asked for."""
    few, many = (
        line(planned(region([n, n], [1, 1]), taken_on(1), assume=VISITS), "S") for n in (500, 600)
    )
    assert (few["required"], many["required"]) == (1000, 1200)
    assert many["achieved"] > few["achieved"]


def test_visits_grow_with_the_residents_of_the_plan():
    """4,400 people of today make 880 visits; 5,500 planned for make 1,100, and need 11."""
    plan = planned(region([600, 280], [0, 0]), taken_on(1), assume={**VISITS, "population": 5500.0})
    assert amounts(plan, "visits") == {"R": 1100, "A": 750, "B": 350}
    assert amounts(plan, "physicians")["R"] == 12
    visits = plan.units[(plan.units["resource"] == "visits") & (plan.units["unit"] == "R")]
    assert visits["have"].iloc[0] == 880
    assert line(plan, "S")["required"] == 1100


def test_tens_of_millions_of_visits_are_no_less_than_a_few():
    """23,000 physicians for 65 % of 92 million visits; a tenth fewer miss a tenth of them."""
    million = 10**6
    big = region([60 * million, 32 * million], [0, 0])
    plan = planned(big, taken_on("0.65", strength="target"))
    assert amounts(plan, "physicians")["R"] == 23_000
    assert line(plan, "S")["met"]
    fewer = planned(big, taken_on("0.65", strength="target"), assume={"staff_inflow_cap": 20_700.0})
    assert misses(fewer)[1] == pytest.approx(0.1)
    assert amounts(fewer, "physicians")["R"] == 20_700

"""The worked example of Jiaxing 2025: every county's figures, both ways of rounding, by hand.

5.80 million residents split by the people of the counties at the end of 2021 (in 10,000: Haining
109.94, Tongxiang 104.99, Nanhu 86.27, Xiuzhou 69.57, Pinghu 68.35, Jiashan 65.90, Haiyan 46.57),
the rates of the document, and the rules of the pack on the region as it is shipped.
"""

from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import pandas as pd
import pytest
from builders import rule, site, small_region
from planned import amount, amounts, line, planned

from allocator.assumptions import Assumptions
from allocator.planning.optimisation import plan
from allocator.policy.policies import read_policy
from allocator.region.ground import Region
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import load

DATA = Path(__file__).parents[2] / "data"
CITY = "3304"
ONE_COUNTY = {"R": ("city", ""), "A": ("county", "R")}
COUNTIES = {
    "330481": "Haining", "330483": "Tongxiang", "330402": "Nanhu", "330411": "Xiuzhou",
    "330482": "Pinghu", "330421": "Jiashan", "330424": "Haiyan",
}  # fmt: skip
# Rounded up county by county; the sum of the ceilings; the ceiling of the total.
CEILINGS = {
    "J058": ([39, 37, 31, 25, 24, 24, 17], 197, 194),
    "J059": ([16, 15, 13, 10, 10, 10, 7], 81, 78),
    "J031": ([6648, 6348, 5217, 4207, 4133, 3985, 2816], 33_354, 33_350),
    "J035": ([2081, 1988, 1633, 1317, 1294, 1248, 882], 10_443, 10_440),
    "J041": ([5203, 4968, 4083, 3292, 3235, 3119, 2204], 26_104, 26_100),
    "J043": ([6035, 5763, 4736, 3819, 3752, 3618, 2557], 30_280, 30_276),
    "J071": ([174, 166, 137, 110, 108, 104, 74], 873, 870),
}
PEOPLE_10_000 = [115.60, 110.40, 90.71, 73.15, 71.87, 69.29, 48.97]
HAMILTON = [39, 37, 30, 25, 24, 23, 16]
OTHERS = {"J032": 1740, "J034": 4234, "J042": 3596, "J102": 26_680, "J046": 232, "J033": 6269}


@pytest.fixture(scope="module")
def shipped():
    """The region and the policy of ``data/jiaxing``."""
    return load(read_scenario(DATA / "jiaxing" / "scenario.toml"))[:2]


@pytest.fixture(scope="module")
def made(shipped):
    """Plan some rules of the pack on the region (or another) under some readings, once each."""
    found = {}

    def plan_of(*ids, region: Region | None = None, **readings):
        asked = (ids, id(region), tuple(readings.items()))
        if asked not in found:
            policy = replace(
                shipped[1], rules=tuple(r for r in shipped[1].rules if r.id in {"J001", *ids})
            )
            assert len(policy.rules) == len(ids) + 1
            found[asked] = plan(region or shipped[0], policy, assumptions=Assumptions(readings))
        return found[asked]

    return plan_of


def by_county(plan, rule, column):
    """A column of the rule's lines of the counties, in the order of the example."""
    return [line(plan, rule, county)[column] for county in COUNTIES]


def test_people_of_the_counties(made):
    """The forecast by the shares of the end of 2021, in units of 10,000."""
    people = amounts(made("J058"), "residents")
    assert people[CITY] == 5_800_000
    assert [round(people[u] / 10_000, 2) for u in COUNTIES] == PEOPLE_10_000


@pytest.mark.parametrize("rule", CEILINGS)
def test_ceilings_county_by_county_and_of_the_total(made, rule):
    """Every column of the table, its sum, and what the city alone asks for."""
    counties, summed, of_total = CEILINGS[rule]
    apart = made(*CEILINGS, rounding="per_unit")
    assert by_county(apart, rule, "required") == counties
    assert by_county(apart, rule, "achieved") == counties
    assert line(apart, rule).required == line(apart, rule).achieved == summed == sum(counties)
    together = made(*CEILINGS)
    assert line(together, rule).required == line(together, rule).achieved == of_total
    assert sum(by_county(together, rule, "achieved")) == of_total


def test_hamilton_gives_the_fleet_of_194_to_the_counties(made):
    """Largest remainders; no county's ceiling alone."""
    fleet = amounts(made("J058", apportionment="hamilton"), "ambulances")
    assert [fleet[u] for u in COUNTIES] == HAMILTON
    assert fleet[CITY] == sum(HAMILTON) == 194


def test_the_other_figures_of_the_city(made):
    """Rehabilitation, TCM, its physicians, places for children, psychiatrists, nursing from 60."""
    plan = made(*OTHERS)
    assert {rule: line(plan, rule).achieved for rule in OTHERS} == OTHERS
    floors = {rule: line(plan, rule).required for rule in OTHERS if rule != "J034"}
    assert floors == {rule: number for rule, number in OTHERS.items() if rule != "J034"}


@pytest.mark.parametrize(("shares", "beds"), [("end2021", 4562), ("census2020", 4563)])
def test_nursing_beds_from_65(made, shares, beds):
    """4,563 by the census that the ages are from; the shares of 2021 decide one bed."""
    plan = made("J033", elderly_age=65.0, population_shares=shares)
    assert line(plan, "J033").required == beds


def test_maternal_and_child_staff_of_the_city_as_a_whole(shipped):
    """1 to 1.5 per 10,000: 580 to 870; county by county the ends are rounded inwards."""
    [asked] = [r for r in shipped[1].rules if r.id == "J045"]
    people = small_region(people=[5_800_000], units=ONE_COUNTY)
    whole = line(planned(people, asked.model_copy(update={"level": ()})), "J045")
    assert (whole.required, whole.required_upper) == (580, 870)


def test_community_centres_of_the_urban_people(shipped):
    """71.9 % of 5.80 million in towns: one for 100,000 are 42, one for 30,000 are 139."""
    [either] = [r for r in shipped[1].rules if r.id == "J025"]
    [asked] = [b for b in either.branches if b.id == "J025.people"]
    urban = round(5_800_000 * Fraction("0.719"))
    region = small_region(
        people=[urban, 5_800_000 - urban], urban=[True, False],
        units=ONE_COUNTY,
        sites=[site(f"c{k}", "community_health_centre") for k in range(50)],
    )  # fmt: skip
    whole = line(planned(region, asked.model_copy(update={"level": ()})), "J025.people")
    assert (whole.required, whole.required_upper, whole.achieved) == (42, 139, 50)


def test_the_fleet_of_2020(made):
    """5.411 million residents: 181."""
    plan = made("J058", population=5_411_000.0)
    assert line(plan, "J058").required == line(plan, "J058").achieved == 181


@pytest.fixture
def counted(shipped):
    """The region with 400 infectious beds of today: what nobody counts has no price."""
    region = shipped[0]
    row = pd.DataFrame(
        [[CITY, "infectious_beds", 400.0, "assumed", "a test"]], columns=region.stock.table.columns
    )
    table = pd.concat([region.stock.table, row], ignore_index=True)
    return replace(region, stock=replace(region.stock, table=table))


def bind_at_900(plan, region):
    """900 and not 870 decide: one more by the rate is free, one more of the 900 is paid."""
    rate, floor = line(plan, "J071"), line(plan, "J072")
    assert (rate.required, floor.required) == (870, 900)
    assert rate.achieved == floor.achieved == 900
    assert (bool(rate.binding), bool(floor.binding)) == (False, True)
    assert rate.price == 0
    assert floor.price == pytest.approx(region.costs.of("infectious_beds"))


def test_900_infectious_beds_bind_and_the_rate_costs_nothing(made, counted):
    """Among the rules on public beds."""
    bind_at_900(made("J031", "J071", "J072", region=counted), counted)


@pytest.mark.slow
def test_900_infectious_beds_bind_in_the_whole_plan(shipped, counted):
    """Among all rules of the plan."""
    bind_at_900(plan(counted, shipped[1]), counted)


@pytest.mark.parametrize("people", [100_000, 100_000.0])
def test_2_45_times_100_is_245(people):
    """Not 246, as in binary fractions."""
    assert ceil(2.45 * 100) == 246
    region = small_region(people=[people], urban=[True], units=ONE_COUNTY)
    beds = planned(region, rule("quota", id="Y004", resources=["public_beds"], number="2.45"))
    assert line(beds, "Y004").required == amount(beds, "public_beds") == 245


def test_the_levels_of_yulin_make_4_90():
    """1.0 of the city, 2.45 of the counties and 1.45 private beds per 1,000."""
    rates = {r.id: r.number / r.per for r in read_policy("yulin-2020").rules if r.kind == "quota"}
    parts = [rates[name] for name in ("Y003", "Y004", "Y005")]
    assert [1000 * part for part in parts] == [1, Fraction("2.45"), Fraction("1.45")]
    assert 1000 * sum(parts) == Fraction("4.90")

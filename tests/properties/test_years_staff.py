"""Staff over several years: closed forms of what is missing, and who leaves for no reason."""

from fractions import Fraction
from typing import Any

from builders import rule, small_policy, small_region
from hypothesis import given
from hypothesis import strategies as st
from strategies import some

import allocator as al
from allocator.horizon import Years
from allocator.plans import Plan

FIRST = 2021
COUNTIES = {"R": ("city", ""), "A": ("district", "R")}
"""A city of one county: whole numbers are rounded in one place only."""


def _asks(resource: str, number: int, **more: Any) -> Any:
    """So many for the city's 1,000 people."""
    return rule("quota", id=resource, resources=[resource], number=number, per=1000, **more)


@some
@given(st.data())
def test_what_the_last_year_lacks_is_a_closed_form(data: st.DataObject) -> None:
    """K09: hires and money limit how many there are; the rule holds, or says by how much not."""
    start, more = data.draw(st.integers(0, 40)), data.draw(st.integers(0, 40))
    hires, count = data.draw(st.integers(0, 12)), data.draw(st.integers(1, 4))
    share = Fraction(data.draw(st.sampled_from(["0", "0.05", "0.5"])))
    price, budget = 3, data.draw(st.one_of(st.none(), st.integers(0, 90)))
    aim = start + more
    region = small_region(
        people=(600, 400), units=COUNTIES, stock={("A", "physicians"): start},
        costs={"physicians": price},
    )  # fmt: skip
    years = Years(
        FIRST, FIRST + count - 1, budget_per_year=budget,
        attrition={"physicians": float(share)}, hires_per_year=hires,
    )  # fmt: skip
    plan = al.plan(region, small_policy(_asks("physicians", aim)), years=years)
    line = plan.compliance.set_index(["rule", "area"]).loc[("physicians", "all")]
    # Posts beyond today's are paid every year: the money allows as many in the last as in any.
    most = aim if budget is None else min(aim, start + budget // price)
    there = start
    for _ in range(count):
        stays = there - int(share * there + Fraction(1, 2))
        there = max(stays, min(most, stays + hires))
    assert line["required"] == aim
    assert line["achieved"] == there
    assert line["met"] == (there >= aim)
    assert line["slack"] == there - aim


@some
@given(st.data())
def test_nobody_leaves_who_need_not(data: st.DataObject) -> None:
    """Of physicians' kinds none is given up for a year, whatever their own plan: see who left."""
    kinds = ("psychiatrists", "tcm_physicians", "primary_physicians")
    stock: dict[tuple[str, str], float] = {}
    doctors = {unit: data.draw(st.integers(4, 30)) for unit in ("A", "B")}
    for unit, number in doctors.items():
        stock[unit, "physicians"] = number
        stock |= {(unit, kind): data.draw(st.integers(0, number)) for kind in kinds}
    numbers = {resource: data.draw(st.integers(1, 9)) for resource in ("physicians", *kinds)}
    rules = [rule("quota", id=resource, resources=[resource], number=number, strength="target")
             for resource, number in numbers.items()]  # fmt: skip
    shares = [data.draw(st.sampled_from([0.0, 0.03, 0.2, 0.5])) for _ in ("outer", "inner")]
    outer, inner = min(shares), max(shares)
    years = Years(
        FIRST, FIRST + data.draw(st.integers(0, 3)),
        budget_per_year=data.draw(st.one_of(st.none(), st.integers(0, 50))),
        attrition={"physicians": outer} | dict.fromkeys(kinds, inner),
        hires_per_year=data.draw(st.one_of(st.none(), st.integers(0, 6))),
    )  # fmt: skip
    region = small_region(stock=stock, costs={"physicians": 2, "psychiatrists": 1})
    plan = al.plan(region, small_policy(*rules), years=years)
    rows = plan.years.set_index(["resource", "unit", "year"])
    for resource, unit, year in rows.index:
        if year < FIRST:
            continue
        before = int(rows.at[(resource, unit, year - 1), "stock"])
        share = Fraction(str(outer if resource == "physicians" else inner))
        assert rows.at[(resource, unit, year), "left"] == int(share * before + Fraction(1, 2))
        assert (
            rows.at[(resource, unit, year), "stock"] <= rows.at[("physicians", unit, year), "stock"]
        )


@some
@given(st.data())
def test_no_more_is_given_up_than_would_not_fit(data: st.DataObject) -> None:
    """Psychiatrists that nobody counted, among too few physicians: they fill what there is."""
    start, aim = data.draw(st.integers(0, 10)), data.draw(st.integers(11, 30))
    wanted, hires = data.draw(st.integers(1, aim)), data.draw(st.integers(0, 6))
    region = small_region(people=(600, 400), units=COUNTIES, stock={("A", "physicians"): start})
    policy = small_policy(_asks("physicians", aim), _asks("psychiatrists", wanted))
    years = Years(FIRST, FIRST + 2, attrition={"physicians": 0.1}, hires_per_year=hires)
    plan = al.plan(region, policy, years=years)
    there = _stock(plan, "physicians")
    assert _stock(plan, "psychiatrists") == [min(wanted, number) for number in there]


def _stock(plan: Plan, resource: str) -> list[float]:
    """By year, from the first."""
    rows = plan.years[(plan.years["resource"] == resource) & (plan.years["year"] >= FIRST)]
    return rows.sort_values("year")["stock"].tolist()

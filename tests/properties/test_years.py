"""Plans over several years: balance, money, the least shortfall, and more money never hurts."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from builders import rule, site, small_policy, small_region
from hypothesis import given
from hypothesis import strategies as st
from strategies import some
from years_oracle import Station, Stocked, least_shortfall

import allocator as al
from allocator.horizon import Years
from allocator.plans import Plan
from allocator.region.ground import Region

PRICES = {"ems_station": 9, "ambulances": 2, "public_beds": 3, "physicians": 4, "nurses": 1}
STAFF = ("physicians", "nurses")
FIRST = 2021


@st.composite
def regions(draw: Any) -> Region:
    places = [(0.5, 0.5), (2.5, 0.5), (0.5, 1.5), (3.5, 1.5)]
    sites = [
        site(f"s{k}", "ems_station", x, y, status="existing" if k == 0 else "candidate")
        for k, (x, y) in enumerate(places[: draw(st.integers(1, 4))])
    ]
    stock = {("A", "ambulances"): draw(st.integers(1, 2)), ("B", "ambulances"): 0}
    for resource in ("public_beds", *STAFF):
        if draw(st.booleans()):
            stock |= {(u, resource): draw(st.integers(0, 6)) for u in ("A", "B")}
        else:
            stock["R", resource] = draw(st.integers(0, 9))
    return small_region(sites=sites, stock=stock, costs=PRICES)


@st.composite
def policies(draw: Any, region: Region) -> Any:
    rules = [
        rule("quota", id=f"q_{resource}", resources=[resource], number=draw(st.integers(1, 4)))
        for resource in ("public_beds", *STAFF)
    ]
    stations = draw(st.integers(1, len(region.sites.table)))
    rules.append(rule("quota", id="q_cars", resources=["ambulances"], number=1))
    rules.append(rule("count", id="stations", sites={"kinds": ["ems_station"]}, number=stations))
    return small_policy(*rules)


@st.composite
def spans(draw: Any) -> Years:
    count = draw(st.integers(1, 3))
    amounts = st.integers(0, 60).map(float)
    budget = draw(st.one_of(st.none(), amounts, st.tuples(*[amounts] * count)))
    shares = st.sampled_from([0.0, 0.1, 0.25, 0.5])
    return Years(
        FIRST, FIRST + count - 1, budget_per_year=budget,
        attrition={r: draw(shares) for r in STAFF},
        hires_per_year=draw(st.one_of(st.none(), st.integers(0, 5))),
    )  # fmt: skip


@some
@given(st.data())
def test_the_last_year_lacks_as_little_as_can_be(data: st.DataObject) -> None:
    region = data.draw(regions())
    policy, years = data.draw(policies(region)), data.draw(spans())
    whole, plan = al.plan(region, policy), al.plan(region, policy, years=years)
    found = _least(whole, plan, years, worst=False)
    assert _said(plan, "must") == pytest.approx(found, abs=1e-6)
    if found < 1e-9:
        kept = plan.compliance[~plan.compliance["rule"].str.match("budget|PHYSICAL.years")]
        assert kept["met"].tolist() == whole.compliance["met"].tolist()
    _balances(plan, years)
    audited = al.audit(region, policy, plan)
    assert audited["met"].tolist() == plan.compliance["met"].tolist()


@some
@given(st.data())
def test_an_even_shortfall_spares_the_unit_that_lacks_most(data: st.DataObject) -> None:
    """First the worst units, then all together: in the tiers, and in the tables."""
    region = data.draw(regions())
    policy = data.draw(policies(region))
    years = replace(data.draw(spans()), shortfall="even")
    whole, plan = al.plan(region, policy), al.plan(region, policy, years=years)
    found = _least(whole, plan, years, worst=True)
    assert _said(plan, "must, worst unit") == pytest.approx(found, abs=1e-6)
    assert _lacking_in_worst_units(whole, plan, years) == pytest.approx(found, abs=1e-6)
    assert _said(plan, "must") >= _least(whole, plan, years, worst=False) - 1e-6
    assert al.audit(region, policy, plan)["met"].tolist() == plan.compliance["met"].tolist()


@some
@given(st.data())
def test_more_money_never_hurts(data: st.DataObject) -> None:
    region = data.draw(regions())
    policy = data.draw(policies(region))
    less = data.draw(st.integers(0, 40))
    more = less + data.draw(st.integers(1, 40))
    missing = [
        _said(al.plan(region, policy, years=Years(2021, 2023, budget_per_year=budget)), "must")
        for budget in (less, more)
    ]
    assert missing[1] <= missing[0] + 1e-6


def _said(plan: Plan, tier: str) -> float:
    records = plan.tiers[(plan.tiers["block"] == "years") & (plan.tiers["tier"] == tier)]
    return float(records["objective"].sum())


def _least(whole: Plan, plan: Plan, years: Years, *, worst: bool) -> float:
    """By the oracle."""
    budgets = [years.budget(y) for y in years.all] if years.budget_per_year is not None else None
    new = whole.facilities[whole.facilities["status"] == "new"]
    return least_shortfall(
        _stocked(whole, plan, years), [Station(u, 9.0) for u in new["unit"]], {"A": 1},
        budgets, years.hires("nurses"), len(years.all), worst=worst,
    )  # fmt: skip


def _lacking_in_worst_units(whole: Plan, plan: Plan, years: Years) -> float:
    """Counted from the tables: of each resource, and of the stations."""
    aims = whole.units.set_index(["resource", "unit"])["allocated"]
    last = plan.years[plan.years["year"] == years.last].set_index(["resource", "unit"])["stock"]
    total = 0.0
    for resource in PRICES:
        shares = [
            1 - last[resource, unit] / aim for unit in ("A", "B")
            if resource != "ems_station" and (aim := aims[resource, unit])
        ]  # fmt: skip
        total += max(shares, default=0.0)
    new = whole.facilities[whole.facilities["status"] == "new"]
    done = plan.facilities[plan.facilities["status"] == "new"]
    late = [1 - (done["unit"] == u).sum() / (new["unit"] == u).sum() for u in set(new["unit"])]
    return total + max(late, default=0.0)


def _stocked(whole: Plan, plan: Plan, years: Years) -> list[Stocked]:
    starts = plan.years[plan.years["year"] == years.first - 1].set_index(["resource", "unit"])
    aims = whole.units.set_index(["resource", "unit"])["allocated"]
    return [
        Stocked(
            r, u, int(starts.at[(r, u), "stock"]), int(aims[r, u]), PRICES[r],
            Fraction(str(years.attrition.get(r, 0))), r in STAFF,
        )
        for r in ("public_beds", "ambulances", *STAFF)
        for u in ("A", "B")
    ]  # fmt: skip


def _balances(plan: Plan, years: Years) -> None:
    """Recount stock and money from the table alone."""
    table = plan.years.set_index(["resource", "unit", "year"]).sort_index()
    for resource, unit in {key[:2] for key in table.index}:
        rows = table.loc[resource, unit]
        for year in years.all:
            before = rows.at[year - 1, "stock"]
            share = Fraction(str(years.attrition.get(resource, 0)))
            left = int(share * int(before) + Fraction(1, 2))
            assert rows.at[year, "left"] == left
            assert rows.at[year, "stock"] == before - left + rows.at[year, "added"]
    spent = plan.years.groupby("year")["spent"].sum()
    for year in years.all if years.budget_per_year is not None else ():
        assert spent[year] <= years.budget(year) + 1e-6

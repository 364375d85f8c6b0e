"""Every rule kind: a policy in which it binds by construction, and one in which it cannot hold.

A case draws a region and its rules so that the rule named ``X`` binds, whatever is drawn, and says
by arithmetic how much is missed once the rule is made impossible. A new rule kind needs a case.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any, get_args

import pytest
from builders import rule, site, small_policy, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import EMS, line, planned
from planning_oracles import READINGS, mean_response
from strategies import some

from allocator.auditing.compliance import audit
from allocator.policy.rules import Rule
from allocator.region.ground import Region

PRICES = {
    "ems_station": 10, "public_beds": 1, "physicians": 2, "ambulances": 5, "rehab_beds": 1,
    "negative_pressure_ambulances": 1,
}  # fmt: skip


@dataclass
class Example:
    """A region and rules; ``assume`` and ``wishes`` go to the plan.

    ``miss`` is the least violation in the rule's tier and ``slack`` what its line must say, where
    the rule cannot hold.
    """

    region: Region
    rules: list[Any]
    assume: dict[str, Any] = field(default_factory=dict)
    wishes: dict[str, Any] = field(default_factory=dict)
    miss: float = 0.0
    slack: float = 0.0
    binding: bool = True


Draw = Callable[[Any], Any]


def towns(n: int, *, places: int | None = None, people: int = 1000, **more: Any) -> Region:
    """Urban cells 10 km apart, the first half in A, with a candidate station in some of them."""
    stands = range(n if places is None else places)
    return small_region(
        people=[people + 10 * k for k in range(n)], x_km=[10 * k for k in range(n)],
        y_km=[0] * n, urban=[True] * n, costs=PRICES,
        sites=[site(f"s{k}", x_km=10 * k, y_km=0, status="candidate") for k in stands], **more,
    )  # fmt: skip


def staffed(today: int, people: list[int], **more: Any) -> Region:
    """Two units whose physicians are counted for the region."""
    stock = {("R", "physicians"): today}
    return small_region(people=people, urban=[True], stock=stock, costs=PRICES, **more)


PEOPLE = st.lists(st.integers(500, 40_000), min_size=2, max_size=6)
LACK = st.integers(1, 5)
# Staff that may be hired is what lacks: floors on physicians bind, and break, by their number.


def quota(draw: Draw, *, possible: bool) -> Example:
    """Fewer physicians than people ask for, hired one by one, or one to five too few allowed."""
    people, number = draw(PEOPLE), draw(st.sampled_from(["2.45", "1", "1/3", "4.5"]))
    made = rule("quota", id="X", resources=["physicians"], number=number)
    need = ceil(made.number * sum(people) / 1000)
    lack = min(draw(LACK), need)
    today = draw(st.integers(0, need - lack))
    hired = need - today - (0 if possible else lack)
    return Example(
        staffed(today, people), [made], {"staff_inflow_cap": float(hired)},
        miss=lack / need, slack=-lack,
    )  # fmt: skip


def total(draw: Draw, *, possible: bool) -> Example:
    """An absolute number above what stands; the same with too few hires."""
    need = draw(st.integers(1, 400))
    lack = min(draw(LACK), need)
    today = draw(st.integers(0, need - lack))
    hired = need - today - (0 if possible else lack)
    made = rule("total", id="X", resources=["physicians"], number=need)
    return Example(
        staffed(today, [5000, 9000]), [made], {"staff_inflow_cap": float(hired)},
        miss=lack / need, slack=-lack,
    )  # fmt: skip


def share(draw: Draw, *, possible: bool) -> Example:
    """A part of a whole that stands and stays; it grows to the share, or lacks the hires."""
    whole, number = draw(st.integers(20, 300)), draw(st.sampled_from(["0.4", "1/3", "0.9"]))
    made = rule("share", id="X", part="tcm_physicians", whole="physicians", number=number)
    need = ceil(made.number * whole)
    lack = min(draw(LACK), need)
    stock = {("R", "physicians"): whole, ("R", "tcm_physicians"): 0}
    hired = need - (0 if possible else lack)
    return Example(
        small_region(stock=stock, costs=PRICES), [made], {"staff_inflow_cap": float(hired)},
        miss=float(made.number * whole - hired) / 100, slack=-lack,
    )  # fmt: skip


def ratio(draw: Draw, *, possible: bool) -> Example:
    """Staff per bed in each unit: the beds stand, the staff is hired or is too few by some."""
    beds = {"A": draw(st.integers(3, 60)), "B": draw(st.integers(3, 60))}
    number = draw(st.integers(1, 3))
    need = number * sum(beds.values())
    lack = min(draw(LACK), need)
    stock = {(u, "public_beds"): n for u, n in beds.items()} | {("R", "physicians"): 0}
    pairs = [{"resource": "physicians", "base": "public_beds"}]
    made = rule("ratio", id="X", pairs=pairs, number=number)
    return Example(
        small_region(stock=stock, costs=PRICES), [made],
        {"staff_inflow_cap": float(need - (0 if possible else lack))}, miss=lack / 100, slack=-lack,
    )  # fmt: skip


def count(draw: Draw, *, possible: bool) -> Example:
    """Some of the places must open, and no more do; or more are asked for than there are."""
    places = draw(st.integers(1, 6))
    number = draw(st.integers(1, places)) if possible else places + draw(LACK)
    made = rule("count", id="X", sites=EMS, number=number)
    lack = number - places
    return Example(towns(6, places=places), [made], miss=lack / number, slack=-lack)


def forced_site(draw: Draw, *, possible: bool) -> Example:
    """A named place opens though another would be cheaper; without the money it cannot."""
    name = f"s{draw(st.integers(0, 3))}"
    budget = 10.0 if possible else draw(st.sampled_from([0.0, 9.0]))
    made = rule("forced_site", id="X", site=name)
    return Example(towns(4), [made], wishes={"budget": budget}, miss=1.0, slack=-1.0)


def coverage(draw: Draw, *, possible: bool) -> Example:
    """Places 10 km apart, each town needs its own; the towns without a place are missed."""
    n = draw(st.integers(2, 6))
    places = n if possible else draw(st.integers(1, n - 1))
    region = towns(n, places=places)
    people = region.grid.people
    left = float(people[places:].sum())
    made = rule("coverage", id="X", sites=EMS, within_km=draw(st.sampled_from([1, 5, "9.99"])))
    return Example(region, [made], miss=left / float(people.sum()), slack=-left)


def mean_response_case(draw: Draw, *, possible: bool) -> Example:
    """The limit is the mean of all places together, which no fewer reach; or it lies below."""
    n = draw(st.integers(1, 5))
    region = towns(6, places=n)
    rows = [s for _, s in region.sites.table.iterrows()]
    asked = rule("mean_response", id="X", sites=EMS, minutes=1)
    best = mean_response(region, asked, rows, None, READINGS)
    limit = best if possible else best * draw(st.sampled_from([0.5, 0.9, 0.99]))
    made = rule("mean_response", id="X", sites=EMS, minutes=limit)
    return Example(region, [made], miss=best / limit - 1, slack=limit - best)


def served_band(draw: Draw, *, possible: bool) -> Example:
    """So many people per site that some must open; or fewer places than the people need."""
    upper = draw(st.integers(1050, 4000))
    people = int(towns(6).grid.people.sum())
    need = ceil(people / upper)
    places = need if possible else draw(st.integers(1, max(1, need - 1)))
    made = rule("served_band", id="X", sites=EMS, lower=0, upper=upper)
    lack = need - places
    region = towns(6, places=min(6, places))
    lack = need - min(6, places)
    return Example(region, [made], miss=lack / need, slack=-lack)


def site_share(draw: Draw, *, possible: bool) -> Example:
    """So many of the places that stand get something; or too few may, as it is found or not."""
    places, number = draw(st.integers(1, 9)), draw(st.sampled_from(["1/3", "0.6", "1"]))
    made = rule(
        "site_share", id="X", sites=[EMS], sense=">=", number=number,
        attribute="renovated" if possible else "north_city",
    )  # fmt: skip
    need = ceil(made.number * places)
    have = draw(st.integers(0, need - 1))
    name = made.attribute
    sites = [
        site(f"s{k}", x_km=k / 2, attributes=[name] if k < have else []) for k in range(places)
    ]
    exact = made.number * places
    return Example(
        small_region(sites=sites, costs={"renovated": 1}), [made],
        miss=float((exact - have) / max(1, exact)), slack=have - need,
    )  # fmt: skip


def service(draw: Draw, *, possible: bool) -> Example:
    """Physicians of A who have too little to do there; for B just enough are hired, or too few."""
    capacity, in_a, in_b = draw(st.integers(1, 3000)), draw(st.integers(1, 9)), draw(LACK)
    for_b = draw(st.integers(1, in_b))
    lack = 0 if possible else draw(st.integers(1, for_b))
    stock = {
        ("A", "visits"): capacity * in_a, ("B", "visits"): capacity * in_b,
        ("A", "physicians"): in_a + draw(st.integers(0, 5)), ("B", "physicians"): 0,
    }  # fmt: skip
    made = rule(
        "service", id="X", demand="visits", share=f"{in_a + for_b}/{in_a + in_b}",
        by="physicians", capacity="visits_per_physician",
    )  # fmt: skip
    return Example(
        small_region(stock=stock, costs=PRICES), [made],
        {"visits_per_physician": float(capacity), "staff_inflow_cap": float(for_b - lack)},
        miss=lack / (in_a + for_b), slack=-lack * capacity,
    )  # fmt: skip


def inflow(draw: Draw, *, possible: bool) -> Example:
    """So many trainees in each year and no more, or fewer than that allowed."""
    years, number = draw(st.integers(1, 9)), draw(st.integers(1, 60))
    need = years * number
    lack = 0 if possible else min(draw(LACK), need)
    made = rule("inflow", id="X", resource="gp_trainees", each="year", number=number)
    rules = [made.model_copy(update={"strength": "target"})]
    rules.append(rule("total", id="M", resources=["gp_trainees"], number=need - lack, sense="<="))
    return Example(
        small_region(), rules, {"plan_years": float(years)}, miss=lack / need, slack=-lack
    )


def inflow_of_money(draw: Draw, *, possible: bool) -> Example:
    """Spending grows by more than other spending, by one unit; or a cap keeps it lower."""
    today, years = draw(st.integers(1, 5000)), draw(st.integers(1, 6))
    need = floor(today * Fraction(108, 100) ** years) + 1
    lack = 0 if possible else min(draw(LACK), need)
    rules = [
        rule("inflow", id="X", resource="health_spending", each="year", years=years,
             faster_than="recurrent_spending", strength="target"),
        rule("total", id="M", resources=["health_spending"], number=need - lack, sense="<="),
    ]  # fmt: skip
    region = small_region(stock={("R", "health_spending"): today}, costs={"health_spending": 1})
    return Example(region, rules, miss=lack / need, slack=-lack)


def stay(draw: Draw, *, possible: bool) -> Example:
    """Beds for so many admissions of a year's length, or fewer than that allowed."""
    beds = draw(st.integers(1, 400))
    lack = 0 if possible else min(draw(LACK), beds)
    rules = [
        rule("stay", id="X", beds=["beds_2_general"], admissions=["admissions_2_general"],
             bed_days=["bed_days_2_general"], days=73, strength="target"),
        rule("total", id="M", resources=["beds_2_general"], number=beds - lack, sense="<="),
    ]  # fmt: skip
    region = small_region(stock={("R", "admissions_2_general"): 4 * beds})
    assume = {"bed_need": "min", "bed_occupancy_to": 0.8}
    return Example(region, rules, assume, miss=lack / beds, slack=-lack)


def proportional(draw: Draw, *, possible: bool) -> Example:
    """Staff of A moves to B until each has its half to within one; or B must have them for none."""
    half, people = draw(st.integers(1, 60)), draw(st.integers(1, 9))
    weights = {("A", "served_people"): people, ("B", "served_people"): people if possible else 0}
    stock = {**weights, ("A", "physicians"): 2 * half, ("B", "physicians"): 0}
    rules = [rule("proportional", id="X", resource="physicians", to="served_people",
                  strength="target")]  # fmt: skip
    for_b = 1 if possible else draw(st.integers(3, 9))
    if not possible:
        each = ["county"]
        rules.append(rule("total", id="B", resources=["physicians"], number=for_b, level=each))
    return Example(
        small_region(stock=stock, costs=PRICES), rules, miss=2 * (for_b - 1) / 100, slack=1 - for_b
    )


def fairness(draw: Draw, *, possible: bool) -> Example:
    """A has staff, B as many as the measure leaves it short of A; or fewer may be hired.

    A and B have 1,000 people each, so that rates per 1,000 are numbers.
    """
    has = draw(st.integers(4, 60))
    short = draw(st.integers(1, has - 2))
    lack = 0 if possible else draw(st.integers(1, has - short - 1))

    def figure(measure: str, apart: int) -> Fraction:
        total = 2 * has - apart
        figures = {"worst": has - apart, "range": apart, "mean_deviation": Fraction(apart, 2),
                   "gini": Fraction(apart, 2 * total)}  # fmt: skip
        return Fraction(figures[measure])

    measure = draw(st.sampled_from(["worst", "range", "mean_deviation", "gini"]))
    number, got = figure(measure, short), figure(measure, short + lack)
    made = rule("fairness", id="X", resources=["physicians"], measure=measure, number=number)
    stock = {("A", "physicians"): has, ("B", "physicians"): 0}
    region = small_region(people=[1000, 1000], stock=stock, costs=PRICES)
    miss = abs(got / number - 1)
    if measure == "gini":
        # Measured at today's mean: has / 2 for each 1,000.
        mean = Fraction(2 * has - short - lack, 2)
        miss = (got - number) * mean / (number * Fraction(has, 2))
    slack = got - number if measure == "worst" else number - got
    return Example(
        region, [made], {"staff_inflow_cap": float(has - short - lack)},
        miss=float(miss), slack=float(slack),
    )  # fmt: skip


def link(draw: Draw, *, possible: bool) -> Example:
    """Posts that one station after another must open for; or more posts than have room."""
    room, stations = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    lack = 0 if possible else draw(LACK)
    posts = room * stations + lack
    sites = [site(f"p{k}", "health_station", x_km=k / 9) for k in range(posts)]
    sites += [site(f"s{k}", x_km=k, status="candidate") for k in range(stations)]
    made = rule(
        "link", id="X", sites={"kinds": ["health_station"]}, to=EMS, within="link_km",
        capacity="centres_per_hospital",
    )  # fmt: skip
    region, assume = small_region(sites=sites, costs=PRICES), {"centres_per_hospital": float(room)}
    return Example(region, [made], assume, miss=lack / posts, slack=-lack)


def gate(draw: Draw, *, possible: bool) -> Example:
    """Beds of A stand half empty: as many again all go to B; or they must be in A, one or more."""
    beds = draw(st.integers(3, 90))
    more = beds if possible else draw(LACK)
    given = {"A": {"beds_2_general": beds, "bed_days_2_general": 180 * beds},
             "B": {"beds_2_general": 0, "bed_days_2_general": 0}}  # fmt: skip
    stock = {(unit, name): n for unit, known in given.items() for name, n in known.items()}
    ward = {"beds": "beds_2_general", "bed_days": "bed_days_2_general",
            "admissions": "admissions_2_general", "nurses": "nurses_2_general",
            "floor_m2": "floor_m2_2_general"}  # fmt: skip
    rules = [
        rule("gate", id="X", wards=[ward], strength="target"),
        rule("total", id="T", resources=["beds_2_general"], number=beds + more,
             level=[] if possible else ["district"]),
    ]  # fmt: skip
    return Example(small_region(stock=stock), rules, miss=more / beds, slack=-more)


def budget(draw: Draw, *, possible: bool) -> Example:
    """Stations that must be cost the budget to the coin; a smaller budget as a target is missed."""
    number = draw(st.integers(1, 5))
    amount = 10 * number if possible else draw(st.integers(1, 10 * number - 1))
    strength = "must" if possible else "target"
    rules = [
        rule("count", id="N", sites=EMS, number=number),
        rule("budget", id="X", amount=amount, strength=strength),
    ]
    return Example(
        towns(6), rules, miss=(10 * number - amount) / amount, slack=amount - 10 * number
    )


def either_or(draw: Draw, *, possible: bool) -> Example:
    """One of two counts can hold and does; or none can, and the nearer one is missed."""
    places = draw(st.integers(1, 3))
    first = places + draw(LACK)
    second = places if possible else places + draw(LACK)
    branches = [
        rule("count", id=f"branch {k}", sites=EMS, number=n).model_dump(exclude_none=True)
        for k, n in enumerate((first, second))
    ]
    miss = min((first - places) / first, (second - places) / second)
    made = rule("either_or", id="X", branches=branches)
    return Example(towns(6, places=places), [made], miss=miss, slack=-1.0)


def parameter(draw: Draw, *, possible: bool) -> Example:
    """The plan is made for the people that the text states; or for others, and says so."""
    number = draw(st.integers(2000, 90_000))
    assume = {} if possible else {"population": float(number - 500)}
    made = rule("parameter", id="X", number=number)
    fleet = rule("quota", id="fleet", resources=["ambulances"], number=1)
    return Example(small_region(), [made, fleet], assume, miss=0.0, slack=-500)


def count_in_share(draw: Draw, *, possible: bool) -> Example:
    """A place in so many units of so many; or one unit less has a place than must have one."""
    counties = draw(st.integers(3, 5))
    share = draw(st.sampled_from(["0.5", "2/3", "0.9"]))
    made = rule("count", id="X", sites=EMS, number=1, level=["county"], in_share=share)
    need = ceil(made.in_share * counties)
    places = need if possible else need - 1
    units = {"R": ("city", ""), **{f"U{k}": ("county", "R") for k in range(counties)}}
    region = small_region(
        people=[1000] * counties, x_km=[10 * k for k in range(counties)], y_km=[0] * counties,
        units=units, cell_units=[f"U{k}" for k in range(counties)], costs=PRICES,
        sites=[site(f"s{k}", x_km=10 * k, y_km=0, status="candidate") for k in range(places)],
    )  # fmt: skip
    return Example(region, [made], miss=1 / need, slack=-1)


def count_times(draw: Draw, *, possible: bool) -> Example:
    """A fraction of a place for each village, rounded up; or fewer places than that."""
    villages, number = draw(st.integers(1, 8)), draw(st.sampled_from(["0.3", "1/2", "0.65"]))
    made = rule("count", id="X", sites=EMS, number=number, times="villages")
    need = ceil(made.number * villages)
    places = need if possible else draw(st.integers(0, need - 1))
    region = towns(6, places=places, stock={("R", "villages"): villages})
    if not places:  # a kind without any site is not evaluated
        region = towns(6, places=1, stock={("R", "villages"): villages + 9})
        need, places = ceil(made.number * (villages + 9)), 1
    return Example(region, [made], miss=(need - places) / need, slack=places - need)


def project(draw: Draw, *, possible: bool) -> Example:
    """A station that stands brings vehicles over those of its unit; or too few are allowed."""
    today, brought = draw(st.integers(0, 9)), draw(st.integers(1, 9))
    allowed = today + brought - (0 if possible else draw(st.integers(1, brought)))
    fleet = [{"resource": "public_beds", "amount": brought}]
    region = small_region(
        sites=[site("s0")], stock={("A", "public_beds"): today, ("B", "public_beds"): 0},
        costs=PRICES,
    )  # fmt: skip
    rules = [
        rule("forced_site", id="X", site="s0", brings=fleet, strength="target"),
        rule("total", id="cap", resources=["public_beds"], number=allowed, sense="<="),
    ]
    lack = today + brought - allowed
    return Example(region, rules, miss=lack / (today + brought), slack=-1)


def ratio_of_units(draw: Draw, *, possible: bool) -> Example:
    """Staff for so many counties, a number per so many of them; hired, or too few by some."""
    number, per = draw(st.integers(1, 90)), draw(st.integers(1, 3))
    pairs = [{"resource": "physicians", "units": ["district", "county"]}]
    made = rule("ratio", id="X", pairs=pairs, number=number, per=per, level=["city"])
    need = ceil(made.number * 2 / per)
    lack = 0 if possible else min(draw(LACK), need)
    return Example(
        staffed(0, [5000, 9000]), [made], {"staff_inflow_cap": float(need - lack)},
        miss=float(made.number * 2 / per - (need - lack)) / 100, slack=-lack,
    )  # fmt: skip


CASES: dict[str, Callable[..., Example]] = {
    "quota": quota, "total": total, "share": share, "ratio": ratio, "count": count,
    "forced_site": forced_site, "site_share": site_share, "coverage": coverage,
    "mean_response": mean_response_case,
    "served_band": served_band, "service": service, "inflow": inflow, "stay": stay,
    "proportional": proportional, "link": link, "gate": gate, "fairness": fairness,
    "budget": budget, "either_or": either_or, "parameter": parameter,
}  # fmt: skip


MORE: dict[str, Callable[..., Example]] = {
    "count in a share of the units": count_in_share, "count times villages": count_times,
    "project": project, "ratio to units": ratio_of_units,
    "inflow of money": inflow_of_money,
}  # fmt: skip
"""Kinds in their rarer forms."""
EXAMPLES = CASES | MORE


def test_every_rule_kind_has_its_case():
    """A kind that nobody shows to bind is not known to be planned."""
    kinds = {kind.model_fields["kind"].default for kind in get_args(get_args(Rule)[0])}
    assert set(CASES) | {"indicator"} == kinds


def made(example: Example) -> Any:
    """The plan; the audit, from its tables alone, must find every line as it is."""
    plan = planned(example.region, *example.rules, assume=example.assume, **example.wishes)
    again = audit(example.region, small_policy(*example.rules), plan)
    assert plan.compliance.drop(columns="price").equals(again.drop(columns="price"))
    return plan


@pytest.mark.parametrize("kind", EXAMPLES)
@some
@given(data=st.data())
def test_a_rule_that_binds_is_met_with_nothing_to_spare(kind, data):
    """By construction the rule holds exactly: met, binding, no violation (invariants 21, 28)."""
    plan = made(EXAMPLES[kind](data.draw, possible=True))
    whole = line(plan, "X")
    assert whole["met"]
    assert whole["binding"]
    assert whole["slack"] == pytest.approx(0, abs=1e-6)
    assert plan.tiers.loc[plan.tiers["tier"] != "objective", "objective"].sum() == pytest.approx(0)
    assert plan.meets_musts


@pytest.mark.parametrize("kind", EXAMPLES)
@some
@given(data=st.data())
def test_a_rule_that_cannot_hold_is_missed_by_what_is_lacking(kind, data):
    """Made impossible, the least violation is the closed form (invariant 21), as is the slack."""
    example = EXAMPLES[kind](data.draw, possible=False)
    plan = made(example)
    whole = line(plan, "X")
    assert not whole["met"]
    assert whole["slack"] == pytest.approx(example.slack)
    found = plan.tiers.loc[plan.tiers["tier"] == whole["strength"], "objective"].sum()
    assert found == pytest.approx(example.miss, rel=1e-4, abs=1e-6)
    assert plan.meets_musts == (whole["strength"] != "must")


def test_an_indicator_is_reported_and_never_judged():
    """It has a line that is not evaluated, and changes nothing."""
    fleet = rule("quota", id="fleet", resources=["ambulances"], number=1)
    indicator = rule("indicator", id="X", number="95", unit="%")
    plan = planned(small_region(), fleet, indicator)
    assert not line(plan, "X")["evaluated"]
    assert plan.units.equals(planned(small_region(), fleet).units)


@pytest.mark.parametrize("sense", ["<=", "=="])
@given(have=st.integers(0, 60), number=st.integers(0, 60))
@some
def test_ceilings_and_equalities_bind_from_above(sense, have, number):
    """Beds above the figure are given up to it; an equality fills up, a ceiling does not."""
    region = small_region(stock={("R", "public_beds"): have}, costs=PRICES)
    plan = planned(
        region, rule("total", id="X", resources=["public_beds"], number=number, sense=sense)
    )
    found = line(plan, "X")
    expected = number if sense == "==" else min(have, number)
    assert found["achieved"] == expected
    assert found["met"]
    assert bool(found["binding"]) == (expected == number)
    assert plan.objective_value == pytest.approx(max(0, expected - have))


@some
@given(lower=st.integers(1, 40), width=st.integers(0, 20), have=st.integers(0, 80))
def test_bands_hold_what_stands_inside_them(lower, width, have):
    """Inside the band nothing changes; outside, the nearer end is taken."""
    band = rule(
        "total", id="X", resources=["public_beds"], sense="band", lower=lower, upper=lower + width
    )
    region = small_region(stock={("R", "public_beds"): have}, costs=PRICES)
    plan = planned(region, band)
    assert line(plan, "X")["achieved"] == min(max(have, lower), lower + width)


@some
@given(people=st.integers(30_000, 300_000), lower=st.integers(5, 40), upper=st.integers(41, 120))
def test_a_served_band_closes_down_to_its_lower_end(people, lower, upper):
    """Ten standing sites are cut to as many as serve at least ``lower`` thousand people each."""
    region = small_region(
        people=[people], urban=[True], units={"R": ("city", ""), "A": ("district", "R")},
        sites=[site(f"s{k}", x_km=k / 10) for k in range(10)],
    )  # fmt: skip
    band = rule("served_band", id="X", sites=EMS, lower=lower * 1000, upper=upper * 1000)
    plan = planned(region, band)
    most = floor(people / (lower * 1000))
    fewest = ceil(people / (upper * 1000))
    if fewest <= most:
        assert line(plan, "X")["achieved"] == min(10, most)
        assert bool(line(plan, "X")["met"]) == (fewest <= 10)

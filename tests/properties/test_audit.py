"""What must hold of every audit: on small regions where the rules bite."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from builders import rule, site, small_policy, small_region
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_builders import audited, facility_rows, plan_facts, unit_rows

from allocator.assumptions import Assumptions
from allocator.auditing.compliance import audit_lines
from allocator.auditing.facts import Facts
from allocator.auditing.findings import SHARED
from allocator.plan_tables import Line
from allocator.region.ground import Region
from allocator.region.units import Units

KINDS = ("ems_station", "village_clinic", "general_hospital")
UNITS = {
    "R": ("city", ""), "A": ("district", "R"), "B": ("county", "R"), "C": ("county", "R"),
    "C1": ("town", "C"), "C2": ("town", "C"),
}  # fmt: skip
LEAVES, PLANNING = ("A", "B", "C1", "C2"), ("A", "B", "C")
COUNTED = ("ambulances", "negative_pressure_ambulances", "ems_drivers", "nurses")
GIVEN = ("villages", "visits")
thorough = settings(max_examples=settings().max_examples // 2)


@dataclass(frozen=True)
class Drawn:
    """A region and a plan for it."""

    region: Region
    allocated: dict[tuple[str, str], float]
    statuses: dict[str, str]

    @property
    def facts(self) -> Facts:
        return plan_facts(self.region, self.allocated, self.statuses)


@st.composite
def plans(draw) -> Drawn:
    """At most 8 cells and 6 sites, some of them candidates that the plan opens."""
    n = draw(st.integers(2, 8))
    whole = st.integers(0, 40)
    sites = [
        site(
            f"s{i}", draw(st.sampled_from(KINDS)), draw(whole) / 10, draw(whole) / 20,
            status=draw(st.sampled_from(["existing", "existing", "candidate"])),
            unit=draw(st.sampled_from(LEAVES)),
            attributes=draw(st.sampled_from([(), ("direct",), ("direct", "decontamination")])),
        )
        for i in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    known = draw(st.sampled_from([(), GIVEN[:1], GIVEN]))
    stocked = ("nurses", "ambulances", *known)
    stock = {(u, r): draw(st.integers(0, 5)) for u in PLANNING for r in stocked}
    region = small_region(
        people=draw(st.lists(st.integers(0, 900), min_size=n, max_size=n)),
        urban=draw(st.lists(st.booleans(), min_size=n, max_size=n)),
        cell_units=draw(st.lists(st.sampled_from(LEAVES), min_size=n, max_size=n)),
        units=UNITS, sites=sites, stock=stock,
        costs={"ems_station": 64, "village_clinic": 32, "closing:ems_station": 8, "nurses": 2,
               "ambulances": 16},
    )  # fmt: skip
    allocated = {(u, r): draw(st.integers(0, 9)) for u in PLANNING for r in COUNTED}
    allocated |= {(u, r): stock[u, r] for u in PLANNING for r in known}
    possible = {"existing": ["kept", "closed", "upgraded"], "candidate": [None, "new"]}
    statuses = {s["id"]: draw(st.sampled_from(possible[s["status"]])) for s in sites}
    return Drawn(region, allocated, {name: word for name, word in statuses.items() if word})


def rules_about(number: int) -> list[Any]:
    """One rule of every kind and level, all around a drawn number."""
    stations = {"kinds": ["ems_station"]}
    everywhere = {"level": ["district", "county"]}
    towns = {"level": ["town"]}
    share = f"{min(number, 10)}/10"
    found = [
        rule("quota", id="Q>=", resources=["ambulances"], number=number),
        rule("quota", id="Q<=", resources=["ambulances", "nurses"], number=number, sense="<="),
        rule("quota", id="Q==", resources=["nurses"], number=number, sense="=="),
        rule("quota", id="Qabout", resources=["nurses"], number=number, sense="about"),
        rule("quota", id="Qband", resources=["nurses"], sense="band", lower=number,
             upper=number + 2, **everywhere),
        rule("quota", id="Qold", resources=["nurses"], number=number, group="elderly"),
        rule("total", id="T", resources=["nurses"], number=number),
        rule("total", id="Teach", resources=["nurses"], number=number, **everywhere),
        rule("total", id="Tpool", resources=["nurses"], number=number, pool=True, level=["county"]),
        rule("share", id="S", part="negative_pressure_ambulances", whole="ambulances",
             number=share),
        rule("share", id="S<=", part="negative_pressure_ambulances", whole="ambulances",
             number=share, sense="<=", **everywhere),
        rule("ratio", id="R", number=share, on_duty=True,
             pairs=[{"resource": "ems_drivers", "base": "ambulances"}]),
        rule("ratio", id="Rsites", number=number,
             pairs=[{"resource": "nurses", "sites": [stations, {"kinds": ["village_clinic"]}]}]),
        rule("count", id="N", sites=stations, number=number),
        rule("count", id="Ntown", sites=stations, number=1, sense="==", **towns),
        rule("count", id="Nhas", sites=stations, number=number, attribute="direct", sense="<="),
        rule("forced_site", id="F", site="s0"),
        rule("coverage", id="C", sites=stations, within_km=f"{number + 1}/4"),
        rule("coverage", id="Cshare", sites=stations, within_minutes=number + 5, share="0.5",
             group="rural", **everywhere),
        rule("coverage", id="Cradius", sites=stations, within_km=f"{number + 1}/4", radius=True),
        rule("mean_response", id="M", sites=stations, minutes=number + 4),
        rule("served_band", id="B", sites=stations, lower=100 * number + 1, upper=200 * number + 1,
             **everywhere),
        rule("budget", id="$", amount=16 * number),
        rule("service", id="V", group="age65", share=1, by="nurses",
             capacity="elderly_per_physician"),
        rule("inflow", id="In", resource="nurses", each="plan", number=number),
        rule("inflow", id="In>", resource="ambulances", each="year",
             faster_than="recurrent_spending", **everywhere),
        rule("stay", id="L", beds=["nurses"], admissions=["villages"], bed_days=["visits"],
             days=number + 1),
        rule("proportional", id="=", resource="nurses", group="total"),
        rule("proportional", id="=to", resource="nurses", to="villages"),
        rule("link", id="Li", sites={"kinds": ["village_clinic"]}, to=stations, within="link_km",
             capacity="centres_per_hospital"),
        rule("gate", id="G", wards=[{
            "beds": "nurses", "bed_days": "visits", "admissions": "villages",
            "nurses": "ambulances", "floor_m2": "villages"}]),
        rule("parameter", id="P", number=100 * number + 1),
        rule("indicator", id="I"),
    ]  # fmt: skip
    branches = [r.model_copy(update={"id": f"{r.id}*"}) for r in found if r.id in {"C", "Ntown"}]
    return [*found, rule("either_or", id="OR", branches=branches)]


readings = st.fixed_dictionaries({
    "rounding": st.sampled_from(["total", "per_unit"]),
    "either_or_per": st.sampled_from(["area", "unit"]),
    "radius_reading": st.sampled_from(["max", "share", "area_mean"]),
    "bed_need": st.sampled_from(["report", "min", "max"]),
})  # fmt: skip


def verdicts(lines: dict[tuple[str, str], Line]) -> dict[str, tuple[Any, ...]]:
    """What the region's lines say, without the notes; sums of decimals to rounding."""
    found = {}
    for (rule_id, area), line in lines.items():
        measured = [None if x is None else pytest.approx(x) for x in (line.achieved, line.slack)]
        if area == "all":
            limits = (line.required, line.required_upper)
            found[rule_id] = (line.evaluated, line.met, *limits, *measured)
    return found


@thorough
@given(plans(), st.integers(0, 9), readings)
def test_a_rule_is_met_exactly_if_its_slack_is_not_negative(plan, number, how):
    """In every line (invariant 28); one not evaluated has neither, and says what is missing."""
    for line in audited(plan.region, plan.facts, *rules_about(number), **how).values():
        if not line.evaluated:
            assert (line.met, line.achieved, line.slack) == (None, None, None), line
            assert line.note, line
        elif line.slack is None:
            assert line.met is False, line
        else:
            assert line.met == (line.slack >= 0), line
        if line.binding and line.evaluated:
            assert line.met or line.slack == pytest.approx(0, abs=1e-4), line


@thorough
@given(plans(), st.integers(0, 9), readings)
def test_unit_lines_sum_to_the_line_of_the_region(plan, number, how):
    """Shares of the region's figure, and everything found, add up exactly."""
    lines = audited(plan.region, plan.facts, *rules_about(number), **how)
    for rule_id in {r for r, _ in lines}:
        parts = [x for (r, area), x in lines.items() if r == rule_id and area != "all"]
        whole = lines[rule_id, "all"]
        if not any(SHARED in part.note for part in parts):
            continue
        assert sum(part.required for part in parts) == whole.required
        if whole.required_upper is not None:
            assert sum(part.required_upper for part in parts) == whole.required_upper
        if whole.evaluated:
            assert sum(part.achieved for part in parts) == pytest.approx(whole.achieved)


@thorough
@given(plans(), st.integers(0, 9), readings)
def test_a_rule_of_every_unit_holds_where_every_unit_holds(plan, number, how):
    """No unit's surplus hides another's shortage."""
    lines = audited(plan.region, plan.facts, *rules_about(number), **how)
    for (rule_id, area), whole in lines.items():
        parts = [x for (r, a), x in lines.items() if r == rule_id and a != "all"]
        if area != "all" or not parts or {p.strength for p in parts} == {"info"}:
            continue
        if whole.evaluated:
            assert whole.met == all(part.met for part in parts), rule_id


@thorough
@given(plans(), st.integers(0, 9), readings, st.randoms(use_true_random=False))
def test_the_order_of_units_sites_cells_and_rules_does_not_matter(plan, number, how, random):
    """The region's lines are the same whatever comes first."""

    def shuffled(table):
        return table.iloc[random.sample(range(len(table)), len(table))]

    region = plan.region
    mixed = replace(
        region,
        units=Units(
            table=shuffled(region.units.table),
            planning=tuple(random.sample(region.units.planning, 3)),
        ),
        grid=replace(region.grid, table=shuffled(region.grid.table)),
        sites=replace(region.sites, table=shuffled(region.sites.table)),
        stock=replace(region.stock, table=shuffled(region.stock.table)),
    )
    rules = rules_about(number)
    straight = verdicts(audited(region, plan.facts, *rules, **how))
    facts = Drawn(mixed, plan.allocated, plan.statuses).facts
    turned = verdicts(audited(mixed, facts, *random.sample(rules, len(rules)), **how))
    assert turned == straight


@thorough
@given(plans(), st.integers(0, 9), st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_money_scales_the_budget_line(plan, number, factor):
    """Prices and budget times k: the same verdict, k times the cost."""
    costs = plan.region.costs
    scaled = replace(
        plan.region,
        costs=replace(costs, table=costs.table.assign(cost=costs.table["cost"] * factor)),
    )
    base = audited(plan.region, plan.facts, rule("budget", amount=16 * number))["budget", "all"]
    line = audited(scaled, plan.facts, rule("budget", amount=16 * number * factor))["budget", "all"]
    assert (line.met, line.achieved, line.slack) == (
        base.met, base.achieved * factor, base.slack * factor,
    )  # fmt: skip


@thorough
@given(plans(), st.sampled_from(["quota", "total", "count", "response", "budget", "coverage"]))
def test_a_rule_at_what_is_there_binds_and_one_step_further_fails(plan, kind):
    """Binding by construction: the limit is what the plan achieves."""
    stations = {"kinds": ["ems_station"]}

    def asked(amount):
        return {
            "quota": lambda: rule("quota", id="X", resources=["nurses"], number=amount, per=people),
            "total": lambda: rule("total", id="X", resources=["nurses"], number=amount),
            "count": lambda: rule("count", id="X", sites=stations, number=amount),
            "response": lambda: rule("mean_response", id="X", sites=stations, minutes=amount),
            "budget": lambda: rule("budget", id="X", amount=amount),
            "coverage": lambda: rule("coverage", id="X", sites=stations, within_km="1.5",
                                     share=f"{amount:.0f}/{people}"),
        }[kind]()  # fmt: skip

    people = int(plan.region.grid.people.sum())
    if not people:
        return
    here = audited(plan.region, plan.facts, asked(1))["X", "all"].achieved
    if here is None or (kind == "coverage" and not 0 < here < people):
        return
    assert audited(plan.region, plan.facts, asked(here))["X", "all"].binding
    step = -0.01 if kind in {"response", "budget"} else 1
    if here + step < 0:
        return
    line = audited(plan.region, plan.facts, asked(here + step))["X", "all"]
    assert line.met is False
    assert line.slack == pytest.approx(-abs(step))


@thorough
@given(plans(), st.integers(0, 9))
def test_one_more_station_never_covers_fewer_nor_answers_later(plan, number):
    """Coverage and mean response only gain from an open site."""
    rules = [r for r in rules_about(number) if r.id in {"C", "M"}]
    strangers = [site("more", x_km=2.0, y_km=1.0)]
    more = Facts.of_plan(
        plan.region,
        unit_rows(plan.region, plan.allocated),
        facility_rows(plan.region, plan.statuses, strangers=strangers),
    )
    before = audited(plan.region, plan.facts, *rules)
    after = audited(plan.region, more, *rules)
    for rule_id, better in (("C", 1), ("M", -1)):
        old, new = before[rule_id, "all"].achieved, after[rule_id, "all"].achieved
        if old is not None:
            assert better * new >= better * old - 1e-9


@thorough
@given(plans(), st.integers(0, 9), readings)
def test_a_looser_number_never_breaks_a_rule(plan, number, how):
    """Floors one lower, ceilings one higher: what was met stays met (invariant 26)."""
    ids = {"Q>=", "Teach", "R", "Rsites", "N", "T"}
    strict = [r for r in rules_about(number + 1) if r.id in ids]
    loose = [r for r in rules_about(number) if r.id in ids]
    before, after = (audited(plan.region, plan.facts, *rules, **how) for rules in (strict, loose))
    for rule_id in ids:
        if before[rule_id, "all"].met:
            assert after[rule_id, "all"].met, rule_id


@thorough
@given(plans(), st.integers(0, 9), readings)
def test_the_audit_says_the_same_twice(plan, number, how):
    """Same tables, same lines, in the policy's order."""
    policy, how = small_policy(*rules_about(number)), Assumptions(how)
    first = audit_lines(plan.region, policy, how, plan.facts)
    assert first == audit_lines(plan.region, policy, how, plan.facts)
    named = list(dict.fromkeys(line.rule for line in first if line.area == "all"))
    assert [name for name in named if name in {r.id for r in policy.rules}] == [
        r.id for r in policy.rules
    ]

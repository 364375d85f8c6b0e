"""A plan by parts: the same answer as a plan of the whole, its bound, and what is refused."""

from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from builders import rule, site, small_region
from planned import EMS, amounts, line, misses, open_ids, planned
from province import Size, policy, province, rules_by_county, rules_of_the_province

from allocator.errors import InfeasibleError, InputError, PolicyError
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.optimisation import plan
from allocator.planning.parts import stages
from allocator.plans import Plan
from allocator.region.ground import Region

EXACT = SolverSettings(gap=0.0)
SMALL = Size(counties=4, cells_per_county=300, sites_per_county=6, prefectures=2)
UNITS = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R")}


def row(**more: Any) -> Region:
    """Two counties of four cells in a row, 1 km apart; sites at the ends and on the border."""
    sites = [
        site("west", x_km=0.5, status="candidate", unit="A", opening_cost=5),
        site("middle", x_km=3.5, status="candidate", unit="A", opening_cost=6),
        site("beyond", x_km=4.5, status="candidate", unit="B", opening_cost=6),
        site("east", x_km=7.5, status="candidate", unit="B", opening_cost=5),
    ]
    given: dict[str, Any] = {
        "people": [1000] * 8, "x_km": [k + 0.5 for k in range(8)], "y_km": [0.5] * 8,
        "cell_units": ["A"] * 4 + ["B"] * 4, "units": UNITS, "sites": sites, "urban": [True],
        "costs": {"ambulances": 2, "public_beds": 1},
    }  # fmt: skip
    return small_region(**{**given, **more})


def cover(km: float, **more: Any) -> Any:
    return rule("coverage", **{"sites": EMS, "within_km": km, "level": ["county"], **more})


@pytest.fixture(params=["together", "by prices"])
def way(request: Any, monkeypatch: Any) -> str:
    """Small tasks are decided as one program after all: also try what large ones go through."""
    if request.param == "by prices":
        monkeypatch.setattr(stages, "AS_ONE", 0)
    return str(request.param)


def both(region: Region, *rules: Any, **wishes: Any) -> tuple[Plan, Plan]:
    """The plan of the whole, and the one by counties."""
    wishes = {"solver": EXACT, **wishes}
    return planned(region, *rules, **wishes), planned(region, *rules, by="county", **wishes)


class Backwards(Executor):
    """Somebody else's executor: it works at the last question first."""

    def map(self, fn: Any, *iterables: Any, **_: Any) -> Any:
        asked = list(zip(*iterables, strict=True))
        return iter([fn(*one) for one in asked[::-1]][::-1])


def test_a_site_on_the_border_serves_both_sides(way):
    """Within 2.2 km: middle reaches cells 2 to 6 of 8, so that one station is enough of each."""
    region = row(people=[0, 1, 1000, 1000, 1000, 1000, 1, 0])
    whole, parts = both(region, cover(2.2, share="9/10"))
    assert open_ids(parts) == open_ids(whole)
    assert len(open_ids(parts)) == 1
    assert parts.objective_value == parts.bound == whole.objective_value == 6


def test_a_neighbour_pays_its_part_of_a_site(way):
    """Apart each county would take a cheap site of its own; together one dear site is cheaper."""
    sites = [
        site("own A", x_km=2.5, status="candidate", unit="A", opening_cost=6),
        site("shared", x_km=3.5, status="candidate", unit="A", opening_cost=10),
        site("own B", x_km=6.5, status="candidate", unit="B", opening_cost=6),
    ]
    region = row(people=[0, 0, 1000, 1000, 1000, 1000, 0, 0], sites=sites)
    whole, parts = both(region, cover(2.2, share=1))
    assert whole.objective_value == 10
    assert parts.objective_value == 10
    assert parts.bound == pytest.approx(10)
    assert parts.status is Status.OPTIMAL
    assert open_ids(parts) == {"shared"}


def test_counties_apart_are_planned_as_the_whole_is(way):
    whole, parts = both(
        row(), cover(1.2, share="1/2"),
        rule("quota", id="BEDS", resources=["public_beds"], number=3, level=["county"]),
        rule("quota", id="CARS", resources=["ambulances"], number=1, per=1000, level=["county"]),
    )  # fmt: skip
    assert parts.objective_value == pytest.approx(whole.objective_value)
    assert parts.bound == pytest.approx(parts.objective_value)
    assert misses(parts) == pytest.approx(misses(whole))
    assert amounts(parts, "public_beds") == amounts(whole, "public_beds")


def test_a_share_of_all_people_is_shared_out_by_price(way):
    """Six in eight of all: two cheap ends would do 2 + 2 each; the middle is worth more."""
    whole, parts = both(row(), cover(1.2, share="3/4", level=[]))
    assert parts.objective_value == pytest.approx(whole.objective_value)
    assert line(parts, "coverage")["met"]
    assert parts.bound <= whole.objective_value + 1e-6


def test_a_total_of_the_region_is_met_exactly(way):
    rules = [
        rule("total", id="ALL", resources=["public_beds"], sense=">=", number=37),
        rule("quota", id="EACH", resources=["public_beds"], number=3, level=["county"]),
    ]
    whole, parts = both(row(stock={("A", "public_beds"): 0, ("B", "public_beds"): 0}), *rules)
    beds = amounts(parts, "public_beds")["R"]
    assert whole.objective_value == 37
    assert beds == 37 if way == "together" else 37 <= beds <= 38
    assert parts.objective_value == beds
    assert parts.bound == pytest.approx(37)


def test_a_budget_couples_all_and_is_kept(way):
    rules = [
        cover(1.2, share=1),
        rule("quota", id="CARS", resources=["ambulances"], number=1, per=1000, level=["county"]),
    ]
    region = row(stock={("A", "ambulances"): 1, ("B", "ambulances"): 1})
    for budget in (8.0, 17.0, 40.0):
        whole, parts = both(region, *rules, budget=budget)
        assert parts.provenance["cost"] <= budget + 1e-6
        tiers = parts.tiers.set_index("tier")
        assert tiers["bound"]["must"] <= misses(whole)[0] + 1e-6 <= misses(parts)[0] + 2e-6


def test_a_budget_below_what_must_stand_has_no_answer(way):
    sites = [site("must", x_km=3.5, status="required", unit="A", opening_cost=50)]
    with pytest.raises(InfeasibleError, match="budget"):
        planned(row(sites=sites), cover(2, share=1), by="county", budget=10.0)


def test_most_people_for_a_budget(way):
    whole, parts = both(row(), cover(1.2, share=1), maximise="coverage", budget=11.0)
    assert parts.objective_value >= whole.objective_value - 1e-6
    assert parts.bound <= whole.objective_value + 1e-6


def test_the_plan_does_not_depend_on_who_works_at_it(way):
    region = province(SMALL)
    one = plan(region, policy(), by="county")
    three = plan(region, policy(), by="county", workers=Backwards())
    for table in ("units", "facilities", "compliance"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(three, table))
    assert one.bound == three.bound


@pytest.mark.slow
def test_processes_give_the_plan_of_one():
    region = province(SMALL)
    one = plan(region, policy(), by="county")
    two = plan(region, policy(), by="county", workers=2)
    pd.testing.assert_frame_equal(one.facilities, two.facilities)


def test_a_small_province_as_good_as_the_whole(way):
    region = province(SMALL, seed=3)
    whole = plan(region, policy(), explain=False)
    parts = plan(region, policy(), by="county")
    assert misses(parts) == pytest.approx(misses(whole), abs=1e-5)
    assert parts.bound <= whole.objective_value * (1 + 1e-6)
    assert whole.objective_value * (1 - 1e-4) <= parts.objective_value
    assert parts.gap < 0.03
    assert list(parts.tiers["tier"]) == list(whole.tiers["tier"])


def test_prefectures_may_be_the_parts(way):
    region = province(SMALL, seed=1)
    rules = [*rules_by_county(), *rules_of_the_province()]
    fine, coarse = (plan(region, policy(*rules), by=level) for level in ("county", "prefecture"))
    assert abs(fine.objective_value - coarse.objective_value) <= 0.02 * coarse.objective_value
    assert max(fine.bound, coarse.bound) <= min(fine.objective_value, coarse.objective_value) + 1


def test_what_has_no_price_is_refused_by_name():
    rules = [
        rule("mean_response", id="MEAN", sites=EMS, minutes=10),
        rule("fairness", id="FAIR", measure="gini", resources=["public_beds"], number="1/10"),
        rule(
            "link", id="LINK", sites=EMS, to=EMS, within="link_km", capacity="centres_per_hospital"
        ),
        rule("count", id="FINE", sites=EMS, number=1, level=["county"]),
    ]
    with pytest.raises(PolicyError) as caught:
        planned(row(stock={("R", "public_beds"): 10}), *rules, by="county")
    said = "\n".join(caught.value.problems)
    assert all(name in said for name in ("MEAN", "FAIR", "LINK", "public_beds"))
    assert "FINE" not in said


COLUMNS = (
    "visits", "admissions_3a_general", "bed_days_3a_general", "physicians", "beds_3a_general",
    "nurses",
)  # fmt: skip
STOCK = {
    (unit, name): have
    for unit, some in {"A": (700, 400, 3000, 1, 2, 4), "B": (500, 330, 2500, 9, 3, 2)}.items()
    for name, have in zip(COLUMNS, some, strict=True)
}
DIRECT = {"id": "X", "sites": [EMS], "attribute": "direct"}
HIRES = {"id": "X", "resource": "gp_trainees", "each": "plan", "number": 13}
OVER_ALL = {
    "direct sites": rule("site_share", sense=">=", number="1/2", **DIRECT),
    "few direct sites": rule("site_share", sense="<=", number="1/3", **DIRECT),
    "public sites": rule(
        "site_share", id="X", sites=[EMS], sense=">=", part={**EMS, "run_by": ["county"]},
        number="2/3",
    ),
    "visits": rule(
        "service", id="X", demand="visits", by="physicians", share="19/20",
        capacity="visits_per_physician",
    ),
    "people per site": rule("served_band", id="X", sites=EMS, lower=1000, upper=2900),
    "nurses per physician": rule(
        "ratio", id="X", pairs=[{"resource": "nurses", "base": "physicians"}], number="3/2",
        level=["city"],
    ),
    "hires": rule("inflow", sense=">=", **HIRES),
    "just so many hires": rule("inflow", sense="==", **HIRES),
    "stays": rule(
        "stay", id="X", beds=["beds_3a_general"], admissions=["admissions_3a_general"],
        bed_days=["bed_days_3a_general"], days=9,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OVER_ALL)
@pytest.mark.parametrize("strength", ["must", "wish"])
def test_each_kind_over_all_counties_is_met_as_in_the_whole(way, name, strength):
    """The rule binds, costs money, and counts what all counties have together."""
    region = row(stock=STOCK, costs={
        "physicians": 7, "nurses": 5, "gp_trainees": 2, "beds_3a_general": 3, "direct": 2,
    })  # fmt: skip
    table = region.sites.table.assign(run_by=["county", "private", "private", "county"])
    region = replace(region, sites=replace(region.sites, table=table))
    asked = OVER_ALL[name].model_copy(update={"strength": strength})
    readings = {"visits_per_physician": 100.0, "bed_need": "min"}
    rules = [cover(1.2, share="1/4")]
    without = planned(region, *rules, assume=readings, solver=EXACT)
    whole, parts = both(region, *rules, asked, assume=readings)
    assert line(whole, "X")["met"]
    if name != "few direct sites":
        assert whole.objective_value > without.objective_value
    assert parts.bound <= whole.objective_value + 1e-6
    if way == "by prices" and asked.kind == "inflow" and asked.sense == "==":
        assert abs(line(parts, "X")["slack"]) <= 1  # prices alone end one off
        return
    assert misses(parts) == pytest.approx(misses(whole), abs=1e-6)
    assert parts.objective_value >= whole.objective_value - 1e-6
    if way == "together":
        assert parts.objective_value == pytest.approx(whole.objective_value)
        assert line(parts, "X")["achieved"] == line(whole, "X")["achieved"]


@pytest.mark.parametrize(
    ("wishes", "word"),
    [
        ({"by": "street"}, "county"),
        ({"workers": 2}, "by"),
        ({"by": "county", "models": "folder"}, "models"),
        ({"by": "county", "workers": 0}, ">= 1"),
    ],
)
def test_wrong_words_are_refused(wishes, word):
    with pytest.raises(InputError, match=word):
        planned(row(), cover(2), **wishes)


def test_an_interrupt_leaves_what_was_found(monkeypatch):
    """Ctrl-C in the search: the best answer so far is the plan, and no bound is claimed."""

    def interrupted(*_: object) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(stages.Stages, "_stage", interrupted)
    found = planned(row(), cover(2.2, share=1), by="county")
    assert found.interrupted
    assert found.status is Status.FEASIBLE
    assert not found.reproducible


def test_cells_in_no_unit_belong_to_the_nearest_part():
    region = row()
    table = region.grid.table.copy()
    table.loc["c7", "unit"] = ""
    region = replace(region, grid=replace(region.grid, table=table))
    whole, parts = both(region, cover(1.2, share=1, level=[]))
    assert parts.objective_value == pytest.approx(whole.objective_value)
    assert line(parts, "coverage")["achieved"] == line(whole, "coverage")["achieved"] == 8000


def test_a_county_without_cells_and_sites_gets_its_beds(way):
    units = {**UNITS, "C": ("county", "R")}
    groups = {"age60": {"A": 100, "B": 100, "C": 0}}
    region = row(units=units, groups=groups)
    rules = [
        cover(1.2, share="1/2"),
        cover(2, id="all", share="1/2", level=[], strength="target"),
        rule("count", id="COUNT", sites=EMS, sense=">=", number=1, level=["county"]),
        rule("quota", id="BEDS", resources=["public_beds"], number=3, level=["county"]),
    ]
    whole, parts = both(region, *rules)
    assert misses(parts) == pytest.approx(misses(whole))
    assert parts.objective_value == pytest.approx(whole.objective_value)


def test_a_county_that_no_site_reaches_is_missed_as_in_the_whole(way):
    region = row(x_km=[0.5, 1.5, 2.5, 3.5, 80.5, 81.5, 82.5, 83.5])
    region = replace(region, sites=replace(region.sites, table=region.sites.table.iloc[:2]))
    whole, parts = both(region, cover(1.2, share="3/4"), cover(1.2, id="all", share=1, level=[]))
    assert misses(parts) == pytest.approx(misses(whole))
    assert parts.objective_value == pytest.approx(whole.objective_value)


def test_either_or_is_chosen_county_by_county(way):
    branches = [
        rule("coverage", id="near", sites=EMS, within_km=1.2, share=1),
        rule("count", id="two", sites=EMS, sense=">=", number=2, level=["county"]),
    ]
    asked = [rule("either_or", id="EITHER", branches=[b.model_dump() for b in branches])]
    whole, parts = both(row(), *asked, assume={"either_or_per": "unit"})
    assert misses(parts) == pytest.approx(misses(whole))
    assert parts.objective_value == pytest.approx(whole.objective_value)


def test_staff_of_vehicles_and_stations_stay_in_their_county(way):
    rules = [
        cover(1.2, share="1/2"),
        rule("quota", id="CARS", resources=["ambulances"], number=1, per=2000, level=["county"]),
        rule(
            "ratio", id="CREW", pairs=[{"resource": "ems_drivers", "base": "ambulances"}], number=5
        ),
    ]
    for budget in (None, 60.0):
        whole, parts = both(row(), *rules, budget=budget)
        assert amounts(parts, "ems_drivers") == amounts(whole, "ems_drivers")
        assert parts.objective_value == pytest.approx(whole.objective_value)


def test_names_of_sites_and_wishes_for_change():
    rules = [cover(1.2, share="1/2"), rule("forced_site", id="OPEN", site="site beyond")]
    whole, parts = both(row(), *rules, minimise="change")
    assert "beyond" in open_ids(parts)
    assert parts.objective_value == whole.objective_value == parts.bound

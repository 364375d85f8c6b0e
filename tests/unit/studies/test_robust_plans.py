"""One plan for several forecasts: tried by the audit in each, bounded, and what is safe."""

import numpy as np
import pytest
from builders import rule, site, small_policy, small_region

from allocator.auditing.compliance import audit
from allocator.errors import InfeasibleError, InputError, PolicyError
from allocator.planning.optimisation import plan
from allocator.region.population_factors import with_population_factors
from allocator.studies import robust_plans
from allocator.studies.robust_plans import robust_plan
from allocator.studies.robust_tables import site_table

EMS = {"kinds": ["ems_station"]}
SITES = [
    site(f"e{i}", x_km=0.5 + i % 4, y_km=0.5 + i // 4,
         status="existing" if i == 0 else "candidate")
    for i in range(8)
]  # fmt: skip
BEDS = rule("quota", id="BEDS", resources=["public_beds"], number=3, level=("district", "county"))
COVERAGE = rule("coverage", id="COV", sites=EMS, within_km=1.1, share="0.7", strength="wish")
SAMPLES = [{"A": 0.9, "B": 1.2}, {"A": 1.3, "B": 0.8}, {"all": 1.0}]


@pytest.fixture(scope="module")
def region():
    """Eight cells, a site in each; beds in two counties."""
    return small_region(
        sites=SITES, stock={("A", "public_beds"): 8, ("B", "public_beds"): 3},
        costs={"ems_station": 100.0, "public_beds": 1.0},
    )  # fmt: skip


@pytest.fixture(scope="module")
def by_cost(region):
    """At least cost, all solved together."""
    return robust_plan(region, small_policy(BEDS), SAMPLES, budget=1e6)


@pytest.fixture(scope="module")
def by_coverage(region):
    """As many people as some money reaches."""
    return robust_plan(
        region, small_policy(COVERAGE), SAMPLES, maximise="coverage", budget=100.0,
        criterion="regret",
    )  # fmt: skip


def test_every_trial_is_what_the_audit_says(region, by_cost):
    """Each candidate in each sample: rules that fail, and the money."""
    policy = small_policy(BEDS)
    for number, factors in enumerate(SAMPLES, 1):
        there = with_population_factors(region, factors)
        lines = audit(there, policy, by_cost.plan).query("area == 'all' and rule == 'BEDS'")
        trial = by_cost.trials.query(
            f"candidate == '{by_cost.chosen}' and sample == 'sample {number}'"
        ).iloc[0]
        assert trial["must_failed"] == int(not lines["met"].iloc[0])
        assert trial["cost"] == pytest.approx(by_cost.plan.provenance["cost"])


def test_the_chosen_plan_keeps_the_rules_in_every_sample(by_cost):
    """3 beds per 1,000 of 3,900 people and of 1,680 are 12 and 6: the envelope has them."""
    assert by_cost.chosen == "envelope"
    kept = by_cost.trials.query("candidate == 'envelope'")
    assert kept["keeps_rules"].all()
    assert (kept["must_failed"] == 0).all()
    own = by_cost.trials.query("candidate == 'sample 1' and sample == 'sample 2'")
    assert own["must_failed"].iloc[0] == 1
    row = by_cost.criteria.set_index("criterion").loc["worst"]
    assert bool(row["keeps_rules"])
    assert row["bound"] <= row["value"]


def test_bounds_hold_for_every_candidate_that_keeps_the_rules(by_cost, by_coverage):
    """No candidate that keeps the rules in every sample is below the bound of any criterion."""
    for robust in (by_cost, by_coverage):
        criteria = robust.criteria.set_index("criterion")
        whole = robust.candidates[robust.candidates["samples_kept"] == len(robust.samples)]
        assert len(whole)
        for name in ("worst", "expected", "regret"):
            bound = criteria.loc[name, "bound"]
            assert np.isnan(bound) or (whole[name] >= bound - 1e-9).all()
        assert (robust.candidates["regret"] >= 0).all()
        own = robust.samples.set_index("sample")
        assert (own["bound"] <= own["own"] + 1e-9).all()


def test_the_best_by_each_criterion_is_the_least_of_those_that_miss_no_more(by_coverage):
    """Rules first; among equals the value decides."""
    table = by_coverage.candidates
    for _, row in by_coverage.criteria.iterrows():
        best = table.set_index("candidate").loc[row["candidate"]]
        assert best[row["criterion"]] == pytest.approx(row["value"])
        rivals = table[table["wish_shortfall"] <= best["wish_shortfall"] - 1e-9]
        assert row["criterion"] != "worst" or rivals.empty
    assert by_coverage.chosen == by_coverage.criteria.set_index("criterion").loc[
        "regret", "candidate"
    ]  # fmt: skip


def test_the_bound_of_the_worst_case_is_the_worst_samples(by_coverage):
    """People who are not covered differ by sample: worst and mean have bounds of their own."""
    whole = by_coverage.criteria.set_index("criterion")["bound"]
    bound = by_coverage.samples["bound"]
    assert bound.max() > bound.mean()
    assert whole["worst"] == pytest.approx(bound.max())
    assert whole["expected"] == pytest.approx(bound.mean())


def test_one_sample_leaves_nothing_open(region):
    """Its own plan is the best, proven, without regret; every site is safe or never open."""
    robust = robust_plan(region, small_policy(BEDS, COVERAGE), [{"all": 1.1}], budget=1e6)
    assert robust.criteria["gap"].tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    assert robust.criteria["status"].tolist() == ["optimal"] * 3
    assert robust.criteria.set_index("criterion").loc["regret", "value"] == 0
    assert set(robust.sites["decision"]) <= {"safe", "never"}
    assert robust.units["certain"].all()


def test_each_samples_plan_is_that_of_its_forecast(region, by_cost):
    """The objective of sample 2 is that of a plan for its people."""
    alone = plan(with_population_factors(region, SAMPLES[1]), small_policy(BEDS), budget=1e6)
    own = by_cost.samples.set_index("sample").loc["sample 2", "own"]
    assert own == pytest.approx(alone.provenance["cost"])
    assert by_cost.samples["factor:A"].tolist() == [0.9, 1.3, 1.0]


def test_sites_tell_in_how_many_plans_they_are(region, by_coverage):
    """What stands is safe; shares are counts over samples."""
    table = by_coverage.sites.set_index("id")
    assert table.loc["e0", "decision"] == "safe"
    assert table.loc["e0", "today"] == "existing"
    assert (table["share"] == table["open_in"] / 3).all()
    assert table["share"].is_monotonic_decreasing
    assert site_table([]).empty


def test_units_are_between_least_and_most(by_cost):
    """Beds by county over the samples."""
    beds = by_cost.units.query("resource == 'public_beds'").set_index("unit")
    assert beds.loc["A", "most"] == 12
    assert beds.loc["B", "least"] == 4
    assert (beds["least"] <= beds["median"]).all()
    assert (beds["median"] <= beds["most"]).all()
    assert beds.loc["A", "counted_in"] == "beds"


def test_few_candidates_are_tried_of_many_samples(region):
    """Those with the least and the most people among them; all samples are planned."""
    samples = [{"all": 1 + k / 20} for k in range(7)]
    robust = robust_plan(region, small_policy(BEDS), samples, candidates=2)
    assert robust.candidates["candidate"].tolist() == ["sample 1", "sample 7", "mean", "envelope"]
    assert len(robust.samples) == 7
    assert any("5 plans of samples were not tried" in note for note in robust.notes)


def test_without_a_budget_the_bound_is_said_to_be_that_of_the_order(region):
    """Sites first, then beds: such a bound is not that of every plan, and not called optimal."""
    robust = robust_plan(region, small_policy(BEDS), SAMPLES)
    assert any("made in this order" in note for note in robust.notes)
    assert set(robust.criteria["status"]) == {"feasible"}


def test_a_forecast_without_a_plan_stops_nothing(region, monkeypatch):
    """It has no bound, so that none holds for all samples."""
    real = robust_plans.plan

    def some(there, *arguments, **options):
        if there.units.people("R") > 4600:
            raise InfeasibleError("too many people")
        return real(there, *arguments, **options)

    monkeypatch.setattr(robust_plans, "plan", some)
    robust = robust_plan(region, small_policy(BEDS), SAMPLES, budget=1e6)
    assert robust.samples["status"].tolist() == ["optimal", "infeasible", "optimal"]
    assert robust.criteria["bound"].isna().all()
    assert any("too many people" in note for note in robust.notes)
    with pytest.raises(InfeasibleError, match="no forecast has a plan"):
        robust_plan(region, small_policy(BEDS), [{"all": 2.0}], budget=1e6)


def test_an_interrupt_leaves_the_samples_planned_until_then(region):
    """Tried among themselves."""

    def stop(text: str) -> None:
        if text == "planning sample 3":
            raise KeyboardInterrupt

    robust = robust_plan(region, small_policy(BEDS), SAMPLES, progress=stop)
    assert robust.interrupted
    assert robust.samples["sample"].tolist() == ["sample 1", "sample 2"]


def test_everything_wrong_is_told_at_once(region):
    """Criterion, candidates, factors and the objective in one error."""
    with pytest.raises(PolicyError, match="4 problems") as told:
        robust_plan(
            region, small_policy(BEDS), [{"A": -1.0}], criterion="best", candidates=0,
            minimise="travel", budget=5.0,
        )  # fmt: skip
    assert "cost, change or coverage" in str(told.value)
    with pytest.raises(PolicyError, match="at least one forecast"):
        robust_plan(region, small_policy(BEDS), [])
    with pytest.raises(InputError, match="no planning units"):
        robust_plan(region, small_policy(BEDS), [{"X": 1.1}])


def test_what_is_safe_is_open_in_nearly_all_plans(region):
    """Of three forecasts one wants another station: a share of two thirds is an open question."""
    reach = rule("coverage", id="COV", sites=EMS, within_km=0.4, strength="wish")
    samples = [{"A": 2.0, "B": 1.0}, {"A": 2.0, "B": 1.0}, {"A": 0.1, "B": 3.0}]
    robust = robust_plan(region, small_policy(reach), samples, maximise="coverage", budget=100.0)
    decisions = dict(zip(robust.sites["id"], robust.sites["decision"], strict=True))
    assert decisions["e0"] == "safe"
    shares = robust.sites.set_index("id")["share"].round(3)
    assert sorted(shares[shares < 1]) == [0.333, 0.667]
    assert {decisions[name] for name in shares[shares < 1].index} == {"open question"}


@pytest.mark.parametrize("known", ["R", "A"])
def test_what_is_given_in_a_forecast_is_not_held_against_a_plan_made_for_another(known):
    """Visits grow with the people: physicians may be too few for them, but no table is wrong."""
    stock = {(known, "visits"): 5_200.0, ("B", "visits"): 2_600.0} if known == "A" else {
        ("R", "visits"): 7_800.0
    }  # fmt: skip
    for unit in ("A", "B"):
        stock[unit, "physicians"] = 0
    there = small_region(sites=SITES, stock=stock, costs={"physicians": 1.0})
    service = rule("service", id="SRV", demand="visits", by="physicians", share=1,
                   capacity="visits_per_physician", strength="target")  # fmt: skip
    found = robust_plan(
        there,
        small_policy(service),
        SAMPLES,
        budget=1e6,
        assumptions={"visits_per_physician": 100.0},
    )
    assert (found.trials["must_failed"] == 0).all()
    assert (found.trials["must_shortfall"] == 0).all()
    own = found.trials.set_index(["candidate", "sample"])
    assert own.loc[("sample 1", "sample 1"), "target_failed"] == 0
    assert own.loc[("sample 1", "sample 2"), "target_failed"] == 1
    assert own.loc[("envelope", "sample 2"), "target_failed"] == 0

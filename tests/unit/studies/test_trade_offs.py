"""Fronts: proven points, none worse than another in both figures, as the audit reads them."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from builders import rule, site, small_policy, small_region

from allocator.auditing.compliance import audit
from allocator.errors import PolicyError, SolverError
from allocator.lp.status import Status
from allocator.studies import front_search
from allocator.studies.front import knee_of, sorted_out
from allocator.studies.front_search import Gaps, Point
from allocator.studies.trade_offs import trade_off

EMS = {"kinds": ["ems_station"]}
COVERAGE = rule("coverage", id="COV", sites=EMS, within_km=0.9, share=1)
RESPONSE = rule("mean_response", id="MR", sites=EMS, minutes=30)
PEOPLE = (900, 800, 700, 600, 500, 400, 300, 200)
SITES = [
    site(f"e{i}", x_km=0.5 + i % 4, y_km=0.5 + i // 4, opening_cost=100.0 + 7 * i,
         status="existing" if i == 0 else "candidate")
    for i in range(8)
]  # fmt: skip


@pytest.fixture
def stations():
    """Eight cells of 1 km, a site in each; the first stands."""
    return small_region(people=PEOPLE, sites=SITES)


@pytest.fixture
def beds():
    """Two counties, of which one has three times as many beds per head."""
    return small_region(
        stock={("A", "public_beds"): 8, ("B", "public_beds"): 1}, costs={"public_beds": 5.0}
    )


def cheapest_by_coverage(radius_km: float) -> dict[float, float]:
    """By brute force: for every sum of people, what it costs at least to reach them."""
    at = np.array([(0.5 + i % 4, 0.5 + i // 4) for i in range(8)])
    near = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) <= radius_km
    found: dict[float, float] = {}
    for size in range(8):
        for new in combinations(range(1, 8), size):
            people = float(np.array(PEOPLE)[near[:, [0, *new]].any(axis=1)].sum())
            cost = float(sum(100 + 7 * i for i in new))
            found[people] = min(cost, found.get(people, np.inf))
    return found


def undominated(by_people: dict[float, float]) -> set[tuple[float, float]]:
    """Those that no other beats in both."""
    pairs = set(by_people.items())
    return {
        (p, c) for p, c in pairs
        if not any(q >= p and d <= c and (q, d) != (p, c) for q, d in pairs)
    }  # fmt: skip


def test_coverage_against_budget_is_the_front_of_all_choices(stations):
    """Every point is one that brute force finds; with room for all of them, all are found."""
    radius_km = 1.1
    policy = small_policy(COVERAGE.model_copy(update={"within_km": radius_km}))
    front = trade_off(stations, policy, between=("coverage", "budget"), points=20)
    found = set(zip(front.points["coverage"], front.points["budget"], strict=True))
    assert found == undominated(cheapest_by_coverage(radius_km))
    assert front.points["proven"].all()
    assert front.points["bound"].tolist() == pytest.approx(front.points["coverage"].tolist())
    assert front.set_aside == ("COV",)


def test_points_are_sorted_and_the_audit_says_the_same(stations):
    """Coverage of the table is that of the plan's compliance line, cost that of its provenance."""
    policy = small_policy(COVERAGE)
    front = trade_off(stations, policy, between=("coverage", "budget"), points=5)
    assert (np.diff(front.points["budget"]) > 0).all()
    assert (np.diff(front.points["coverage"]) > 0).all()
    for row, plan in zip(front.points.to_dict("records"), front.plans, strict=True):
        line = plan.compliance.query("rule == 'COV' and area == 'all'").iloc[0]
        assert line["achieved"] == row["coverage"]
        assert line["strength"] == "must"
        assert plan.provenance["cost"] == row["budget"]
        assert plan.provenance["trade_off"]["set_aside"] == ["COV"]
        again = audit(stations, policy, plan)
        assert again["met"].tolist() == plan.compliance["met"].tolist()
        assert row["must_failed"] == int(line["met"] is False or not line["met"])


def test_what_must_hold_holds_at_every_point(stations):
    """A rule that states no figure is kept: four stations at least, whatever they cost."""
    policy = small_policy(COVERAGE, rule("count", id="FOUR", sites=EMS, number=4))
    front = trade_off(stations, policy, between=("coverage", "budget"), points=3)
    for plan in front.plans:
        assert bool(plan.compliance.query("rule == 'FOUR' and area == 'all'")["met"].iloc[0])
    assert front.points["budget"].min() == 107 + 114 + 121


def test_a_rule_that_is_not_set_aside_is_kept(stations):
    """The planner says which rules ask for nothing."""
    policy = small_policy(COVERAGE.model_copy(update={"share": COVERAGE.share / 2}))
    free = trade_off(stations, policy, points=4)
    held = trade_off(stations, policy, points=4, set_aside=())
    assert free.points["coverage"].min() == 900
    assert held.points["coverage"].min() >= 2200
    assert held.set_aside == ()


def test_a_budget_of_the_planner_holds_at_every_point(beds):
    """Three beds more are paid for: the front ends there."""
    free = trade_off(beds, small_policy(), between=("beds", "gini"), points=30)
    held = trade_off(beds, small_policy(), between=("beds", "gini"), points=30, budget=10.0)
    assert held.points["beds"].max() == 11
    assert held.points["beds"].max() < free.points["beds"].max()
    assert [p.provenance["cost"] <= 10 for p in held.plans] == [True] * len(held.plans)
    with pytest.raises(PolicyError, match="2 problems"):
        trade_off(beds, small_policy(), between=("beds", "budget"), points=0, budget=3.0)


def test_beds_against_gini_is_the_front_of_all_splits(beds):
    """Beds are added to the county that has few; every split tried by hand."""
    front = trade_off(beds, small_policy(), between=("beds", "gini"), points=30)
    people = {"A": 3000, "B": 1400}
    tried = set()
    for a, b in product(range(8, 30), range(1, 15)):
        rates = sorted([(a / people["A"], people["A"]), (b / people["B"], people["B"])])
        share = [n / 4400 for _, n in rates]
        mean = (a + b) / 4400
        tried.add((a + b, round(share[0] * share[1] * (rates[1][0] - rates[0][0]) / mean, 9)))
    front_of = {
        (n, g) for n, g in tried
        if not any(m <= n and h <= g and (m, h) != (n, g) for m, h in tried)
    }  # fmt: skip
    found = {(n, round(g, 9)) for n, g in zip(front.points["beds"], front.points["gini"],
                                              strict=True)}  # fmt: skip
    assert found <= front_of
    assert min(found) == min(front_of)
    assert len(found) == 4
    assert front.points["proven"].all()


def test_change_against_fairness_and_the_lowest_rate(beds):
    """Both ways to say it end where the least is changed, and where nobody has less."""
    fair = trade_off(beds, small_policy(), between=("change", "fairness"), points=4)
    worst = trade_off(beds, small_policy(), between=("change", "lowest_rate"), points=4)
    assert fair.figures[1].name == "fairness"
    assert fair.points["change"].min() == worst.points["change"].min()
    assert worst.points["lowest_rate"].is_monotonic_increasing
    assert worst.points["change"].is_monotonic_increasing
    assert fair.points["change"].is_monotonic_decreasing
    most = worst.plans[-1].units.query("resource == 'public_beds'").set_index("unit")["allocated"]
    assert most["B"] / 1400 == pytest.approx(8 / 3000, rel=0.08)


def test_mean_response_against_its_percentile():
    """Two towns: between them the mean is best by the large one, the percentile by the small."""
    region = small_region(
        people=(8500, 10, 10, 10, 10, 10, 10, 1500), x_km=range(0, 80, 10), y_km=[0] * 8,
        sites=[site(f"e{i}", x_km=10.0 * i, status="candidate") for i in range(8)],
    )  # fmt: skip
    one = rule("count", id="ONE", sites=EMS, sense="==", number=1)
    front = trade_off(
        region, small_policy(RESPONSE, one), between=("mean_response", "response_p90"), points=4
    )
    assert (np.diff(front.points["response_p90"]) > 0).all()
    assert (np.diff(front.points["mean_response"]) < 0).all()
    assert len(front.points) >= 3
    for row, plan in zip(front.points.to_dict("records"), front.plans, strict=True):
        line = plan.compliance.query("rule == 'MR' and area == 'all'").iloc[0]
        assert line["achieved"] == pytest.approx(row["mean_response"])
    assert front.points["proven"].all()


def test_money_against_a_percentile_buys_stations(stations):
    """More stations, nearer ambulances."""
    front = trade_off(
        stations, small_policy(RESPONSE), between=("response_p80", "budget"), points=3
    )
    assert [f.name for f in front.figures] == ["budget", "response_p80"]
    assert front.points["budget"].is_monotonic_decreasing
    assert front.points["budget"].min() == 0


def test_bounds_are_those_of_the_figure_itself(beds):
    """Where the other one was looked for by other means, too: a bound is a number of beds."""
    front = trade_off(beds, small_policy(), between=("beds", "gini"), points=3)
    assert front.points["bound"].tolist() == pytest.approx(front.points["beds"].tolist())
    assert front.points["gap"].tolist() == pytest.approx([0.0] * len(front.points))


@pytest.mark.parametrize("which", [0, 1])
def test_a_point_is_proven_only_if_every_solve_is(stations, monkeypatch, which):
    """Be it the solve of the first figure or of the second."""
    real = front_search.Search._ask

    def doubted(self, aims, limits):
        pulled = real(self, aims, limits)
        records = list(pulled.records)
        records[which] = replace(records[which], status=Status.FEASIBLE)
        return replace(pulled, records=tuple(records))

    monkeypatch.setattr(front_search.Search, "_ask", doubted)
    front = trade_off(stations, small_policy(COVERAGE), points=2)
    assert not front.points["proven"].any()
    assert any("2 of 2 points are not proven" in note for note in front.notes)


def test_one_plan_best_in_both_is_said(stations):
    """Nothing is traded where one plan has both."""
    policy = small_policy(COVERAGE, RESPONSE)
    front = trade_off(stations, policy, between=("coverage", "mean_response"), points=4)
    assert len(front.points) == 1
    assert front.knee is None
    assert front.removed["reason"].tolist() == ["the same as another point"]
    assert any("nothing to trade" in note for note in front.notes)


@pytest.mark.parametrize(
    ("between", "words"),
    [
        (("coverage", "budget"), ["no coverage rule"]),
        (("coverd", "budget"), ["did you mean 'coverage'"]),
        (("mean_response", "response_p30"), ["no response rule", "50..99"]),
        (("gini:nurses", "beds"), ["nurses is not planned here", "no beds are planned"]),
        (("change", "change"), ["twice"]),
        (("change",), ["two figures"]),
    ],
)
def test_what_cannot_be_traded_is_told_at_once(between, words):
    """One error with everything that this policy and region lack."""
    region = small_region(stock={("A", "ambulances"): 1, ("B", "ambulances"): 1})
    with pytest.raises(PolicyError) as told:
        trade_off(region, small_policy(), between=between)
    for word in words:
        assert word in str(told.value)


def test_figures_that_can_only_be_limited_are_refused_together(stations):
    """A Gini coefficient and a percentile: neither can be aimed at."""
    region = replace(stations, stock=small_region(stock={
        ("A", "public_beds"): 8, ("B", "public_beds"): 1}).stock)  # fmt: skip
    with pytest.raises(PolicyError, match="both only be limited"):
        trade_off(region, small_policy(RESPONSE), between=("gini", "response_p90"))


def test_wrong_points_and_rules_are_told(stations):
    """Both in one error."""
    with pytest.raises(PolicyError, match="2 problems"):
        trade_off(stations, small_policy(COVERAGE), points=1, set_aside=["NONE"])


def test_an_interrupt_gives_the_points_so_far(stations):
    """Both ends are there; the rest is not looked for."""

    def stop(text: str) -> None:
        if "2 of" in text:
            raise KeyboardInterrupt

    front = trade_off(stations, small_policy(COVERAGE), points=6, progress=stop)
    assert front.interrupted
    assert len(front.points) == 2
    assert "interrupted: the points so far" in front.notes


def test_an_interrupt_anywhere_is_no_error(stations):
    """Whichever line of progress it comes with, the points so far are there, and said to be so."""
    lines: list[str] = []
    policy = small_policy(COVERAGE)
    whole = trade_off(stations, policy, points=3, progress=lines.append)
    known = set(zip(whole.points["coverage"], whole.points["budget"], strict=True))
    for stop_at in range(0, len(lines), 5):
        left = [stop_at]

        def stop(_: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt

        front = trade_off(stations, policy, points=3, progress=stop)
        assert front.interrupted
        proven = front.points[front.points["proven"].astype(bool)]
        assert set(zip(proven["coverage"], proven["budget"], strict=True)) <= known


def test_a_program_that_disagrees_with_the_audit_is_an_error(stations, monkeypatch):
    """What the program believes is compared with what the tables say."""
    monkeypatch.setattr(front_search.Search, "_read", lambda self, figure, plan: 17.0)
    with pytest.raises(SolverError, match="the audit"):
        trade_off(stations, small_policy(COVERAGE), points=2)


def test_the_knee_is_farthest_from_the_chord():
    """A straight front has none."""
    assert knee_of([10.0, 4.0, 1.0, 0.0], [0.0, 1.0, 5.0, 10.0]) == 1
    assert knee_of([2.0, 1.0, 0.0], [0.0, 1.0, 2.0]) is None
    assert knee_of([1.0, 0.0], [0.0, 1.0]) is None


def test_dominated_and_equal_points_go(stations):
    """With the reason; the first of equal ones stays."""
    front = trade_off(stations, small_policy(COVERAGE), points=2)
    plan = front.plans[0]

    def point(coverage: float, budget: float) -> Point:
        return Point(coverage, budget, 0.0, coverage, 0.0, plan.status, True, plan)

    points = [point(10, 5), point(8, 2), point(9, 6), point(8, 2)]
    kept, gone = sorted_out(points, front.figures)
    assert kept == [1, 0]
    assert gone == [(2, "another point is better"), (3, "the same as another point")]


def test_gaps_are_not_looked_at_twice():
    """The middle first; then just below the end; then the part is done."""
    gaps = Gaps(0.0, 10.0)
    part, limit = gaps.next()
    assert limit == 5.0
    gaps.looked(part, limit, 0.0)
    part, limit = gaps.next()
    assert 9.99 < limit < 10.0
    gaps.looked(part, limit, 0.0)
    assert gaps.next() is None

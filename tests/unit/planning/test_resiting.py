"""One station more and one less, the others free to move."""

import math

import pytest
from builders import rule, site, small_region
from planned import EMS, planned

from allocator.planning.marginals import RESITED, STOPPED

# People at 0.5, 1.5 ... km; a station reaches its own cell and the two beside it.
PEOPLE = [1000, 2000, 3000, 4000, 5000]
COVER = rule("coverage", id="C", within_km="1.1", share="0.1", sites=EMS)


def region(*standing):
    sites = [
        site(
            f"s{k}",
            "ems_station",
            k + 0.5,
            0.5,
            status="existing" if k in standing else "candidate",
        )
        for k in range(5)
    ]
    return small_region(
        people=PEOPLE, x_km=[k + 0.5 for k in range(5)], y_km=[0.5] * 5, sites=sites,
        costs={"ems_station": 7, "closing:ems_station": 2},
    )  # fmt: skip


def lines(plan, rule="C"):
    """Step -> effect, what none can beat, site, cost."""
    found = plan.marginals[plan.marginals["rule"] == rule]
    found = found[found["method"].isin([RESITED, STOPPED])]
    return {r.step: (r.effect, r.effect_bound, r.at, r.cost) for r in found.itertuples()}


def test_the_others_move_where_that_does_more():
    """s1 is planned for 6,000 of 15,000 people; s3 alone gives 12,000, and s1 with s3 or s4 all."""
    plan = planned(region(), rule("forced_site", id="F", site="s1"), COVER)
    assert lines(plan)[1.0] in [(9000, 9000, "s3", 7), (9000, 9000, "s4", 7)]
    freely = planned(region(), COVER)
    [chosen] = freely.facilities.loc[freely.facilities["status"] == "new", "id"]
    now = {"s0": 3000, "s1": 6000, "s2": 9000, "s3": 12000, "s4": 9000}[chosen]
    found = lines(freely)
    assert found[1.0][:2] == (15000 - now, 15000 - now)
    if now < 12000:
        assert found[0.0] == (12000 - now, 12000 - now, "s3", 0)


def test_what_stands_stays():
    """s0 stands and nothing lets it close: with two stations s0 and s3 are the best."""
    plan = planned(region(0), COVER)
    assert lines(plan) == {0.0: (0, 0, "", 0), 1.0: (12000, 12000, "s3", 7)}


def test_one_less_that_the_rules_do_not_allow_is_said():
    """Everybody within 1.1 km takes two stations: one less leaves people out, by either rule."""
    every = rule("coverage", id="E", within_km="1.1", sites=EMS)
    plan = planned(region(), every)
    assert lines(plan, "E")[-1.0][:2] == (-3000, -3000)  # its own people, if it must be
    share = rule("coverage", id="C", within_km="1.1", share="0.1", sites=EMS)
    both = planned(region(), every, share)
    assert math.isnan(lines(both, "C")[-1.0][0])
    assert any(
        words == "-1 ambulance station, the others free to move: "
        "not without missing more of another rule"
        for words in both.marginals["words"]
    )


def test_a_rule_that_is_no_set_is_checked_in_the_program():
    """At most one station may be open: one more serves all 15,000, but no plan may have it."""
    most = rule("count", id="N", number=1, sense="<=", sites=EMS)
    plan = planned(region(), rule("forced_site", id="F", site="s3"), most, COVER)
    effect, bound, _, cost = lines(plan)[1.0]
    assert (effect, bound, cost) == (0, 3000, 0)
    assert plan.marginals["method"].eq(STOPPED).any()


def test_a_cover_too_large_to_solve_again_has_a_range(monkeypatch):
    """The best single addition, and all whom some site reaches."""
    monkeypatch.setattr("allocator.planning.resiting.MOST_REACHED", 0)
    plan = planned(region(0), COVER)
    assert lines(plan) == {1.0: (pytest.approx(12000), pytest.approx(12000), "s3", 7)}
    far = planned(region(), rule("forced_site", id="F", site="s0"), COVER)
    assert lines(far) == {1.0: (12000, 12000, "s3", 7)}


def test_a_large_cover_of_everybody_is_asked_as_one_program(monkeypatch):
    """Everybody within 1.1 km takes s0 or s1, and s3 or s4; own cells are what C counts."""
    every = rule("coverage", id="E", within_km="1.1", sites=EMS)
    near = rule("coverage", id="C", within_km="0.5", share="0.1", sites=EMS)
    small = lines(planned(region(), every, near))
    monkeypatch.setattr("allocator.planning.resiting.LARGE", 0)
    monkeypatch.setattr("allocator.planning.kept_cover.KeptCover.is_small", True)
    large = lines(planned(region(), every, near))
    assert {step: found[:2] for step, found in large.items()} == {
        step: found[:2] for step, found in small.items() if step >= 0
    }
    assert set(large) == {1.0, 0.0}

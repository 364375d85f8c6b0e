"""One more station and one less: every site tried."""

import pytest
from builders import rule, site, small_region
from planned import EMS, line, planned

# Cells 100, 200, 300, 400 people at 0.5, 1.5, 2.5, 3.5 km; A has the first two, B the others.
PEOPLE = [100, 200, 300, 400]
X_KM = [0.5, 1.5, 2.5, 3.5]


def region(*sites):
    return small_region(
        people=PEOPLE, x_km=X_KM, y_km=[0.5] * 4, sites=sites,
        costs={"ems_station": 7, "closing:ems_station": 2},
    )  # fmt: skip


def at(name, x_km, status="candidate", **more):
    return site(name, "ems_station", x_km, 0.5, status=status, **more)


COVER = rule("coverage", id="C", within_km="0.6", share="0.1", sites=EMS)
ONE_AT_MOST = rule("count", id="N", number=1, sense="<=", sites=EMS)


def lines(plan, rule="C"):
    """(asked, area, step) -> (effect, site, cost) of one rule, the others as planned."""
    found = plan.marginals[plan.marginals["rule"] == rule]
    found = found[~found["method"].str.startswith("solved again")]
    return {
        (r.asked, r.area, r.step): (pytest.approx(r.effect), r.at, r.cost)
        for r in found.itertuples()
    }


def test_the_best_single_addition_and_the_least_harmful_removal():
    """s0 stands and serves 100. Another one serves 400 at best, in A 200; without s0 nobody is."""
    plan = planned(
        region(at("s0", 0.5, "existing"), at("s1", 1.5), at("s2", 2.5), at("s3", 3.5)), COVER
    )
    assert lines(plan) == {
        ("ems_station", "all", 1.0): (400, "s3", 7),
        ("ems_station", "all", -1.0): (-100, "s0", 2),
        ("ems_station", "A", 1.0): (200, "s1", 7),
        ("ems_station", "A", -1.0): (-100, "s0", 2),
        ("ems_station", "B", 1.0): (400, "s3", 7),
    }
    said = plan.marginals["words"].tolist()
    assert "+1 ambulance station: 400 more people within 0.6 km" in said
    assert "-1 ambulance station in unit A: 100 fewer people within 0.6 km" in said


def test_people_whom_two_stations_reach_are_lost_by_neither():
    """s0 and s1 stand on the same spot: one of them can go, at no harm."""
    plan = planned(region(at("s0", 0.5, "existing"), at("s1", 0.5, "existing")), COVER)
    assert lines(plan)["ems_station", "all", -1.0] == (0, "s0", 2)


def test_what_must_stand_is_not_taken_away():
    """A required site, and one that a must rule names."""
    forced = rule("forced_site", id="F", site="s1")
    plan = planned(region(at("s0", 0.5, "required"), at("s1", 1.5)), COVER, forced)
    assert not any(step < 0 for _, _, step in lines(plan))


def test_minutes_of_the_mean_response():
    """Cells at 2.6 min per km (detour 1.3, 30 km/h): a station at 3.5 km saves the two in B.

    Today from 0.5 km: 0.494 (in the cell), 2.6, 5.2, 7.8 minutes; then 0.494, 2.6, 2.6, 0.988 of
    50 km/h outside towns.
    """
    response = rule("mean_response", id="M", minutes=60, sites=EMS)
    sites = [at("s0", 0.5, "existing"), at("s3", 3.5)]
    plan = planned(
        small_region(people=PEOPLE, x_km=X_KM, y_km=[0.5] * 4, sites=sites, urban=[True]), response
    )
    pace = 1.3 * 60 / 30
    now = [0.38, 1.0, 2.0, 3.0]
    then = [0.38, 1.0, 1.0, 0.38]
    saved = sum(p * (a - b) for p, a, b in zip(PEOPLE, now, then, strict=True)) * pace / 1000
    # The only station cannot be asked for: without it nobody would come at all.
    assert lines(plan, "M") == {
        ("ems_station", "all", 1.0): (-saved, "s3", 0),
        ("ems_station", "B", 1.0): (-saved, "s3", 0),
    }
    both = planned(
        small_region(
            people=PEOPLE, x_km=X_KM, y_km=[0.5] * 4, urban=[True],
            sites=[at("s0", 0.5, "existing"), at("s3", 3.5, "existing")],
        ),
        response,
    )  # fmt: skip
    lost = (100 * (3 - 0.38) + 200 * (2 - 1)) * pace / 1000
    assert lines(both, "M")["ems_station", "all", -1.0] == (lost, "s0", 0)


def test_only_the_branch_that_is_taken_is_asked():
    """Of an either-or rule the other branch binds nobody."""
    either = rule(
        "either_or", id="E", branches=[
            rule("coverage", id="E.a", within_km="0.6", share="0.1", sites=EMS),
            rule("coverage", id="E.b", within_km="9", share="1", sites={"kinds": ["school"]}),
        ],
    )  # fmt: skip
    plan = planned(region(at("s0", 0.5, "existing"), at("s3", 3.5)), either)
    assert set(plan.marginals["rule"]) == {"E.a"}


def test_an_ambulance_more_shortens_no_way():
    """Two vehicles at one station: one less does no harm; one at one: its station closes."""
    sites = [at("s0", 0.5, "existing"), at("s3", 3.5, "existing")]
    two = rule("quota", id="fleet", resources=["ambulances"], number=3)
    plan = planned(region(*sites), COVER, two)
    assert line(plan, "fleet").achieved == 3
    by_unit = {a: n for (k, a, s), n in lines(plan).items() if k == "ambulances" and s < 0}
    assert {("ambulances", u, 1.0): (0, "", None) for u in "AB"}.items() <= {
        key: (effect, at, None) for key, (effect, at, _) in lines(plan).items()
    }.items()
    spare = max("AB", key=lambda u: plan.units.set_index(["unit", "resource"]).allocated[
        u, "ambulances"])  # fmt: skip
    other = "B" if spare == "A" else "A"
    assert by_unit[spare][:2] == (0, "")
    assert by_unit[other][:2] == ((-400, "s3") if other == "B" else (-100, "s0"))
    assert "+1 ambulance in unit B: 0 people" in plan.marginals["words"].tolist()

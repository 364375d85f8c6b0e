"""Mean response time by cuts, and travel as an objective."""

from itertools import combinations

import pytest
from builders import rule, site, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import EMS, line, misses, open_ids, planned
from planning_oracles import READINGS, choices, mean_response, minutes, site_score
from strategies import few, regions


def spread(**more):
    """Two groups of people 6 km apart, a place in each and one between."""
    return small_region(
        people=[3000, 1000], x_km=[0, 6], y_km=[0, 0], urban=[True, True],
        sites=[site(f"s{k}", x_km=x, y_km=0, status="candidate") for k, x in enumerate((0, 3, 6))],
        costs={"ems_station": 1}, **more,
    )  # fmt: skip


def mean(minutes, **more):
    return rule("mean_response", id="M", sites=EMS, minutes=minutes, **more)


def at(region, ids):
    """Mean response of a choice of sites, by the oracle."""
    rows = [s for _, s in region.sites.table.iterrows() if s.name in ids]
    return mean_response(region, mean(1), rows, None, READINGS)


def test_the_mean_is_handling_turnout_and_travel():
    """One minute handling, three turnout, and the way inside a cell of 1 km: 4.988 in all."""
    plan = planned(spread(), mean(5))
    inside = 0.38 * 1.3 / 30 * 60
    assert line(plan, "M").achieved == pytest.approx(4 + inside)
    assert open_ids(plan) == {"s0", "s2"}


def test_one_station_stands_where_most_people_live():
    """With 9 minutes one station is enough, but only where three quarters of the people are."""
    region = spread()
    limit = at(region, {"s0"}) + 1e-6
    plan = planned(region, mean(limit))
    assert open_ids(plan) == {"s0"}
    assert at(region, {"s1"}) > limit


@pytest.mark.parametrize(("more", "stations"), [(1e-3, 1), (0.0, 1), (-1e-3, 2)])
def test_the_limit_itself_is_met(more, stations):
    """A mean of exactly the limit holds; a limit just below it takes a second station."""
    region = spread()
    plan = planned(region, mean(at(region, {"s0"}) + more))
    assert len(open_ids(plan)) == stations
    assert line(plan, "M").met


def test_a_hair_below_the_limit_is_told_and_does_not_stop_the_plan():
    """Half a millionth of a minute is below what a solver tells apart: the label is honest."""
    region = spread()
    plan = planned(region, mean(at(region, {"s0"}) - 5e-7))
    assert line(plan, "M").met == (line(plan, "M").slack >= 0)


def test_an_impossible_mean_misses_as_little_as_can_be():
    """All stations open still need 4.99 minutes: with a limit of 4 the miss is the rest."""
    region = spread()
    best = at(region, {"s0", "s1", "s2"})
    plan = planned(region, mean(4))
    assert misses(plan)[0] == pytest.approx(best / 4 - 1, rel=1e-4)
    assert not line(plan, "M").met
    assert line(plan, "M").achieved == pytest.approx(best)


def test_no_money_for_any_station_is_a_miss_not_an_impossibility():
    """A budget of nothing: a plan with no station, the rule missed, and nothing raised."""
    plan = planned(spread(), mean(9), budget=0.0)
    assert open_ids(plan) == set()
    assert not line(plan, "M").met
    assert misses(plan)[0] > 1


def test_every_unit_has_its_own_mean_at_its_level():
    """All together are served by one station; each unit by its own mean needs two."""
    region = spread()
    limit = at(region, {"s0"}) + 1e-3
    plan = planned(region, mean(limit, level=["district", "county"]))
    assert len(open_ids(plan)) == 2
    assert line(plan, "M", "B").met


def test_a_group_without_people_is_served():
    """No rural cell: a rule for rural people holds without any station."""
    plan = planned(spread(), mean(5, group="rural"))
    assert open_ids(plan) == set()
    assert line(plan, "M").met


@few
@given(
    region=regions(max_sites=5),
    group=st.sampled_from(["total", "urban", "rural"]),
    rank=st.integers(0, 40),
)
def test_cuts_find_what_trying_every_choice_finds(region, group, rank):
    """The limit is the mean of some choice of stations: cuts open as cheaply as enumeration."""
    asked = mean(1, group=group)
    options = [o for o in choices(region, [asked]) if o]
    means = sorted(mean_response(region, asked, o, None, READINGS) for o in options)
    limit = means[rank % len(means)] if means else 0.0
    if not means or not limit:
        return
    made = mean(limit + 1e-4, group=group)
    plan = planned(region, made)
    scores = [site_score(region, [made], o, READINGS) for o in options]
    cheapest = min(cost for must, _, _, cost in scores if must < 1e-9)
    assert plan.objective_value == pytest.approx(cheapest)
    assert line(plan, "M").met


@pytest.mark.parametrize("p", [1, 2, 3])
def test_least_travel_is_the_p_median(p):
    """With money for p stations, person-minutes are the least over every choice of p."""
    region = spread()
    places = [s for _, s in region.sites.table.iterrows()]
    cells = [c for _, c in region.grid.table.iterrows()]

    def spent(chosen):
        return sum(
            c["people"] * min(minutes(region, c, s, "ambulance", READINGS) for s in chosen)
            for c in cells
        )

    best = min(spent(chosen) for chosen in combinations(places, p))
    plan = planned(region, mean(60), minimise="travel", budget=float(p))
    assert plan.objective_value == pytest.approx(best, rel=1e-4)
    assert plan.bound <= plan.objective_value + 1e-6
    assert plan.objective_unit == "person-minutes"

"""Nested levels: what a planner asks, upgrades, shares, referral, honest ends."""

from dataclasses import replace

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.location.hierarchy import Level, hierarchical, people_by_level
from allocator.location.set_cover import lscp
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.distance import straight_line_km
from allocator.travel.ends import Demand, SiteSet

METRES = np.array([500_000.0, 3_400_000.0])
DEMAND = Demand(
    people=np.array([10.0, 20, 30, 40, 50]),
    xy_m=METRES + 1000.0 * np.array([[0, 0], [2, 0], [4, 0], [6, 0], [8, 0]]),
)
SITES = SiteSet(ids=["a", "b", "c"], xy_m=METRES + 1000.0 * np.array([[1, 0], [4, 0], [7, 0]]))
TIMES = straight_line_km(DEMAND, SITES, max_km=10)
STATION, HOSPITAL = TIMES.within(1), TIMES.within(4)


def two_levels(stations=None, hospitals=None, **options):
    """Stations reach 1 km, hospitals 4 km."""
    return hierarchical(
        [
            Level("station", STATION, **(stations or {"p": 1})),
            Level("hospital", HOSPITAL, **(hospitals or {"p": 1})),
        ],
        **options,
    )


def test_a_hospital_is_a_station_too():
    """The hospital serves its neighbourhood as a station does; the station stands elsewhere."""
    siting = two_levels()
    assert siting.status is Status.OPTIMAL
    assert siting.sites == ["b", "c"]
    assert siting.levels.tolist() == [2, 1]
    assert people_by_level(siting) == {"station": 120, "hospital": 150}
    assert (siting.objective, siting.objective_unit) == (270, "weighted people")
    assert siting.verify() == []
    assert siting.site_table["level"].tolist() == [2, 1]


def test_weights_say_what_counts():
    """With hospitals alone counting, the hospital goes to the middle, where all reach it."""
    siting = two_levels({"p": 1, "weight": 0.0})
    assert siting.levels[siting.sites.index("b")] == 2
    assert siting.objective == 150


def test_one_level_is_the_set_cover():
    """A share of everybody at one level, at least cost, is the set cover."""
    only = hierarchical([Level("station", HOSPITAL, share=1.0)])
    assert only.objective_unit == "cost"
    assert only.objective == lscp(HOSPITAL).objective
    plain = hierarchical([Level("station", STATION, p=1)])
    assert (plain.objective, plain.objective_unit) == (90, "people")


def test_shares_at_least_cost():
    """Dear hospitals are built only as far as their share asks."""
    siting = two_levels({"share": 0.7, "cost": [1, 1, 1]}, {"share": 0.6, "cost": [10, 12, 10]})
    assert siting.status is Status.OPTIMAL
    assert siting.objective == 11
    assert siting.verify() == []


def test_existing_sites_are_upgraded_at_the_difference():
    """A station becomes a hospital for what that costs above a station; it is not lowered."""
    costs = {"cost": [5, 5, 5]}, {"cost": [20, 20, 20]}
    siting = two_levels(*costs, budget=15, open_sites=[1])
    assert siting.levels.tolist() == [2]
    assert siting.sites == ["b"]
    kept = two_levels(*costs, budget=0, open_sites=[1], existing_levels=[0, 2, 0])
    assert kept.levels.tolist() == [2]
    lowered = replace(kept, levels=np.array([1]), objective=30 + 0.0)
    assert any("lose their level" in problem for problem in lowered.verify())


def test_a_site_that_closes_is_paid_for():
    """Closing and running count against the budget and in the cost."""
    siting = two_levels(
        {"share": 0.5, "cost": [3, 3, 3]}, {"share": 0.5, "cost": [5, 5, 5]}, may_close=[0],
        closing_cost=[2, 0, 0], running_cost=[9, 9, 9],
    )  # fmt: skip
    assert siting.closed_sites.tolist() == [0]
    assert siting.objective == 2 + 5
    assert siting.verify() == []


def test_stations_refer_to_hospitals_in_reach():
    """A station must reach a hospital; and no more stations to each than it takes."""
    between = straight_line_km(SITES.xy_m, SITES.xy_m, max_km=3.5)
    far = straight_line_km(SITES.xy_m, SITES.xy_m, max_km=1)
    free = two_levels({"p": 2, "weight": 5.0}, {"p": 1})
    assert len(free.open_sites) == 3
    near = two_levels({"p": 2, "weight": 5.0}, {"p": 1}, referral=between)
    assert near.levels[near.sites.index("b")] == 2
    few = two_levels({"p": 2, "weight": 5.0}, {"p": 1}, referral=between, referral_capacity=1)
    assert len(few.open_sites) == 2
    assert few.verify() == []
    alone = two_levels({"p": 2}, {"p": 1}, referral=far)
    assert alone.levels.tolist() == [2]
    lie = replace(free, question=near.question)
    if free.levels[1] != 2:
        assert any("no place to refer" in problem for problem in lie.verify())
    crowded = replace(near, question=few.question)
    assert any("1 sites find no place" in problem for problem in crowded.verify())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stations": {"share": 1.0}, "hospitals": {"share": 1.0}, "forbidden": [0]},
         "2 cells with 30 people reach no permitted site; a share of 0.8 would do"),
        ({"required": [0, 1, 2]}, "3 sites must be open, more than the 2 of all levels' p"),
        ({"budget": 1, "required": [0, 1]}, "costs 2, more than the budget of 1"),
        ({"stations": {"p": 1, "share": 0.9}}, "3, 0 sites by level, at a cost of 3, would do"),
    ],
)  # fmt: skip
def test_infeasible_says_why(options, words):
    """Shares out of reach, too many that must be open, too little money, too few sites."""
    siting = two_levels(**options)
    assert siting.status is Status.INFEASIBLE
    assert words in "; ".join(siting.notes)


def test_unreachable_cells_are_listed():
    """Those that keep a share from being met, by position."""
    siting = two_levels({"share": 1.0}, {"share": 0.1}, forbidden=[0])
    assert siting.uncoverable.tolist() == [0, 1]


def test_more_sites_than_there_are():
    """No error, and noted."""
    siting = two_levels({"p": 7})
    assert siting.notes == ("station: p = 7, but only 3 sites may be open",)


def test_every_problem_at_once():
    """All that is wrong is said in one error."""
    other = straight_line_km(DEMAND, SITES.xy_m[:2], max_km=10).within(1)
    with pytest.raises(InputError) as caught:
        hierarchical(
            [
                Level("one", STATION, p=0, share=2.0, weight=-1),
                Level("one", other, cost=[1.0]),
            ],
            budget=-5,
        )
    assert len(caught.value.problems) == 7
    with pytest.raises(InputError, match="at least one level"):
        hierarchical([])
    with pytest.raises(InputError, match="give p or share, or a budget"):
        hierarchical([Level("one", STATION)])
    with pytest.raises(InputError) as caught:
        two_levels(open_sites=[0], existing_levels=[3, 1, 0], referral=TIMES, referral_capacity=-1)
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="means nothing without referral"):
        two_levels(referral_capacity=2)
    with pytest.raises(InputError, match="expected an answer of hierarchical"):
        people_by_level(lscp(HOSPITAL))


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [
        ({"levels": np.array([2, 2])}, "hospital: 2 sites, more than p = 1"),
        ({"levels": np.array([1])}, "levels and open sites do not match"),
        ({"levels": np.array([1, 3])}, "a level that does not exist"),
        ({"objective": 250.0}, "objective 250, but counted 270"),
        ({"bound": 100.0}, "bound 100 lies below"),
    ],
)
def test_each_lie_is_caught(lie, complaint):
    """The recheck counts from the pairs alone."""
    assert any(complaint in problem for problem in replace(two_levels(), **lie).verify())


def town(**options):
    """400 cells and 60 sites at random, two levels."""
    rng = np.random.default_rng(5)
    times = straight_line_km(
        METRES + 20_000 * rng.random((400, 2)), METRES + 20_000 * rng.random((60, 2)), max_km=6
    )
    people = rng.integers(1, 500, 400).astype(float)
    return hierarchical(
        [Level("station", times.within(2), p=8), Level("hospital", times.within(5), p=3)],
        people=people, **options,
    )  # fmt: skip


def test_same_question_same_answer():
    """Twice the same; proven."""
    one, two = town(), town()
    assert one.status is Status.OPTIMAL
    assert one.open_sites.tolist() == two.open_sites.tolist()
    assert one.levels.tolist() == two.levels.tolist()
    assert one.verify() == []


def test_the_clock_leaves_an_honest_gap():
    """Stopped by time: the greedy start at least, a bound above it, and a word about it."""
    siting = town(settings=SolverSettings(gap=0.0, time_limit_seconds=0.01))
    assert siting.status.has_answer
    assert siting.bound >= siting.objective
    assert siting.verify() == []


def test_an_interrupt_keeps_the_best_so_far():
    """Ctrl-C once the greedy start is there."""

    def stop(text):
        raise KeyboardInterrupt

    siting = town(progress=stop)
    assert siting.interrupted
    assert siting.status is Status.FEASIBLE
    assert siting.bound >= siting.objective
    assert siting.verify() == []

"""The capacitated median: published optima, reasons, flows, limits, interrupts."""

from dataclasses import replace

import numpy as np
import pytest
from capacitated_instances import (
    CAP,
    CAP_OPTIMA,
    CPMP,
    PMEDCAP,
    PMEDCAP_OPTIMA,
    SJC_BEST_KNOWN,
    read_cap,
    read_galvao,
    read_pmedcap,
    read_sjc,
    times_of,
)

from allocator.errors import InputError
from allocator.location.capacitated import capacitated
from allocator.location.siting import Flows
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.ends import Demand, SiteSet

ON_A_LINE = np.abs(np.arange(6.0)[:, None] - np.array([0.0, 2.0, 5.0])[None])
TENS = np.full(6, 10.0)
SKEWED = np.array([10.0, 10, 10, 30, 10, 10])
THIRTIES = np.array([30.0, 30, 30, 30, 0, 0])


def line(**options):
    """Six cells of ten people at km 0 to 5, sites at km 0, 2 and 5."""
    return capacitated(times_of(ON_A_LINE), **({"people": TENS} | options))


def medcap(instance, **options):
    """As published: distances unweighted, cells whole."""
    return capacitated(
        instance.times, p=instance.p, people=instance.people, max_load=instance.capacity,
        weight=np.ones(len(instance.people)), single_source=True, **options,
    )  # fmt: skip


@pytest.mark.skipif(not PMEDCAP.exists(), reason="needs the shared data folder")
@pytest.mark.parametrize("number", [3, 5])
def test_published_capacitated_medians(number):
    """OR-Library pmedcap, proven."""
    siting = medcap(read_pmedcap(PMEDCAP / f"pmedcap{number}.txt"))
    assert (siting.status, siting.objective) == (Status.OPTIMAL, PMEDCAP_OPTIMA[number])
    assert siting.bound == pytest.approx(siting.objective)
    assert siting.verify() == []
    assert len(siting.flows.cell) == 50


@pytest.mark.slow
@pytest.mark.skipif(not PMEDCAP.exists(), reason="needs the shared data folder")
@pytest.mark.parametrize("number", [1, 7, 9])
def test_published_capacitated_medians_that_take_longer(number):
    """The harder ones of OR-Library pmedcap."""
    siting = medcap(read_pmedcap(PMEDCAP / f"pmedcap{number}.txt"))
    assert (siting.status, siting.objective) == (Status.OPTIMAL, PMEDCAP_OPTIMA[number])
    assert siting.verify() == []


@pytest.mark.skipif(not CAP.exists(), reason="needs the shared data folder")
@pytest.mark.parametrize("number", sorted(CAP_OPTIMA))
def test_published_facility_locations(number):
    """OR-Library cap71 to cap132, cells parted, proven without branching."""
    instance = read_cap(CAP / f"cap{number}.txt")
    siting = capacitated(
        instance.times, people=instance.people, weight=np.ones(len(instance.people)),
        max_load=instance.capacity, minimise="cost", cost=instance.opening,
    )  # fmt: skip
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(CAP_OPTIMA[number], abs=0.01)
    assert (siting.model, siting.objective_unit) == ("CFLP", "cost")
    assert siting.verify() == []


@pytest.mark.slow
@pytest.mark.skipif(not CPMP.exists(), reason="needs the shared data folder")
@pytest.mark.parametrize("name", ["SJC1", "SJC2", "SJC3a", "SJC3b"])
def test_sao_jose_dos_campos(name):
    """Lorena & Senne's instances of up to 300 cells, proven."""
    siting = medcap(read_sjc(name))
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(SJC_BEST_KNOWN[name], abs=0.01)
    assert siting.verify() == []


@pytest.mark.slow
@pytest.mark.skipif(not CPMP.exists(), reason="needs the shared data folder")
def test_galvao_reads_and_answers():
    """Galvao's instances have distances, not coordinates."""
    instance = read_galvao("G1")
    siting = medcap(instance, settings=SolverSettings(gap=0.01))
    assert siting.status.has_answer
    assert siting.verify() == []


def test_a_band_moves_people():
    """Loads stay within their bands, whatever is nearest."""
    free = line(p=2)
    assert free.open_sites.tolist() == [1, 2]
    assert (free.objective, free.objective_unit, free.model) == (50, "people-km", "CPMP")
    bound = line(max_load=25)
    assert bound.status is Status.OPTIMAL
    assert bound.load.max() <= 25
    assert bound.objective == 10 * (0 + 1 + 0 + 1 + 1 + 0)
    assert bound.verify() == []
    tight = line(p=3, min_load=15, max_load=25)
    assert tight.status is Status.OPTIMAL
    assert tight.load.min() >= 15


def test_parts_of_a_cell():
    """Flows part a cell where a site is full; the cell counts as served by the one with more."""
    siting = line(max_load=[24, 24, 12])
    flows = siting.flows
    assert siting.verify() == []
    assert len(flows.cell) == 8
    assert np.bincount(flows.cell, weights=flows.people).tolist() == TENS.tolist()
    whole = line(max_load=[24, 24, 24], single_source=True)
    assert len(whole.flows.cell) == 6
    assert whole.load.tolist() == [20, 20, 20]


def test_of_repeated_arcs_the_nearest_counts():
    """Each arc once more, longer, before and after the true one: the same answer."""
    times = times_of(ON_A_LINE)
    again = type(times)(
        times.n_cells, times.n_sites, cell=np.tile(times.cell, 3), site=np.tile(times.site, 3),
        value=np.concatenate([times.value + 2, times.value, times.value + 1]), unit="km",
    )  # fmt: skip
    siting = capacitated(again, p=2, people=TENS, max_load=40)
    assert siting.objective == line(p=2, max_load=40).objective
    assert siting.verify() == []


def test_capacity_comes_with_the_sites():
    """``SiteSet.capacity`` bounds loads where nothing else is said."""
    sites = SiteSet(ids=["a", "b", "c"], capacity=np.array([20.0, 20.0, 30.0]))
    siting = capacitated(replace(times_of(ON_A_LINE), sites=sites, demand=Demand(TENS)))
    assert (siting.load <= [20, 20, 30]).all()
    assert siting.sites == ["a", "b", "c"]


def test_cost_weighs_sites_against_travel():
    """One site at a price of 100; two once travel is dear."""
    cheap = line(minimise="cost", cost=[100, 100, 100], travel_cost=0.1)
    assert (cheap.open_sites.tolist(), cheap.objective) == ([1], pytest.approx(109))
    assert cheap.objective_unit == "cost"
    dear = line(minimise="cost", cost=[100, 100, 100], travel_cost=6.0)
    assert len(dear.open_sites) == 3
    assert dear.objective == pytest.approx(300 + 6 * 30)


def test_a_site_may_close_at_a_cost():
    """Closing is paid where keeping costs more; running is paid where it is kept."""
    siting = line(
        minimise="cost", cost=[9, 9, 9], travel_cost=0.01, may_close=[0, 1],
        running_cost=[50, 3, 0], closing_cost=[4, 4, 0],
    )  # fmt: skip
    assert siting.closed_sites.tolist() == [0]
    assert siting.objective == pytest.approx(4 + 3 + 0.01 * 90)
    assert siting.verify() == []


def test_cells_without_people():
    """Those with a weight go to the nearest open site; those without need not be reached."""
    away = np.vstack([ON_A_LINE, [[np.inf, np.inf, np.inf]], [[7.0, 5.0, 1.0]]])
    people = np.append(TENS, [0, 0])
    weight = np.append(TENS, [0, 2])
    siting = capacitated(times_of(away), people=people, weight=weight, p=1)
    assert siting.verify() == []
    assert siting.objective == 90 + 2 * 5
    assert siting.assignment[6:].tolist() == [-1, 1]
    assert siting.objective_unit == "weighted km"
    nobody = capacitated(times_of(ON_A_LINE), people=np.zeros(6), p=1, required=[2])
    assert (nobody.objective, nobody.open_sites.tolist()) == (0, [2])


def test_more_sites_than_there_are():
    """A p beyond the permitted sites is no error, and is noted; idle sites stay shut."""
    siting = line(p=9, forbidden=[0])
    assert siting.notes == ("p = 9, but only 2 sites may be open",)
    assert line(people=TENS * (np.arange(6) > 3)).open_sites.tolist() == [2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_load": 15, "p": 2}, "60 people, but the 2 largest sites hold only 30"),
        ({"max_load": 15}, "60 people, but all permitted sites hold only 45"),
        ({"max_load": 20, "p": 2}, "hold only 40; p = 3 would do for that"),
        ({"min_load": 35, "open_sites": [0, 1]}, "ask for 70 people, but there are 60"),
        ({"min_load": 35, "max_load": 50}, "need at least 2 sites for room, but fill at most 1"),
        ({"p": 1, "required": [0, 1]}, "2 sites must be open, more than p = 1"),
        ({"min_load": [5, 9, 0], "max_load": [9, 5, 99], "required": [1]}, "site 1 must be open"),
        ({"min_load": 70, "required": [1]}, "serve 70 people, but only 60 reach it"),
        ({"min_load": 61}, "min_load of 60 would do for them"),
        (
            {"p": 2, "max_load": 45, "people": SKEWED, "closest_assignment": True},
            "site 1 serves 60",
        ),
        ({"p": 2, "max_load": 45, "people": SKEWED, "closest_assignment": True}, "20 to 60 people"),
        ({"max_load": 45, "people": THIRTIES, "single_source": True}, "with cells parted"),
        ({"max_load": 45, "people": THIRTIES, "single_source": True, "p": 2}, "hold only 90"),
    ],
)
def test_infeasible_says_why(options, words):
    """Room, least loads, roles, whole cells, nearest sites: each in words."""
    siting = line(**options)
    assert siting.status is Status.INFEASIBLE
    assert words in "; ".join(siting.notes)


def test_unreachable_cells_are_listed():
    """People who reach no permitted site, by cell; local lack of room, by cell too."""
    away = ON_A_LINE.copy()
    away[5] = [np.inf, np.inf, 0.0]
    siting = capacitated(times_of(away), people=TENS, forbidden=[2])
    assert siting.uncoverable.tolist() == [5]
    assert "1 cells with 10 people reach no permitted site" in siting.notes[0]
    short = capacitated(times_of(away), people=TENS, max_load=[60, 60, 7])
    assert short.status is Status.INFEASIBLE
    assert "3 people find no room at the sites that they reach" in short.notes[0]
    assert "cell 5" in short.notes[0]
    few = capacitated(times_of(np.where(away > 2.5, np.inf, away)), people=TENS, p=1)
    assert few.notes == ("p = 2 would do",)


def test_every_problem_at_once():
    """All that is wrong with the numbers is said in one error."""
    with pytest.raises(InputError) as caught:
        line(p=0, min_load=-1, max_load=[1, 2], weight=np.inf, minimise="both", travel_cost=-1)
    assert len(caught.value.problems) == 6
    with pytest.raises(InputError, match="min_load must not exceed max_load"):
        line(min_load=9, max_load=8)
    with pytest.raises(InputError, match=r"travel_cost = 2\.0 means nothing"):
        line(travel_cost=2.0)
    with pytest.raises(InputError, match="how many people"):
        capacitated(times_of(ON_A_LINE))


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [
        ({"open_sites": np.array([0, 1])}, "flows go to closed sites"),
        ({"objective": 31.0}, "objective 31, but counted"),
        ({"bound": 99.0}, "bound 99 lies above"),
        ({"flows": None}, "6 cells are not served as a whole"),
    ],
)
def test_each_lie_is_caught(lie, complaint):
    """The recheck counts from arcs and flows."""
    honest = line(max_load=25)
    assert any(complaint in problem for problem in replace(honest, **lie).verify())


@pytest.mark.parametrize(
    ("options", "flows", "complaint"),
    [
        ({"max_load": 25}, ([0, 0, 1, 1, 2, 2], 10), "site 1 serves 20"),
        ({"min_load": 15}, ([0, 1, 1, 1, 2, 2], 10), "site 0 serves 10 people, least 15"),
        ({"closest_assignment": True}, ([0, 0, 1, 2, 2, 2], 10), "1 flows pass a nearer open"),
    ],
)
def test_broken_bands_are_caught(options, flows, complaint):
    """Loads outside their band, and people who pass a nearer open site."""
    question = line(**options).question
    if "max_load" in options:
        question = replace(question, max_load=np.full(3, 15.0))
    told = Flows(np.arange(6), np.array(flows[0]), np.full(6, float(flows[1])))
    answer = replace(line(max_load=25), question=question, flows=told)
    assert any(complaint in problem for problem in answer.verify())


def middling(**options):
    """150 cells, 30 sites, 6 to open, a band: too large to be proven at a glance."""
    rng = np.random.default_rng(7)
    away = np.hypot(*(rng.random((150, 1, 2)) - rng.random((1, 30, 2))).transpose(2, 0, 1))
    people = rng.integers(1, 100, 150).astype(float)
    total = people.sum()
    return capacitated(
        times_of(away), people=people, p=6, min_load=np.floor(total / 6 * 0.7),
        max_load=np.ceil(total / 6 * 1.15), **options,
    )  # fmt: skip


def test_the_clock_leaves_an_honest_gap():
    """Stopped by time: an answer, a bound below it, and a word about it."""
    siting = middling(settings=SolverSettings(gap=0.0, time_limit_seconds=0.01))
    if siting.status is Status.FEASIBLE:
        assert siting.bound < siting.objective
        assert not siting.reproducible
        assert siting.verify() == []
    else:
        assert siting.status in {Status.NO_SOLUTION, Status.OPTIMAL}


def test_an_interrupt_keeps_the_best_so_far():
    """Ctrl-C after the first report returns what is there."""
    calls = []

    def stop(text):
        calls.append(text)
        if "cost" in text:
            raise KeyboardInterrupt

    siting = middling(progress=stop)
    assert siting.interrupted
    assert siting.status is Status.FEASIBLE
    assert siting.bound <= siting.objective
    assert siting.verify() == []
    assert any("interrupted" in note for note in siting.notes)


def test_same_question_same_answer():
    """Twice the same, to the last digit."""
    one, two = (
        middling(settings=SolverSettings(gap=0.01)),
        middling(settings=SolverSettings(gap=0.01)),
    )
    assert (one.objective, one.bound) == (two.objective, two.bound)
    assert one.open_sites.tolist() == two.open_sites.tolist()
    assert one.flows.people.tolist() == two.flows.people.tolist()


def test_a_few_thousand_cells_under_a_band():
    """2,000 cells, 100 sites, 40 open, a band: an answer within 1.5 % of its bound."""
    rng = np.random.default_rng(3)
    away = 60 * np.hypot(*(rng.random((2000, 1, 2)) - rng.random((1, 100, 2))).transpose(2, 0, 1))
    people = np.round(rng.lognormal(6, 1, 2000))
    mean = people.sum() / 40
    siting = capacitated(
        times_of(away), people=people, p=40, min_load=np.floor(mean * 0.5),
        max_load=np.ceil(mean * 1.6),
    )  # fmt: skip
    assert siting.status.has_answer
    assert siting.verify() == []
    assert siting.gap < 0.015

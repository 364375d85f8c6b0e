"""Answers of networks used again: the plan is the same with and without them."""

from dataclasses import replace

import pytest
from builders import rule, site, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import planned, same_tables
from strategies import regions, site_rules, some, stock_rules

from allocator.errors import InfeasibleError
from allocator.lp.solvers import SolverSettings
from allocator.planning import answers as answers_module
from allocator.planning import within_budget
from allocator.planning.answers import Answers
from allocator.region.population_factors import with_population_factors

REGIONS = regions(max_sites=5, stocked=True)
STATIONS = rule("count", id="stations", sites={"kinds": ["ems_station"]}, number=2)
BEDS = rule("quota", id="beds", resources=["tcm_beds"], number=2)


def region():
    """Three stations to choose from."""
    sites = [site(f"s{k}", x_km=k + 0.5, status="candidate") for k in range(3)]
    return small_region(sites=sites, costs={"ems_station": 10})


@some
@given(
    region=REGIONS, rules=site_rules(), stocks=st.lists(stock_rules(), min_size=2, max_size=2),
    budget=st.sampled_from([None, 40.0, 300.0]), large=st.booleans(),
    change=st.sampled_from(["stocks", "people", "detour", "rules", "gap"]),
)  # fmt: skip
def test_plans_are_the_same_with_answers_of_earlier_plans(
    region, rules, stocks, budget, large, change
):
    """Whatever the plans before it were about: nothing that an answer hangs on is overlooked."""
    seen = Answers()
    second = {
        "stocks": (region, [*rules, *stocks[1]], {}),
        "people": (with_population_factors(region, {"all": 1.5}), [*rules, *stocks[0]], {}),
        "detour": (region, [*rules, *stocks[0]], {"assume": {"detour": 1.9}}),
        "rules": (region, [*rules[1:], *stocks[0]], {}),
        "gap": (region, [*rules, *stocks[0]], {"solver": SolverSettings(gap=0.0)}),
    }[change]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(within_budget, "MANY_SITES", 0 if large else 10**9)
        patch.setattr(within_budget, "LARGE_NETWORK", 0)
        for ground, asked, more in ((region, [*rules, *stocks[0]], {}), second):
            told = {"budget": budget, "explain": False, **more}
            try:
                plain = planned(ground, *asked, **told)
            except InfeasibleError:
                with pytest.raises(InfeasibleError):
                    planned(ground, *asked, answers=seen, **told)
                continue
            same_tables(plain, planned(ground, *asked, answers=seen, **told))


def test_rates_of_beds_ask_nothing_new_of_networks():
    """The second plan finds its stations in the first."""
    seen = Answers()
    planned(region(), STATIONS, BEDS, answers=seen)
    assert seen.used == 0
    planned(region(), STATIONS, BEDS.model_copy(update={"number": 3}), answers=seen)
    assert seen.used == 1


def test_processes_share_what_a_folder_holds(tmp_path):
    """A torn file, and a folder that is gone, are as if nobody had asked."""
    planned(region(), STATIONS, answers=Answers(tmp_path))
    (written,) = tmp_path.glob("*.answer")
    again = Answers(tmp_path)
    planned(region(), STATIONS, answers=again)
    assert again.used == 1
    written.write_bytes(written.read_bytes()[:20])
    torn = Answers(tmp_path)
    plain = planned(region(), STATIONS)
    same_tables(plain, planned(region(), STATIONS, answers=torn))
    assert torn.used == 0
    same_tables(plain, planned(region(), STATIONS, answers=Answers(tmp_path / "gone")))


def test_another_version_asks_anew(monkeypatch):
    """What an older release has answered is not taken for an answer of this one."""
    seen = Answers()
    planned(region(), STATIONS, answers=seen)
    monkeypatch.setattr(answers_module, "version", lambda _: "0.0.1")
    planned(region(), STATIONS, answers=seen)
    assert seen.used == 0


def test_an_answer_that_was_cut_short_is_not_kept(monkeypatch):
    """A limit of time may cut elsewhere the next time."""
    seen = Answers()
    first = planned(region(), STATIONS)
    assert first.reproducible
    from allocator.planning import solving

    whole = solving._solved
    monkeypatch.setattr(solving, "_solved", lambda task: replace(whole(task), reproducible=False))
    planned(region(), STATIONS, answers=seen)
    planned(region(), STATIONS, answers=seen)
    assert seen.used == 0


@pytest.mark.parametrize("differs", ["people", "readings", "rules"])
def test_what_differs_is_asked_anew(differs):
    """No answer is used where people, readings or rules are others."""
    seen = Answers()
    planned(region(), STATIONS, answers=seen)
    ground = with_population_factors(region(), {"all": 1.5}) if differs == "people" else region()
    asked = STATIONS.model_copy(update={"number": 1}) if differs == "rules" else STATIONS
    readings = {"detour": 1.9} if differs == "readings" else {}
    again = planned(ground, asked, answers=seen, assume=readings)
    assert seen.used == 0
    same_tables(again, planned(ground, asked, assume=readings))

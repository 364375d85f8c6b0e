"""2SFCA and E2SFCA: against a plain reading of the papers, conservation, groups, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.evaluate.catchments import access_2sfca, access_e2sfca
from allocator.evaluate.decay import Decay, gaussian_decay, kernel_decay, step_decay
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes

LUO_QI = {10: 1.0, 20: 0.68, 30: 0.22}


def travel(minutes, people=None, **more):
    """Travel times from a table of minutes, cells by sites; NaN where there is no way."""
    minutes = np.array(minutes, dtype=float)
    cell, site = np.nonzero(np.isfinite(minutes))
    demand = None if people is None else Demand(np.array(people, dtype=float))
    given = {"demand": demand, "limit": 60.0, **more}
    return TravelTimes(*minutes.shape, cell, site, minutes[cell, site], **given)


def plainly(minutes, people, supply, weight):
    """Both steps as the papers say them, pair by pair."""
    cells, sites = range(len(people)), range(len(supply))
    ratio = []
    for j in sites:
        comers = sum(people[i] * weight(minutes[i][j]) for i in cells)
        ratio.append(supply[j] / comers if comers > 0 else 0.0)
    return [sum(ratio[j] * weight(minutes[i][j]) for j in sites) for i in cells]


def luo_qi(minutes):
    """Weight of a band; 0 beyond the last, and where there is no way."""
    return next((w for end, w in LUO_QI.items() if minutes <= end), 0.0)


@st.composite
def cases(draw):
    """Few cells and sites, minutes often on the edge of a band, some pairs without a way."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    minute = st.sampled_from([0.0, 5.0, 10.0, 10.5, 20.0, 25.0, 30.0, 31.0, float("nan")])
    minutes = draw(st.lists(st.lists(minute, min_size=m, max_size=m), min_size=n, max_size=n))
    people = draw(st.lists(st.integers(0, 50), min_size=n, max_size=n))
    supply = draw(st.lists(st.integers(0, 9), min_size=m, max_size=m))
    return minutes, people, supply


@given(case=cases())
def test_as_the_papers_say(case):
    """Every cell's access is that of a plain reading, for all kinds of catchments."""
    minutes, people, supply = case
    times = travel(minutes, people)
    two = access_2sfca(times, supply, within=20)
    assert two.per_head == pytest.approx(
        plainly(*case, lambda t: float(t <= 20)), rel=1e-12, abs=1e-12
    )
    enhanced = access_e2sfca(times, supply, decay=step_decay(LUO_QI))
    assert enhanced.per_head == pytest.approx(plainly(*case, luo_qi), rel=1e-12, abs=1e-12)
    kernel = access_e2sfca(times, supply, decay=kernel_decay(30))
    expected = plainly(*case, lambda t: 1 - (t / 30) ** 2 if t < 30 else 0.0)
    assert kernel.per_head == pytest.approx(expected, rel=1e-12, abs=1e-12)


DECAYS = (step_decay({20: 1}), step_decay(LUO_QI), gaussian_decay(30), kernel_decay(30, "quartic"))


@given(case=cases(), decay=st.sampled_from(DECAYS))
def test_what_is_offered_is_shared_out(case, decay):
    """Invariant 24: access times people is the supply that reaches anybody; twice is twice."""
    minutes, people, supply = case
    times, supply = travel(minutes, people), np.array(supply, dtype=float)
    found = access_e2sfca(times, supply, decay=decay)
    weight = decay(np.nan_to_num(np.array(minutes), nan=99.0))
    reaches = (weight * np.array(people)[:, None]).sum(axis=0) > 0
    assert (found.per_head * people).sum() == pytest.approx(supply[reaches].sum())
    assert found.unreached_supply == supply[~reaches].sum()
    doubled = access_e2sfca(times, 2 * supply, decay=decay)
    np.testing.assert_allclose(doubled.per_head, 2 * found.per_head, rtol=1e-12)
    thrice = Decay("thrice", decay.limit, lambda t: 3 * decay(t))
    again = access_e2sfca(times, supply, decay=thrice)
    np.testing.assert_allclose(again.per_head, found.per_head, rtol=1e-12, atol=1e-15)


@given(case=cases(), share=st.floats(0.05, 0.95))
def test_cells_split_or_in_another_order_change_nothing(case, share):
    """Invariants 6 and 7: two halves of a cell at the same place have the access of the whole."""
    minutes, people, supply = case
    decay = step_decay(LUO_QI)
    whole = access_e2sfca(travel(minutes, people), supply, decay=decay).per_head
    parted = [people[0] * share, people[0] * (1 - share), *people[1:]]
    split = access_e2sfca(travel([minutes[0], *minutes], parted), supply, decay=decay).per_head
    np.testing.assert_allclose(split, [whole[0], *whole], rtol=1e-9, atol=1e-12)
    turned = access_e2sfca(travel(minutes[::-1], people[::-1]), supply, decay=decay).per_head
    np.testing.assert_allclose(turned[::-1], whole, rtol=1e-12, atol=1e-15)


HOSPITALS = [[5, 25], [15, 10], [40, 30], [float("nan"), 55]]


@pytest.fixture
def four():
    """Four cells, two hospitals of 20 and 30 beds, old people, and a name for everything."""
    demand = Demand(
        np.array([100.0, 300, 200, 50]), ["n", "e", "s", "w"],
        {"old": np.array([50.0, 60, 0, 10]), "none": np.zeros(4)},
    )  # fmt: skip
    sites = SiteSet(["big", "small"], capacity=np.array([20.0, 30.0]))
    return travel(HOSPITALS, demand=demand, sites=sites, provenance={"source": "by hand"})


def test_tables_by_hand(four):
    """Catchments of 15 minutes: 20 beds for 400 people, 30 for 300, nothing for 250."""
    found = access_2sfca(four, within=15, unit="beds")
    assert found.sites.to_dict("list") == {
        "id": ["big", "small"], "supply": [20, 30], "people_in_reach": [400, 300],
        "weighted_people": [400, 300], "supply_per_1000": [50, 100],
    }  # fmt: skip
    assert found.cells["id"].tolist() == ["n", "e", "s", "w"]
    assert found.cells["access_per_1000"].tolist() == pytest.approx([50, 150, 0, 0])
    assert found.cells["sites_in_reach"].tolist() == [1, 2, 0, 0]
    assert found.cells["old"].tolist() == [50, 60, 0, 10]
    told = found.summary.loc["total"]
    assert told["people"] == 650
    assert told["mean_per_1000"] == pytest.approx(50_000 / 650)
    assert (told["p10_per_1000"], told["p50_per_1000"]) == pytest.approx((0, 50))
    assert told["worst_tenth_per_1000"] == 0
    assert (told["none_people"], told["none_share"]) == (250, pytest.approx(250 / 650))
    pairs = [(0, 250), (50, 100), (150, 300)]
    apart = sum(n * m * abs(a - b) for a, n in pairs for b, m in pairs)
    assert told["gini"] == pytest.approx(apart / (2 * 650**2 * told["mean_per_1000"]))
    old = found.summary.loc["old"]
    assert old["mean_per_1000"] == pytest.approx((50 * 50 + 60 * 150) / 120)
    assert old["none_share"] == pytest.approx(10 / 120)
    assert found.summary.loc["none"].drop(["people", "none_people"]).isna().all()


def test_decay_by_hand(four):
    """Bands of E2SFCA: 20 beds for 100 + 0.68 x 300 weighted people."""
    found = access_e2sfca(four, decay=step_decay(LUO_QI))
    weighted = [100 + 0.68 * 300, 0.22 * 100 + 300 + 0.22 * 200]
    assert found.sites["weighted_people"].tolist() == pytest.approx(weighted)
    assert found.sites["people_in_reach"].tolist() == [400, 600]
    south = 30 / weighted[1] * 0.22 * 1000
    assert found.cells["access_per_1000"][2] == pytest.approx(south)


def test_a_group_may_share_the_supply_among_itself(four):
    """Beds for the old are shared by the old alone."""
    found = access_2sfca(four, within=15, group="old")
    assert found.sites["supply_per_1000"].tolist() == pytest.approx([20_000 / 110, 500])
    assert (found.per_head * four.demand.groups["old"]).sum() == pytest.approx(50)


def test_closed_sites_offer_nothing(four):
    """The big hospital alone; a site with nothing to offer is no site in reach."""
    found = access_2sfca(four, within=15, open_sites=[0])
    assert found.sites["id"].tolist() == ["big"]
    assert found.per_head.tolist() == pytest.approx([0.05, 0.05, 0, 0])
    assert found.provenance["supply"]["total"] == 20
    empty = access_2sfca(four, [20, 0], within=15)
    assert empty.sites_in_reach.tolist() == [1, 1, 0, 0]


def test_supply_that_nobody_reaches_is_told():
    """Nobody lives around the second site: it helps nobody, and its ratio is unknown."""
    found = access_2sfca(travel([[5, 40], [30, 5]], [10, 0]), [1, 7], within=15, unit="beds")
    assert found.unreached_supply == found.provenance["supply"]["unreached"] == 7
    assert found.sites["supply_per_1000"].isna().tolist() == [False, True]
    assert found.per_head.tolist() == pytest.approx([0.1, 0])
    assert "nobody reaches: 7 beds" in found._repr_html_()


def test_what_a_notebook_shows(four):
    """Method, unit, the main figures, where it comes from."""
    found = access_2sfca(four, within=15, unit="<beds>")
    assert repr(found).startswith("Accessibility(2SFCA, <beds> per 1,000 people: mean 76.92, P10 0")
    assert "&lt;beds&gt;" in found._repr_html_()
    assert "<table" in found._repr_html_()
    assert found.provenance["times"] == {"source": "by hand"}
    assert (found.provenance["method"], found.method) == ("2SFCA", "2SFCA")
    assert access_e2sfca(four, decay=gaussian_decay(30)).provenance["decay"] == {
        "name": "Gaussian", "limit": 30.0,
    }  # fmt: skip


def test_nobody_is_nan_and_not_an_error():
    """A grid without people has no mean."""
    found = access_2sfca(travel([[5.0]], [0]), [1], within=15)
    assert np.isnan(found.summary.loc["total", "mean_per_1000"])
    assert isinstance(found.cells, pd.DataFrame)


def test_what_is_refused(four):
    """Missing people, supply or sizes; a catchment wider than what was searched."""
    with pytest.raises(InputError, match="give people="):
        access_2sfca(travel(HOSPITALS), [1, 1], within=15)
    assert access_2sfca(travel(HOSPITALS), [1, 1], within=15, people=[1, 1, 1, 1]).per_head.any()
    with pytest.raises(InputError, match="give supply="):
        access_2sfca(travel(HOSPITALS, [1, 1, 1, 1]), within=15)
    for bad in ([1], [1, -1], [1, float("nan")], [1, float("inf")]):
        with pytest.raises(InputError, match="supply must"):
            access_2sfca(four, bad, within=15)
    with pytest.raises(InputError, match="only looked for up to 60"):
        access_2sfca(four, within=61)
    with pytest.raises(InputError, match="within must be"):
        access_2sfca(four, within=0)
    with pytest.raises(InputError, match="no group 'young'"):
        access_2sfca(four, within=15, group="young")

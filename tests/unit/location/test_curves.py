"""coverage_curve: points that agree with single questions, in order, and honest when stopped."""

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets
from maximal_oracles import most_people_by_milp

from allocator.errors import InputError
from allocator.location import curves
from allocator.location.curves import coverage_curve
from allocator.location.maximal_cover import mclp, most_covered
from allocator.travel.distance import straight_line_km
from allocator.travel.ends import Demand, SiteSet

PEOPLE = np.round(np.random.default_rng(1).lognormal(3, 1.5, 150))
SETS = disc_sets(1, 150, 40, 0.15)


def test_every_point_is_the_optimum():
    """Sharing cuts and answers between points changes none of them."""
    curve = coverage_curve(coverage_of(SETS, 40), p=[9, 2, 5, 3, 2], people=PEOPLE)
    assert list(curve.columns) == list(curves.COLUMNS)
    assert curve["p"].tolist() == [2, 3, 5, 9]
    assert curve["proven"].all()
    expected = [most_people_by_milp(SETS, PEOPLE, 40, p=p) for p in (2, 3, 5, 9)]
    assert curve["people"].tolist() == pytest.approx(expected)
    assert curve["share"].tolist() == pytest.approx(np.array(expected) / PEOPLE.sum())
    assert (curve["gap"] == 0).all()
    assert curve["radius"].isna().all()
    assert [len(sites) for sites in curve["sites"]] == [2, 3, 5, 9]


def test_a_curve_over_radii_and_sites():
    """People do not fall as p or the radius grows; sites go by their names."""
    rng = np.random.default_rng(0)
    cells, sites = 1e5 + 9e3 * rng.random((80, 2)), 1e5 + 9e3 * rng.random((12, 2))
    names = [f"S{j}" for j in range(12)]
    people = rng.integers(0, 90, 80).astype(float)
    times = straight_line_km(cells, sites, max_km=4)
    times = curves.TravelTimes(
        80, 12, times.cell, times.site, times.value, "km", times.limit,
        demand=Demand(people), sites=SiteSet(names),
    )  # fmt: skip
    curve = coverage_curve(times, p=[1, 2, 4], radii=[3, 1, 2])
    assert curve["radius"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert curve["p"].tolist() == [1, 2, 4] * 3
    table = curve.pivot_table(index="radius", columns="p", values="people").to_numpy()
    assert (np.diff(table, axis=0) >= 0).all()
    assert (np.diff(table, axis=1) >= 0).all()
    for point in curve.itertuples():
        assert point.people == mclp(times.within(point.radius), p=point.p).objective
        assert set(point.sites) <= set(names)


def test_points_that_cannot_be_are_told():
    """A p below the sites that stand is infeasible, which is proven too."""
    curve = coverage_curve(coverage_of(SETS, 40), p=[1, 3], people=PEOPLE, open_sites=[0, 7])
    assert curve["status"].tolist() == ["infeasible", "optimal"]
    assert curve["proven"].all()
    assert np.isnan(curve["people"][0])
    assert curve["sites"][0] == []
    assert {"0", "7"} <= set(curve["sites"][1])


def test_an_interrupt_returns_the_points_so_far(monkeypatch):
    """Ctrl-C ends the curve, not the points before."""
    calls = []

    def interrupted(*args, **named):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return most_covered(*args, **named)

    monkeypatch.setattr(curves, "most_covered", interrupted)
    curve = coverage_curve(coverage_of(SETS, 40), p=range(1, 9), people=PEOPLE)
    assert curve["p"].tolist() == [1, 2]
    assert curve["proven"].all()


def test_every_problem_is_listed():
    """What is wrong with p and radii comes in one error."""
    reach = coverage_of(SETS, 40)
    with pytest.raises(InputError) as caught:
        coverage_curve(reach, p=[0, 2.5], radii=[3], people=PEOPLE)
    text = str(caught.value)
    assert "p must be whole numbers >= 1, got 0" in text
    assert "got 2.5" in text
    assert "radii need travel times" in text
    with pytest.raises(InputError, match="at least one number of sites"):
        coverage_curve(reach, p=[], people=PEOPLE)
    times = straight_line_km(np.zeros((2, 2)), np.zeros((1, 2)), max_km=1)
    with pytest.raises(InputError, match="radii must name at least one radius"):
        coverage_curve(times, p=[1], people=[1, 1])

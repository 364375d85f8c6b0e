"""What must hold of every choice for several futures: no other choice does better, tried all."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from location_instances import coverage_from, reaches, times_from

from allocator.location.robust import robust_mclp, robust_p_median
from allocator.lp.status import Status

PEOPLE = st.sampled_from([0.0, 1.0, 2.0, 5.0, 8.0, 12.5, 100.0])


@st.composite
def futures(draw, n_cells):
    """People of one to four samples."""
    row = st.lists(PEOPLE, min_size=n_cells, max_size=n_cells)
    return np.array(draw(st.lists(row, min_size=1, max_size=4)))


def values_of(by_choice, criterion, *, more):
    """The criterion's value of every choice; rows are choices, columns samples; inf if it fails."""
    if criterion == "expected":
        return by_choice.mean(axis=1)
    if criterion == "regret":
        best = by_choice.max(axis=0) if more else by_choice.min(axis=0)
        return np.abs(best - by_choice).max(axis=1)
    return by_choice.min(axis=1) if more else by_choice.max(axis=1)


@given(st.data(), reaches(), st.sampled_from(["worst", "expected", "regret"]))
def test_no_choice_covers_more(data, reach, criterion):
    """By worst, mean and regret."""
    n_cells, n_sites = reach.shape
    people = data.draw(futures(n_cells))
    p = data.draw(st.integers(1, n_sites))
    choices = [list(c) for k in range(p + 1) for c in combinations(range(n_sites), k)]
    covered = np.array([people @ reach[:, c].any(axis=1) for c in choices])
    every = values_of(covered, criterion, more=True)
    found = robust_mclp(coverage_from(reach), people, p=p, criterion=criterion)
    best = every.min() if criterion == "regret" else every.max()
    assert found.siting.status is Status.OPTIMAL
    assert found.siting.objective == pytest.approx(best, abs=1e-9)
    assert found.siting.bound == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert found.siting.verify() == []
    assert len(found.siting.open_sites) <= p
    if criterion == "regret":
        assert (found.samples["regret"] >= -1e-9).all()


@given(st.data(), st.sampled_from(["worst", "expected", "regret"]))
def test_no_choice_travels_less(data, criterion):
    """By worst, mean and regret; everybody must reach a site."""
    n_cells, n_sites = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 5))
    minutes = st.sampled_from([0.0, 1.0, 2.0, 3.5, 7.0, 20.0, np.inf])
    row = st.lists(minutes, min_size=n_sites, max_size=n_sites)
    away = np.array(data.draw(st.lists(row, min_size=n_cells, max_size=n_cells)))
    people = data.draw(futures(n_cells))
    p = data.draw(st.integers(1, n_sites))
    found = robust_p_median(times_from(away), people, p=p, criterion=criterion)
    need = people.max(axis=0) > 0
    choices = [list(c) for k in range(1, p + 1) for c in combinations(range(n_sites), k)]
    nearest = np.array([away[:, c].min(axis=1) for c in choices])
    fits = np.isfinite(nearest[:, need]).all(axis=1)
    if not fits.any():
        assert found.siting.status is Status.INFEASIBLE
        return
    travel = np.where(np.isfinite(nearest), nearest, 0.0) @ people.T
    if criterion == "regret":
        # By itself a sample serves its own people only.
        alone = np.array([
            min(travel[k, s] for k in range(len(choices))
                if np.isfinite(nearest[k, people[s] > 0]).all())
            for s in range(len(people))
        ])  # fmt: skip
        every = (travel[fits] - alone).max(axis=1)
    else:
        every = values_of(travel[fits], criterion, more=False)
    assert found.siting.status is Status.OPTIMAL
    assert found.siting.objective == pytest.approx(every.min(), abs=1e-6)
    assert found.siting.bound == pytest.approx(every.min(), rel=1e-6, abs=1e-6)
    assert found.siting.verify() == []

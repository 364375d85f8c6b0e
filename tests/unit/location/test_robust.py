"""One choice of sites for several futures: tables, notes, limits and what is refused."""

import numpy as np
import pytest
from cover_instances import coverage_of
from location_instances import times_from

from allocator.errors import InputError
from allocator.location.maximal_cover import mclp
from allocator.location.median import p_median
from allocator.location.robust import robust_mclp, robust_p_median
from allocator.lp.status import Status

SETS = [[0], [0, 1], [1], [2]]
TWO = np.array([[10.0, 0.0, 0.0, 9.0], [0.0, 0.0, 10.0, 9.0]])
AWAY = np.array([[1.0, 9.0, 5.0], [9.0, 1.0, 5.0]])


def test_the_worst_future_may_want_another_site_than_the_mean():
    """Sites 0 and 1 serve one future each; site 2 serves both a little less."""
    reach = coverage_of(SETS, 3)
    worst = robust_mclp(reach, TWO, p=1, criterion="worst")
    assert worst.siting.open_sites.tolist() == [2]
    assert worst.siting.objective == 9
    assert worst.siting.status is Status.OPTIMAL
    assert worst.samples["value"].tolist() == [9, 9]
    expected = robust_mclp(reach, TWO, p=1, criterion="expected")
    assert expected.siting.objective == 9
    lone = robust_mclp(reach, TWO * [[1.5], [1.0]], p=1, criterion="expected")
    assert lone.siting.objective == pytest.approx((13.5 + 9) / 2)


def test_regret_is_against_the_best_of_each_future():
    """Site 2 is 1 behind in both; each of the others is 10 behind in one."""
    found = robust_mclp(coverage_of(SETS, 3), TWO, p=1, criterion="regret")
    assert found.siting.open_sites.tolist() == [2]
    assert found.siting.objective == 1
    assert found.siting.bound == pytest.approx(1)
    assert found.samples["best"].tolist() == [10, 10]
    assert found.samples["regret"].tolist() == [1, 1]


@pytest.mark.parametrize("criterion", ["worst", "expected"])
def test_one_future_is_the_plain_question(criterion):
    """Maximal cover and p-median."""
    reach, times = coverage_of(SETS, 3), times_from(AWAY)
    plain = mclp(reach, p=1, people=TWO[0])
    assert robust_mclp(reach, TWO[:1], p=1, criterion=criterion).siting.objective == plain.objective
    people = np.array([[3.0, 4.0]])
    plain = p_median(times, p=1, people=people[0])
    found = robust_p_median(times, people, p=1, criterion=criterion)
    assert found.siting.objective == pytest.approx(plain.objective)


def test_one_future_has_nothing_to_regret():
    """Its best is the answer."""
    assert robust_mclp(coverage_of(SETS, 3), TWO[:1], p=1, criterion="regret").siting.objective == 0
    found = robust_p_median(times_from(AWAY), [[3.0, 4.0]], p=1, criterion="regret")
    assert found.siting.objective == pytest.approx(0, abs=1e-9)


def test_the_median_of_the_worst_future_lies_between():
    """Each end is far from the other's people."""
    people = np.array([[10.0, 1.0], [1.0, 10.0]])
    worst = robust_p_median(times_from(AWAY), people, p=1)
    assert worst.siting.open_sites.tolist() == [2]
    assert worst.siting.objective == pytest.approx(55)
    assert worst.siting.verify() == []


def test_roles_are_kept():
    """What stands stays open and counts; what is forbidden is not opened."""
    found = robust_mclp(coverage_of(SETS, 3), TWO, p=2, open_sites=[0], forbidden=[2])
    assert found.siting.open_sites.tolist() == [0, 1]
    assert found.siting.objective == 10
    few = robust_mclp(coverage_of(SETS, 3), TWO, p=1, open_sites=[0, 1])
    assert few.siting.status is Status.INFEASIBLE
    assert "more than p = 1" in few.siting.notes[0]


def test_cells_that_no_site_serves_are_listed():
    """A median serves everybody of every future, or says who cannot be served."""
    away = np.array([[1.0, np.inf], [np.inf, np.inf]])
    found = robust_p_median(times_from(away), [[1.0, 0.0], [1.0, 2.0]], p=1)
    assert found.siting.status is Status.INFEASIBLE
    assert found.siting.uncoverable.tolist() == [1]
    assert found.samples.empty


def test_everything_wrong_is_told_at_once():
    """Criterion, shape and p in one error."""
    with pytest.raises(InputError, match="3 problems"):
        robust_mclp(coverage_of(SETS, 3), [1.0, 2.0], p=0, criterion="best")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must be finite"):
        robust_mclp(coverage_of(SETS, 3), [[1.0, 2.0, np.nan, -1.0]], p=1)


@pytest.mark.parametrize("criterion", ["worst", "regret"])
def test_an_interrupt_keeps_what_is_known(criterion):
    """At once, or between the bests of the futures: never an error, never called optimal."""

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    rng = np.random.default_rng(5)
    away = np.hypot(*(rng.random((60, 1, 2)) - rng.random((1, 20, 2))).transpose(2, 0, 1))
    people = rng.integers(1, 50, (3, 60)).astype(float)
    found = robust_p_median(times_from(away), people, p=4, criterion=criterion, progress=stop)
    assert found.siting.interrupted
    assert found.siting.bound <= found.siting.objective or np.isnan(found.siting.objective)

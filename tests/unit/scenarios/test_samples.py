"""Forecasts drawn at random."""

import statistics
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from region_folders import POPULATIONS, UNITS, tiny_folder

from allocator.errors import InputError
from allocator.scenarios.samples import SamplesTable, factors_of, read_samples, sharing_of

COUNT = 1500
SHARING = {"A": "A", "B": "B"}
WRITTEN = (1.017095, 1.099199, 0.912715, 1.048963)


@pytest.fixture(scope="module")
def region(tmp_path_factory) -> Path:
    """A folder with the planning units A and B, C without people of its own below A."""
    return tiny_folder(tmp_path_factory.mktemp("samples"))


def factors_in(table, region, number):
    """The factors of one sample in a region that is read anew."""
    return factors_of(table, sharing_of(table, region), number)


def drawn(region, **settings):
    """Factors of many samples, shape (samples, 2)."""
    table = SamplesTable(**{"count": COUNT, "spread": 0.1, **settings})
    sharing = sharing_of(table, region)
    draws = [factors_of(table, sharing, number) for number in range(1, COUNT + 1)]
    return np.array([[one["A"], one["B"]] for one in draws])


@pytest.mark.parametrize(
    ("distribution", "deviation", "low", "high"),
    [
        ("normal", 0.0987, 0.7, 1.3),
        ("lognormal", 0.1, 0.6, 1.6),
        ("uniform", 0.1 / 3**0.5, 0.9, 1.1),
        ("triangular", 0.1 / 6**0.5, 0.9, 1.1),
    ],
)
def test_distributions_have_their_moments(region, distribution, deviation, low, high):
    """Mean 1, the deviation that theory says, and no value outside its limits."""
    factors = drawn(region, distribution=distribution)
    assert factors.mean() == pytest.approx(1, abs=4 * deviation / (2 * COUNT) ** 0.5)
    assert factors.std() == pytest.approx(deviation, rel=0.06)
    assert low <= factors.min()
    assert factors.max() <= high
    assert abs(np.corrcoef(factors.T)[0, 1]) < 0.08


def test_correlation_is_between_any_two_units(region):
    """0.6 of it, and all of it."""
    factors = drawn(region, distribution="normal", correlation=0.6)
    assert np.corrcoef(factors.T)[0, 1] == pytest.approx(0.6, abs=0.06)
    assert factors[:, 0].std() == pytest.approx(0.0987, rel=0.06)
    alike = drawn(region, correlation=1.0)
    assert (alike[:, 0] == alike[:, 1]).all()


def test_units_may_have_spreads_of_their_own(region):
    """``all`` is for the others; nothing said is no spread at all."""
    table = SamplesTable(count=3, spread={"A": 0.2})
    assert {factors_in(table, region, n)["B"] for n in (1, 2, 3)} == {1.0}
    assert len({factors_in(table, region, n)["A"] for n in (1, 2, 3)}) == 3
    both = SamplesTable(count=3, spread={"all": 0.2})
    assert factors_in(both, region, 1)["A"] == factors_in(table, region, 1)["A"]


def test_units_of_a_level_share_a_factor(region):
    """The city's two districts grow alike; the level of the planning units is that of none."""
    shared = factors_in(SamplesTable(count=1, spread=0.1, level="city"), region, 1)
    assert shared["A"] == shared["B"] != 1
    own = factors_in(SamplesTable(count=1, spread=0.1, level="district"), region, 1)
    assert own == factors_in(SamplesTable(count=1, spread=0.1), region, 1)


def test_the_order_of_units_changes_nothing(region, tmp_path):
    """Nor does what else the region holds."""
    lines = UNITS.splitlines()
    units = "\n".join([lines[0], lines[1], lines[3], lines[2]])
    other = tiny_folder(tmp_path, {"units.csv": units, "populations.csv": POPULATIONS + "\n"})
    table = SamplesTable(count=5, spread=0.1, correlation=0.3, seed=9)
    for number in range(1, 6):
        assert factors_in(table, region, number) == factors_in(table, other, number)


def test_draws_stay_as_they_are(region):
    """Factors written down once: another version of anything must not change them."""
    table = SamplesTable(count=2, spread=0.1, correlation=0.25, seed=7)
    assert factors_in(table, region, 1) == {"A": WRITTEN[0], "B": WRITTEN[1]}
    assert factors_in(table, region, 2) == {"A": WRITTEN[2], "B": WRITTEN[3]}


@given(seed=st.integers(0, 10**6), number=st.integers(1, 99), spread=st.floats(0, 0.3),
       count=st.integers(1, 99), correlation=st.floats(0, 1),
       distribution=st.sampled_from(["normal", "lognormal", "uniform", "triangular"]))  # fmt: skip
def test_factors_are_factors(seed, number, spread, count, correlation, distribution):
    """Always > 0; the number of samples changes none of them, another seed all of them."""
    given_ = {
        "seed": seed, "spread": spread, "correlation": correlation, "distribution": distribution,
    }  # fmt: skip
    one = factors_of(SamplesTable(count=count, **given_), SHARING, number)
    assert all(factor > 0 for factor in one.values())
    assert one == factors_of(SamplesTable(count=10_000, **given_), SHARING, number)
    if spread == 0:
        assert set(one.values()) == {1.0}
    elif spread > 0.001:
        other = factors_of(
            SamplesTable(count=count, **{**given_, "seed": seed + 1}), SHARING, number
        )
        assert one != other


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"spread": 0.1}, "missing key 'samples.count'"),
        ({"count": 1}, "missing key 'samples.spread'"),
        ({"count": 0, "spread": 0.1}, "samples.count: Input should be greater than or equal to 1"),
        ({"count": 1, "spread": -1}, "samples.spread: must be a number >= 0, or a table"),
        ({"count": 1, "spread": {"A": "x"}}, "samples.spread: must be a number >= 0, or a table"),
        ({"count": 1, "spread": 0.1, "sed": 1}, "unknown key 'samples.sed'; did you mean"),
        ({"count": 1, "spread": 0.1, "distribution": "beta"}, "samples.distribution: Input should"),
        ({"count": 1, "spread": 0.4, "distribution": "normal"}, "samples.spread: must be < 0.33"),
        (
            {"count": 1, "spread": {"A": 1.0}, "distribution": "uniform"},
            "samples.spread.A: must be",
        ),
        ({"count": 1, "spread": 0.1, "correlation": 1.1}, "samples.correlation: Input should be"),
    ],
)
def test_each_mistake_of_the_table_is_told(given_, message):
    """Keys, values, and spreads so wide that nobody would be left."""
    _, problems = read_samples(given_)
    assert any(problem.startswith(message) for problem in problems), problems


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"level": "town"}, "samples.level: no unit of level 'town' is, or contains, A, B"),
        (
            {"level": "citty"},
            "use district, city, or leave it out, and each planning unit has its own factor",
        ),
        ({"spread": {"AA": 0.1}}, "samples.spread: 'AA' get no factor; did you mean 'A'?"),
        ({"level": "city", "spread": {"A": 0.1}}, "samples.spread: 'A' get no factor"),
    ],
)
def test_units_that_get_no_factor_are_told(region, settings, message):
    """Of levels and of spreads."""
    with pytest.raises(InputError, match=message):
        factors_in(SamplesTable(**{"count": 1, "spread": 0.1, **settings}), region, 1)


def test_the_mean_of_a_lognormal_factor_is_one():
    """By quadrature over its quantiles, without any draw."""
    from allocator.scenarios.samples import _lognormal_factor

    normal = statistics.NormalDist()
    z = [normal.inv_cdf((k + 0.5) / 20_000) for k in range(20_000)]
    assert statistics.fmean(_lognormal_factor(x, 0.3) for x in z) == pytest.approx(1, abs=1e-3)

"""Decays: known values, nothing beyond the limit, and what is refused."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.evaluate.decay import Decay, gaussian_decay, kernel_decay, step_decay

DECAYS = (
    step_decay({10: 1, 20: 0.68, 30: 0.22}),
    gaussian_decay(30),
    gaussian_decay(30, bandwidth=12),
    kernel_decay(30),
    kernel_decay(30, "quartic"),
)


def test_steps_include_their_upper_ends():
    """As zones are read: 0-10, above 10 up to 20, above 20 up to 30."""
    weights = DECAYS[0]([0, 9.99, 10, 10 + 1e-9, 10.001, 20, 20.001, 30, 30.001])
    assert weights.tolist() == [1, 1, 1, 1, 0.68, 0.68, 0.22, 0.22, 0]


def test_curves_at_known_places():
    """Formulas by hand."""
    assert gaussian_decay(30)(15) == pytest.approx((exp(-0.125) - exp(-0.5)) / (1 - exp(-0.5)))
    assert gaussian_decay(30, bandwidth=12)(24) == pytest.approx(exp(-2))
    assert kernel_decay(30)(10) == pytest.approx(8 / 9)
    assert kernel_decay(30, "quartic")(10) == pytest.approx(64 / 81)


@given(near=st.floats(0, 40), far=st.floats(0, 40), which=st.sampled_from(DECAYS))
def test_farther_never_counts_more(near, far, which):
    """1 at once, never rising, and 0 beyond the limit."""
    near, far = sorted((near, far))
    assert 1 == which(0.0) >= which(near) >= which(far) >= 0
    assert which(30.001 + far) == 0


def test_an_own_function():
    """Any function of the way will do; what it gives is looked at."""
    power = Decay("power", 30, lambda minutes: np.maximum(minutes, 1.0) ** -1.5)
    assert power([0, 4, 31]).tolist() == [1, 0.125, 0]
    with pytest.raises(InputError, match="'log' gives -inf at 0"):
        Decay("log", 30, lambda minutes: np.where(minutes > 0, 1.0, -np.inf))([0.0])


def test_what_is_refused():
    """Every problem at once where there are several."""
    with pytest.raises(InputError) as wrong:
        step_decay({20: 0.5, 10: 0.8})
    assert len(wrong.value.problems) == 2
    for bad in ({}, {0: 1}, {10: 1.5}, {10: -0.1}, {float("inf"): 1}, {10: float("nan")}):
        with pytest.raises(InputError):
            step_decay(bad)
    for limit in (0, -1, float("inf"), float("nan")):
        with pytest.raises(InputError, match="limit must be finite and > 0"):
            gaussian_decay(limit)
    with pytest.raises(InputError, match="bandwidth"):
        gaussian_decay(30, bandwidth=0)
    with pytest.raises(InputError, match="epanechnikov, quartic"):
        kernel_decay(30, "cosine")

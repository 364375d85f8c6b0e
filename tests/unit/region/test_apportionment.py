"""Whole people with exact totals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.region.apportionment import largest_remainder

WEIGHTS = st.lists(st.floats(0, 1e7), min_size=1, max_size=30).filter(lambda w: sum(w) > 1e-3)


@given(WEIGHTS, st.integers(0, 10**7))
def test_parts_are_exact_and_stay_at_their_quota(weights: list[float], total: int) -> None:
    """Parts sum to the total, and each is its quota rounded down or up."""
    parts = largest_remainder(np.array(weights), total)
    assert parts.sum() == total
    quotas = np.array(weights) * total / sum(weights)
    assert (np.abs(parts - quotas) < 1 + 1e-6 * np.maximum(1, quotas)).all()


@given(WEIGHTS, st.integers(0, 10**6))
def test_more_weight_never_gets_less(weights: list[float], total: int) -> None:
    """Parts keep the order of the weights; equal weights go by position."""
    parts = largest_remainder(np.sort(np.array(weights))[::-1], total)
    assert (np.diff(parts) <= 0).all()


def test_ambulances_of_jiaxing() -> None:
    """194 vehicles over the end-2021 residents give the published Hamilton split."""
    residents = np.array([109.94, 104.99, 86.27, 69.57, 68.35, 65.90, 46.57])
    assert largest_remainder(residents, 194).tolist() == [39, 37, 30, 25, 24, 23, 16]


def test_whole_weights_stay_themselves() -> None:
    """Splitting a sum by its own parts changes nothing."""
    weights = np.array([3.0, 0.0, 41.0, 7.0])
    assert largest_remainder(weights, 51).tolist() == [3, 0, 41, 7]


@pytest.mark.parametrize("weights", [[-1.0, 2.0], [np.nan, 1.0], [0.0, 0.0], [np.inf, 1.0]])
def test_impossible_weights_are_refused(weights: list[float]) -> None:
    """Negative, missing or empty weights cannot split anything."""
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(np.array(weights), 5)

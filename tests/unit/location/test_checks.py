"""Single numbers: what counts as whole, what as a share."""

import numpy as np
import pytest

from allocator.location.checks import is_whole, share_problems, whole_problems


@pytest.mark.parametrize("number", [1, 7, np.int32(2), np.uint8(1)])
def test_whole_numbers(number):
    """Of Python and of numpy."""
    assert is_whole(number)
    assert whole_problems("p", number) == []


@pytest.mark.parametrize("number", [0, -3, 1.0, True, np.True_, np.float64(2), "3", None, [1]])
def test_what_counts_nothing(number):
    """Broken numbers, truth values and words are refused by name and value."""
    assert not is_whole(number)
    assert whole_problems("p", number) == [f"p must be a whole number >= 1, got {number!r}"]


def test_shares():
    """0 and 1 are shares; 1 is none where certainty cannot be had; NaN never is."""
    assert share_problems("alpha", 0) == share_problems("alpha", 1.0) == []
    assert share_problems("busy", 1.0, below_one=True) == ["busy must lie in [0, 1), got 1.0"]
    for wrong in (-0.1, 1.1, float("nan")):
        assert share_problems("alpha", wrong) == [f"alpha must lie in [0, 1], got {wrong}"]

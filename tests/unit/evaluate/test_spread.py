"""Spread over people: against every single head, and against the exact Gini of the audit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.auditing.inequality import Spread
from allocator.auditing.inequality import gini as exact_gini
from allocator.evaluate.spread import gini, mean, mean_of_the_worst, quantile

CELLS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), min_size=1, max_size=8).filter(
    lambda cells: any(n for _, n in cells)
)


def arrays(cells):
    value, people = (np.array(side, dtype=float) for side in zip(*cells, strict=True))
    return value, people


@given(cells=CELLS, tenths=st.integers(1, 10))
def test_as_of_single_people(cells, tenths):
    """Write down what each head has; take means and quantiles of that list."""
    heads = sorted(v for v, n in cells for _ in range(n))
    share = tenths / 10
    value, people = arrays(cells)
    assert mean(value, people) == pytest.approx(sum(heads) / len(heads))
    at_most = next(v for v in heads if 10 * sum(h <= v for h in heads) >= tenths * len(heads))
    assert quantile(value, people, share) == at_most
    tens = [v for v in heads for _ in range(10)]  # a tenth of a head is one of these
    worst = tens[: len(heads) * tenths]
    assert mean_of_the_worst(value, people, share) == pytest.approx(sum(worst) / len(worst))


@given(cells=CELLS)
def test_gini_is_that_of_the_audit(cells):
    """Floats here, fractions there; nothing shared."""
    amounts = [Fraction(v * n) for v, n in cells]
    exact = exact_gini(Spread.of([""] * len(cells), amounts, [Fraction(n) for _, n in cells]))
    assert gini(*arrays(cells)) == pytest.approx(float(exact), abs=1e-12)


def test_nobody_and_nothing():
    """NaN without people; nothing to share is shared evenly."""
    nobody = np.array([3.0]), np.array([0.0])
    for measure in (mean, gini):
        assert np.isnan(measure(*nobody))
    for measure in (quantile, mean_of_the_worst):
        assert np.isnan(measure(*nobody, 0.1))
    assert gini(np.zeros(3), np.ones(3)) == 0

"""How something is spread over people, in floats and for very many cells: shares, means, Gini."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mean(value: Floats, people: Floats) -> float:
    """Mean over people; NaN where there is nobody. Shapes ``(n_cells,)``."""
    whole = people.sum()
    return float((value * people).sum() / whole) if whole > 0 else float("nan")


def quantile(value: Floats, people: Floats, share: float) -> float:
    """Least value that at least this share of the people have at most; NaN where there is nobody.

    >>> quantile(np.array([5.0, 1.0, 2.0]), np.array([80.0, 10.0, 10.0]), 0.1)
    1.0
    """
    value, people, so_far = _from_the_worst_off(value, people)
    if not len(value):
        return float("nan")
    return float(value[np.searchsorted(so_far, share * so_far[-1] * (1 - 1e-12))])


def mean_of_the_worst(value: Floats, people: Floats, share: float) -> float:
    """Mean over this share of the people, those with the least; NaN where there is nobody."""
    value, people, so_far = _from_the_worst_off(value, people)
    if not len(value):
        return float("nan")
    most = share * so_far[-1]
    counted = np.clip(most - (so_far - people), 0.0, people)
    return float((value * counted).sum() / most)


def gini(value: Floats, people: Floats) -> float:
    """Gini coefficient over people, 0 where nobody has anything; NaN where there is nobody.

    The same as :func:`allocator.auditing.inequality.gini`, which counts in fractions, to the
    precision of floats: ``1 - sum (P_k - P_{k-1}) (L_k + L_{k-1})``.
    """
    value, people, so_far = _from_the_worst_off(value, people)
    if not len(value):
        return float("nan")
    have = value * people
    whole = have.sum()
    if not whole > 0:
        return 0.0
    lorenz = np.cumsum(have) / whole
    before = np.concatenate([[0.0], lorenz[:-1]])
    # Floats may end a last bit below 0 where all have the same.
    return max(0.0, float(1 - (people / so_far[-1] * (lorenz + before)).sum()))


def _from_the_worst_off(value: Floats, people: Floats) -> tuple[Floats, Floats, Floats]:
    """Values by size, their people, and people so far; without the cells where nobody lives."""
    lived_in = people > 0
    value, people = value[lived_in], people[lived_in]
    order = np.argsort(value, kind="stable")
    return value[order], people[order], np.cumsum(people[order])

"""Whole people with exact totals."""

import numpy as np
from numpy.typing import NDArray


def largest_remainder(weights: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Split ``total`` into whole numbers in proportion to ``weights`` (Hamilton's method).

    Everyone gets the whole part of the quota; what is left goes, one each, to the largest
    fractions. Equal fractions go by the larger weight, then by position.

    >>> largest_remainder(np.array([1.0, 1.0, 1.0]), 7).tolist()
    [3, 2, 2]

    Parameters
    ----------
    weights
        Finite, >= 0, not all zero unless ``total`` is 0; shape ``(n,)``.
    total
        Whole number >= 0.
    """
    weights = np.asarray(weights, dtype=np.float64)
    whole = float(weights.sum())
    if total < 0 or (weights < 0).any() or not np.isfinite(whole):
        raise ValueError("weights and total must be finite and >= 0")
    if whole == 0:
        if total:
            raise ValueError(f"cannot split {total} over weights that are all zero")
        return np.zeros(len(weights), dtype=np.int64)
    quotas = weights * (total / whole)
    # A quota that misses a whole number only by rounding error counts as that number.
    near = np.round(quotas)
    quotas = np.where(np.abs(quotas - near) <= 1e-9 * np.maximum(1.0, near), near, quotas)
    parts = np.floor(quotas).astype(np.int64)
    left = total - int(parts.sum())
    order = np.lexsort((np.arange(len(weights)), -weights, -(quotas - parts)))
    if left >= 0:
        parts[order[:left]] += 1
    else:  # rounding error lifted quotas to the next whole number once too often
        taken = [i for i in order[::-1] if parts[i] > 0][:-left]
        parts[taken] -= 1
    return parts

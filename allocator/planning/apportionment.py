"""Whole numbers with exact totals."""

import heapq
from collections.abc import Sequence
from fractions import Fraction
from math import floor

from allocator.errors import InputError


def webster(
    total: int,
    weights: Sequence[float],
    *,
    lower: Sequence[int] | None = None,
    upper: Sequence[int] | None = None,
) -> list[int]:
    """Split a whole total by weights with the Webster / Sainte-Lague divisor method.

    House-monotone and nearly unbiased; with bounds it starts from the lower ones and gives each
    further unit to the largest quotient weight / (seats + 1/2) that has room (Balinski & Young
    1982). Ties go to the earlier position.

    Parameters
    ----------
    total
        What is split, >= 0.
    weights
        Shares to follow, >= 0, shape ``(n,)``.
    lower, upper
        Bounds per position, shape ``(n,)``.

    Raises
    ------
    InputError
        If the bounds leave no way to reach the total.

    Examples
    --------
    >>> webster(14, [6, 6, 2])
    [6, 6, 2]
    """
    n = len(weights)
    least = list(lower) if lower is not None else [0] * n
    most = list(upper) if upper is not None else [total] * n
    if sum(least) > total or sum(max(low, high) for low, high in zip(least, most, strict=True)) < (
        total
    ):
        raise InputError(
            f"cannot split {total} between lower bounds that sum to {sum(least)} and upper bounds "
            f"that sum to {sum(most)}",
            where="apportionment",
        )
    exact = [Fraction(w) for w in weights]
    seats = _head_start(total, exact, least, most)
    queue = [(-exact[i] / (seats[i] + Fraction(1, 2)), i) for i in range(n) if seats[i] < most[i]]
    heapq.heapify(queue)
    for _ in range(total - sum(seats)):
        _, i = heapq.heappop(queue)
        seats[i] += 1
        if seats[i] < most[i]:
            heapq.heappush(queue, (-exact[i] / (seats[i] + Fraction(1, 2)), i))
    return seats


def _head_start(
    total: int, weights: list[Fraction], least: list[int], most: list[int]
) -> list[int]:
    """Seats that every split of the total gives: millions need not be given out one by one.

    All quotients of at least a divisor come before all others. With this divisor they are at most
    ``total`` where no bound binds; where bounds make them more, there is no head start.
    """
    n, whole = len(weights), sum(weights)
    if 2 * total <= n or not whole:
        return list(least)
    divisor = whole / (total - Fraction(n, 2))
    seats = [
        min(max(floor(w / divisor + Fraction(1, 2)), low), max(low, high))
        for w, low, high in zip(weights, least, most, strict=True)
    ]
    return seats if sum(seats) <= total else list(least)

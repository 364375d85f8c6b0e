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
    least, most = _bounds(total, n, lower, upper)
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


def hamilton(
    total: int,
    weights: Sequence[float],
    *,
    lower: Sequence[int] | None = None,
    upper: Sequence[int] | None = None,
) -> list[int]:
    """Split a whole total by weights with the Hamilton / largest-remainder method.

    Everybody gets the quota rounded down or up; the largest remainders are rounded up, ties go to
    the earlier position. With bounds the quotas are clip(t * weight, lower, upper), with the t
    for which they sum to the total. A larger total may cost somebody a seat (Balinski & Young
    1982), which Webster's never does.

    Parameters
    ----------
    total, weights, lower, upper
        As for :func:`webster`.

    Raises
    ------
    InputError
        If the bounds leave no way to reach the total.

    Examples
    --------
    >>> hamilton(10, [6, 6, 2]), hamilton(11, [6, 6, 2])
    ([4, 4, 2], [5, 5, 1])
    """
    n = len(weights)
    least, most = _bounds(total, n, lower, upper)
    quotas = _bounded_quotas(total, [Fraction(w) for w in weights], least, most)
    seats = [floor(q) for q in quotas]
    left = total - sum(seats)
    order = sorted(range(n), key=lambda i: (seats[i] - quotas[i], i))
    for i in order[:left]:
        seats[i] += 1
    return seats


def max_min(
    total: int,
    weights: Sequence[float],
    *,
    lower: Sequence[int] | None = None,
    upper: Sequence[int] | None = None,
) -> list[int]:
    """Split a whole total so that the worst-served has most, then the second worst, and so on.

    Each unit goes to the lowest rate seats / weight (Adams' method); of equal rates to the
    smallest weight, whose rate rises most, then to the earlier position. No other split is
    lexicographically better in its sorted rates. Who has no weight gets what nobody else may.

    Parameters
    ----------
    total, weights, lower, upper
        As for :func:`webster`.

    Raises
    ------
    InputError
        If the bounds leave no way to reach the total.

    Examples
    --------
    >>> max_min(10, [6, 6, 2])
    [4, 4, 2]
    """
    n = len(weights)
    exact = [Fraction(w) for w in weights]
    least, most = _bounds(total, n, lower, upper)
    seats = list(least)
    whole = sum(exact, Fraction(0))
    if lower is None and upper is None and total > n and whole:
        # Rounding up adds less than one to each: nobody ends below the share of total - n.
        seats = [floor(w * (total - n) / whole) for w in exact]

    def rank(i: int) -> tuple[bool, Fraction, Fraction, int]:
        return not exact[i], seats[i] / exact[i] if exact[i] else Fraction(0), exact[i], i

    queue = [rank(i) for i in range(n) if seats[i] < most[i]]
    heapq.heapify(queue)
    for _ in range(total - sum(seats)):
        i = heapq.heappop(queue)[-1]
        seats[i] += 1
        if seats[i] < most[i]:
            heapq.heappush(queue, rank(i))
    return seats


def split(
    method: str,
    total: int,
    weights: Sequence[float],
    *,
    lower: Sequence[int] | None = None,
    upper: Sequence[int] | None = None,
) -> list[int]:
    """Split by the method that the assumption ``apportionment`` names; a table's is Webster."""
    methods = {"hamilton": hamilton, "max_min": max_min}
    chosen = methods.get(method, webster)
    return chosen(total, weights, lower=lower, upper=upper)


def _bounded_quotas(
    total: int, weights: list[Fraction], least: list[int], most: list[int]
) -> list[Fraction]:
    """clip(t * weight, least, most) that sum to the total, exactly.

    As long as some quota lies outside its bounds, those of the side that is violated more are
    fixed there: the t of the rest then moves to the other side, so that none comes loose again.
    """
    fixed: dict[int, Fraction] = {}
    while free := [i for i in range(len(weights)) if i not in fixed]:
        rest = total - sum(fixed.values())
        whole = sum(weights[i] for i in free)
        shares = {i: weights[i] / whole if whole else Fraction(1, len(free)) for i in free}
        quotas = {i: rest * shares[i] for i in free}
        low = {i: least[i] - q for i, q in quotas.items() if q < least[i]}
        high = {i: q - most[i] for i, q in quotas.items() if q > most[i]}
        if not low and not high:
            fixed |= quotas
        elif sum(low.values()) >= sum(high.values()):
            fixed |= {i: Fraction(least[i]) for i in low}
        else:
            fixed |= {i: Fraction(most[i]) for i in high}
    return [fixed[i] for i in range(len(weights))]


def _bounds(
    total: int, n: int, lower: Sequence[int] | None, upper: Sequence[int] | None
) -> tuple[list[int], list[int]]:
    """Bounds per position, which leave a way to reach the total."""
    least = list(lower) if lower is not None else [0] * n
    most = list(upper) if upper is not None else [total] * n
    if sum(least) > total or sum(map(max, least, most)) < total:
        raise InputError(
            f"cannot split {total} between lower bounds that sum to {sum(least)} and upper bounds "
            f"that sum to {sum(most)}",
            where="apportionment",
        )
    return least, most

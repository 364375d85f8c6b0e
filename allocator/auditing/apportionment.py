"""Split a whole number in proportion, exactly: Webster (Sainte-Lague), largest remainders."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil


def webster(total: int, weights: Sequence[Fraction]) -> list[int]:
    """Split ``total`` over ``weights``; the parts sum to it, ties go to the earlier one.

    Seats go one by one to the highest average w / (2a + 1). Instead of dealing out every seat,
    start from the seats whose average lies above the common divisor, then add or take away single
    seats in the same order: the result is the same. Weights that are all 0 count as equal.

    >>> webster(194, [Fraction(w) for w in (39, 37, 30, 25, 24, 23, 16)])
    [39, 37, 30, 25, 24, 23, 16]
    """
    if not weights:
        return []
    shares = list(weights) if any(weights) else [Fraction(1)] * len(weights)
    whole = sum(shares)
    parts = [max(0, ceil(total * share / whole - Fraction(1, 2))) for share in shares]
    places = range(len(parts))
    while sum(parts) < total:
        parts[max(places, key=lambda i: (shares[i] / (2 * parts[i] + 1), -i))] += 1
    while sum(parts) > total:
        held = [i for i in places if parts[i] > 0]
        parts[min(held, key=lambda i: (shares[i] / (2 * parts[i] - 1), -i))] -= 1
    return parts


def worst_first(total: int, weights: Sequence[Fraction]) -> list[int]:
    """Split ``total`` over ``weights`` so that the lowest part per weight is highest, and so on.

    One by one to whoever has least per weight, of equals to the smallest weight. It starts from
    the shares of total - n, below which nobody ends.

    >>> worst_first(10, [Fraction(6), Fraction(6), Fraction(2)])
    [4, 4, 2]
    """
    shares = list(weights) if any(weights) else [Fraction(1)] * len(weights)
    room = max(0, total - len(shares))
    parts = [int(share * room / sum(shares)) for share in shares]
    some = [i for i, share in enumerate(shares) if share]
    while sum(parts) < total:
        parts[min(some, key=lambda i: (parts[i] / shares[i], shares[i], i))] += 1
    return parts


def largest_remainders(total: int, weights: Sequence[Fraction]) -> list[int]:
    """Split ``total`` over ``weights`` by quotas rounded down, then the largest remainders up.

    >>> largest_remainders(11, [Fraction(6), Fraction(6), Fraction(2)])
    [5, 5, 1]
    """
    shares = list(weights) if any(weights) else [Fraction(1)] * len(weights)
    parts, remainders = [], []
    for place, share in enumerate(shares):
        part, rest = divmod(total * share, sum(shares))
        parts.append(int(part))
        remainders.append((-rest, place))
    for _, place in sorted(remainders)[: total - sum(parts)]:
        parts[place] += 1
    return parts

"""What may be wrong with the numbers of a question: said alike by every model."""

from collections.abc import Mapping

import numpy as np

from allocator.travel.ends import Demand


def is_whole(number: object, least: int = 1) -> bool:
    """Whether something is a whole number, at least ``least``; True and False are none."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer):
        return False
    return bool(number >= least)


def whole_problems(name: str, number: object, least: int = 1) -> list[str]:
    """What is wrong with a number of sites, servers or answers.

    >>> whole_problems("p", 3), whole_problems("p", 2.5)
    ([], ['p must be a whole number >= 1, got 2.5'])
    """
    if is_whole(number, least):
        return []
    return [f"{name} must be a whole number >= {least}, got {number!r}"]


def share_problems(name: str, number: float, *, below_one: bool = False) -> list[str]:
    """What is wrong with a share or probability."""
    if 0 <= number < 1 or (number == 1 and not below_one):
        return []
    return [f"{name} must lie in [0, 1{')' if below_one else ']'}, got {number}"]


def group_share_problems(shares: Mapping[str, float], demand: Demand, what: str) -> list[str]:
    """What is wrong with shares by population group."""
    known = ["total", *demand.groups]
    problems = [
        f"no group {group!r}; known are: {', '.join(known)}"
        for group in shares
        if group not in known
    ]
    problems += [
        f"{what} of group {group} must lie in [0, 1], got {share}"
        for group, share in shares.items()
        if not 0 <= share <= 1
    ]
    return problems

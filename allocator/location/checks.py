"""What may be wrong with a single number of a question: said alike by every model."""

import numpy as np


def is_whole(number: object) -> bool:
    """Whether something is a whole number, at least 1; True and False are none."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer):
        return False
    return bool(number >= 1)


def whole_problems(name: str, number: object) -> list[str]:
    """What is wrong with a number of sites, servers or answers.

    >>> whole_problems("p", 3), whole_problems("p", 2.5)
    ([], ['p must be a whole number >= 1, got 2.5'])
    """
    return [] if is_whole(number) else [f"{name} must be a whole number >= 1, got {number!r}"]


def share_problems(name: str, number: float, *, below_one: bool = False) -> list[str]:
    """What is wrong with a share or probability."""
    if 0 <= number < 1 or (number == 1 and not below_one):
        return []
    return [f"{name} must lie in [0, 1{')' if below_one else ']'}, got {number}"]

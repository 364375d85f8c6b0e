"""Numbers as the command line gives them: one, a list, or a range with its ends."""

from fractions import Fraction

from allocator.errors import InputError

_MOST = 1000


def numbers(text: str, option: str) -> list[Fraction]:
    """``12``, ``5,10,20``, ``1:30`` or ``2:10:0.5``, ends included; ascending, each once.

    >>> [float(n) for n in numbers("2:3:0.5", "--radius-km")]
    [2.0, 2.5, 3.0]
    """
    found: set[Fraction] = set()
    for part in text.split(","):
        try:
            ends = [Fraction(end.strip()) for end in part.split(":")]
        except (ValueError, ZeroDivisionError):
            ends = []
        if not 1 <= len(ends) <= 3 or (len(ends) == 3 and ends[2] <= 0):
            raise InputError(
                f"{option} {text}: must be a number, a list (5,10,20) or a range (1:30, 2:10:0.5)",
                where="curve",
            )
        first, last, step = ends[0], ends[min(1, len(ends) - 1)], Fraction(1)
        step = ends[2] if len(ends) == 3 else step
        if last < first or (last - first) / step > _MOST:
            raise InputError(
                f"{option} {text}: a range goes upwards and has at most {_MOST} numbers",
                where="curve",
            )
        found |= {first + k * step for k in range(int((last - first) / step) + 1)}
    return sorted(found)


def whole_numbers(text: str, option: str) -> list[int]:
    """The same, whole and at least 1.

    >>> whole_numbers("1:3,10", "--p")
    [1, 2, 3, 10]
    """
    found = numbers(text, option)
    if any(n.denominator != 1 or n < 1 for n in found):
        raise InputError(f"{option} {text}: must be whole numbers >= 1", where="curve")
    return [int(n) for n in found]

"""What can go wrong, by kind.

::

    AllocatorError
    ├── InputError        data that cannot be planned with (also a ValueError)
    │   └── PolicyError   rules or settings that make no sense
    ├── InfeasibleError   no answer exists, with the reason
    └── SolverError       the solver failed, or an answer did not pass its recheck
"""

from collections.abc import Iterable, Sequence


class AllocatorError(Exception):
    """Root of every error that this package raises on purpose."""


class InputError(AllocatorError, ValueError):
    """Data that cannot be planned with; lists every problem found."""

    def __init__(self, problems: str | Iterable[str], *, where: str = "") -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        self.where = where
        super().__init__(_in_one_text(self.problems, where))


class PolicyError(InputError):
    """Rules or settings that make no sense; lists every problem found."""


class InfeasibleError(AllocatorError):
    """No answer exists; the message says why."""


class SolverError(AllocatorError):
    """The solver failed, or its answer did not pass the recheck."""


def raise_if_any(
    problems: Sequence[str], *, where: str, kind: type[InputError] = InputError
) -> None:
    """Raise one error that lists every problem, if there is one."""
    if problems:
        raise kind(problems, where=where)


def _in_one_text(problems: tuple[str, ...], where: str) -> str:
    head = f"{where}: " if where else ""
    if len(problems) == 1:
        return head + problems[0]
    return f"{head}{len(problems)} problems\n" + "\n".join(f"  - {p}" for p in problems)

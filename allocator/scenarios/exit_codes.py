"""What a run tells the shell, and a batch its table."""

from enum import IntEnum
from typing import TYPE_CHECKING

from allocator.errors import InfeasibleError, InputError

if TYPE_CHECKING:
    from allocator.plan_tables import Tally
    from allocator.plans import Plan


class ExitCode(IntEnum):
    """What the command tells the shell, and a batch its table."""

    DONE = 0
    DEFECT = 1
    BAD_INPUT = 2
    MUST_NOT_MET = 3
    NO_ANSWER = 4
    INTERRUPTED = 130

    @classmethod
    def of_tally(cls, tally: "Tally", *, strict: bool = False) -> "ExitCode":
        """0 if every evaluated must rule holds; with ``strict`` every one must be evaluated."""
        failed = tally.failed.get("must", 0)
        unknown = tally.not_evaluated.get("must", 0) if strict else 0
        return cls.MUST_NOT_MET if failed or unknown else cls.DONE

    @classmethod
    def of_plan(cls, plan: "Plan", *, strict: bool = False) -> "ExitCode":
        """130 for a plan that was interrupted, else what its rules say."""
        return cls.INTERRUPTED if plan.interrupted else cls.of_tally(plan.tally, strict=strict)

    @classmethod
    def of_error(cls, error: BaseException) -> "ExitCode":
        """2 for input, 4 where no answer exists, 130 for Ctrl-C, 1 for a defect of the program."""
        if isinstance(error, InputError):
            return cls.BAD_INPUT
        if isinstance(error, InfeasibleError):
            return cls.NO_ANSWER
        return cls.INTERRUPTED if isinstance(error, KeyboardInterrupt) else cls.DEFECT

"""When to stop: by work, and by the clock only as a last resort."""

import time
from dataclasses import dataclass, field
from typing import TypedDict


class SolveLimits(TypedDict):
    """What one solve may use, as :func:`allocator.lp.arrays.solve_arrays` takes it."""

    time_limit_seconds: float | None
    node_limit: int | None
    seed: int
    threads: int


@dataclass
class Limits:
    """What an engine may use, and whether the clock cut it short.

    Attributes
    ----------
    effort
        Multiplies the work that searches may do; 1 is the usual.
    gap
        Relative gap that is good enough.
    node_limit
        Branch-and-bound nodes per solve; chosen by size when missing.
    time_limit_seconds
        From the making of this object on; none when missing.
    stopped_by_clock
        Whether the time limit has ended anything.
    pairs_in_vain
        Size of the problems that branch and bound gave up on so far.
    """

    effort: float = 1.0
    gap: float = 0.0
    node_limit: int | None = None
    time_limit_seconds: float | None = None
    seed: int = 0
    threads: int = 1
    stopped_by_clock: bool = False
    pairs_in_vain: int = 0
    _began: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def seconds_left(self) -> float | None:
        """Seconds left, never quite 0; None without a time limit."""
        if self.time_limit_seconds is None:
            return None
        return max(self.time_limit_seconds - self.seconds(), 0.01)

    def of_a_solve(self, usual_nodes: int | None = None) -> SolveLimits:
        """What the next solve may use; so many nodes unless the caller said otherwise."""
        return SolveLimits(
            time_limit_seconds=self.seconds_left(), node_limit=self.node_limit or usual_nodes,
            seed=self.seed, threads=self.threads,
        )  # fmt: skip

    def out_of_time(self) -> bool:
        """Whether the time is over; remembered, since the answer then depends on it."""
        over = self.time_limit_seconds is not None and self.seconds() >= self.time_limit_seconds
        self.note_clock(over)
        return over

    def note_clock(self, stopped: bool) -> None:
        """Remember that the clock ended something."""
        self.stopped_by_clock = self.stopped_by_clock or stopped

"""When to stop: by work, and by the clock only as a last resort."""

import time
from dataclasses import dataclass, field


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

    def out_of_time(self) -> bool:
        """Whether the time is over; remembered, since the answer then depends on it."""
        over = self.time_limit_seconds is not None and self.seconds() >= self.time_limit_seconds
        self.note_clock(over)
        return over

    def note_clock(self, stopped: bool) -> None:
        """Remember that the clock ended something."""
        self.stopped_by_clock = self.stopped_by_clock or stopped

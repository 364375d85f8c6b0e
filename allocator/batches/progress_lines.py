"""What a batch says as it goes on: a line per scenario, with the time left."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from allocator.batches.rows import Row


@dataclass
class ProgressLines:
    """Lines to ``say``; None for silence.

    The time left is that of the scenarios that ended since the start, by the clock, for as many as
    are still to come: what was finished in an earlier run took no time in this one.
    """

    total: int
    say: Callable[[str], None] | None
    known: int = 0
    ended: int = 0
    _began: float = field(default_factory=time.monotonic)

    def tell(self, text: str) -> None:
        """Say something that is no row."""
        if self.say:
            self.say(text)

    def begin(self, known: int, unread: int = 0) -> None:
        """Say how many rows an earlier run has finished, or no run can; the clock starts."""
        self.known, self._began = known + unread, time.monotonic()
        if known:
            self.tell(f"{known} of {self.total} were finished before")
        if unread:
            self.tell(f"{unread} of {self.total} cannot be read: their rows say why")

    def end(self, name: str, row: Row) -> None:
        """Say that a scenario ended."""
        self.ended += 1
        done = self.known + self.ended
        words = [f"{done} of {self.total}: {name}: {row['status']}"]
        if row.get("seconds") is not None:
            words.append(f"{row['seconds']:.1f} s")
        if done < self.total:
            spent = time.monotonic() - self._began
            words.append(f"{in_words(spent / self.ended * (self.total - done))} left")
        error = str(row.get("error") or "").rstrip()
        self.tell(", ".join(words) + (f": {error.splitlines()[-1]}" if error else ""))


def in_words(seconds: float) -> str:
    """A time as people say it.

    >>> in_words(40), in_words(400), in_words(40_000)
    ('about 40 s', 'about 7 min', 'about 11 h')
    """
    if seconds < 90:
        return f"about {seconds:.0f} s"
    minutes = seconds / 60
    return f"about {minutes:.0f} min" if minutes < 90 else f"about {minutes / 60:.0f} h"

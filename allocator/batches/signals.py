"""Ctrl-C and SIGTERM while a batch runs: noted when they come, acted upon between two rows."""

import signal
import threading
from types import FrameType


class Signals:
    """Counts what was heard inside the ``with`` block; outside, signals do as before.

    Nothing is torn in the middle: a row that is being written is written. In a thread that is not
    the main one nothing is heard, and nothing is changed.

    Attributes
    ----------
    interrupts
        How often Ctrl-C was heard.
    terminated
        Whether SIGTERM was.
    """

    def __init__(self) -> None:
        self.interrupts = 0
        self.terminated = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> "Signals":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            # A handler that was not set from Python cannot be set back: the default then.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)  # type: ignore[arg-type]

    def _hear(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT:
            self.interrupts += 1
        else:
            self.terminated = True

    @property
    def heard(self) -> bool:
        """Whether no new job is to begin."""
        return bool(self.interrupts) or self.terminated

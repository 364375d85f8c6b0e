"""Signals are noted, not raised, while a batch runs."""

import signal
import threading

import pytest

from allocator.batches.signals import Signals


def test_noted_inside_as_before_outside():
    """Ctrl-C is counted; afterwards it does what it did."""
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    with Signals() as heard:
        assert not heard.heard
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert (heard.interrupts, heard.terminated, heard.heard) == (2, False, True)
        signal.raise_signal(signal.SIGTERM)
        assert heard.terminated
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_in_another_thread_nothing_is_changed():
    """Only the main thread hears signals."""
    before, found = signal.getsignal(signal.SIGINT), []

    def work():
        with Signals() as heard:
            found.append((signal.getsignal(signal.SIGINT), heard.heard))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(before, False)]

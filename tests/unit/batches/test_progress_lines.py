"""Lines: how many, which, and how long it still takes."""

import pytest

from allocator.batches import progress_lines
from allocator.batches.progress_lines import ProgressLines, in_words


@pytest.fixture
def clock(monkeypatch):
    """Seconds that a test lets pass."""
    now = [100.0]
    monkeypatch.setattr(progress_lines.time, "monotonic", lambda: now[0])
    return now


def test_the_time_left_is_that_of_what_ended_since_the_start(clock):
    """Rows of an earlier run took no time in this one."""
    said = []
    lines = ProgressLines(10, said.append)
    lines.begin(4, 1)
    clock[0] += 60
    lines.end("a", {"status": "optimal", "seconds": 60.0, "error": ""})
    assert said == [
        "4 of 10 were finished before",
        "1 of 10 cannot be read: their rows say why",
        "6 of 10: a: optimal, 60.0 s, about 4 min left",
    ]
    clock[0] += 20
    lines.end("b", {"status": "error", "seconds": 1.0, "error": "one\ntwo\n"})
    assert said[-1] == "7 of 10: b: error, 1.0 s, about 2 min left: two"
    for name in "cde":
        lines.end(name, {"status": "optimal"})
    assert said[-1] == "10 of 10: e: optimal"


def test_silence():
    """Nobody to tell."""
    lines = ProgressLines(1, None)
    lines.begin(1)
    lines.end("a", {"status": "optimal"})


@pytest.mark.parametrize(("seconds", "words"), [
    (0, "about 0 s"), (89, "about 89 s"), (90, "about 2 min"), (5399, "about 90 min"),
    (5400, "about 2 h"),
])  # fmt: skip
def test_times_in_words(seconds, words):
    """Never more exact than they are known."""
    assert in_words(seconds) == words

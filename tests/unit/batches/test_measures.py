"""Seconds and memory of one scenario, not of those before it."""

import time

import numpy as np

from allocator.batches import measures
from allocator.batches.measures import Measure


def test_the_peak_is_that_of_this_scenario():
    """What an earlier one needed is forgotten, where the system can: on Linux, as here."""
    before = Measure().row()["memory_mb"]
    big = Measure()
    np.ones(30_000_000).sum()
    assert big.row()["memory_mb"] > before + 200
    assert Measure().row()["memory_mb"] < before + 100


def test_seconds_and_processor_seconds():
    """Waiting costs only the first."""
    measure = Measure()
    time.sleep(0.05)
    row = measure.row()
    assert row["seconds"] >= 0.05
    assert 0 <= row["cpu_seconds"] < row["seconds"]


def test_elsewhere_the_peak_of_the_process(monkeypatch, tmp_path):
    """A system without /proc still says something."""
    monkeypatch.setattr(measures, "_STATUS", tmp_path / "none")
    monkeypatch.setattr(measures, "_RESET", tmp_path / "none" / "none")
    assert Measure().row()["memory_mb"] > 10

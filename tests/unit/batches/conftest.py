"""What the tests of batches share."""

import pytest
from batch_builders import InlineWorkers, Planner, written

from allocator.batches import entry, planning_jobs

LEAST = 'region = "."\npolicy = "jiaxing-2025"\n'
GOOD = LEAST + "[outputs]\nmap = false\n"


@pytest.fixture
def write(tmp_path):
    """Write a scenario file and give its path; of another name, it asks something else."""

    def write_one(name, text=GOOD, file=None):
        budget = int.from_bytes(name.encode()[:6])
        return written(
            tmp_path / f"{file or name}.toml", f'name = "{name}"\nbudget = {budget}\n{text}'
        )

    return write_one


@pytest.fixture
def inline(monkeypatch):
    """Workers in this process; gives the list of those that were made."""
    made = []

    def make(count):
        made.append(InlineWorkers(count))
        return made[-1]

    monkeypatch.setattr(entry, "LocalWorkers", make)
    return made


@pytest.fixture
def planner(monkeypatch, inline):
    """A planner that answers at once, by the scenario's name."""
    stand_in = Planner()
    monkeypatch.setattr(planning_jobs, "run", stand_in)
    return stand_in

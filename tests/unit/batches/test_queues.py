"""Queues: a worker stays with the region that it has read."""

from dataclasses import replace
from pathlib import Path

import pytest

from allocator.batches.jobs import Job
from allocator.batches.queues import Queue
from allocator.scenarios.scenario import Scenario


def jobs(*regions):
    return [
        Job(at, f"{region}{at}", "", Scenario(name="n", region=region, policy="p",
                                              file=Path("/x/y.toml")))
        for at, region in enumerate(regions)
    ]  # fmt: skip


def test_a_worker_stays_with_its_region_until_that_is_done():
    """In the order given; then it goes on with the next."""
    queue = Queue(jobs("a", "b", "a", "b", "a"))
    taken = [queue.take("w").name for _ in range(5)]
    assert taken == ["a0", "a2", "a4", "b1", "b3"]
    assert len(queue) == 0
    with pytest.raises(IndexError):
        queue.take("w")


def test_two_workers_begin_with_two_regions_and_help_each_other():
    """Whoever is done takes up the region with the most jobs per worker."""
    queue = Queue(jobs("a", "a", "b", "b", "b", "b"))
    assert [queue.take(w).name for w in ("v", "w")] == ["b2", "a0"]
    assert [queue.take("w").name for _ in range(2)] == ["a1", "b3"]
    assert queue.take("v").name == "b4"


def test_one_region_is_for_all():
    """Affinity never lets a worker idle."""
    queue = Queue(jobs("a", "a", "a"))
    assert {queue.take(w).name for w in "uvw"} == {"a0", "a1", "a2"}


def test_a_job_that_is_put_back_waits_behind_the_others():
    """And a worker that is gone has read nothing."""
    queue = Queue(jobs("a", "a", "b", "b"))
    first = queue.take("w")
    queue.put(replace(first))
    queue.forget("w")
    assert [queue.take("w").name for _ in range(2)] == ["a1", "a0"]

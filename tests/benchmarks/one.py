"""One job, one way, in this process: prints what came out as a line of JSON.

    PYTHONPATH=tests python -m benchmarks.one JOB WAY [--limit SECONDS]

The same question on a small county comes first, so that libraries are loaded and compiled code is
there; then the clock runs, and reach and model are timed one after the other.
"""

# ruff: noqa: T201

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from benchmarks import ours, peers, plain_highs
from benchmarks.instances import County, county
from benchmarks.jobs import HIGHS, OURS, SCIP, Job, find

_SMALL = {"cells": 120, "sites": 24, "p": 3}
_SHORT_SECONDS = 3.0
_REPEATS = 5

Steps = tuple[Callable[[Job, County], Any], Callable[[Job, County, Any], Any]]


def steps_of(way: str, limit: float) -> Steps:
    """How a way makes its reach, and how it chooses sites."""
    if way == OURS:
        return ours.reach_of, lambda job, _, reach: ours.solve(job, reach)
    if way == HIGHS:
        return plain_highs.arcs, lambda job, made, reach: plain_highs.by_highs(
            job, made, reach, limit
        )
    if way == SCIP:
        from benchmarks import scip_benders

        return plain_highs.arcs, lambda job, made, reach: scip_benders.by_scip(
            job, made, reach, limit
        )
    return peers.dense_km, peers.WAYS[way]


def timed(job: Job, made: County, steps: Steps) -> tuple[Any, dict[str, float]]:
    """Answer, and the seconds that reach and model took."""
    began = time.perf_counter(), time.process_time()
    reach = steps[0](job, made)
    between = time.perf_counter()
    answer = steps[1](job, made, reach)
    ended = time.perf_counter(), time.process_time()
    return answer, {
        "reach": between - began[0],
        "model": ended[0] - between,
        "seconds": ended[0] - began[0],
        "cpu": ended[1] - began[1],
    }


def megabytes() -> float:
    """Most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(job: Job, way: str, limit: float) -> dict[str, Any]:
    """Measure one way of one job; what takes little is done again, and the median counts."""
    steps = steps_of(way, limit)
    few = {**_SMALL, "p": min(job.p, _SMALL["p"])}
    small = replace(job, **few, limit=None)
    _, warm = timed(small, county(small.cells, small.sites), steps)
    made = county(job.cells, job.sites, towns=job.towns, seed=job.seed)
    _ = made.demand, made.sites
    before = megabytes()
    answer, took = timed(job, made, steps)
    peak = megabytes()
    if way == OURS and took["seconds"] < _SHORT_SECONDS:
        runs = [took] + [timed(job, made, steps)[1] for _ in range(_REPEATS - 1)]
        took = {key: statistics.median(one[key] for one in runs) for key in took}
    told = of_ours(answer) if way == OURS else of_peer(job, made, answer)
    return {
        **took, **told, "warm_up": warm["seconds"], "megabytes": peak, "megabytes_before": before,
        "people": float(made.people.sum()), "counted": counted(job, made, told["sites"]),
    }  # fmt: skip


def of_ours(siting: Any) -> dict[str, Any]:
    """What a Siting says, after it has counted itself again."""
    merged = getattr(siting.question, "reach", None)
    rows = merged.aggregated().rows.n_cells if hasattr(merged, "aggregated") else None
    return {
        "objective": siting.objective, "bound": siting.bound, "gap": siting.gap,
        "status": str(siting.status), "sites": siting.open_sites.tolist(), "rows": rows,
        "complaints": siting.verify(), "notes": list(siting.notes),
    }  # fmt: skip


def of_peer(job: Job, made: County, found: peers.Found) -> dict[str, Any]:
    """What a peer chose, what it is worth, and the bound where it gives one."""
    value = counted(job, made, found.sites.tolist())
    bound = value if found.bound is None and found.status == "optimal" else found.bound
    gap = None
    if value is not None and bound is not None:
        gap = abs(value - bound) / max(abs(value), 1e-9)
    return {
        "objective": value, "bound": bound, "gap": gap, "status": found.status,
        "sites": found.sites.tolist(), "rows": found.rows,
    }  # fmt: skip


def counted(job: Job, made: County, sites: list[int]) -> float | None:
    """Worth of the sites, counted from the coordinates by code that nobody else uses."""
    return peers.worth(job, made, np.array(sites, dtype=np.int64)) if sites else None


def main() -> None:
    """Run, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job")
    parser.add_argument("way")
    parser.add_argument("--limit", type=float, default=300.0)
    given = parser.parse_args()
    job = find(given.job)
    if isinstance(job, Job):
        got = run(job, given.way, given.limit)
    else:
        from benchmarks import published

        got = published.run(job.name)
    print(json.dumps(got))


if __name__ == "__main__":
    main()

"""Plan a synthetic province county by county, and (--whole) as one program: time, memory, proof.

    python tests/benchmarks/province.py [--counties 100] [--cells 10000] [--workers 2] [--whole]
                                        [--budget MONEY] [--table FILE]

Every plan is made in a process of its own. Seconds of the processor are those of the process and
of all its workers; memory is the most that the parent ever had, and the largest worker.
"""

# ruff: noqa: T201

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from province import Size, policy, province

from allocator.planning.optimisation import plan


def one(asked: dict[str, Any]) -> dict[str, Any]:
    """Make one plan; what it took and what it proves."""
    each, sites = asked["cells"], asked["sites"]
    region = province(Size(asked["counties"], each, sites, max(1, asked["counties"] // 10)))
    began = time.perf_counter()

    def tell(text: str) -> None:
        print(f"{time.perf_counter() - began:8.1f} s  {text}", file=sys.stderr, flush=True)

    wishes = {"by": "county", "workers": asked["workers"]} if asked["by"] else {"explain": False}
    found = plan(region, policy(), budget=asked["budget"], progress=tell, **wishes)
    seconds = time.perf_counter() - began
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    stations = found.tiers[found.tiers["tier"] == "objective"].iloc[0]
    rules = found.compliance[found.compliance["area"] == "all"]
    return {
        "cells": len(region.grid), "sites": len(region.sites), "seconds": seconds,
        "cpu": sum(u.ru_utime + u.ru_stime for u in (own, children)),
        "parent_mb": own.ru_maxrss / 1024, "worker_mb": children.ru_maxrss / 1024,
        "objective": found.objective_value, "bound": found.bound, "gap": found.gap,
        "stations": float(stations["objective"]), "stations_bound": float(stations["bound"]),
        "stations_gap": float(stations["gap"]), "status": found.status.value,
        "met": int((rules["met"].astype(object) == True).sum()),  # noqa: E712
        "tiers": found.tiers.to_dict("records"),
    }  # fmt: skip


def run(asked: dict[str, Any]) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--one", json.dumps(asked)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(rows: list[tuple[str, dict[str, Any]]]) -> str:
    """The figures as Markdown."""
    head = (
        "| plan | cells | candidates | seconds | CPU s | parent MB | worker MB | stations cost "
        "| bound | gap | whole plan's gap |"
    )
    lines = [head, "| --- |" + " ---: |" * 10]
    for name, r in rows:
        lines.append(
            f"| {name} | {r['cells']:,} | {r['sites']:,} | {r['seconds']:,.0f} | {r['cpu']:,.0f} "
            f"| {r['parent_mb']:,.0f} | {r['worker_mb']:,.0f} | {r['stations']:,.0f} "
            f"| {r['stations_bound']:,.0f} | {r['stations_gap']:.2%} | {r['gap']:.3%} |"
        )
    return "\n".join(lines)


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--one")
    words.add_argument("--counties", type=int, default=100)
    words.add_argument("--cells", type=int, default=10_000, help="per county")
    words.add_argument("--sites", type=int, default=20, help="per county")
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--budget", type=float)
    words.add_argument("--whole", action="store_true")
    words.add_argument("--table", type=Path)
    given = words.parse_args()
    if given.one:
        print(json.dumps(one(json.loads(given.one))))
        return
    asked = {
        k: getattr(given, k) for k in ("counties", "cells", "sites", "workers", "budget")
    }  # fmt: skip
    rows = [(f"by county, {given.workers} workers", run({**asked, "by": True}))]
    if given.whole:
        rows.append(("as a whole", run({**asked, "by": False})))
    text = f"{platform.processor() or platform.machine()}, {platform.system()}\n\n{table(rows)}\n"
    print(text)
    if given.table:
        given.table.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

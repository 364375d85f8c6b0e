"""Travel times along roads: this package, SciPy, NetworkX and pandana, each in its own process.

    python tests/benchmarks/travel.py [--only JOB ...] [--ways WAY ...]

Prints a line per measurement, keeps all of them in ``travel.json``, writes ``TRAVEL.md`` from that,
and fails if answers differ. Peers come with ``pip install -e ".[benchmark]"``.
"""

# ruff: noqa: T201

import argparse
import importlib.metadata
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.table import machine  # noqa: E402
from benchmarks.travel_ways import MAX_MINUTES, OURS, PANDANA, WAYS, city, told  # noqa: E402

JOBS = {
    "50,000 crossings": (50_000, 1000, tuple(WAYS)),
    "500,000 crossings": (500_000, 1000, tuple(way for way in WAYS if way != PANDANA)),
}
"""Crossings, sites, and who is asked; pandana takes many minutes to build its largest hierarchy."""
NUMBERS, PAGE = HERE / "travel.json", HERE / "TRAVEL.md"
_REPEATS = 3
_SLACK = 1e-3
"""pandana cuts every street's minutes to five places."""
_INTRO = f"""# Travel times along roads, measured

Written by `python tests/benchmarks/travel.py`; `travel.json` holds the same and more. The question:
all pairs of 1,000 sites and the crossings that a car reaches from them within {MAX_MINUTES:g}
minutes, on a made-up city with one-way streets (`travel_ways.py`). Each way runs in a process of
its own, one thread, after a small question that loads and compiles; the least of {_REPEATS} runs
counts.

* **build** is what it takes from arrays of streets to what the library searches, **answer** the
  rest. Both in processor seconds, because other work shared the machine; **all** is their sum, and
  **times ours** is by it.
* Ours is the public `road_network`: it also snaps every crossing and site to the nearest street,
  counts who is left out, and sorts the pairs. **search** is our compiled search alone.
* Answers are compared: pairs and minutes, in all and for three sites, within {_SLACK:.1%} (pandana
  cuts every street's minutes to five places).
* **MB** is the most memory that the process ever had, Python and libraries included.
"""


def run(nodes: int, sites: int, way: str) -> dict[str, Any]:
    """One way, in this process."""
    WAYS[way](city(400, 5))()
    made = city(nodes, sites)
    began = time.process_time()
    answer = WAYS[way](made)
    built = time.process_time() - began
    took = []
    for _ in range(_REPEATS if way == OURS else 1):
        began = time.process_time()
        pairs = answer()
        took.append(time.process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    got = {"build": built, "answer": min(took), "megabytes": peak, **told(pairs, made)}
    return {**got, "search": _search_alone(answer)} if way == OURS else got


def _search_alone(answer: Any) -> float:
    """Processor seconds that the compiled search takes within one more answer."""
    from allocator.travel import road_kernels

    real, spent = road_kernels.arcs_from, []

    def timed(*given: Any) -> Any:
        began = time.process_time()
        found = real(*given)
        spent.append(time.process_time() - began)
        return found

    road_kernels.arcs_from = timed
    try:
        answer()
    finally:
        road_kernels.arcs_from = real
    return sum(spent)


def differences(row: dict[str, dict[str, Any]]) -> list[str]:
    """Where a way's answer is not ours."""
    mine = row.get(OURS)
    if mine is None:
        return []
    flat = {way: _flat(got) for way, got in row.items() if "pairs" in got}
    return [
        f"{way}: {theirs:,.6g} instead of {ours:,.6g}"
        for way, numbers in flat.items()
        for theirs, ours in zip(numbers, flat[OURS], strict=True)
        if abs(theirs - ours) > _SLACK * abs(ours)
    ]


def _flat(got: dict[str, Any]) -> list[float]:
    return [got["pairs"], got["minutes"], *(value for pair in got["by_site"] for value in pair)]


def page(kept: dict[str, Any]) -> str:
    """The measurements as a page."""
    lines = [_INTRO, *(f"* {one}." for one in kept["machine"]), ""]
    lines += [
        "| question | by | build s | answer s | all s | search s | MB | pairs | times ours |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for job in JOBS:
        row = kept.get(job, {})
        for way in (way for way in WAYS if way in row):
            got, mine = row[way], row[OURS]
            if "pairs" not in got:
                lines.append(f"| {job} | {way} | {got['why']} | | | | | | |")
                continue
            whole, base = (one["build"] + one["answer"] for one in (got, mine))
            search = f"{got['search']:.2f}" if "search" in got else ""
            lines.append(
                f"| {job} | {way} | {got['build']:.2f} | {got['answer']:.2f} | {whole:.2f} | "
                f"{search} | {got['megabytes']:,.0f} | {got['pairs']:,} | {whole / base:.1f} |"
            )
    return "\n".join(lines) + "\n"


def versions() -> str:
    """Of the peers, as far as they are there."""
    found = []
    for name in ("networkx", "scipy", "pandana", "numba"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not there")
    return ", ".join(found)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(JOBS), default=list(JOBS))
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--one", nargs=2, metavar=("JOB", "WAY"), help="in this process")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run(*JOBS[given.one[0]][:2], given.one[1])))
        return
    kept = json.loads(NUMBERS.read_text("utf-8")) if NUMBERS.exists() else {}
    kept["machine"] = [machine()[0], versions()]
    wrong = []
    for job in given.only:
        for way in (way for way in JOBS[job][2] if way in given.ways):
            command = [sys.executable, __file__, "--one", job, way]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            got = {"why": (done.stderr.strip().splitlines() or ["ended"])[-1]}
            if done.returncode == 0:
                got = json.loads(done.stdout.splitlines()[-1])
            kept.setdefault(job, {})[way] = got
            print(job, way, {k: v for k, v in got.items() if k != "by_site"}, flush=True)
        wrong += [f"{job}, {text}" for text in differences(kept[job])]
    NUMBERS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(page(kept), "utf-8")
    if wrong:
        sys.exit("\n".join(["These do not agree:", *wrong]))


if __name__ == "__main__":
    main()

"""Travel times and access: this package and its peers on the same questions, one process each.

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
from benchmarks.travel_access_ways import WEIGHTS  # noqa: E402
from benchmarks.travel_jobs import ACCESS, EVERY, JOBS, ROADS, SURFACE, told  # noqa: E402
from benchmarks.travel_surface_ways import MAX_MINUTES as SURFACE_MINUTES  # noqa: E402
from benchmarks.travel_ways import MAX_MINUTES, OURS  # noqa: E402

NUMBERS, PAGE = HERE / "travel.json", HERE / "TRAVEL.md"
_REPEATS, _LONG_S = 3, 30.0
_TICK_S = 0.001
_SLACK = 1e-3
"""pandana cuts every street's minutes to five places."""
_INTRO = f"""# Travel times, measured

Written by `python tests/benchmarks/travel.py`; `travel.json` holds the same and more. Each way runs
in a process of its own, one thread, after a small question that loads and compiles; then
everything is built and answered {_REPEATS} times anew (once by who takes over {_LONG_S:g} s), and
the fastest counts.

* **build** is what it takes from arrays to what the library searches, **answer** the rest. Both in
  processor seconds, because other work shared the machine; **all** is their sum, and **times ours**
  is by it.
* Answers are compared: how many pairs, the sum of their values, both also for three sites, within
  {_SLACK:.1%} (pandana cuts every street's minutes to five places).
* **MB** is the most memory that the process ever had, Python and libraries included.
"""
_ABOUT = {
    ROADS: f"""## Along roads

All pairs of 1,000 sites and the crossings that a car reaches from them within {MAX_MINUTES:g}
minutes, on a made-up city with one-way streets (`travel_ways.py`). Ours is the public
`road_network`: it also snaps every crossing and site to the nearest street, counts who is left out,
and sorts the pairs. **search** is our compiled search alone. The aim is ten times NetworkX on
500,000 crossings, and pandana on 50,000.
""",
    SURFACE: f"""## Over a friction surface

What is reached within {SURFACE_MINUTES:g} minutes on 1,000 x 1,000 raster cells with hills, roads
and lakes (`travel_surface_ways.py`): from one source, from each of 50, and from the nearest of 500.
Ours is the public `friction` (pairs of sources and all raster cells, sorted, with who is left out)
and `friction_nearest`; scikit-image is `MCP_Geometric`, which has no limit and goes everywhere;
SciPy gets the raster as a graph.
""",
    ACCESS: f"""## Access per head

E2SFCA with weights {", ".join(f"{w:g} up to {t}" for t, w in WEIGHTS.items())} minutes
(`travel_access_ways.py`) on the pairs of the 50,000 crossings above: ours is `access_e2sfca`, the
peer `two_stage_fca` of PySAL's `access`. **pairs** are crossings with any access.
""",
}


def run(name: str, way: str) -> dict[str, Any]:
    """One way, in this process."""
    job = EVERY[name]
    ask = job.ways[way]
    ask(job.small())()
    made = job.make()
    best: tuple[float, float] | None = None
    for _ in range(_REPEATS):
        answer = pairs = None  # what the last run gave takes no memory of this one
        began = time.process_time()
        answer = ask(made)
        built = time.process_time()
        pairs = answer()
        took = (built - began, time.process_time() - built)
        best = min(best or took, took, key=sum)
        if sum(best) > _LONG_S:
            break
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    got = {"build": best[0], "answer": best[1], "megabytes": peak, **told(pairs, job.groups)}
    searched = way == OURS and name in JOBS[ROADS]
    return {**got, "search": _search_alone(answer)} if searched else got


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
    return [got["pairs"], got["sum"], *(value for group in got["by_group"] for value in group)]


def page(kept: dict[str, Any]) -> str:
    """The measurements as a page."""
    lines = [_INTRO, *(f"* {one}." for one in kept["machine"])]
    for kind, jobs in JOBS.items():
        search = kind == ROADS
        heads = ["question", "by", "build s", "answer s", "all s", *["search s"] * search, "MB",
                 "pairs", "times ours"]  # fmt: skip
        lines += ["", _ABOUT[kind], _line(heads), _line(["---"] * 2 + ["---:"] * (len(heads) - 2))]
        for name, job in jobs.items():
            row = kept.get(name, {})
            lines += [
                _line(_cells(name, way, row[way], row[OURS], search=search))
                for way in job.ways
                if way in row
            ]
    return "\n".join(lines) + "\n"


def _cells(
    name: str, way: str, got: dict[str, Any], mine: dict[str, Any], *, search: bool
) -> list[str]:
    if "pairs" not in got:
        return [name, way, got["why"], *[""] * (5 + search)]
    whole, base = (one["build"] + one["answer"] for one in (got, mine))
    return [
        name, way, f"{got['build']:.2f}", f"{got['answer']:.2f}", f"{whole:.2f}",
        *([f"{got['search']:.2f}" if "search" in got else ""] if search else []),
        f"{got['megabytes']:,.0f}", f"{got['pairs']:,}", f"{whole / max(base, _TICK_S):.1f}",
    ]  # fmt: skip


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def versions() -> str:
    """Of the peers, as far as they are there."""
    found = []
    for name in ("networkx", "scipy", "pandana", "scikit-image", "access", "numba", "numpy"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not there")
    return ", ".join(found)


def main() -> None:
    """Measure and write."""
    names = list(dict.fromkeys(way for job in EVERY.values() for way in job.ways))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(EVERY), default=list(EVERY))
    parser.add_argument("--ways", nargs="+", choices=names, default=names)
    parser.add_argument("--one", nargs=2, metavar=("JOB", "WAY"), help="in this process")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run(*given.one)))
        return
    kept = json.loads(NUMBERS.read_text("utf-8")) if NUMBERS.exists() else {}
    kept["machine"] = [machine()[0], versions()]
    wrong = []
    for job in given.only:
        for way in (way for way in EVERY[job].ways if way in given.ways):
            kept.setdefault(job, {})[way] = got = _in_its_own_process(job, way)
            print(job, way, {k: v for k, v in got.items() if k != "by_group"}, flush=True)
        wrong += [f"{job}, {text}" for text in differences(kept[job])]
    NUMBERS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(page(kept), "utf-8")
    if wrong:
        sys.exit("\n".join(["These do not agree:", *wrong]))


def _in_its_own_process(job: str, way: str) -> dict[str, Any]:
    """What one way took and answered, or why it did not."""
    command = [sys.executable, __file__, "--one", job, way]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"why": (done.stderr.strip().splitlines() or ["ended"])[-1]}
    got: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return got


if __name__ == "__main__":
    main()

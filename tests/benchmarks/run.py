"""This package and its peers on the same questions, each in a process of its own.

    python tests/benchmarks/run.py [--quick] [--only NAME ...] [--ways WAY ...] [--limit SECONDS]

Prints a line per measurement, keeps all of them in ``results.json`` and writes ``RESULTS.md`` from
that. ``--only`` measures some rows anew and keeps the others; ``--quick`` measures the small ones,
writes nothing and fails if answers differ. Peers come with ``pip install -e ".[benchmark]"``.
"""

# ruff: noqa: T201

import argparse
import datetime
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import table  # noqa: E402
from benchmarks.jobs import JOBS, OURS, PEERS, PUBLISHED, Job, Published, find  # noqa: E402
from benchmarks.store import Store  # noqa: E402

_GRID = "full-grid"
_NOT_THERE = ("ModuleNotFoundError", "ImportError", "FileNotFoundError")
# Loading libraries and the small question before, on a busy machine.
_EXTRA_SECONDS = 60.0
_ELAPSED_PER_CPU = 4.0


def measured(name: str, way: str, limit: float) -> dict[str, Any]:
    """Run one job one way in a process of its own, which may use ``limit`` processor seconds."""
    command = [sys.executable, "-m", "benchmarks.one", name, way, "--limit", str(limit)]
    most = limit + _EXTRA_SECONDS
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as moaned:
        process = subprocess.Popen(
            command, stdout=said, stderr=moaned, text=True, cwd=HERE.parent,
            env={**os.environ, "PYTHONPATH": str(HERE.parent), "PYTHONHASHSEED": "0"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(most), int(most) + 5)),
        )  # fmt: skip
        code, used = _wait(process, most * _ELAPSED_PER_CPU)
        said.seek(0)
        moaned.seek(0)
        if code == 0:
            got = json.loads(said.read().splitlines()[-1])
            return {key: value for key, value in got.items() if key != "sites"}
        last = (moaned.read().strip().splitlines() or [""])[-1]
    if code < 0:
        return {"status": "no answer", "limit": limit, "megabytes": used.ru_maxrss / 1024}
    if last.split(":")[0] in _NOT_THERE:
        return {"status": "not there", "why": last}
    return {"status": "failed", "why": last}


def _wait(process: subprocess.Popen[str], seconds: float) -> tuple[int, resource.struct_rusage]:
    """Exit code and use of one child; killed when it takes too long."""
    ends = time.monotonic() + seconds
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, used
        if time.monotonic() > ends:
            process.kill()
            ends = float("inf")
        time.sleep(0.02)


def grid_rows(limit: float) -> dict[str, Any]:
    """The full-grid cover, which has a script of its own: its table."""
    command = [sys.executable, str(HERE / "full_grid_cover.py"), "--seconds", str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    if done.returncode:
        return {"status": "failed", "why": done.stderr.strip().splitlines()[-1]}
    return {"status": "done", "lines": [ln for ln in done.stdout.splitlines() if ln[:1] == "|"]}


def disagreements(job: Job, got: dict[str, dict[str, Any]]) -> list[str]:
    """Answers that cannot both be right, and ours that does not stand its own recount."""
    ours = got.get(OURS, {})
    wrong = [f"{job.name}: {text}" for text in ours.get("complaints", [])]
    value = ours.get("objective")
    if value is None:
        return wrong
    sign = 1 if job.model == "mclp" else -1
    slack = 1e-6 * max(abs(value), 1.0)
    if abs(value - ours["counted"]) > slack:
        wrong.append(f"{job.name}: {value:.9g} stated, {ours['counted']:.9g} counted")
    for way, other in got.items():
        theirs = other.get("objective")
        if way == OURS or theirs is None:
            continue
        if sign * (theirs - ours["bound"]) > slack:
            wrong.append(
                f"{job.name}: {way} has {theirs:.9g}, beyond our bound {ours['bound']:.9g}"
            )
        # HiGHS calls it optimal within 0.01 %.
        worse = sign * (value - theirs) > 1e-4 * abs(value) + slack
        if worse and other["status"] == "optimal":
            wrong.append(f"{job.name}: {way} calls {theirs:.9g} optimal, ours is {value:.9g}")
    return wrong


def line(name: str, way: str, got: dict[str, Any]) -> str:
    """One measurement in a line."""
    if "cases" in got:
        good = sum(case["matches"] for case in got["cases"])
        cpu = sum(case["cpu"] for case in got["cases"])
        return f"{name}: {good} of {len(got['cases'])} at the published value, {cpu:.2f} s"
    if got.get("objective") is None:
        return f"{name} | {way}: {got['status']} {got.get('why', '')}"
    return (
        f"{name} | {way}: {got['status']} {got['objective']:,.2f}, reach {got['reach']:.3f} s + "
        f"model {got['model']:.3f} s, processor {got['cpu']:.3f} s, {got['megabytes']:.0f} MB"
    )


def measure(given: argparse.Namespace, store: Store) -> list[str]:
    """Measure what was asked for; what does not agree."""
    wrong = []
    today = {"date": datetime.datetime.now(datetime.UTC).date().isoformat()}
    for job in chosen(given):
        row: dict[str, dict[str, Any]] = {}
        for way in ways_of(job, given):
            got = measured(job.name, way, given.limit) | today
            row = store.keep(job.name, way, got)
            print(line(job.name, way, got), flush=True)
            if got.get("status") == "failed":
                wrong.append(f"{job.name}, {way}: {got['why']}")
        wrong += disagreements(job, row) if isinstance(job, Job) else complaints(row)
    if not given.quick and (not given.only or _GRID in given.only):
        store.keep(_GRID, OURS, grid_rows(60.0) | today)
    return wrong


def ways_of(job: Job | Published, given: argparse.Namespace) -> list[str]:
    """Who is asked: we, the peers, and of those the ones that the command line names."""
    ways = (OURS, *job.peers) if isinstance(job, Job) else (OURS,)
    if given.quick and isinstance(job, Job):
        ways = job.quick
    return [way for way in ways if not given.ways or way in given.ways]


def complaints(row: dict[str, dict[str, Any]]) -> list[str]:
    """What our answers to a set do not stand when counted again."""
    cases = row.get(OURS, {}).get("cases", [])
    return [f"{case['name']}: {text}" for case in cases for text in case["complaints"]]


def chosen(given: argparse.Namespace) -> list[Job | Published]:
    """Jobs in the order of the table."""
    if given.only:
        return [find(name) for name in given.only if name != _GRID]
    return [job for job in (*JOBS, *PUBLISHED) if job.quick or not given.quick]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small rows only, nothing written")
    names = [job.name for job in (*JOBS, *PUBLISHED)] + [_GRID]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--ways", nargs="+", choices=(OURS, *PEERS), metavar="WAY")
    parser.add_argument("--limit", type=float, help="seconds for each peer (300; quick: 30)")
    given = parser.parse_args()
    given.limit = given.limit or (30.0 if given.quick else 300.0)
    store = Store(None if given.quick else HERE)
    wrong = measure(given, store)
    print(table.text(store.rows) if given.quick else f"written: {store.page}")
    if wrong:
        sys.exit("\n".join(["These do not agree:", *wrong]))


if __name__ == "__main__":
    main()

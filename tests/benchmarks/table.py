"""The measurements as a page of tables."""

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

from benchmarks.instances import RADIUS_KM
from benchmarks.jobs import JOBS, OURS, PUBLISHED, Bar, Job, Published

_PACKAGES = ("numpy", "scipy", "numba", "highspy", "pulp", "spopt", "lokigi", "pyscipopt")
_COLUMNS = (
    "question", "by", "status", "objective", "bound", "gap", "reach s", "model s", "processor s",
    "MB", "times ours", "bar",
)  # fmt: skip
_TICK_S = 0.001
_INTRO = f"""# Measured

Written by `python tests/benchmarks/run.py`; `results.json` holds the same and more. Every line was
measured in a process of its own, on the same instance. The instances are made by `instances.py`:
25 towns and a rural floor on 60 x 60 km, radius {RADIUS_KM} km, the same on every machine. Towns
are compact (10,000 people per km2 in the middle) or, where the row says so, wide (3,000: harder).

* **reach** is what it takes from coordinates to what the model reads (for the peers a matrix of
  distances), **model** the rest up to the answer, both elapsed. Other work shared the machine, so
  elapsed seconds are shaky: **processor** seconds, of both together, are what the ratios and the
  bars use.
* Each process first solves a small question of the same kind, untimed: libraries are loaded and
  our compiled code is there. Compiling takes up to a minute once after installation and is
  kept on disk; what the small question took stands in `results.json` (`warm_up`).
* What took us less than 3 s was done five times; the median counts. Peers ran once.
* **MB** is the most memory that the process ever had, Python and libraries (about 150 to 300)
  included.
* Objectives are counted again from the coordinates and the sites chosen, by code that nobody else
  uses. Our gap is at most a millionth where the status is optimal; HiGHS stops at 0.01 %, so
  "same optimum" between the two means within that, and never beyond our bound.
* **times ours** is the peer's processor seconds over ours. spopt, PuLP and lokigi got a
  limit of processor seconds, shown where they did not end in time; plain HiGHS and SCIP stop by
  elapsed time and then say how far they are, so look at the processor seconds that they had.
* A bar is what a first trial reached, mostly on other instances of this kind. "Not met" stays here
  until it is.
"""


def machine() -> list[str]:
    """The machine and the versions, in words."""
    model = "an unnamed processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [ln.split(":", 1)[1].strip() for ln in info.read_text().splitlines()
                 if ln.startswith("model name")]  # fmt: skip
        model = names[0] if names else model
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return [
        f"{os.cpu_count()} cores ({model}), {gigabytes:.0f} GB of memory, {platform.system()}",
        f"Python {platform.python_version()}, {', '.join(versions)}",
    ]


def text(kept: dict[str, Any]) -> str:
    """The page."""
    rows = [row for name, row in kept.items() if name != "machine"]
    dates = {str(got["date"]) for row in rows for got in row.values() if "date" in got}
    when = " to ".join(sorted({min(dates), max(dates)})) if dates else "never"
    lines = [_INTRO, *(f"* {one}." for one in kept.get("machine", machine())),
             f"* Measured {when}.", ""]  # fmt: skip
    lines += ["## Made-up counties", "", *_head(_COLUMNS, 3)]
    for job in JOBS:
        lines += job_lines(job, kept.get(job.name, {}))
    columns = (
        "set", "instances", "at the published value", "proven", "processor s, all", "the longest",
        "MB", "bar",
    )  # fmt: skip
    lines += ["", "## Published instances", "", *_head(columns, 1)]
    for one in PUBLISHED:
        got = kept.get(one.name, {}).get(OURS, {})
        lines += [published_line(one, got)] if "cases" in got else []
    grid = kept.get("full-grid", {}).get(OURS, {})
    if "lines" in grid:
        lines += ["", "## Every settled cell of Jiaxing is a candidate", "", *grid["lines"]]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _head(columns: tuple[str, ...], words: int) -> list[str]:
    return [f"| {' | '.join(columns)} |", "|" + "---|" * words + "--:|" * (len(columns) - words)]


def job_lines(job: Job, row: dict[str, dict[str, Any]]) -> list[str]:
    """Our line and the peers'."""
    lines = []
    ours = row.get(OURS, {})
    for way in (OURS, *job.peers):
        got = row.get(way)
        if got is None or got["status"] in ("not there", "failed"):
            continue
        if got["status"] == "no answer" and "cpu" not in got:
            cells = [f"no answer in {got['limit']:.0f} s", *[""] * 6, f"{got['megabytes']:,.0f}"]
        else:
            cells = _cells(job, got)
        cells += ["" if way == OURS else _ratio(got, ours), ""]
        if way == OURS:
            cells[-1] = verdict(job, row)
        title = "" if lines else job.title + _rows(got)
        lines.append(f"| {' | '.join([title, way, *cells])} |")
    return lines


def _cells(job: Job, got: dict[str, Any]) -> list[str]:
    digits = ".3f" if job.model == "p_center" else ",.0f"
    return [
        "no answer" if got["objective"] is None else got["status"],
        *("" if got[key] is None else format(got[key], digits) for key in ("objective", "bound")),
        "" if got["gap"] is None else percent(got["gap"]),
        *(seconds(got[key]) for key in ("reach", "model", "cpu")), f"{got['megabytes']:,.0f}",
    ]  # fmt: skip


def _rows(got: dict[str, Any]) -> str:
    return f" ({got['rows']:,} rows)" if got.get("rows") else ""


def _ratio(got: dict[str, Any], ours: dict[str, Any]) -> str:
    if ours.get("status") != "optimal":
        return ""
    # Processor clocks tick: of a time below one tick only its smallness is known.
    mine, least = max(ours["cpu"], _TICK_S), "> " if ours["cpu"] < _TICK_S else ""
    if "cpu" in got:
        least = "> " if got["status"] in ("feasible", "no answer") else least
        return f"{least}{got['cpu'] / mine:,.1f}"
    return f"> {got['limit'] / mine:,.0f}"


def percent(gap: float) -> str:
    """Gap with as many digits as it needs; 0 only when it is."""
    if gap < 1e-9:
        return "0"
    if gap <= 1e-6:
        return "< 0.0001%"
    return f"{gap:.1%}" if gap >= 0.01 else f"{gap:.3%}"


def seconds(value: float) -> str:
    """Three significant digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 1 else f"{value:.3f}"


def verdict(job: Job, row: dict[str, dict[str, Any]]) -> str:
    """Each part of the bar, and whether it is cleared."""
    ours, bar = row[OURS], job.bar
    if "cpu" not in ours:
        return "not met"
    proven = ours["status"] == "optimal"
    said = _own_parts(bar, proven, ours["cpu"], ours["megabytes"])
    if bar.gap is not None:
        met = ours["gap"] is not None and ours["gap"] <= bar.gap
        said.append(_said(f"gap <= {percent(bar.gap)}", met))
    peer = row.get(job.peers[0]) if job.peers else None
    if peer and bar.ratio is not None:
        used = peer.get("cpu", peer.get("limit", 0.0))
        said.append(
            _said(f"{bar.ratio:,.0f} times faster", proven and used >= bar.ratio * ours["cpu"])
        )
    if peer and bar.memory is not None:
        share = ours["megabytes"] / peer["megabytes"]
        said.append(_said(f"memory <= {bar.memory:.0%} (is {share:.0%})", share <= bar.memory))
    return "; ".join(said)


def _own_parts(bar: Bar, proven: bool, cpu: float, megabytes: float) -> list[str]:
    said = []
    if bar.proven:
        said.append(_said("proven", proven))
    if bar.seconds is not None:
        # Who is given so many seconds takes a moment more to stop.
        said.append(_said(f"about {bar.seconds:.0f} s", cpu <= 1.01 * bar.seconds))
    if bar.gigabytes is not None:
        said.append(_said(f"{bar.gigabytes:g} GB", megabytes <= bar.gigabytes * 1024))
    return said


def _said(what: str, met: bool) -> str:
    return f"{what}: {'met' if met else '**not met**'}"


def published_line(one: Published, got: dict[str, Any]) -> str:
    """A set in a line."""
    cases = got["cases"]
    proven = sum(case["status"] == "optimal" for case in cases)
    right = sum(case["matches"] for case in cases)
    cpu = [case["cpu"] for case in cases]
    said = _own_parts(one.bar, proven == len(cases), sum(cpu), got["megabytes"])
    if one.longest is not None:
        said.append(_said(f"none over {one.longest:.0f} s", max(cpu) <= one.longest))
    longest = max(cases, key=lambda case: case["cpu"])
    return (
        f"| {one.title} | {len(cases)} | {right} | {proven} | {seconds(sum(cpu))} | "
        f"{seconds(max(cpu))} ({longest['name']}) | {got['megabytes']:,.0f} | {'; '.join(said)} |"
    )

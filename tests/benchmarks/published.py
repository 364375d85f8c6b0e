"""Sets of instances with known optima: solved one by one in one process.

The files of OR-Library lie beside the project in ``shared/data`` and San Francisco's in spopt's
wheel; a set whose files are missing says so and is left out of the table.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import capacitated_instances as files
import numpy as np
import orlib
from benchmarks import ours, peers, plain_highs, san_francisco
from benchmarks.instances import county
from benchmarks.jobs import Job
from benchmarks.one import megabytes

from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings

_COUNTIES = 200
_ODD = range(1, 40, 2)
_SJC_SECONDS = 60.0
# Published optima are cut or rounded: to 3 decimals for cap, to 2 for SJC.
_TOLERANCE = 0.011
_PROVEN = SolverSettings(gap=0.0)


@dataclass(frozen=True)
class Case:
    """One instance: its known optimum in the siting's unit, times a factor."""

    name: str
    known: float
    solve: Callable[[], Siting]
    factor: float = 1.0


def _pmed(model: str, file: str) -> Iterator[Case]:
    known = orlib.published(file)
    for number in _ODD:
        away, p = orlib.pmed(f"pmed{number}")
        asked: dict[str, Any] = {"p": p, "settings": _PROVEN}
        if model == "p_median":
            asked["people"] = np.ones(len(away))
        times = orlib.arcs_of(away)
        yield Case(
            f"pmed{number}", known[f"pmed{number}"],
            lambda times=times, asked=asked: ours.model_of(model)(times, **asked),
        )  # fmt: skip


def _pmedcap() -> Iterator[Case]:
    for number, known in files.PMEDCAP_OPTIMA.items():
        one = files.read_pmedcap(files.PMEDCAP / f"pmedcap{number}.txt")
        yield Case(f"pmedcap{number}", known, lambda one=one: _single_source(one, _PROVEN))


def _sjc() -> Iterator[Case]:
    settings = SolverSettings(gap=0.0, time_limit_seconds=_SJC_SECONDS)
    for name, known in files.SJC_BEST_KNOWN.items():
        one = files.read_sjc(name)
        yield Case(name, known, lambda one=one: _single_source(one, settings))


def _single_source(one: files.Instance, settings: SolverSettings) -> Siting:
    return ours.model_of("capacitated")(
        one.times, p=one.p, people=one.people, weight=np.ones(len(one.people)),
        max_load=one.capacity, single_source=True, settings=settings,
    )  # fmt: skip


def _cap() -> Iterator[Case]:
    for number, known in files.CAP_OPTIMA.items():
        one = files.read_cap(files.CAP / f"cap{number}.txt")
        yield Case(
            f"cap{number}", known,
            lambda one=one: ours.model_of("capacitated")(
                one.times, people=one.people, weight=np.ones(len(one.people)),
                max_load=one.capacity, minimise="cost", cost=one.opening, settings=_PROVEN,
            ),
        )  # fmt: skip


def _san_francisco() -> Iterator[Case]:
    folder = san_francisco.folder()
    if folder is None:
        raise FileNotFoundError("spopt is not installed; its wheel carries the data")
    times = san_francisco.read(folder)
    reach = times.within(san_francisco.RADIUS_KM)
    yield Case("LSCP", san_francisco.LSCP, lambda: ours.model_of("lscp")(reach))
    mean_m = 1000 / san_francisco.PEOPLE
    for model, arcs, known, factor in (
        ("mclp", reach, san_francisco.MCLP, 1.0),
        ("p_median", times, san_francisco.MEAN_M, mean_m),
        ("p_center", times, san_francisco.FARTHEST_M, 1000.0),
    ):
        for p, value in enumerate(known, 1):
            yield Case(
                f"{model} p={p}", value,
                lambda model=model, arcs=arcs, p=p: ours.model_of(model)(
                    arcs, p=p, settings=_PROVEN
                ),
                factor,
            )  # fmt: skip


def _aggregation() -> Iterator[Case]:
    for seed in range(_COUNTIES):
        job = Job("mclp", 400, 8 + seed % 9, p=3) if seed % 2 else Job("lscp", 400, 8 + seed % 9)
        made = county(job.cells, job.sites, seed=seed)
        reach = ours.reach_of(job, made)
        found = plain_highs.by_highs(job, made, plain_highs.arcs(job, made), _SJC_SECONDS)
        yield Case(
            f"county {seed}, {reach.rows.n_cells} rows", peers.worth(job, made, found.sites),
            lambda job=job, reach=reach: ours.solve(job, reach),
        )  # fmt: skip


SETS: dict[str, Callable[[], Iterator[Case]]] = {
    "aggregation": _aggregation,
    "pmed-median": lambda: _pmed("p_median", "pmedopt.txt"),
    "pmed-center": lambda: _pmed("p_center", "kcenteropt.txt"),
    "pmedcap": _pmedcap,
    "cap": _cap,
    "sjc": _sjc,
    "san-francisco": _san_francisco,
}


def run(name: str) -> dict[str, Any]:
    """Solve all of a set; the first instance twice, since compiled code is loaded on the way."""
    cases = list(SETS[name]())
    began = time.perf_counter()
    cases[0].solve()
    warm = time.perf_counter() - began
    return {
        "warm_up": warm, "cases": [_measured(case) for case in cases], "megabytes": megabytes(),
    }  # fmt: skip


def _measured(case: Case) -> dict[str, Any]:
    began = time.perf_counter(), time.process_time()
    siting = case.solve()
    seconds, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    value = siting.objective * case.factor
    return {
        "name": case.name, "known": case.known, "objective": value, "gap": siting.gap,
        "status": str(siting.status), "seconds": seconds, "cpu": cpu,
        "matches": bool(abs(value - case.known) <= _TOLERANCE), "complaints": siting.verify(),
    }  # fmt: skip

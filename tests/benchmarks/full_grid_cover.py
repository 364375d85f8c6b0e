"""Cover every settled cell of Jiaxing: this package and plain HiGHS, each in its own process.

    python tests/benchmarks/full_grid_cover.py [--seconds 60] [--only JOB]

Prints a table in Markdown: the proof as well as the answer, since a cover without a bound says
little. ``plain HiGHS`` is the textbook's integer program handed over as arrays, with a time limit;
``pycft`` is the Caprara-Fischetti-Toth heuristic, if that package is installed.
"""

# ruff: noqa: T201

import argparse
import importlib.util
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.set_cover import lscp
from allocator.location.siting import Siting
from allocator.lp.arrays import solve_arrays
from allocator.region.folder import read_region
from allocator.travel.coverage import Coverage
from allocator.travel.distance import straight_line_km

DATA = Path(__file__).parents[2] / "data" / "jiaxing"
SETTLED_PER_KM2 = 300
JOBS = {
    "urban cells, 920 m": (True, 0.92),
    "urban cells, 3.5 km": (True, 3.5),
    "settled cells, 1,230 m": (False, 1.23),
}
_LATTICE = 500.0 * np.stack(np.divmod(np.arange(400), 20), axis=1)


def coverage_of(job: str) -> Coverage:
    """Every settled cell of the job is a candidate for all of them within the radius."""
    urban_only, km = JOBS[job]
    grid = read_region(DATA).grid
    settled = grid.density_per_km2 >= SETTLED_PER_KM2
    cells = grid.xy_m[settled & grid.urban if urban_only else settled]
    return straight_line_km(cells, cells, max_km=km).within(km)


def by_allocator(coverage: Coverage, seconds: float) -> tuple[float, float]:
    """The package as it comes; it stops by work, well before the limit."""
    return _checked(lscp(coverage))


def by_allocator_twice(coverage: Coverage, seconds: float) -> tuple[float, float]:
    """The package with twice the usual effort."""
    return _checked(lscp(coverage, effort=2))


def _checked(siting: Siting) -> tuple[float, float]:
    if complaints := siting.verify():
        raise RuntimeError(complaints)
    return siting.objective, siting.bound


def by_plain_highs(coverage: Coverage, seconds: float) -> tuple[float, float]:
    """One binary per site, one row per cell."""
    n_rows, n_sites = coverage.n_cells, coverage.n_sites
    matrix = CoverProblem(coverage, np.ones(n_sites)).matrix
    solution = solve_arrays(
        np.ones(n_sites), matrix, np.ones(n_rows), np.full(n_rows, np.inf),
        np.zeros(n_sites), np.ones(n_sites), np.ones(n_sites), time_limit_seconds=seconds,
    )  # fmt: skip
    return solution.objective, solution.bound


def by_pycft(coverage: Coverage, seconds: float) -> tuple[float, float]:
    """Caprara, Fischetti & Toth's heuristic in C++, stopped by the clock."""
    import pycft

    solver = pycft.SetCoverSolver()
    columns = CoverProblem(coverage, np.ones(coverage.n_sites)).columns
    for site in range(columns.n_cells):
        solver.add_set(columns.sites_of(site).tolist(), 1.0)
    solver.solve(time_limit=seconds, verbose=0)
    return solver.get_cost(), solver.get_lower_bound()


WAYS = {
    "allocator": by_allocator,
    "allocator, effort 2": by_allocator_twice,
    "plain HiGHS": by_plain_highs,
    "pycft": by_pycft,
}


def run_here(job: str, way: str, seconds: float) -> None:
    """Run one job one way in this process, and print what came out as JSON."""
    coverage = coverage_of(job)
    small = straight_line_km(_LATTICE, _LATTICE, max_km=1.23).within(1.23)
    WAYS[way](small, 1.0)  # load and compile first
    began = time.perf_counter()
    cost, bound = WAYS[way](coverage, seconds)
    took = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer = {"cost": cost, "bound": bound, "seconds": took, "mb": peak_mb}
    print(json.dumps(answer | {"cells": coverage.n_cells, "pairs": len(coverage.site)}))


def row_of(job: str, way: str, seconds: float) -> str:
    """Run one job one way in its own process."""
    command = [sys.executable, __file__, "--only", job, "--way", way, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    got = json.loads(done.stdout.splitlines()[-1])
    gap = (got["cost"] - got["bound"]) / got["cost"]
    return (
        f"| {job} ({got['cells']:,} cells, {got['pairs']:,} pairs) | {way} | {got['cost']:,.0f} "
        f"| {got['bound']:,.0f} | {gap:.1%} | {got['seconds']:.1f} | {got['mb']:.0f} |"
    )


def main() -> None:
    """Print the table, or one job when called for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="limit for the other ways")
    parser.add_argument("--only", choices=JOBS, help="one job")
    parser.add_argument("--way", choices=WAYS, help="one way, in this process, as JSON")
    given = parser.parse_args()
    if given.way:
        run_here(given.only, given.way, given.seconds)
        return
    print(f"{platform.machine()}, Python {platform.python_version()}, one thread\n")
    print("| job | by | sites | bound | gap | seconds | MB |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for job in [given.only] if given.only else JOBS:
        for way in WAYS:
            if way != "pycft" or importlib.util.find_spec("pycft"):
                print(row_of(job, way, given.seconds), flush=True)


if __name__ == "__main__":
    main()

"""Published capacitated instances, and small made-up ones, as plain arrays."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.travel.times import TravelTimes

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
PMEDCAP = SHARED / "bench_pmedcap"
CAP = SHARED / "bench_cap"
CPMP = SHARED / "bench_cpmp"

PMEDCAP_OPTIMA = {1: 713, 3: 751, 5: 664, 7: 787, 9: 715}
CAP_OPTIMA = {
    71: 932615.750, 72: 977799.400, 101: 796648.437, 102: 854704.200, 131: 793439.562,
    132: 851495.325,
}  # fmt: skip
SJC_BEST_KNOWN = {
    "SJC1": 17288.99, "SJC2": 33270.94, "SJC3a": 45335.16, "SJC3b": 40635.90, "SJC4a": 61925.51,
    "SJC4b": 52458.02,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Instance:
    """A published instance.

    ``away``: distance (or cost of serving the whole cell, for the cap files), shape
    ``(n_cells, n_sites)``; ``p`` is 0 where opening costs decide.
    """

    away: np.ndarray
    people: np.ndarray
    capacity: np.ndarray
    p: int
    opening: np.ndarray | None = None

    @property
    def times(self):
        """Every pair as an arc."""
        return times_of(self.away)


def times_of(away):
    """Travel times from a full matrix; infinite entries are left out."""
    cell, site = np.nonzero(np.isfinite(away))
    return TravelTimes(
        n_cells=away.shape[0], n_sites=away.shape[1], cell=cell.astype(np.int64),
        site=site.astype(np.int64), value=away[cell, site].astype(np.float64), unit="km",
    )  # fmt: skip


def read_pmedcap(path):
    """OR-Library pmedcap: ``no optimum``, ``n p capacity``, then ``no x y demand``.

    Distances are cut to whole numbers.
    """
    lines = path.read_text("utf-8").split("\n")
    n, p, capacity = map(int, lines[1].split())
    table = np.array([list(map(float, line.split())) for line in lines[2 : 2 + n]])
    xy = table[:, 1:3]
    away = np.floor(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + 1e-9)
    return Instance(away, table[:, 3], np.full(n, float(capacity)), p)


def read_cap(path):
    """OR-Library cap: ``m n``; capacity and opening cost per site; demand and costs per cell."""
    numbers = np.array(path.read_text("utf-8").split(), dtype=np.float64)
    n_sites, n_cells = map(int, numbers[:2])
    sites = numbers[2 : 2 + 2 * n_sites].reshape(n_sites, 2)
    cells = numbers[2 + 2 * n_sites :].reshape(n_cells, 1 + n_sites)
    return Instance(cells[:, 1:], cells[:, 0], sites[:, 0], 0, sites[:, 1])


def read_sjc(name, folder=CPMP):
    """Lorena & Senne's instances: ``n p``, then ``x y capacity demand``; straight lines."""
    with zipfile.ZipFile(folder / "44429_S3-instances.zip") as packed:
        numbers = np.loadtxt(io.BytesIO(packed.read(f"S3/{name}.dat")), skiprows=1, ndmin=2)
        n, p = map(int, packed.read(f"S3/{name}.dat").split()[:2])
    xy = numbers[:n, :2]
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return Instance(away, numbers[:n, 3], numbers[:n, 2], p)


def read_galvao(name, folder=CPMP):
    """Galvao's instances: ``n p``, capacities, demands, then the matrix of distances."""
    with zipfile.ZipFile(folder / "44428_S2-instances.zip") as packed:
        numbers = np.array(packed.read(f"S2/{name}").split(), dtype=np.float64)
    n, p = map(int, numbers[:2])
    capacity, people = numbers[2 : 2 + n], numbers[2 + n : 2 + 2 * n]
    return Instance(numbers[2 + 2 * n : 2 + 2 * n + n * n].reshape(n, n), people, capacity, p)


def problem_of(cost, people, low, high, **options):
    """Every finite entry is an arc; costs are of serving the whole cell."""
    cost = np.asarray(cost, dtype=float)
    cell, site = np.nonzero(np.isfinite(cost))
    n_sites = cost.shape[1]
    return CapacitatedProblem(
        start=np.searchsorted(cell, np.arange(len(cost) + 1)).astype(np.int64),
        site=site.astype(np.int64), cost=cost[cell, site], away=cost[cell, site],
        people=np.asarray(people, dtype=float),
        low=np.broadcast_to(np.asarray(low, float), (n_sites,)).copy(),
        high=np.broadcast_to(np.asarray(high, float), (n_sites,)).copy(),
        price=np.zeros(n_sites), forced=np.zeros(n_sites, dtype=bool), p=n_sites, **options,
    )  # fmt: skip

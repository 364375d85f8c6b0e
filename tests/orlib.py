"""Reader of the OR-Library's p-median files (Beasley 1985): a network, its all-pairs distances."""

from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from allocator.travel.times import TravelTimes

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "bench_orlib_pmed"


def pmed(name, folder=FOLDER):
    """Distances between all vertices of ``pmed1`` ..., shape ``(n, n)``, and p.

    Of an edge that is listed repeatedly, the last length counts.
    """
    numbers = np.array((folder / f"{name}.txt").read_text().split(), dtype=np.int64)
    n, _, p = numbers[:3].tolist()
    one, other, length = numbers[3:].reshape(-1, 3).T
    edges = {
        (min(i, j), max(i, j)): c
        for i, j, c in zip((one - 1).tolist(), (other - 1).tolist(), length.tolist(), strict=True)
    }
    ends = np.array(list(edges))
    lengths = np.array(list(edges.values()), dtype=np.float64)
    network = csr_array((lengths, (ends[:, 0], ends[:, 1])), shape=(n, n))
    return dijkstra(network, directed=False), p


def published(file, folder=FOLDER):
    """Known optima by name: ``pmedopt.txt`` for the median, ``kcenteropt.txt`` for the centre."""
    rows = (line.split() for line in (folder / file).read_text().splitlines() if line.strip())
    return {name: int(value) for name, value in rows if value.isdigit()}


def arcs_of(away, **ends):
    """Every finite entry of a matrix (cells x sites) as an arc."""
    cell, site = np.nonzero(np.isfinite(away))
    return TravelTimes(*away.shape, cell=cell, site=site, value=away[cell, site], **ends)

"""Questions on least-cost travel over a raster, put to this package and to its peers.

Minutes over a made-up land of raster cells of 100 m: walking everywhere at varying speeds, roads
across it, lakes that nobody crosses. Each way gets minutes per metre as an array and gives back
source, raster cell and minutes of everything that it reaches within an hour and a half.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.travel_ways import OURS, SCIPY, Pairs
from numpy.typing import NDArray

MAX_MINUTES = 90.0
CELL_M = 100.0
SKIMAGE = "scikit-image"
_WEST, _NORTH = 500_000.0, 200_000.0
_BLOCK_BYTES = 400e6


@dataclass(frozen=True, eq=False)
class Land:
    """Minutes per metre ``pace``, NaN for lakes, and raster cells ``sources``, row by row.

    ``nearest`` asks for the nearest source of each raster cell, not for all pairs.
    """

    pace: NDArray[np.float64]
    sources: NDArray[np.int64]
    nearest: bool


def land(side: int, sources: int, *, nearest: bool = False, seed: int = 1) -> Land:
    """Square land, the same again for the same numbers."""
    from scipy import ndimage

    rng = np.random.default_rng(seed)
    hills = ndimage.gaussian_filter(rng.standard_normal((side, side)), 8)
    pace = 0.0125 * np.exp(0.4 * hills / hills.std())  # walking, 4.8 km/h on the flat
    roads = rng.choice(side, (2, max(1, side // 40)), replace=False)
    pace[roads[0]] = pace[:, roads[1]] = 0.06 / 40
    lakes = ndimage.gaussian_filter(rng.standard_normal((side, side)), 15)
    pace[(lakes > np.quantile(lakes, 0.92)) & (pace > 0.06 / 40)] = np.nan
    dry = np.flatnonzero(np.isfinite(pace))
    return Land(pace, np.sort(rng.choice(dry, sources, replace=False)), nearest)


def _places(made: Land, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Middles of raster cells in metres."""
    row, column = np.divmod(at, made.pace.shape[1])
    return np.stack([_WEST + (column + 0.5) * CELL_M, _NORTH - (row + 0.5) * CELL_M], axis=1)


def ours(made: Land) -> Callable[[], Pairs]:
    """The package as its user calls it: who is left out is counted, pairs come sorted."""
    import warnings

    from rasterio.transform import Affine

    from allocator.travel.surface import friction, friction_nearest
    from allocator.travel.surface_raster import FrictionSurface
    from allocator.travel.surface_report import SurfaceWarning

    surface = FrictionSurface(made.pace, Affine(CELL_M, 0, _WEST, 0, -CELL_M, _NORTH))
    sites = _places(made, made.sources)

    def answer() -> Pairs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SurfaceWarning)
            if made.nearest:
                found = friction_nearest(surface, sites, max_minutes=MAX_MINUTES)
                return _all_of_one(found.minutes.ravel())
            cells = _places(made, np.arange(made.pace.size))
            times = friction(surface, cells, sites, max_minutes=MAX_MINUTES)
        return times.site, times.cell, times.value

    return answer


def by_skimage(made: Land) -> Callable[[], Pairs]:
    """``skimage.graph.MCP_Geometric``, which knows no limit: what is farther is left out after."""
    from skimage.graph import MCP_Geometric

    search = MCP_Geometric(np.where(np.isfinite(made.pace), made.pace * CELL_M, -1.0))
    n_columns = made.pace.shape[1]

    def costs(sources: NDArray[np.int64]) -> NDArray[np.float64]:
        starts = [divmod(at, n_columns) for at in sources.tolist()]
        found = search.find_costs(starts)[0].ravel()
        return np.where(found <= MAX_MINUTES, found, np.nan)

    def answer() -> Pairs:
        if made.nearest:
            return _all_of_one(costs(made.sources))
        every = (_all_of_one(costs(made.sources[k : k + 1]), k) for k in range(len(made.sources)))
        source, cell, minutes = (np.concatenate(side) for side in zip(*every, strict=True))
        return source, cell, minutes

    return answer


def by_scipy(made: Land) -> Callable[[], Pairs]:
    """``scipy.sparse.csgraph.dijkstra`` on the raster as a graph, some sources at a time."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n_rows, n_columns = made.pace.shape
    number = np.arange(made.pace.size).reshape(n_rows, n_columns)
    tails, heads, minutes = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        one = np.s_[: n_rows - down, max(0, -right) : n_columns - max(0, right)]
        other = np.s_[down:, max(0, right) : n_columns + min(0, right)]
        step = 0.5 * (made.pace[one] + made.pace[other]) * CELL_M * np.hypot(down, right)
        dry = np.isfinite(step)
        tails.append(number[one][dry])
        heads.append(number[other][dry])
        minutes.append(step[dry])
    tail, head, cost = (np.concatenate(side) for side in (tails, heads, minutes))
    steps = csr_array(
        (np.tile(cost, 2), (np.append(tail, head), np.append(head, tail))),
        shape=(made.pace.size, made.pace.size),
    )

    def answer() -> Pairs:
        if made.nearest:
            away = dijkstra(steps, indices=made.sources, limit=MAX_MINUTES, min_only=True)
            return _all_of_one(np.where(np.isfinite(away), away, np.nan))
        step = max(1, int(_BLOCK_BYTES / 8 / made.pace.size))
        found = []
        for low in range(0, len(made.sources), step):
            away = dijkstra(steps, indices=made.sources[low : low + step], limit=MAX_MINUTES)
            source, cell = np.nonzero(np.isfinite(away))
            found.append((source + low, cell, away[source, cell]))
        source, cell, minutes = (np.concatenate(side) for side in zip(*found, strict=True))
        return source, cell, minutes

    return answer


def _all_of_one(minutes: NDArray[np.float64], source: int = 0) -> Pairs:
    """What is reached from one source, or from the nearest of all."""
    reached = np.flatnonzero(~np.isnan(minutes))
    return np.full(len(reached), source), reached, minutes[reached]


SURFACE_WAYS: dict[str, Callable[[Any], Callable[[], Pairs]]] = {
    OURS: ours,
    SCIPY: by_scipy,
    SKIMAGE: by_skimage,
}
"""By name: from a land to the question, which is timed apart."""

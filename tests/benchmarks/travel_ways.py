"""A question on travel along roads, put to this package and to its peers.

How many minutes from each of ``sites`` crossings to every other crossing within 15 minutes, on a
made-up city of crossings 150 m apart with one-way streets and four classes of road. Each way gets
the streets as arrays and gives back site, crossing and minutes of every pair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_MINUTES = 15.0
OURS, SCIPY, NETWORKX, PANDANA = "allocator", "SciPy", "NetworkX", "pandana"
_BLOCK_BYTES = 400e6
_KMH = np.array([30.0, 40.0, 50.0, 60.0])


@dataclass(frozen=True, eq=False)
class City:
    """Crossings ``xy_m``, streets, and sites (crossings).

    Streets lead from ``first`` to ``second`` and take ``minutes``; ``both`` says which lead back.
    """

    xy_m: NDArray[np.float64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    minutes: NDArray[np.float64]
    both: NDArray[np.bool_]
    sites: NDArray[np.int64]

    def arcs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Tail, head and minutes of every direction that is open."""
        return (
            np.concatenate([self.first, self.second[self.both]]),
            np.concatenate([self.second, self.first[self.both]]),
            np.concatenate([self.minutes, self.minutes[self.both]]),
        )


Pairs = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def city(nodes: int, sites: int, *, seed: int = 1) -> City:
    """A lattice of about so many crossings, shifted at random, with a fifth of the blocks open."""
    rng = np.random.default_rng(seed)
    side = round(nodes**0.5)
    lattice = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    xy_m = 500_000 + lattice * 150.0 + rng.uniform(-50, 50, (side * side, 2))
    at = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    head = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    kept = rng.random(len(tail)) < 0.8
    used, ends = np.unique(np.stack([tail[kept], head[kept]]), return_inverse=True)
    xy_m, (tail, head) = xy_m[used], ends.reshape(2, -1)
    away_m = np.hypot(*(xy_m[tail] - xy_m[head]).T) * 1.1
    kmh = rng.choice(_KMH, len(tail), p=[0.7, 0.15, 0.1, 0.05])
    return City(
        xy_m,
        tail,
        head,
        away_m / kmh * 0.06,
        rng.random(len(tail)) < 0.85,
        np.sort(rng.choice(len(used), sites, replace=False)),
    )


def ours(made: City) -> Callable[[], Pairs]:
    """The package as its user calls it: points are snapped, and who is left out is counted."""
    import warnings

    from allocator.travel.road_graph import RoadNetwork
    from allocator.travel.road_report import RoadWarning
    from allocator.travel.roads import road_network

    minutes = np.stack([made.minutes, np.where(made.both, made.minutes, np.nan)], axis=1)
    roads = RoadNetwork(
        made.xy_m, made.first, made.second, minutes, minutes, np.full(minutes.shape, np.nan),
        np.full(len(minutes), -1),
    )  # fmt: skip

    def answer() -> Pairs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RoadWarning)
            times = road_network(
                roads, made.xy_m, made.xy_m[made.sites], max_minutes=MAX_MINUTES,
                direction="from site", least_part_km=0.0,
            )  # fmt: skip
        return times.site, times.cell, times.value

    return answer


def by_scipy(made: City) -> Callable[[], Pairs]:
    """``scipy.sparse.csgraph.dijkstra`` with its limit, some sites at a time for memory."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n = len(made.xy_m)
    tail, head, minutes = made.arcs()
    roads = csr_array((minutes, (tail, head)), shape=(n, n))

    def answer() -> Pairs:
        step = max(1, int(_BLOCK_BYTES / 8 / n))
        found = []
        for low in range(0, len(made.sites), step):
            away = dijkstra(roads, indices=made.sites[low : low + step], limit=MAX_MINUTES)
            site, node = np.nonzero(np.isfinite(away))
            found.append((site + low, node, away[site, node]))
        site, node, minutes = (np.concatenate(side) for side in zip(*found, strict=True))
        return site, node, minutes

    return answer


def by_networkx(made: City) -> Callable[[], Pairs]:
    """``single_source_dijkstra_path_length`` with its cut-off, one site after the other."""
    import networkx as nx

    roads = nx.DiGraph()
    roads.add_nodes_from(range(len(made.xy_m)))
    arcs = zip(*(side.tolist() for side in made.arcs()), strict=True)
    roads.add_weighted_edges_from(arcs, weight="minutes")

    def answer() -> Pairs:
        sizes, nodes, minutes = [], [], []
        for site in made.sites.tolist():
            away = nx.single_source_dijkstra_path_length(
                roads, site, cutoff=MAX_MINUTES, weight="minutes"
            )
            sizes.append(len(away))
            nodes.extend(away.keys())
            minutes.extend(away.values())
        return np.repeat(np.arange(len(sizes)), sizes), np.array(nodes), np.array(minutes)

    return answer


def by_pandana(made: City) -> Callable[[], Pairs]:
    """pandana's contraction hierarchies: ``Network.nodes_in_range``.

    It cuts weights to three places, so it gets hundredths of a minute as its unit.
    """
    import pandas as pd
    from pandana import Network

    tail, head, minutes = made.arcs()
    roads = Network(
        pd.Series(made.xy_m[:, 0]), pd.Series(made.xy_m[:, 1]), pd.Series(tail), pd.Series(head),
        pd.DataFrame({"minutes": minutes * 100}), twoway=False,
    )  # fmt: skip

    def answer() -> Pairs:
        found = roads.nodes_in_range(made.sites.tolist(), MAX_MINUTES * 100, imp_name="minutes")
        place = np.searchsorted(made.sites, found["source"].to_numpy())
        return place, found["destination"].to_numpy(), found["minutes"].to_numpy() / 100

    return answer


WAYS: dict[str, Callable[[City], Callable[[], Pairs]]] = {
    OURS: ours,
    SCIPY: by_scipy,
    NETWORKX: by_networkx,
    PANDANA: by_pandana,
}
"""By name: from a city to the question, which is timed apart."""

"""E2SFCA on travel times along roads, put to this package and to PySAL's ``access``.

Each way gets arcs (site, crossing, minutes), people and supply as arrays and gives back the access
of every crossing that has any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.travel_ways import OURS, Pairs, city
from benchmarks.travel_ways import ours as along_roads
from numpy.typing import NDArray

PYSAL = "PySAL access"
WEIGHTS = {5: 1.0, 10: 0.68, 15: 0.22}


@dataclass(frozen=True, eq=False)
class Town:
    """Arcs between crossings with ``people`` and sites with ``supply``."""

    arcs: Pairs
    people: NDArray[np.float64]
    supply: NDArray[np.float64]


def town(nodes: int, sites: int, *, seed: int = 1) -> Town:
    """The arcs that this package finds on the made-up city, with people and doctors at random."""
    made = city(nodes, sites, seed=seed)
    rng = np.random.default_rng(seed)
    return Town(
        along_roads(made)(),
        rng.integers(0, 50, len(made.xy_m)).astype(np.float64),
        rng.integers(1, 20, sites).astype(np.float64),
    )


def ours(made: Town) -> Callable[[], Pairs]:
    """The package as its user calls it."""
    from allocator.evaluate.catchments import access_e2sfca
    from allocator.evaluate.decay import step_decay
    from allocator.travel.ends import Demand
    from allocator.travel.times import TravelTimes

    site, cell, minutes = made.arcs
    times = TravelTimes(
        len(made.people), len(made.supply), cell, site, minutes, limit=max(WEIGHTS),
        demand=Demand(made.people),
    )  # fmt: skip

    def answer() -> Pairs:
        return _some(access_e2sfca(times, made.supply, decay=step_decay(WEIGHTS)).per_head)

    return answer


def by_access(made: Town) -> Callable[[], Pairs]:
    """``access.fca.two_stage_fca`` with its ``step_fn``."""
    import pandas as pd
    from access.fca import two_stage_fca
    from access.weights import step_fn

    site, cell, minutes = made.arcs
    cost = pd.DataFrame({"origin": cell, "dest": site, "cost": minutes})
    demand = pd.DataFrame({"demand": made.people})
    supply = pd.DataFrame({"supply": made.supply})

    def answer() -> Pairs:
        found = two_stage_fca(
            demand, supply, cost, max_cost=max(WEIGHTS), demand_index=True, demand_name="demand",
            supply_index=True, supply_name="supply", weight_fn=step_fn(WEIGHTS),
        )  # fmt: skip
        per_head = found.reindex(np.arange(len(made.people)), fill_value=0.0)
        return _some(per_head.fillna(0.0).to_numpy())

    return answer


def _some(per_head: NDArray[np.float64]) -> Pairs:
    """Crossings with any access."""
    cell = np.flatnonzero(per_head)
    return np.zeros(len(cell), dtype=np.int64), cell, per_head[cell]


ACCESS_WAYS: dict[str, Callable[[Any], Callable[[], Pairs]]] = {OURS: ours, PYSAL: by_access}
"""By name: from a town to the question, which is timed apart."""

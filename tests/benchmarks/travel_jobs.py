"""The questions of the travel benchmark: what is made, who is asked, what is compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from benchmarks.travel_access_ways import ACCESS_WAYS, town
from benchmarks.travel_surface_ways import SURFACE_WAYS, land
from benchmarks.travel_ways import PANDANA, WAYS, Pairs, city

Way = Callable[[Any], Callable[[], Pairs]]


@dataclass(frozen=True)
class Job:
    """A question.

    ``make`` makes what is asked about, ``small`` a little of the same kind; ``ways`` are asked by
    name; ``groups`` of the answer (sites, sources) are compared one by one.
    """

    make: Callable[[], Any]
    small: Callable[[], Any]
    ways: Mapping[str, Way]
    groups: int = 1


_SMALL_CITY = partial(city, 400, 5)
_NOT_PANDANA = {name: way for name, way in WAYS.items() if name != PANDANA}

ROADS, SURFACE, ACCESS = "roads", "surface", "access"
JOBS: dict[str, dict[str, Job]] = {
    ROADS: {
        "50,000 crossings": Job(partial(city, 50_000, 1000), _SMALL_CITY, WAYS, 1000),
        # pandana takes many minutes to build its largest hierarchy.
        "500,000 crossings": Job(partial(city, 500_000, 1000), _SMALL_CITY, _NOT_PANDANA, 1000),
    },
    SURFACE: {
        "from 1 source": Job(partial(land, 1000, 1), partial(land, 40, 1), SURFACE_WAYS),
        "from 50 sources": Job(partial(land, 1000, 50), partial(land, 40, 2), SURFACE_WAYS, 50),
        "nearest of 500": Job(
            partial(land, 1000, 500, nearest=True), partial(land, 40, 2, nearest=True), SURFACE_WAYS
        ),
    },
    ACCESS: {
        "E2SFCA, 4.3 million arcs": Job(partial(town, 50_000, 1000), partial(town, 400, 5),
                                        ACCESS_WAYS),
    },
}  # fmt: skip
"""By what is travelled on, and by name."""
EVERY = {name: job for jobs in JOBS.values() for name, job in jobs.items()}


def told(pairs: Pairs, groups: int) -> dict[str, Any]:
    """An answer in numbers that can be compared: how many, their sum, both for three groups."""
    group, _, value = pairs
    some = np.linspace(0, groups - 1, min(3, groups)).astype(np.int64)
    return {
        "pairs": len(value),
        "sum": float(np.sum(value)),
        "by_group": [[int((group == g).sum()), float(value[group == g].sum())] for g in some],
    }

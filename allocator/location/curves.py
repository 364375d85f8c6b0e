"""How many people more sites, or a larger radius, bring within reach."""

from collections.abc import Callable, Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from allocator.errors import raise_if_any
from allocator.location.checks import is_whole
from allocator.location.maximal_cover import Memory, most_covered
from allocator.location.roles import SiteOptions
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import Reach
from allocator.travel.times import TravelTimes

COLUMNS = (
    "p", "radius", "people", "share", "bound", "gap", "status", "proven", "sites", "seconds",
)  # fmt: skip


def coverage_curve(
    coverage: Reach | TravelTimes,
    *,
    p: Sequence[int],
    radii: Sequence[float] | None = None,
    people: ArrayLike | None = None,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> pd.DataFrame:
    """People within reach at best, by number of sites and by radius: one maximal cover a point.

    The points share the merged reach, the cuts, which hold for any ``p``, and the answers: each
    starts from those before, so that people never fall as ``p`` or the radius grows.

    Parameters
    ----------
    coverage
        Which sites each cell can reach; or travel times, for a curve over radii.
    p
        Numbers of open sites to ask for, those that stand already among them.
    radii
        In the unit of the travel times; needs them, and they need it.
    people, effort, settings, progress, **sites
        As in :func:`allocator.location.maximal_cover.mclp`; limits are those of each point.

    Returns
    -------
    pandas.DataFrame
        One row per radius and p, both ascending: ``p``, ``radius`` (missing without travel times),
        ``people`` covered, their ``share`` of all, proven upper ``bound``, ``gap``, ``status``,
        ``proven``, open ``sites`` (ids), ``seconds``. An interrupt (Ctrl-C) ends it; the points
        found so far are returned.
    """
    _check(coverage, p, radii)
    counts = sorted({int(count) for count in p})
    points: list[dict[str, object]] = []
    by_radius: list[Memory] = []
    try:
        for radius in sorted({float(r) for r in radii}) if radii is not None else [np.nan]:
            reach = coverage.within(radius) if isinstance(coverage, TravelTimes) else coverage
            memory = Memory(starts=[s for before in by_radius[-1:] for s in before.starts])
            by_radius.append(memory)
            for count in counts:
                siting = most_covered(
                    reach, p=count, budget=None, people=people, floors=None, effort=effort,
                    settings=settings, progress=progress, sites=sites, memory=memory,
                )  # fmt: skip
                points.append(_point(count, radius, siting))
                if siting.interrupted:
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass  # what has been found so far is what was asked for
    return pd.DataFrame(points, columns=list(COLUMNS))


def _check(coverage: Reach | TravelTimes, p: Sequence[int], radii: Sequence[float] | None) -> None:
    problems = []
    if not len(p):
        problems.append("p must name at least one number of sites")
    problems += [
        f"p must be whole numbers >= 1, got {count!r}" for count in p if not is_whole(count)
    ]
    if isinstance(coverage, TravelTimes):
        if radii is None or not len(radii):
            problems.append("radii must name at least one radius, to cut the travel times at")
    elif radii is not None:
        problems.append("radii need travel times; a coverage has its radius already")
    raise_if_any(problems, where="coverage_curve")


def _point(count: int, radius: float, siting: Siting) -> dict[str, object]:
    found = siting.status.has_answer
    total = siting.people_total
    known = siting.question.sites
    return {
        "p": count,
        "radius": radius,
        "people": siting.objective,
        "share": siting.objective / total if found and total else np.nan,
        "bound": siting.bound,
        "gap": siting.gap,
        "status": str(siting.status),
        "proven": siting.status is Status.OPTIMAL or siting.status is Status.INFEASIBLE,
        "sites": [str(known.ids[j]) if known else str(j) for j in siting.open_sites.tolist()]
        if found
        else [],
        "seconds": siting.seconds,
    }

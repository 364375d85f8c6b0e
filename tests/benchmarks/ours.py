"""The questions put to this package, as a user would."""

import importlib
from collections.abc import Callable
from typing import Any

from benchmarks.instances import RADIUS_KM, County
from benchmarks.jobs import Job

from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.travel.coverage import Reach
from allocator.travel.discs import straight_line_cover
from allocator.travel.times import TravelTimes

_MODULE_OF = {
    "lscp": "set_cover",
    "psclp": "partial_cover",
    "mclp": "maximal_cover",
    "p_median": "median",
    "p_center": "center",
    "capacitated": "capacitated",
}
OVER_TIMES = ("p_median", "p_center")


def reach_of(job: Job, county: County) -> Reach | TravelTimes:
    """Who reaches what within the radius; for median and centre the way to every site."""
    if job.model in OVER_TIMES:
        return county.all_km()
    return straight_line_cover(county.demand, county.sites, radius_km=RADIUS_KM)


def model_of(name: str) -> Callable[..., Siting]:
    """The model's function.

    Raises
    ------
    ImportError
        If this version of the package does not have the model.
    """
    module = importlib.import_module(f"allocator.location.{_MODULE_OF[name]}")
    model: Callable[..., Siting] = getattr(module, name)
    return model


def solve(job: Job, reach: Reach | TravelTimes) -> Siting:
    """Ask for proof; a clock only where the job has a limit."""
    settings = SolverSettings(gap=0.0, time_limit_seconds=job.limit)
    asked: dict[str, Any] = {"settings": settings}
    if job.p:
        asked["p"] = job.p
    if job.share:
        asked["share"] = job.share
    if job.model == "lscp":
        asked["skip_unreachable"] = True
    return model_of(job.model)(reach, **asked)

"""What to know of a table of travel times: who has no time, and a unit hardly meant."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.region.findings import listed
from allocator.travel.points import like_degrees
from allocator.travel.times import TravelTimes

_NAMED = 10
_FROM_KM = 0.5
_SLOWEST_KMH = 2.0
_FASTEST_KMH = 300.0
_FAR_MINUTES = 120.0
"""Half of all cells two hours from the nearest site: then the table is rather in seconds."""


def without_a_time(
    times: TravelTimes, cell_ids: Sequence[str], site_ids: Sequence[str]
) -> list[str]:
    """Who has no time at all, on either side, in words."""
    notes = []
    for what, ids, at in (("cells", cell_ids, times.cell), ("sites", site_ids, times.site)):
        alone = np.setdiff1d(np.arange(len(ids)), at)
        if not len(alone):
            continue
        names = [ids[i] for i in alone[: _NAMED + 1].tolist()]
        people = ""
        if what == "cells" and times.demand is not None:
            people = f" ({times.demand.people[alone].sum():,.0f} people)"
        shown = listed(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
        notes.append(f"table: {len(alone):,} {what}{people} have no time to any: {shown}")
    return notes


def doubt_about_unit(times: TravelTimes, unit: str) -> str:
    """Why the unit is hardly meant; empty where all is well.

    Coordinates tell best: how fast a straight line would be. Without them, how far the nearest
    site is.
    """
    if not len(times):
        return ""
    other = "seconds" if unit == "minutes" else "minutes"
    kmh = _straight_kmh(times)
    if len(kmh):
        middle = float(np.median(kmh))
        if _SLOWEST_KMH <= middle <= _FASTEST_KMH:
            return ""
        advice = f"say unit={other!r}" if (middle < _SLOWEST_KMH) == (unit == "minutes") else ""
        return (
            f"as {unit}, the median way is travelled at {middle:.2g} km/h in a straight line; "
            f"is that the unit? {advice or 'Check the coordinates'}"
        )
    _, away = times.nearest(np.ones(times.n_sites, dtype=np.bool_))
    middle = float(np.nanmedian(away))
    if middle <= _FAR_MINUTES or unit == "seconds":
        return ""
    return (
        f"as minutes, half of the cells are {middle:,.0f} minutes or more from the nearest site; "
        "if the table is in seconds, say unit='seconds'"
    )


def _straight_kmh(times: TravelTimes) -> NDArray[np.float64]:
    """Speed of each longer way as if it were straight; none where places are not known."""
    demand, sites = times.demand, times.sites
    if demand is None or sites is None or demand.xy_m is None or sites.xy_m is None:
        return np.empty(0)
    if demand.crs != sites.crs or like_degrees(demand.xy_m, sites.xy_m):
        return np.empty(0)
    away_m = demand.xy_m[times.cell] - sites.xy_m[times.site]
    km = np.hypot(away_m[:, 0], away_m[:, 1]) / 1000
    far = (km >= _FROM_KM) & (times.value > 0)
    with np.errstate(divide="ignore", over="ignore"):  # no time at all is infinitely fast
        return np.asarray(km[far] / (times.value[far] / 60))

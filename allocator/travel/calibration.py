"""Detour and speed of the straight line, fitted to a sample of travel along roads."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import as_points, ends_of, number_problems, point_problems
from allocator.travel.times import TravelTimes

Floats = NDArray[np.float64]
BANDS_KM = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, float("inf"))
_SPARE = 1.5
"""Ways this many times as winding as the median must still lie within the sample's limit."""


@dataclass(frozen=True)
class Fit:
    """How well a detour (and a speed) tells the sample's ways of a group, in a distance band.

    Attributes
    ----------
    group, band
        Whose ways, and how long in a straight line, km; ``all``.
    n
        Pairs compared.
    per_km
        The fit: the sample's km or minutes per km of straight line, sum by sum.
    mean, q10, median, q90
        Of the pairs' own ratios.
    r2
        Share of the variance told by the group's fit; NaN where nothing varies.
    mean_absolute_error, bias
        Of fit less sample, in km or minutes.
    """

    group: str
    band: str
    n: int
    per_km: float
    mean: float
    q10: float
    median: float
    q90: float
    r2: float
    mean_absolute_error: float
    bias: float


@dataclass(frozen=True)
class DetourFit:
    """What :func:`calibrate_detour` found.

    Attributes
    ----------
    unit
        ``km`` or ``minutes``: what the sample holds.
    overall, groups
        Fit of all pairs, and of each group.
    bands
        How each group's fit does by distance.
    least_km, most_km
        Straight lines compared.
    left_out
        Pairs of the sample that were shorter or longer.
    """

    unit: str
    overall: Fit
    groups: Mapping[str, Fit]
    bands: Sequence[Fit]
    least_km: float
    most_km: float
    left_out: int

    def table(self) -> pd.DataFrame:
        """One row per group and band, all of them first."""
        return pd.DataFrame([asdict(fit) for fit in (self.overall, *self.groups.values(),
                                                     *self.bands)])  # fmt: skip

    def arguments(
        self, groups: ArrayLike | None = None, *, speed_kmh: float | None = None
    ) -> dict[str, object]:
        """Arguments ``detour`` and ``speed_kmh`` of ``straight_line``.

        A sample in km tells the detour, and ``speed_kmh`` must be given; one in minutes tells only
        the speed in a straight line, and ``detour`` is 1.

        Parameters
        ----------
        groups
            Group of each cell, shape ``(n_cells,)``; one fit for all when missing. Cells then
            differ in speed, by as much as their detours differ.
        """
        in_km = self.unit == "km"
        if in_km != (speed_kmh is not None) or not (speed_kmh is None or speed_kmh > 0):
            text = "a sample in km needs speed_kmh > 0" if in_km else "the sample tells speed_kmh"
            raise InputError(f"{text}; got {speed_kmh}", where="DetourFit.arguments")
        per_km: float | Floats = self.overall.per_km
        if groups is not None:
            names, at = np.unique(np.asarray(groups).astype(str), return_inverse=True)
            unknown = [name for name in names.tolist() if name not in self.groups]
            raise_if_any(
                [f"no group {name!r} in the sample; known: {', '.join(self.groups)}"
                 for name in unknown],
                where="DetourFit.arguments",
            )  # fmt: skip
            per_km = np.array([self.groups[name].per_km for name in names.tolist()])[at]
        if not in_km:
            return {"detour": 1.0, "speed_kmh": 60 / per_km}
        overall = self.overall.per_km
        return {"detour": overall, "speed_kmh": float(speed_kmh or 0) * overall / per_km}


def calibrate_detour(
    sample: TravelTimes,
    cell_xy_m: ArrayLike | Demand | None = None,
    site_xy_m: ArrayLike | SiteSet | None = None,
    *,
    groups: ArrayLike | None = None,
    least_km: float = 0.5,
    bands_km: Sequence[float] = BANDS_KM,
) -> DetourFit:
    """Fit the detour of the straight line to km along roads, or its speed to minutes.

    The fit is the sum of the sample's ways by the sum of their straight lines, so that the total
    is right. Straight lines so long that a winding way would exceed the sample's limit are left
    out: there only the straighter ways were found.

    Parameters
    ----------
    sample
        Ways along roads: of :func:`road_network`, :func:`road_network_km` or a table.
    cell_xy_m, site_xy_m
        Planar coordinates in metres, shapes ``(n_cells, 2)`` and ``(n_sites, 2)``; those that the
        sample carries when missing.
    groups
        Group of each cell (``urban``, ``rural``), shape ``(n_cells,)``; fitted one by one.
    least_km
        Shortest straight line compared: the ways of a cell to a site in it tell nothing.
    bands_km
        Edges of distance bands for the report, ascending.
    """
    given = sample.demand if cell_xy_m is None else cell_xy_m
    to = sample.sites if site_xy_m is None else site_xy_m
    if given is None or to is None:
        raise InputError("the sample has no coordinates; give both sides", where="calibrate_detour")
    ends_of(given, to)
    cells, sites = as_points(given), as_points(to)
    group = np.full(sample.n_cells, "all") if groups is None else np.asarray(groups).astype(str)
    problems = [*point_problems(cells, sites), *number_problems(least_km=least_km)]
    for name, n, size in (("cells", len(cells), sample.n_cells), ("groups", group.size,
                          sample.n_cells), ("sites", len(sites), sample.n_sites)):  # fmt: skip
        if n != size:
            problems.append(f"{name}: the sample has {size}, got {n}")
    if not least_km > 0 or not all(a < b for a, b in pairwise(bands_km)):
        problems.append("least_km must be > 0, and bands_km ascending")
    raise_if_any(problems, where="calibrate_detour")
    away_m = cells[sample.cell] - sites[sample.site]
    straight = np.hypot(away_m[:, 0], away_m[:, 1]) / 1000
    long = straight >= least_km
    if not long.any():
        raise InputError(f"no pair is {least_km:g} km or more apart", where="calibrate_detour")
    most_km = (
        sample.limit / max(float(np.median(sample.value[long] / straight[long])), 1e-9) / _SPARE
    )
    kept = long & (straight <= most_km)
    if not kept.any():
        raise InputError(
            f"no pair is {least_km:g} to {most_km:g} km apart; take a sample with a larger limit",
            where="calibrate_detour",
        )
    return _fitted(
        sample, group[sample.cell][kept], straight[kept], sample.value[kept],
        bands_km=bands_km, least_km=float(least_km), most_km=float(most_km),
    )  # fmt: skip


def _fitted(
    sample: TravelTimes, group: "NDArray[np.str_]", straight: Floats, way: Floats, *,
    bands_km: Sequence[float], least_km: float, most_km: float,
) -> DetourFit:  # fmt: skip
    overall = _fit("all", "all", straight, way, way.sum() / straight.sum())
    fits, bands = {}, []
    for name in np.unique(group).tolist():
        own = group == name
        per_km = float(way[own].sum() / straight[own].sum())
        fits[name] = _fit(name, "all", straight[own], way[own], per_km)
        for low, high in pairwise(bands_km):
            here = own & (straight >= low) & (straight < high)
            if here.any():
                bands.append(_fit(name, f"{low:g}-{high:g}", straight[here], way[here], per_km))
    low_fits = [fit for fit in (overall, *fits.values()) if not fit.per_km > 0]
    problems = [f"group {fit.group}: all ways are 0" for fit in low_fits]
    if sample.unit == "km":
        problems += [
            f"group {fit.group}: ways are {fit.per_km:.3f} of the straight line, which no road can "
            "be; are coordinates in metres, in one system, and in the order of the sample?"
            for fit in (overall, *fits.values())
            if fit.per_km < 1 - 1e-6
        ]
    raise_if_any(problems, where="calibrate_detour")
    return DetourFit(
        sample.unit, overall, fits, tuple(bands), least_km, most_km, len(sample) - len(straight)
    )


def _fit(group: str, band: str, straight: Floats, way: Floats, per_km: float) -> Fit:
    ratio, error = way / straight, per_km * straight - way
    spread = float(((way - way.mean()) ** 2).sum())
    q10, median, q90 = np.quantile(ratio, (0.1, 0.5, 0.9)).tolist()
    return Fit(
        group, band, len(way), float(per_km), float(ratio.mean()), q10, median, q90,
        1 - float((error**2).sum()) / spread if spread > 0 else float("nan"),
        float(np.abs(error).mean()), float(error.mean()),
    )  # fmt: skip

"""``al.coverage_study``: coverage over numbers of sites and radii, beside greedy and full cover."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.location.curves import coverage_curve
from allocator.location.questions.base import demand_of
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.set_cover import lscp
from allocator.lp.solvers import SolverSettings
from allocator.travel.coverage import Reach
from allocator.travel.times import TravelTimes

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class CoverageStudy:
    """How many people sites can reach, by their number and by the radius.

    Attributes
    ----------
    points
        The columns of :func:`allocator.location.curves.coverage_curve`, and ``greedy`` (people
        whom as many sites reach when each is the one that brings most), ``greedy_share`` and
        ``gained`` (people more than at the number of sites before: solved anew, no shadow price).
    full
        One row per radius: ``sites`` that reach everybody who can be reached (LSCP), ``bound``
        (how many it takes at least), ``people`` and ``share`` whom any site can reach.
    unit
        Of the radius: ``km`` or ``minutes``; empty where the coverage was given.
    interrupted
        Whether the user stopped it: then these are the points so far.
    """

    points: pd.DataFrame
    full: pd.DataFrame
    unit: str
    interrupted: bool = False

    def export(self, folder: str | Path, *, chinese: bool = False) -> list[Path]:
        """Write ``curve.csv``, ``full_cover.csv``, ``curve.xlsx`` and the picture."""
        from allocator.studies.curve_files import write_curve

        return write_curve(self, Path(folder), chinese=chinese)

    def __repr__(self) -> str:
        proven = int(self.points["proven"].sum())
        more = "; interrupted" if self.interrupted else ""
        return f"<CoverageStudy {len(self.points)} points, {proven} proven{more}>"

    def _repr_html_(self) -> str:
        shown = self.points.drop(columns="sites").to_html(index=False, escape=True)
        return f"<div><p>{html.escape(repr(self)[1:-1])}</p>{shown}</div>"


def coverage_study(
    coverage: Reach | TravelTimes,
    *,
    p: Sequence[int],
    radii: Sequence[float] | None = None,
    people: ArrayLike | None = None,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Progress | None = None,
    **sites: Unpack[SiteOptions],
) -> CoverageStudy:
    """Maximal covers over numbers of sites and radii, with the greedy and the full cover beside.

    Parameters
    ----------
    coverage, p, radii, people, effort, settings, progress, **sites
        As in :func:`allocator.location.curves.coverage_curve`.

    Returns
    -------
    CoverageStudy
        After an interrupt (Ctrl-C) the points so far.
    """
    points = coverage_curve(
        coverage, p=p, radii=radii, people=people, effort=effort, settings=settings,
        progress=progress, **sites,
    )  # fmt: skip
    asked = len({int(n) for n in p}) * (1 if radii is None else len({float(r) for r in radii}))
    told = None if people is None else np.asarray(people, dtype=np.float64)
    weight = demand_of(told, coverage.demand, coverage.n_cells, default=None).people
    roles = SiteRoles.resolved(coverage.n_sites, coverage.sites, "coverage_study", sites)
    interrupted = len(points) < asked
    greedy: dict[tuple[float, int], float] = {}
    rows: list[list[float | int]] = []
    try:
        for radius in dict.fromkeys(points["radius"].tolist()):
            reach = coverage.within(radius) if isinstance(coverage, TravelTimes) else coverage
            order = greedy_people(reach, weight, roles, int(max(p)))
            greedy |= {(_key(radius), n): order[min(n, len(order) - 1)] for n in p}
            if progress:
                progress("how many sites reach everybody")
            rows.append([radius, *_full(reach, weight, roles, settings, effort)])
    except KeyboardInterrupt:
        interrupted = True
    total = float(weight.sum())
    found = [
        greedy.get((_key(r), int(n)), np.nan)
        for r, n in zip(points["radius"], points["p"], strict=True)
    ]
    points = points.assign(
        greedy=found, greedy_share=np.array(found) / total if total else np.nan,
        gained=points.groupby("radius", dropna=False)["people"].diff(),
    )  # fmt: skip
    columns = ["radius", "sites", "bound", "people", "share"]
    unit = coverage.unit if isinstance(coverage, TravelTimes) else ""
    return CoverageStudy(points, pd.DataFrame(rows, columns=columns), unit, interrupted)


def greedy_people(
    coverage: Reach, people: NDArray[np.float64], roles: SiteRoles, most: int
) -> list[float]:
    """People covered by 0, 1, ... ``most`` open sites when each brings the most people it can.

    Those that must be open come first, before any choice; of equal ones the first is taken.
    """
    merged = coverage.aggregated()
    rows, weight = merged.rows, merged.weight(people)
    row = np.repeat(np.arange(rows.n_cells), rows.degree)
    left = weight.astype(np.float64).copy()
    is_open = np.zeros(roles.n_sites, dtype=np.bool_)
    is_open[roles.given] = True
    left[rows.covered_by(is_open)] = 0.0
    covered = [float(weight.sum() - left.sum())] * (len(roles.given) + 1)
    free = np.zeros(roles.n_sites, dtype=np.bool_)
    free[roles.free] = True
    while len(covered) <= most:
        gain = np.bincount(rows.site, weights=left[row], minlength=roles.n_sites) * free
        best = int(np.argmax(gain)) if len(gain) else -1
        if best < 0 or gain[best] <= 0:
            break
        left[row[rows.site == best]] = 0.0
        covered.append(float(weight.sum() - left.sum()))
    return covered


def _full(
    reach: Reach, people: NDArray[np.float64], roles: SiteRoles, settings: SolverSettings | None,
    effort: float,
) -> list[float | int]:  # fmt: skip
    """Sites that it takes to reach everybody, at least how many, and who can be reached."""
    reachable = reach.covered_by(roles.permitted)
    with_people = np.flatnonzero(reachable & (people > 0))
    within = float(people[with_people].sum())
    total = float(people.sum())
    share = within / total if total else np.nan
    if not len(with_people):
        return [len(roles.given), len(roles.given), within, share]
    merged = reach.aggregated()
    asked = merged.rows.of_cells(np.unique(merged.row_of_cell[with_people]))
    # What may close costs as much to keep as a new site: counted is how many are open.
    siting = lscp(
        asked, skip_unreachable=True, effort=effort, settings=settings,
        cost=np.ones(roles.n_sites), running_cost=np.ones(roles.n_sites),
        open_sites=roles.already_open, may_close=roles.may_close, required=roles.required,
        forbidden=np.flatnonzero(~roles.permitted),
    )  # fmt: skip
    return [len(siting.open_sites), int(np.ceil(siting.bound - 1e-6)), within, share]


def _key(radius: float) -> float:
    """A radius that can be looked up: none is none."""
    return -1.0 if radius != radius else radius

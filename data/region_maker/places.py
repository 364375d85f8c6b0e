"""Where towns and streets are: points, and a rule for those without one.

1. gap: a town or township, and the seat of a county when the seat itself has no point, lies in the
   largest gap: the cell of its county that is farthest from every known point of the region, cells
   within ``edge_km`` of the county's edge left out.
2. ring: any other street is a quarter of its county's seat: it lies on a ring of ``reach_km``
   around the seat's point, in that one of 24 directions which is in its own county and farthest
   from every point placed so far. Or disc, where a seat has many quarters: in the largest gap
   within ``reach_km`` of the seat's point.

Gaps first, then streets, each in the order of the codes; ties go to the first cell or direction.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from region_maker.inputs import Places

Point = tuple[float, float]


def placed_towns(
    towns: pd.DataFrame,
    known: pd.DataFrame,
    cells: pd.DataFrame,
    counties: pd.DataFrame,
    rules: Places,
) -> pd.DataFrame:
    """All towns and streets with ``x_m``, ``y_m`` and ``placed``: point, gap, ring or disc.

    Parameters
    ----------
    towns
        One row per town or street: ``code``, ``county``, ``level`` ...
    known
        Points in the region: ``unit``, ``x_m``, ``y_m``, indexed by id.
    cells
        Cells of a first outline: ``x_m``, ``y_m``, ``county``.
    counties
        Indexed by code, with ``seat``: the code of the seat's unit, or the id of its point.
    """
    own = known[known["unit"].isin(towns["code"]) & ~known["role"].isin(["seat", "former town"])]
    at: dict[str, Point] = {u: (x, y) for u, x, y in _rows(own, "unit", "x_m", "y_m")}
    how = dict.fromkeys(at, "point")
    points: list[Point] = [(x, y) for x, y in _rows(known, "x_m", "y_m")]
    missing = [
        (code, county, counties["seat"][county], level)
        for code, county, level in _rows(towns, "code", "county", "level")
        if code not in at
    ]
    gaps = [m for m in missing if m[3] != "street" or m[0] == m[2]]
    for code, county, *_ in gaps:
        at[code], how[code] = _in_largest_gap(cells, county, points, rules), "gap"
        points.append(at[code])
    placed = _on_ring if rules.streets == "ring" else _in_disc
    for code, county, seat, _ in (m for m in missing if m not in gaps):
        centre = at[seat] if seat in at else _pair(known.loc[seat, ["x_m", "y_m"]].to_numpy(float))
        at[code], how[code] = placed(cells, county, centre, points, rules), rules.streets
        points.append(at[code])
    order = towns["code"].tolist()
    return towns.assign(
        x_m=[at[c][0] for c in order],
        y_m=[at[c][1] for c in order],
        placed=[how[c] for c in order],
    )


def centres_of(
    towns: pd.DataFrame, known: pd.DataFrame, counties: pd.DataFrame, rules: Places
) -> pd.DataFrame:
    """Centres for the census model: every town and street, every seat, and former towns."""
    own = towns.assign(role=towns["role"].where(~towns["code"].isin(counties["seat"]), "seat"))
    more = known[known["role"].isin(["seat", "former town"])]
    table = pd.concat([own, more], ignore_index=True)[["x_m", "y_m", "role"]]
    return table.assign(
        weight=[rules.centres[r][0] for r in table["role"]],
        decay_km=[rules.centres[r][1] for r in table["role"]],
    )


def _in_largest_gap(cells: pd.DataFrame, county: str, points: list[Point], rules: Places) -> Point:
    inner = _inner(cells, county, rules)
    return _pair(inner[int(np.argmax(_gap_m(points, inner)))])


def _on_ring(
    cells: pd.DataFrame, county: str, centre: Point, points: list[Point], rules: Places
) -> Point:
    angle = np.arange(24) * np.pi / 12
    around = np.column_stack([np.sin(angle), np.cos(angle)])
    ring = np.array(centre) + 1000 * rules.reach_km * around
    nearest = cKDTree(cells[["x_m", "y_m"]].to_numpy(np.float64)).query(ring)[1]
    own = cells["county"].to_numpy()[nearest] == county
    return _pair(ring[int(np.argmax(np.where(own, _gap_m(points, ring), -1.0)))])


def _in_disc(
    cells: pd.DataFrame, county: str, centre: Point, points: list[Point], rules: Places
) -> Point:
    inner = _inner(cells, county, rules)
    near = inner[np.hypot(*(inner - np.array(centre)).T) <= 1000 * rules.reach_km]
    return _pair(near[int(np.argmax(_gap_m(points, near)))])


def _inner(cells: pd.DataFrame, county: str, rules: Places) -> NDArray[np.float64]:
    """Cells of a county away from its edge; beyond all cells is no edge, as they end there."""
    xy = cells[["x_m", "y_m"]].to_numpy(np.float64)
    mine = (cells["county"] == county).to_numpy()
    if mine.all():
        return xy
    to_edge_m = cKDTree(xy[~mine]).query(xy[mine])[0]
    return np.asarray(xy[mine][to_edge_m > 1000 * rules.edge_km])


def _gap_m(points: list[Point], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance to the nearest point, rounded so that ties do not hang on the last bits."""
    return np.round(cKDTree(np.array(points)).query(xy)[0], 3)


def _rows(table: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(table[list(columns)].itertuples(index=False, name=None))


def _pair(xy: NDArray[np.float64]) -> Point:
    return float(xy[0]), float(xy[1])

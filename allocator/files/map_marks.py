"""Facilities on a map: shape by kind, colour by status, size by number or by vehicles."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from allocator.region.sites import KINDS

_STARS: list[Any] = [(n, 1, 0) for n in (3, 4, 6, 8, 10)] + [(n, 0, 30) for n in (3, 5, 7)]
_MARKERS = dict(zip(KINDS, [*"sPohD*X^vd<", *">pH8", *_STARS], strict=True))
_STATUSES: dict[str, dict[str, Any]] = {
    "kept": {"facecolors": "#1F3A5F", "edgecolors": "white", "linewidths": 0.3},
    "upgraded": {"facecolors": "#009E73", "edgecolors": "black", "linewidths": 0.6},
    "new": {"facecolors": "#F0E442", "edgecolors": "black", "linewidths": 0.7},
    "closed": {"facecolors": "#888888", "linewidths": 0.9},
}


def draw_facilities(axes: Axes, table: pd.DataFrame, *, by_vehicles: bool = False) -> None:
    """Draw the facilities: shape by kind, colour by status, new ones on top and larger.

    ``by_vehicles``: the area of a marker grows with the vehicles of the site.
    """
    size = marker_size(len(table))
    for order, status in enumerate(_STATUSES):
        looks = _STATUSES[status]
        here = table[table["status"] == status]
        for kind in sorted(set(here["kind"])):
            rows = here[here["kind"] == kind]
            area: Any = size * (1.0 if status == "kept" else 1.5)
            if by_vehicles and status != "closed":
                area = vehicle_size(rows["ambulances"].fillna(0).to_numpy(float))
            axes.scatter(
                rows["x_m"], rows["y_m"], marker="x" if status == "closed" else _marker(kind),
                s=area, zorder=4 + order / 10, **looks,
            )  # fmt: skip


def marker_size(count: int) -> float:
    """Area of a marker in square points: smaller where there are many."""
    return float(np.clip(1500 / max(count, 1) ** 0.75, 5, 40))


def vehicle_size(vehicles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area of the marker of a station in square points; one without a vehicle is a dot."""
    return np.asarray(6.0 + 14.0 * np.asarray(vehicles, dtype=np.float64))


def legend_vehicles(kind: str, vehicles: int, label: str) -> Line2D:
    """Legend entry of the size of a station with so many vehicles."""
    side = math.sqrt(float(vehicle_size(np.array([vehicles]))[0]))
    return Line2D(
        [], [], linestyle="none", marker=_marker(kind), markersize=side, markerfacecolor="white",
        markeredgecolor="black", markeredgewidth=0.7, label=label,
    )  # fmt: skip


def _marker(kind: str) -> Any:
    return _MARKERS.get(kind, "p")


def legend_facility(kind: str, status: str, label: str) -> Line2D:
    """Legend entry of a kind of facility in a status."""
    looks = _STATUSES[status]
    closed = status == "closed"
    return Line2D(
        [], [], linestyle="none", marker="x" if closed else _marker(kind), markersize=5.5,
        markerfacecolor=looks["facecolors"], markeredgewidth=looks["linewidths"],
        markeredgecolor=looks.get("edgecolors", looks["facecolors"]), label=label,
    )  # fmt: skip

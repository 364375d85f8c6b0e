"""Small road networks for tests, and where the real ones lie."""

from pathlib import Path

import numpy as np

from allocator.travel.road_graph import RoadNetwork

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
X, Y = 500_000.0, 200_000.0  # keeps small examples clear of anything that looks like degrees


def at(*km):
    """Points in metres from pairs of km."""
    return np.array(km, dtype=np.float64).reshape(-1, 2) * 1000 + [X, Y]


def network(nodes, streets, *, minutes=None, kmh=None, classes=("residential",), **more):
    """Straight streets ``(tail, head, way)`` between nodes in km; ``way`` is "<>", ">" or "<"."""
    xy_m = at(*nodes)
    tail, head = np.array([street[:2] for street in streets], dtype=np.int64).T
    away = np.hypot(*(xy_m[tail] - xy_m[head]).T)
    is_open = np.array([(">" in way, "<" in way) for *_, way in streets])
    unknown = np.full(is_open.shape, np.nan)
    return RoadNetwork(
        xy_m,
        tail,
        head,
        np.where(is_open, away[:, None], np.nan),
        unknown if minutes is None else np.asarray(minutes, dtype=np.float64),
        unknown if kmh is None else np.asarray(kmh, dtype=np.float64),
        more.pop("class_of", np.zeros(len(tail), dtype=np.int64)),
        classes,
        **more,
    )

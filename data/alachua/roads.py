"""Derive a road graph of Alachua County: ``python data/alachua/roads.py --out FILE.graphml``.

The streets come from pylusat 0.5.8 (installed, or ``--wheel``). Their owner, the E-911 Office of
Alachua County Fire Rescue, lets the public use them but asks that they be presented without
modification; so the graph is made on your machine when you ask for it, and is no part of this
project. The script will not write into the project's folder: do not pass the file on.
"""

import argparse
from pathlib import Path

import networkx as nx
import numpy as np
import shapely
from layers import add_wheel_option, read_layer

HERE = Path(__file__).resolve().parent
CRS = "EPSG:26917"
KMH_PER_MPH = 1.609344
UNKNOWN_MPH = 20  # streets whose field is 0: unnamed lanes, as most of their neighbours
SNAP_M = 0.5  # ends closer than this are one crossing
NOTICE = (
    "Derived from Alachua County Street Centerlines, E-911 Office, Alachua County Fire Rescue; "
    "for reference only, provided as is; not to be redistributed in this form"
)


def road_graph(wheel: Path | None) -> nx.MultiDiGraph:
    """Crossings and streets; every edge has length_m, speed_kmh and minutes in its direction.

    The field ONE_WAY says F (only as drawn), T (only against it) or B (both ways, also if blank);
    SPEED is in miles per hour.
    """
    streets = read_layer("streets", wheel).to_crs(CRS)
    lines = streets.geometry.to_numpy()
    ends = np.array([[line.coords[0][:2], line.coords[-1][:2]] for line in lines])
    corner, node = np.unique(
        np.round(ends.reshape(-1, 2) / SNAP_M).astype(np.int64), axis=0, return_inverse=True
    )
    first, last = node.reshape(-1, 2).T
    kmh = streets["SPEED"].where(streets["SPEED"] > 0, UNKNOWN_MPH).to_numpy() * KMH_PER_MPH
    length_m = shapely.length(lines)
    one_way = streets["ONE_WAY"].fillna("B").to_numpy()
    graph = nx.MultiDiGraph(crs=CRS, notice=NOTICE)
    for number, (x, y) in enumerate(corner * SNAP_M):
        graph.add_node(number, x=float(x), y=float(y))
    for a, b, metres, speed, way in zip(first, last, length_m, kmh, one_way, strict=True):
        data = {
            "length_m": round(float(metres), 2),
            "speed_kmh": round(float(speed), 2),
            "minutes": round(float(metres / speed * 0.06), 5),
        }
        if way in ("B", "F"):
            graph.add_edge(int(a), int(b), **data)
        if way in ("B", "T"):
            graph.add_edge(int(b), int(a), **data)
    return graph


def main(out: Path, wheel: Path | None) -> None:
    """Write the graph outside the project and say what it holds."""
    project = HERE.parents[1]
    if project in out.resolve().parents:
        raise SystemExit(f"--out: {out} lies in the project; the streets may not become part of it")
    if out.suffix != ".graphml":
        raise SystemExit(f"--out: expected a file that ends in .graphml, got {out.name!r}")
    graph = road_graph(wheel)
    out.parent.mkdir(parents=True, exist_ok=True)
    nx.write_graphml(graph, out)
    parts = sorted(map(len, nx.weakly_connected_components(graph)), reverse=True)
    print(
        f"{out}: {len(graph):,} crossings, {graph.number_of_edges():,} directed streets, "
        f"{len(parts)} parts, the largest with {parts[0] / len(graph):.1%} of the crossings"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="FILE.graphml outside the project")
    add_wheel_option(parser)
    given = parser.parse_args()
    main(given.out, given.wheel)

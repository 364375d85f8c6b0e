"""Small friction surfaces for tests, and their least costs by scikit-image and networkx."""

import networkx as nx
import numpy as np
from rasterio.transform import Affine
from skimage.graph import MCP_Geometric

from allocator.travel.surface_raster import FrictionSurface

WEST, NORTH = 500_000.0, 200_000.0


def surface(minutes_per_m, *, cell_m=100.0, **more):
    """A surface of square cells in metres of no named system."""
    to = Affine(cell_m, 0, WEST, 0, -cell_m, NORTH)
    return FrictionSurface(np.asarray(minutes_per_m, dtype=np.float64), to, **more)


def centres(places, *, cell_m=100.0):
    """Middles of raster cells ``(row, column)``, in metres."""
    row, column = np.array(places, dtype=np.float64).reshape(-1, 2).T
    return np.stack([WEST + (column + 0.5) * cell_m, NORTH - (row + 0.5) * cell_m], axis=1)


def random_pace(rng, shape, *, barriers=0.25):
    """Minutes per metre between fast driving and slow walking, with barriers."""
    pace = rng.uniform(0.0005, 0.05, shape)
    pace[rng.random(shape) < barriers] = np.nan
    return pace


def by_skimage(pace, starts, *, cell_m=100.0):
    """Least cost from the nearest of some starts to every cell; infinite where none gets."""
    costs = np.where(np.isfinite(pace), pace, -1.0) * cell_m
    costs[~np.isfinite(pace)] = -1.0
    return MCP_Geometric(costs).find_costs([tuple(start) for start in starts])[0]


def as_graph(pace, *, cell_m=100.0):
    """The surface as a graph of cells."""
    graph = nx.Graph()
    open_cells = [tuple(map(int, at)) for at in np.argwhere(np.isfinite(pace) & (pace >= 0))]
    graph.add_nodes_from(open_cells)
    for row, column in open_cells:
        for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
            other = row + down, column + right
            if other in graph:
                mean = (pace[row, column] + pace[other]) / 2
                length = cell_m * (2 ** (0.5 * (abs(down) + abs(right) - 1)))
                graph.add_edge((row, column), other, minutes=mean * length)
    return graph

"""Urban and rural cells by the Degree of Urbanisation.

Source: European Commission, FAO, UN-Habitat, ILO, OECD, World Bank 2021, *Applying the Degree of
Urbanisation: a methodological manual*, endorsed by the UN Statistical Commission in 2020. Of cells
of 1 km2:

Urban centre
    Cells of at least 1,500 people per km2 of land that touch over an edge and hold together at
    least 50,000 people (both inclusive). Afterwards a cell joins a centre if at least five of the
    eight cells around it belong to that one centre, repeated until none does; then gaps of less
    than 15 km2 inside a centre join it.
Urban cluster
    Cells of at least 300 people per km2 that touch over an edge or a corner and hold together at
    least 5,000 people. A cell of an urban centre is called that.
Rural
    All other cells.

"Urban" in a rule are cities, towns and semi-dense areas, which is centres and clusters together.

A cluster that the region's border cuts is judged by what lies inside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.errors import raise_if_any
from allocator.region.grid import PopulationGrid
from allocator.region.land import Land
from allocator.region.settlement_ground import Ground, settled_ground
from allocator.region.units import Units

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Urban = Literal["clusters", "centres"]

CLASSES = ("rural", "urban_cluster", "urban_centre")
"""Lowest first."""
_ABOUT = 1 - 1e-9
"""Sums of parts may miss a threshold by rounding."""


@dataclass(frozen=True)
class UrbanThresholds:
    """The published figures; all inclusive but ``gap_km2``, below which gaps are filled."""

    centre_per_km2: float = 1500.0
    centre_people: float = 50_000.0
    cluster_per_km2: float = 300.0
    cluster_people: float = 5_000.0
    gap_km2: float = 15.0

    def __post_init__(self) -> None:
        problems = [
            f"{name}: must be a number >= 0, got {value}"
            for name, value in vars(self).items()
            if not 0 <= value < np.inf
        ]
        if self.cluster_per_km2 > self.centre_per_km2:
            problems.append(
                f"cluster_per_km2 ({self.cluster_per_km2:g}) must be <= centre_per_km2 "
                f"({self.centre_per_km2:g})"
            )
        raise_if_any(problems, where="urban thresholds")


@dataclass(frozen=True, eq=False)
class Settlement:
    """What kind of settlement each cell is.

    Attributes
    ----------
    cells
        Indexed by cell id as the grid: ``settlement`` (one of :data:`CLASSES`) and ``cluster`` (a
        row of ``clusters``; 0 where rural).
    clusters
        Urban centres and urban clusters, indexed from 1: ``settlement``, ``people``, ``area_km2``,
        ``x_m``, ``y_m`` (mean place of its people), most people first. The people of a centre
        count again in the cluster around it.
    provenance
        How the classes were made.
    """

    cells: pd.DataFrame
    clusters: pd.DataFrame
    provenance: Mapping[str, object] = field(default_factory=dict)

    def urban(self, which: Urban = "clusters") -> NDArray[np.bool_]:
        """Cells of centres and clusters, or of centres alone; shape ``(n_cells,)``."""
        if which not in ("clusters", "centres"):
            raise_if_any([f"must be 'clusters' or 'centres', got {which!r}"], where="urban")
        counted = CLASSES[1:] if which == "clusters" else CLASSES[2:]
        return np.asarray(self.cells["settlement"].isin(list(counted)).to_numpy(np.bool_))

    def on(self, grid: PopulationGrid, which: Urban = "clusters") -> PopulationGrid:
        """The grid with these urban cells, for rules that say urban or rural."""
        if not grid.table.index.equals(self.cells.index):
            raise_if_any(["the grid has other cells than were classified"], where="settlement")
        return replace(grid, table=grid.table.assign(urban=self.urban(which)), settlement="layer")

    def shares(self, grid: PopulationGrid) -> "pd.Series[float]":
        """Share of the people in each class."""
        people = pd.Series(grid.people).groupby(self.cells["settlement"].to_numpy()).sum()
        share: pd.Series[float] = people / grid.people.sum()
        return share.reindex(list(CLASSES), fill_value=0.0)

    def by_unit(self, grid: PopulationGrid, units: Units) -> pd.DataFrame:
        """Cities, towns and rural units: the second stage of the degree of urbanisation.

        A city has at least half of its people in urban centres; a rural unit more than half in
        rural cells; a town neither.

        Returns
        -------
        Indexed by unit id: ``people``, a share for each of :data:`CLASSES`, and ``type`` (city,
        town, rural; empty where nobody lives).
        """
        kinds = pd.Categorical(self.cells["settlement"], categories=list(CLASSES))
        own = pd.crosstab(
            grid.table["unit"].to_numpy(), kinds, values=grid.people, aggfunc="sum", dropna=False
        )
        own = own.reindex(index=units.table.index, columns=list(CLASSES)).fillna(0.0)
        people = pd.DataFrame({u: own.loc[units.inside(u)].sum() for u in units.table.index}).T
        total = people.sum(axis=1)
        shares = people.div(total.where(total > 0), axis=0)
        kind = np.select(
            [shares["urban_centre"] >= 0.5 * _ABOUT, shares["rural"] > 0.5 / _ABOUT, total > 0],
            ["city", "rural", "town"],
            default="",
        )
        return pd.DataFrame({"people": total, **shares, "type": kind})


def degree_of_urbanisation(
    grid: PopulationGrid,
    *,
    cell_km: float | None = 1.0,
    smooth: bool = True,
    thresholds: UrbanThresholds | None = None,
    land: Land | None = None,
) -> Settlement:
    """Urban centres, urban clusters and rural cells; see the module for the definition.

    Parameters
    ----------
    grid
        Any grid: squares of any size, a raster in degrees, hexagons, points with an area.
    cell_km
        Side of the squares that are classified, in km: the definition is one of 1 km2. Finer cells
        are put together on such squares, and each gets the class of the square that holds its
        centre. Squares of whole cells if they fit, else every cell's people are spread by area
        over the squares of the region's CRS that it overlaps. Cells with a side of more than 1.25
        times this are classified as they are. None: all cells are classified as they are, whatever
        their size, with their own (land) area.
    smooth
        Whether the edges of centres are smoothed and their gaps filled. Without it no class falls
        when all people grow by a factor; with it, a cell between two centres may.
    thresholds
        The published figures when missing.
    land
        Land and water in the grid's CRS (:func:`~allocator.region.land.read_land`): people of a
        square count per km2 of its land. Left out: of the whole square. Cells as they are have
        their own area.

    Notes
    -----
    Cells as they are are neighbours by row and column where they stand on squares or are called
    r12c34 as cells of a raster are; else by the distance of their centres (see
    :mod:`allocator.region.contiguity`): hexagons have six neighbours, over edge and corner alike.

    Examples
    --------
    >>> cells = {"x_m": [500.0, 1500.0], "y_m": 500.0, "people": [30_000, 20_000], "area_km2": 1.0}
    >>> towns = degree_of_urbanisation(PopulationGrid(pd.DataFrame(cells, index=["a", "b"]), 1000))
    >>> towns.cells["settlement"].tolist()
    ['urban_centre', 'urban_centre']
    """
    limits = thresholds or UrbanThresholds()
    problems = [] if len(grid) else ["the grid has no cells"]
    if cell_km is not None and not 0 < cell_km < np.inf:
        problems.append(f"cell_km: must be > 0, or None for the cells as they are, got {cell_km}")
    raise_if_any(problems, where="degree of urbanisation")
    ground = settled_ground(grid, cell_km, land)
    level, cluster, clusters = _classified(ground, limits, smooth)
    cells = pd.DataFrame(
        {
            "settlement": np.array(CLASSES, dtype=object)[level[ground.of_cell]],
            "cluster": cluster[ground.of_cell],
        },
        index=grid.table.index,
    )
    provenance = {
        "method": "degree_of_urbanisation",
        "source": "Applying the Degree of Urbanisation, 2021 edition",
        "cells": ground.words,
        "smoothed": smooth,
        **vars(limits),
    }
    return Settlement(cells, clusters, provenance)


def _classified(
    ground: Ground, limits: UrbanThresholds, smooth: bool
) -> tuple[Labels, Labels, pd.DataFrame]:
    """Class and cluster of each place, and the table of clusters."""
    density = ground.people / ground.area_km2
    places = ground.places
    dense = places.clusters(density >= limits.centre_per_km2 * _ABOUT, corners=False)
    centre = _large(dense, ground.people, limits.centre_people)
    if smooth:
        centre = places.smoothed(centre)
        centre = places.filled(centre, ground.area_km2, limits.gap_km2)
    settled = places.clusters(density >= limits.cluster_per_km2 * _ABOUT, corners=True)
    town = _large(settled, ground.people, limits.cluster_people)
    level = np.where(centre > 0, 2, np.where(town > 0, 1, 0))
    table = pd.concat([_summed(centre, CLASSES[2], ground), _summed(town, CLASSES[1], ground)])
    order = np.lexsort((np.arange(len(table)), -table["people"].to_numpy(np.float64)))
    rank = np.empty(len(table), dtype=np.int64)
    rank[order] = np.arange(1, len(table) + 1)
    name = np.concatenate([[0], rank])
    n_centres = int(centre.max(initial=0))
    cluster = name[np.where(centre > 0, centre, np.where(town > 0, town + n_centres, 0))]
    clusters = table.iloc[order].set_axis(pd.RangeIndex(1, len(table) + 1, name="cluster"))
    return level, cluster, clusters


def _large(label: Labels, people: Floats, at_least: float) -> Labels:
    """Labels of the clusters with enough people, numbered anew; 0 for the others."""
    held = np.bincount(label, people)
    kept = held >= at_least * _ABOUT
    kept[0] = False
    return np.where(kept, np.cumsum(kept), 0)[label]


def _summed(label: Labels, kind: str, ground: Ground) -> pd.DataFrame:
    """People, area and mean place of each label, 1 first."""
    people = np.bincount(label, ground.people)[1:]
    mean = [np.bincount(label, ground.people * c)[1:] / people for c in ground.xy_m.T]
    area = np.bincount(label, ground.area_km2)[1:]
    columns = {"people": people, "area_km2": area, "x_m": mean[0], "y_m": mean[1]}
    return pd.DataFrame({"settlement": kind, **columns})

"""Census totals to a population grid, where there is no raster, or none to be trusted.

Dasymetric mapping (Wright 1936): the figures of every unit are kept to the person, and a settlement
layer (built-up land, a mask, another grid), the towns around, or both, say where inside a unit
people live; nobody lives off the land.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.errors import InputError, raise_if_any
from allocator.region.census import potential
from allocator.region.census_cells import census_squares, layer_weights
from allocator.region.census_groups import people_by_group
from allocator.region.coordinates import metric_problem
from allocator.region.findings import Findings
from allocator.region.land import Layer, read_land
from allocator.region.point_files import points_of
from allocator.region.table_sources import ObjectTables

Floats = NDArray[np.float64]
_WHERE = "census to grid"


@dataclass(frozen=True, eq=False)
class CensusGrid:
    """A census on squares.

    Attributes
    ----------
    cells
        Indexed by cell id: ``row``, ``col``, ``x_m``, ``y_m`` (middle, in ``crs``), ``unit``,
        ``area_km2`` (land), ``people``, ``urban`` (where known), one column per other group.
        Squares without people are in it too.
    side_m, crs
        Of the squares.
    note
        How it was made, in a sentence.
    notes
        What could not be done as asked.
    """

    cells: pd.DataFrame
    side_m: float
    crs: str
    note: str
    notes: tuple[str, ...] = ()

    def write(self, path: str | Path) -> None:
        """Write the cells with people as a table that ``[grid]`` of ``region.toml`` reads."""
        self.cells[self.cells["people"] > 0].to_csv(path, encoding="utf-8")


def census_to_grid(
    units: gpd.GeoDataFrame,
    people: pd.DataFrame,
    *,
    crs: str,
    side_m: float = 1000.0,
    settlement: str | Path | None = None,
    statistic: Literal["mean", "sum"] = "mean",
    towns: pd.DataFrame | None = None,
    decay_km: float = 2.0,
    urban_layer: str | Path | None = None,
    land: Layer | None = None,
    water: Layer | None = None,
    scattered_share: float = 0.0,
    urban_density_per_km2: float = 1500.0,
) -> CensusGrid:
    """Spread census figures of units over squares; every figure stays exact.

    Parameters
    ----------
    units
        Outlines of the units that have figures, in any CRS: ``id`` as a column or as the index.
    people
        Figures by ``unit`` (a column or the index): ``total``, and what else is known: ``urban`` or
        ``rural``, ``age60``, ``age65``, ``under3``, or any other group that is part of the total.
        Whole people.
    crs
        Local metric CRS of the squares.
    side_m
        Their side in metres.
    settlement
        Raster of what draws people: built-up share, a mask of 1 and 0, another grid of people.
    statistic
        ``mean`` for shares, densities and masks, ``sum`` for counts.
    towns
        Points of towns (``lon``, ``lat``; ``x_m``, ``y_m`` in ``crs``; or a GeoDataFrame) with
        ``weight``, as their people, and ``decay_km``; all alike where the columns are missing. With
        a settlement layer both count: their product.
    decay_km
        Distance at which a town's pull has fallen to 37 %, where towns do not say.
    urban_layer
        Raster of 1 (urban) and 0; a square is urban if at least half of it is. Left out: where
        there are urban figures, the leading squares of at least ``urban_density_per_km2``.
    land, water
        Outlines as files or GeoDataFrames: people live inside ``land``, outside ``water``.
    scattered_share
        Share of the people that are not urban who live evenly on the land, whatever the layers say.

    Returns
    -------
    CensusGrid
        For :func:`allocator.build_region`: ``cells=grid.cells, cell_m=grid.side_m, crs=grid.crs``,
        with ``settlement="urban"`` where that column is there.

    Raises
    ------
    InputError
        Listing every problem found.
    """
    outlines = _outlines(units, crs, side_m, decay_km)
    figures = _by_unit(people)
    ground = read_land(land, water, crs)
    cells = census_squares(outlines, side_m=side_m, land=ground)
    weights, words = cells["area_km2"].to_numpy(np.float64), []
    if settlement is not None:
        weights = layer_weights(cells, settlement, side_m=side_m, crs=crs, statistic=statistic)
        words.append(Path(settlement).name)
    if towns is not None:
        pull = potential(cells, _centres(towns, crs, decay_km))
        weights = weights * pull / pull.max()
        words.append(f"{len(towns)} town points")
    urban = None
    if urban_layer is not None:
        share = layer_weights(cells, urban_layer, side_m=side_m, crs=crs)
        urban = share >= 0.5 * cells["area_km2"].to_numpy(np.float64) * (1 - 1e-9)
        words.append(f"urban squares of {Path(urban_layer).name}")
    made, notes = people_by_group(
        cells, figures, weights, urban=urban, scattered_share=scattered_share,
        urban_density_per_km2=urban_density_per_km2,
    )  # fmt: skip
    limits = [name for name, given in (("land", land), ("water", water)) if given is not None]
    words += [f"limited by {' and '.join(limits)}"] if limits else []
    note = (
        f"dasymetric: totals of {len(figures)} units, exact, on squares of {side_m:g} m; "
        f"{', '.join(words) or 'evenly on the land'}"
    )
    return CensusGrid(made, side_m, crs, note, (*ground.notes, *notes))


def _outlines(units: gpd.GeoDataFrame, crs: str, side_m: float, decay_km: float) -> "gpd.GeoSeries":
    problems = [f"crs: {problem}"] if (problem := metric_problem(crs)) else []
    for name, value in (("side_m", side_m), ("decay_km", decay_km)):
        if not 0 < value < np.inf:
            problems.append(f"{name}: must be > 0, got {value}")
    if not isinstance(units, gpd.GeoDataFrame) or units.crs is None:
        problems.append("units: must be a GeoDataFrame with a crs")
        raise_if_any(problems, where=_WHERE)
    table = units.set_index("id") if "id" in units.columns else units.copy()
    table.index = table.index.astype(str)
    bare = table.index[table.geometry.isna() | table.geometry.is_empty]
    if len(bare):
        problems.append(f"units: {', '.join(bare[:10])} have no outline; draw it, or drop the row")
    if table.index.has_duplicates:
        problems.append("units: ids come twice; keep one row of each")
    raise_if_any(problems, where=_WHERE)
    return table.geometry.to_crs(crs).make_valid()


def _by_unit(people: pd.DataFrame) -> pd.DataFrame:
    table = people.set_index("unit") if "unit" in people.columns else people.copy()
    table.index = table.index.astype(str)
    return table.drop(columns=["basis", "definition"], errors="ignore")


def _centres(towns: pd.DataFrame, crs: str, decay_km: float) -> pd.DataFrame:
    """Towns in metres with their weight and decay."""
    found = Findings(arguments={})
    sheet = ObjectTables({"towns": towns}).sheet("towns", found)
    points = None if sheet is None else points_of(sheet, crs=None, region_crs=crs)
    if sheet is None or points is None:
        raise InputError(found.problems, where=_WHERE)
    x_m, y_m = points.to(crs)
    centres = pd.DataFrame({"x_m": x_m, "y_m": y_m})
    for name, usual in (("weight", 1.0), ("decay_km", decay_km)):
        centres[name] = sheet.numbers(name) if name in sheet else usual
        low = ~(centres[name] > 0).to_numpy()
        if low.any():
            found.problem(f"towns: {name} must be > 0 in {sheet.rows(low)}")
    if centres.empty:
        found.problem("towns: at least one is needed")
    raise_if_any(found.problems, where=_WHERE)
    return centres

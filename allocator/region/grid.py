"""The population grid: who lives where."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PopulationGrid:
    """Cells with their people, as points in the region's metric CRS.

    Attributes
    ----------
    table
        One row per cell with people, indexed by cell id (str): ``x_m``, ``y_m`` (centre, metres),
        ``people`` (>= 0), ``urban`` (bool), ``unit`` (id of the finest unit that contains the
        centre; '' outside all), ``area_km2`` (land area).
    side_m
        Length of a cell's side, in metres.
    basis
        ``measured`` (a published grid), ``modelled`` or ``assumed``; ``note`` says how.
    settlement
        Where ``urban`` comes from: ``layer`` (stated by the data), or ``density`` (cells at least
        as dense as the assumption ``urban_density_per_km2``; set anew when a plan is made).
    """

    table: pd.DataFrame
    side_m: float
    basis: str = "measured"
    note: str = ""
    settlement: Literal["layer", "density"] = "layer"

    def __len__(self) -> int:
        return len(self.table)

    @property
    def xy_m(self) -> NDArray[np.float64]:
        """Centres, in metres, shape ``(n_cells, 2)``."""
        return np.asarray(self.table[["x_m", "y_m"]].to_numpy(np.float64))

    @property
    def people(self) -> NDArray[np.float64]:
        """People per cell, shape ``(n_cells,)``."""
        return np.asarray(self.table["people"].to_numpy(np.float64))

    @property
    def urban(self) -> NDArray[np.bool_]:
        """Whether a cell is urban, shape ``(n_cells,)``."""
        return np.asarray(self.table["urban"].to_numpy(np.bool_))

    @property
    def density_per_km2(self) -> NDArray[np.float64]:
        """People per square kilometre of land, shape ``(n_cells,)``."""
        area_km2: NDArray[np.float64] = self.table["area_km2"].to_numpy(np.float64)
        return np.asarray(self.people / area_km2)

    def in_group(self, group: str) -> NDArray[np.bool_]:
        """Cells whose people belong to ``total``, ``urban`` or ``rural``; shape ``(n_cells,)``."""
        if group == "total":
            return np.ones(len(self), dtype=np.bool_)
        if group == "urban":
            return self.urban
        if group == "rural":
            return ~self.urban
        raise ValueError(f"a grid knows total, urban and rural, not {group!r}")

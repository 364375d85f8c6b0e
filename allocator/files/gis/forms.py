"""What a GIS form can be asked for, and the layers made ready for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
from pyproj import CRS

from allocator.errors import InputError, raise_if_any
from allocator.files.gis.arcgis import arcgis_layers
from allocator.files.gis.layers import Layer, plan_layers
from allocator.files.gis.serving_lines import Lines
from allocator.files.places import known_crs
from allocator.plans import Plan

Names = Literal["arcgis"]


@dataclass(frozen=True)
class GisOptions:
    """What the GIS forms can be asked for.

    Attributes
    ----------
    crs
        Coordinate reference system to write in, such as ``EPSG:4490``; the plan's when missing.
    names
        ``arcgis``: the layers and fields of ArcGIS Location-Allocation.
    lines
        Allocation lines per cell, per unit, or whichever stays usable.
    """

    crs: str | None = None
    names: Names | None = None
    lines: Lines = "auto"

    def problems(self) -> list[str]:
        """What is wrong with the values."""
        found = []
        if self.crs is not None and known_crs(self.crs) is None:
            found.append(f"crs: {self.crs!r} is no known CRS; write EPSG:4490 or the like")
        if self.names not in (None, "arcgis"):
            found.append(f"names: must be arcgis or left out, got {self.names!r}")
        if self.lines not in ("auto", "cells", "units"):
            found.append(f"lines: must be auto, cells or units, got {self.lines!r}")
        return found


def prepared_layers(plan: Plan, options: GisOptions, *, where: str) -> list[Layer]:
    """The layers that a form holds, in the CRS and with the fields that are asked for."""
    raise_if_any(options.problems(), where=where)
    layers = plan_layers(plan, where=where, lines="cells" if options.names else options.lines)
    if options.names == "arcgis":
        layers = arcgis_layers(layers)
        if not layers:
            raise InputError(
                "names: the plan does not tell who serves whom under any coverage rule, so there "
                "is no location-allocation to write; leave names out, or plan again",
                where=where,
            )
    return layers if options.crs is None else in_crs(layers, known_crs(options.crs))


def in_crs(layers: Sequence[Layer], crs: CRS | None) -> list[Layer]:
    """The layers in another CRS."""
    return [replace(layer, frame=gpd.GeoDataFrame(layer.frame.to_crs(crs))) for layer in layers]

"""Where tables come from: files in a folder, or data frames in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import geopandas as gpd
import pandas as pd

from allocator.region.findings import Findings, listed, repeated
from allocator.region.ground import Source
from allocator.region.tables import Sheet, all_text
from allocator.region.vector import map_sheet, read_sheet

RASTER_SUFFIXES = (".tif", ".tiff")


class TableSource(Protocol):
    """What the tables of a region are read from."""

    def sheet(
        self,
        name: str,
        found: Findings,
        *,
        layer: str | None = None,
        basis: str = "",
        note: str = "",
    ) -> Sheet | None:
        """Read a table or map layer; None, with its problems told, if it cannot be used."""

    def raster(self, name: str) -> Path | None:
        """Find a raster; None where the name is that of a table."""

    def path(self, name: str) -> Path | None:
        """Where a file lies; None for objects."""


@dataclass(frozen=True)
class FolderTables:
    """Files beside ``region.toml``."""

    folder: Path

    def sheet(
        self,
        name: str,
        found: Findings,
        *,
        layer: str | None = None,
        basis: str = "",
        note: str = "",
    ) -> Sheet | None:
        """Read a file by its suffix."""
        return read_sheet(self.folder / name, found, layer=layer, basis=basis, note=note)

    def raster(self, name: str) -> Path | None:
        """Find the file, if its suffix is a raster's."""
        path = self.folder / name
        return path if path.suffix.lower() in RASTER_SUFFIXES else None

    def path(self, name: str) -> Path | None:
        """The file beside the others."""
        return self.folder / name


@dataclass(frozen=True, eq=False)
class ObjectTables:
    """Data frames by the name of the argument that brought them."""

    frames: Mapping[str, object]

    def sheet(
        self,
        name: str,
        found: Findings,
        *,
        layer: str | None = None,  # noqa: ARG002  an object has no layers
        basis: str = "",
        note: str = "",
    ) -> Sheet | None:
        """Copy a data frame as text; a named index counts as a column."""
        given = self.frames[name]
        if not isinstance(given, pd.DataFrame):
            found.problem(
                f"{name}: must be a DataFrame or a GeoDataFrame, got {type(given).__name__}; "
                "make one with pandas.DataFrame(...)"
            )
            return None
        frame = _flat(given)
        if again := repeated(list(map(str, frame.columns))):
            found.problem(f"{name}: columns {listed(map(repr, again))} come twice; rename one")
            return None
        found.sources.append(Source(f"{name} (object)", "", basis, note))
        if _has_shapes(frame):
            return map_sheet(name, frame, found)
        return Sheet(name, all_text(pd.DataFrame(frame)), found)

    def raster(self, name: str) -> Path | None:  # noqa: ARG002  objects are never rasters
        """Objects hold tables only."""
        return None

    def path(self, name: str) -> Path | None:  # noqa: ARG002  objects lie nowhere
        """Objects lie nowhere."""
        return None


def _flat(given: pd.DataFrame) -> pd.DataFrame:
    """A copy with rows counted from 0, text as column names, and a named index as columns."""
    named = [name for name in given.index.names if name is not None]
    keep = [name for name in named if name not in given.columns]
    frame = given.reset_index(level=keep) if keep else given
    frame = frame.reset_index(drop=True)
    frame.columns = pd.Index([str(column) for column in frame.columns], dtype=object)
    return frame


def _has_shapes(frame: pd.DataFrame) -> bool:
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return False
    return not bool(frame.geometry.isna().all())

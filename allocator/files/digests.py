"""Hashes of files, worked out once per content of a file."""

import hashlib
import warnings
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from allocator.region.findings import COMPANIONS

MISSING = "missing"
"""Stands for the hash of a file that is not there."""
_COMPANIONS: dict[str, tuple[str, ...]] = {
    ".shp": (*COMPANIONS, ".CPG"),
    ".tab": (".dat", ".map", ".id"),
}
_OF_RASTERS = (".tif", ".tiff", ".img", ".asc", ".vrt", ".bil", ".flt")
_BESIDE_RASTERS = (".tfw", ".wld", ".prj", ".hdr")


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes; worked out again only where its size or time has changed."""
    try:
        stat = path.stat()
    except OSError:
        return MISSING
    return _digest(str(path.resolve()), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=4096)
def _digest(path: str, _size: int, _mtime_ns: int) -> str:
    try:
        with Path(path).open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return MISSING


def digests(paths: Iterable[Path]) -> list[str]:
    """Hashes of files in order, each followed by those of the files that belong to it."""
    return [digest(part) for path in paths for part in (path, *companions(path))]


def companions(path: Path) -> list[Path]:
    """Files that are read with another: those of a shapefile, of a raster, of a mosaic.

    >>> companions(Path("units.csv"))
    []
    """
    suffix = path.suffix.lower()
    beside = [path.with_suffix(s) for s in _COMPANIONS.get(suffix, ())]
    if suffix in _OF_RASTERS:
        beside += [path.with_suffix(s) for s in _BESIDE_RASTERS]
        beside += [path.with_name(path.name + s) for s in (".aux.xml", ".msk", ".ovr")]
        beside += _parts_of_mosaic(path) if suffix == ".vrt" else []
    if suffix == ".gpkg":  # what an open program has written, and not yet put into the file
        beside.append(path.with_name(f"{path.name}-wal"))
    return [other for other in beside if other.is_file()]


def _parts_of_mosaic(path: Path) -> list[Path]:
    """Rasters that a virtual one is put together from."""
    import rasterio  # much to load; few rasters are virtual

    try:
        with warnings.catch_warnings():
            # Where it lies matters to whoever reads it, and is told there.
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            opened = rasterio.open(path)
        with opened:
            return [Path(name) for name in opened.files if Path(name) != path]
    except rasterio.RasterioIOError:
        return []  # whoever reads it tells what is wrong with it

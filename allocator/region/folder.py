"""``read_region``: a folder of files becomes a checked, frozen Region."""

from pathlib import Path

from allocator.errors import InputError
from allocator.region.findings import Findings
from allocator.region.ground import Region
from allocator.region.manifest import read_manifest
from allocator.region.reading import Reading
from allocator.region.table_sources import FolderTables
from allocator.region.units import Units


def read_region(path: str | Path) -> Region:
    """Read a region folder, or its ``region.toml``.

    The files and their columns are described in ``data/README.md``.

    Raises
    ------
    InputError
        Listing every problem found in any of the files.
    """
    return _reading(path).region()


def read_units(path: str | Path) -> Units:
    """Read the units of a region folder, without their people: much less than the whole.

    Raises
    ------
    InputError
        Listing every problem of the settings and the units.
    """
    return _reading(path).units()


def _reading(path: str | Path) -> Reading:
    toml = Path(path)
    toml = toml / "region.toml" if toml.is_dir() else toml
    if not toml.is_file():
        raise InputError(
            f"no file {toml.name!r} at {str(path)!r}; a region is a folder with region.toml in it",
            where="region",
        )
    found = Findings()
    manifest = read_manifest(toml, found)
    name = manifest.name or toml.parent.name
    return Reading(name, FolderTables(toml.parent), manifest, found)

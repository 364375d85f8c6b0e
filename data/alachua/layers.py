"""Find the data files of pylusat 0.5.8 without importing it (its dependencies are not needed)."""

import argparse
import importlib.util
import zipfile
from pathlib import Path

import geopandas as gpd

VERSION = "0.5.8"


def add_wheel_option(parser: argparse.ArgumentParser) -> None:
    """Let the user say where the wheel lies; without it the installed package is used."""
    parser.add_argument(
        "--wheel",
        type=Path,
        help=f"a pylusat {VERSION} wheel, from: pip download --no-deps pylusat=={VERSION}",
    )


def read_layer(name: str, wheel: Path | None) -> gpd.GeoDataFrame:
    """One of pylusat's shapefiles: ``acs2016``, ``schools`` or ``streets``."""
    inside = f"pylusat/datasets/{name}/{name}.shp"
    if wheel is not None:
        if not wheel.is_file():
            raise SystemExit(f"--wheel: there is no file {str(wheel)!r}")
        with zipfile.ZipFile(wheel) as archive:
            if inside not in archive.namelist():
                raise SystemExit(f"--wheel: {wheel.name} does not hold {inside}")
        return gpd.read_file(f"/vsizip/{{{wheel.resolve()}}}/{inside}")
    # find_spec locates the package and runs none of its code.
    package = importlib.util.find_spec("pylusat")
    if package is None or package.origin is None:
        raise SystemExit(
            f"pylusat is not installed: pip install --no-deps pylusat=={VERSION}, or give --wheel"
        )
    return gpd.read_file(Path(package.origin).parent.parent / inside)

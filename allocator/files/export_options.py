"""What an export can be asked for, and which form has which option."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allocator.files.gis.forms import GisOptions
    from allocator.files.report.studies import CurveLike, FrontLike

PARTED = (".shp", ".geojson", ".csv")
"""Forms with a file per layer or table."""
_FORMS_OF = {
    "crs": (".gpkg", ".shp"),
    "names": (".gpkg", ".shp", ".geojson"),
    "lines": (".gpkg", ".shp", ".geojson"),
    "bom": (".csv",),
    "front": (".html",),
    "curve": (".html",),
}
_DEFAULTS = {"lines": "auto", "bom": False}
"""Of options that are not None where they are left out."""


@dataclass(frozen=True)
class ExportOptions:
    """Options of all forms; see :func:`allocator.files.exporting.export`."""

    chinese: bool = False
    crs: str | None = None
    names: str | None = None
    lines: str = "auto"
    bom: bool = False
    front: "FrontLike | str | Path | None" = None
    curve: "CurveLike | str | Path | None" = None

    def problems(self, suffixes: Sequence[str]) -> list[str]:
        """What is wrong: values that mean nothing, and options that none of the forms has."""
        found = [
            f"{name} is for {', '.join(forms)}; leave it out"
            for name, forms in _FORMS_OF.items()
            if self._asks_for(name) and not set(forms) & set(suffixes)
        ]
        asked = any(map(self._asks_for, ("crs", "names", "lines")))
        return found + (self.gis.problems() if asked else [])

    def _asks_for(self, name: str) -> bool:
        value = getattr(self, name)
        # A study may be anything, so that it is not compared with a word.
        return value is not None and (name not in _DEFAULTS or value != _DEFAULTS[name])

    @property
    def gis(self) -> "GisOptions":
        """The options of GIS forms."""
        from allocator.files.gis.forms import GisOptions  # loads the GIS libraries

        return GisOptions(self.crs, self.names, self.lines)  # type: ignore[arg-type]

    def without_names(self) -> "ExportOptions":
        """The same with the plan's own layers and fields."""
        return replace(self, names=None)

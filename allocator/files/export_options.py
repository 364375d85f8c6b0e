"""What an export can be asked for, and which form has which option."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allocator.files.gis.forms import GisOptions

PARTED = (".shp", ".geojson", ".csv")
"""Forms with a file per layer or table."""
_FORMS_OF = {
    "crs": (".gpkg", ".shp"),
    "names": (".gpkg", ".shp", ".geojson"),
    "lines": (".gpkg", ".shp", ".geojson"),
    "bom": (".csv",),
}
_DEFAULTS = {"crs": None, "names": None, "lines": "auto", "bom": False}


@dataclass(frozen=True)
class ExportOptions:
    """Options of all forms; see :func:`allocator.files.exporting.export`."""

    chinese: bool = False
    crs: str | None = None
    names: str | None = None
    lines: str = "auto"
    bom: bool = False

    def problems(self, suffixes: Sequence[str]) -> list[str]:
        """What is wrong: values that mean nothing, and options that none of the forms has."""
        found = [
            f"{name} is for {', '.join(forms)}; leave it out"
            for name, forms in _FORMS_OF.items()
            if getattr(self, name) != _DEFAULTS[name] and not set(forms) & set(suffixes)
        ]
        asked = any(getattr(self, n) != _DEFAULTS[n] for n in ("crs", "names", "lines"))
        return found + (self.gis.problems() if asked else [])

    @property
    def gis(self) -> "GisOptions":
        """The options of GIS forms."""
        from allocator.files.gis.forms import GisOptions  # loads the GIS libraries

        return GisOptions(self.crs, self.names, self.lines)  # type: ignore[arg-type]

    def without_names(self) -> "ExportOptions":
        """The same with the plan's own layers and fields."""
        return replace(self, names=None)

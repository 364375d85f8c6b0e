"""``region.toml``: which files a region folder holds, and how to read them."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from allocator.errors import InputError
from allocator.region.findings import Findings, nearest
from allocator.region.sites import KINDS

Basis = Literal["measured", "modelled", "assumed"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _kind(value: str) -> str:
    if value not in KINDS:
        raise ValueError(f"not a known kind of site; {nearest(value, KINDS)}")
    return value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class UnitsFile(_Section):
    """Administrative units: a map layer, or a plain table without outlines."""

    file: str
    layer: str | None = None
    coordinates: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    columns: dict[str, str] = Field(default_factory=dict)
    levels: list[str] = Field(default_factory=list)


class PopulationsFile(_Section):
    """People of units, by basis and group."""

    file: str
    basis: str | None = None


class GridFile(_Section):
    """The population grid: raster, map layer or table."""

    file: str
    kind: Literal["count", "density"]
    layer: str | None = None
    people: str = "people"
    cell_m: float | None = Field(default=None, gt=0)
    settlement: str | None = None
    scale_to: Literal["units"] | None = None
    aggregate_km: float | None = Field(default=None, gt=0)
    basis: Basis | None = None
    note: str = ""
    crs: str | None = None


class SettlementRule(_Section):
    """What makes a cell urban."""

    method: Literal["degree_of_urbanisation", "density", "layer", "units"]
    cell_km: float = Field(default=1.0, ge=0)
    urban: Literal["clusters", "centres"] = "clusters"
    units: list[str] = Field(default_factory=list)
    land: str | None = None
    water: str | None = None


class SitesFile(_Section):
    """Sites: a table with coordinates, or a map layer."""

    file: str
    layer: str | None = None
    coordinates: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    crs: str | None = None
    columns: dict[str, str | list[str]] = Field(default_factory=dict)
    kinds: dict[str, str] = Field(default_factory=dict)
    kind: Annotated[str, AfterValidator(_kind)] | None = None
    status: Literal["existing", "candidate", "required"] | None = None
    messy: bool = False
    apart_m: float = Field(default=0.0, ge=0)
    beyond_km: float = Field(default=5.0, ge=0)
    land: str | None = None
    water: str | None = None


class TableFile(_Section):
    """A plain table."""

    file: str


class Candidates(_Section):
    """Where new sites of a kind may be built."""

    kind: Annotated[str, AfterValidator(_kind)]
    cells: Literal["urban", "rural", "all"] = "all"
    spacing_km: float = Field(default=0.0, ge=0)


class Manifest(_Section):
    """The content of ``region.toml``."""

    name: str = Field(default="", min_length=1)
    crs: str | None = None
    currency: str = "CNY"
    planning_levels: list[str] = Field(default_factory=list)
    default_basis: str = ""
    notes: list[str] = Field(default_factory=list)
    units: UnitsFile | None = None
    populations: PopulationsFile | None = None
    grid: GridFile | None = None
    settlement: SettlementRule | None = None
    sites: Annotated[list[SitesFile], BeforeValidator(_as_list)] = Field(default_factory=list)
    stock: TableFile | None = None
    costs: TableFile | None = None
    candidates: list[Candidates] = Field(default_factory=list)
    attribution: dict[str, str] = Field(default_factory=dict)


_SECTIONS: dict[str, type[_Section]] = {
    "units": UnitsFile, "populations": PopulationsFile, "grid": GridFile,
    "settlement": SettlementRule, "sites": SitesFile, "stock": TableFile, "costs": TableFile,
    "candidates": Candidates,
}  # fmt: skip
_NEEDED = ("name", "units", "grid")


def read_manifest(path: Path, found: Findings) -> Manifest:
    """Read ``region.toml``; sections with a problem are left out, so that the rest is read."""
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"not valid TOML in UTF-8: {error}; mend that place", where=path.name
        ) from error
    found.read(path)
    for key in _NEEDED:
        if key not in data:
            named = f"the section [{key}]" if key in _SECTIONS else f"the key {key!r}"
            found.problem(f"{path.name}: {named} is missing; add it")
    return checked_manifest(data, found)


def checked_manifest(data: dict[str, Any], found: Findings) -> Manifest:
    """Check keys and values; sections with a problem are left out."""
    data = _known_keys(data, Manifest, "", found)
    for key, section in _SECTIONS.items():
        if isinstance(data.get(key), dict):
            data[key] = _known_keys(data[key], section, f"{key}.", found)
        elif isinstance(data.get(key), list):
            data[key] = [
                _known_keys(part, section, f"{key}.", found) if isinstance(part, dict) else part
                for part in data[key]
            ]
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        bad = {str(detail["loc"][0]) for detail in error.errors()}
        for detail in error.errors():
            found.problem(_in_words(detail, found))
        return Manifest.model_validate({k: v for k, v in data.items() if k not in bad})


def _known_keys(
    data: dict[str, Any], model: type[_Section], where: str, found: Findings
) -> dict[str, Any]:
    for key in data.keys() - model.model_fields.keys():
        hint = nearest(key, model.model_fields)
        found.problem(f"{found.settings}unknown key {where + key!r}; {hint}")
    return {k: v for k, v in data.items() if k in model.model_fields}


def _in_words(detail: Any, found: Findings) -> str:
    """Say one pydantic error as key, problem, value and mend."""
    location = [str(p) for p in detail["loc"]]
    path = ".".join(location)
    if found.arguments is not None and len(location) == 2 and not location[1].isdigit():
        path = found.setting(path)
    if detail["type"] == "missing":
        hint = ' (kind = "count" or kind = "density")' if path == "grid.kind" else ""
        return f"{found.settings}missing key {path!r}{hint}; add it"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{found.settings}{path}: {message}, got {detail['input']!r}; mend it"

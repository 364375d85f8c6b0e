"""The table ``[travel]`` of a scenario: what each mode of the rules travels by.

::

    [travel]
    km_along = "drive"                  # km of rules along these roads; straight when missing

    [travel.drive]                      # one of roads, friction, table
    roads = "roads.osm.pbf"             # or .graphml, or a layer of lines with ``fields``
    congestion = 0.8                    # as in RoadSpeeds: kmh, urban, rural, posted ...

    [travel.walk]
    friction = "walking.tif"            # minutes per metre
    rural_by = "drive"                  # rural people drive where a rule says on foot

    [travel.ambulance]
    table = "times.csv"                 # from_id,to_id,minutes
    missing = [9999]
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allocator.errors import InputError
from allocator.files.toml import in_words, unknown_keys
from allocator.travel.journeys import Travel
from allocator.travel.line_roads import LineFields
from allocator.travel.means import MODES, AlongRoads, ByTable, Means, Mode, OverSurface
from allocator.travel.road_speeds import RoadSpeeds

SOURCES = ("roads", "friction", "table")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _Fields(_Table):
    road_class: str = ""
    direction: str = ""
    speed: str = ""
    speed_unit: Literal["km/h", "mph"] = "km/h"
    join_m: float = Field(default=0.5, ge=0)
    meet: Literal["points", "ends", "crossings"] = "points"


class _Roads(_Table):
    roads: str = Field(min_length=1)
    kmh: dict[str, float] = Field(default_factory=dict)
    everywhere_kmh: float | None = Field(default=None, gt=0)
    congestion: float = Field(default=1.0, gt=0, le=1)
    urban: float | None = Field(default=None, gt=0, le=1)
    rural: float | None = Field(default=None, gt=0, le=1)
    posted: bool = True
    access_kmh: float | None = Field(default=None, gt=0)
    snap_limit_m: float = Field(default=1000.0, ge=0)
    least_part_km: float = Field(default=1.0, ge=0)
    restricted: bool | None = None
    fields: _Fields | None = None

    def means(self, folder: Path) -> Means:
        stated = {"kmh", "everywhere_kmh", "congestion", "urban", "rural", "posted"}
        given = self.model_dump(include=stated & self.model_fields_set, exclude_none=True)
        return AlongRoads(
            folder / self.roads,
            speeds=RoadSpeeds(**given) if given else None,
            access_kmh=self.access_kmh, snap_limit_m=self.snap_limit_m,
            least_part_km=self.least_part_km, restricted=self.restricted,
            fields=None if self.fields is None else LineFields(**self.fields.model_dump()),
        )  # fmt: skip


class _Friction(_Table):
    friction: str = Field(min_length=1)
    snap_limit_m: float = Field(default=0.0, ge=0)
    margin_km: float = Field(default=30.0, ge=0)

    def means(self, folder: Path) -> Means:
        return OverSurface(folder / self.friction, self.snap_limit_m, self.margin_km)


class _Times(_Table):
    table: str = Field(min_length=1)
    unit: Literal["minutes", "seconds"] = "minutes"
    columns: dict[str, str] = Field(default_factory=dict)
    matrix: bool = False
    missing: list[float | str] = Field(default_factory=list)
    made_by: str = ""

    def means(self, folder: Path) -> Means:
        given = self.model_dump(exclude={"table"})
        return ByTable(folder / self.table, **given)


_FORMS: Mapping[str, type[_Roads | _Friction | _Times]] = {
    "roads": _Roads, "friction": _Friction, "table": _Times,
}  # fmt: skip


def keys_of_modes() -> list[str]:
    """Every key that the table of a mode may have, whatever it goes by."""
    return [
        *dict.fromkeys(key for form in _FORMS.values() for key in form.model_fields),
        "rural_by",
    ]


def schemas_of_sources() -> dict[str, dict[str, Any]]:
    """JSON schema of a mode's table by what it goes by: roads, friction or table."""
    return {source: form.model_json_schema() for source, form in _FORMS.items()}


def travel_of(table: Mapping[str, Any], folder: Path) -> Travel:
    """Read ``[travel]``; paths are relative to ``folder``.

    Raises
    ------
    InputError
        Listing every problem: unknown keys, none or several sources for a mode, wrong values, files
        that are not there.
    """
    problems, known = unknown_keys(table, [*MODES, "km_along"], {})
    means: dict[str, Means] = {}
    rural_by: dict[Mode, Any] = {}
    for mode in MODES:
        given = known.get(mode)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            problems.append(f"{mode}: must be a table, [travel.{mode}], got {given!r}")
            continue
        stated = dict(given)
        if "rural_by" in stated:
            rural_by[mode] = stated.pop("rural_by")
        if not stated and mode in rural_by:
            continue  # straight in town, by another mode in the country
        if (one := _means(mode, stated, folder, problems)) is not None:
            means[mode] = one
    problems += [
        f"{mode}.rural_by: must be one of {', '.join(MODES)}, got {other!r}"
        for mode, other in rural_by.items()
        if other not in MODES
    ]
    travel = None
    if not problems:
        try:
            travel = Travel(**means, rural_by=rural_by, km_along=known.get("km_along", ""))
        except InputError as error:
            problems += error.problems
    if travel is None:
        raise InputError(problems, where="travel")
    return travel


def _means(mode: str, stated: Mapping[str, Any], folder: Path, problems: list[str]) -> Means | None:
    """What one mode travels by; None, with problems, if that cannot be read."""
    named = [source for source in SOURCES if source in stated]
    if len(named) != 1:
        problems.append(
            f"{mode}: name one of roads, friction or table, got {' and '.join(named) or 'none'}"
        )
        return None
    path = folder / str(stated[named[0]])
    if not path.is_file():
        problems.append(f"{mode}.{named[0]}: there is no file {path}; mend the path")
    form = _FORMS[named[0]]
    extra, kept = unknown_keys(stated, [*form.model_fields, "rural_by"], {})
    problems += [f"{mode}: {problem}" for problem in extra]
    try:
        return form.model_validate(kept).means(folder)
    except ValidationError as error:
        problems += [f"{mode}.{problem}" for problem in in_words(error.errors())]
    except InputError as error:
        problems += [f"{mode}: {problem}" for problem in error.problems]
    return None

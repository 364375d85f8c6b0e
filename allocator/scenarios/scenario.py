"""The model of a scenario, and how one is checked."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from allocator.assumptions import Assumptions, Value
from allocator.errors import InputError
from allocator.files.toml import in_words
from allocator.policy.merging import merged
from allocator.policy.policies import Policy, read_policy
from allocator.scenarios.inheritance import NONE
from allocator.scenarios.relocation import is_policy_file
from allocator.scenarios.table_checks import (
    problems_of_population,
    problems_of_travel,
    problems_of_years,
)

if TYPE_CHECKING:
    from allocator.travel.journeys import Travel


class _Table(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False,
        use_attribute_docstrings=True,
    )  # fmt: skip


class SolverTable(_Table):
    """How programs are solved; see :class:`allocator.lp.solvers.SolverSettings`."""

    name: str = "highs"
    """highs, or the name of a solver of PuLP."""
    gap: float = Field(default=1e-4, ge=0, lt=1)
    """Relative gap that counts as optimal."""
    time_limit_seconds: float | None = Field(default=None, gt=0)
    """Seconds per solve, the last resort: a plan that it stops cannot be repeated."""
    node_limit: int | None = Field(default=None, ge=1)
    """Nodes of branch and bound per solve; a plan that it stops can be repeated."""
    seed: int = Field(default=0, ge=0)
    """Seed of the solver."""
    threads: int = Field(default=1, ge=1)
    """Threads of the solver."""


class OutputTable(_Table):
    """What is written beside the tables."""

    chinese: bool = False
    """Chinese headers and labels."""
    map: bool = True
    """Whether to draw the map."""
    also: list[Literal["shp", "geojson", "csv"]] = Field(default_factory=list)
    """Further forms, a file per layer or table."""
    crs: str | None = None
    """CRS of plan.gpkg and of shapefiles, such as EPSG:4490; the region's when missing."""
    names: Literal["arcgis"] | None = None
    """Layers and fields of ArcGIS Location-Allocation: plan_arcgis.gpkg, and the further forms."""
    lines: Literal["auto", "cells", "units"] = "auto"
    """Allocation lines per cell, per unit and site, or whichever stays usable."""
    bom: bool = False
    """Whether csv for spreadsheets begins with a byte order mark, as Excel wants for Chinese."""

    @property
    def wanted(self) -> dict[str, Any]:
        """What :func:`allocator.files.exporting.export_all` is asked for besides the map."""
        return {
            "chinese": self.chinese, "extra": self.also, "crs": self.crs, "names": self.names,
            "lines": self.lines, "bom": self.bom,
        }  # fmt: skip


class Scenario(_Table):
    """A planning question: a region, a policy, assumptions, an objective and solver settings.

    ``file`` is where it was read from; ``region``, ``policy``, ``over`` and files of ``travel`` are
    relative to its folder.
    """

    name: str = Field(min_length=1)
    """What the scenario is called; the name of the file when missing."""
    region: str = Field(min_length=1)
    """Folder of the region, or its region.toml; relative to this file."""
    policy: str = Field(min_length=1)
    """Id of a built-in policy, or a policy file relative to this one."""
    over: str = ""
    """Policy that this one is laid over: an id, or a file; empty for none."""
    minimise: Literal["cost", "change", "travel"] | None = None
    """What is to be as small as can be once the rules hold."""
    maximise: Literal["coverage", "worst_county"] | None = None
    """What is to be as large as can be once the rules hold."""
    budget: float | None = Field(default=None, ge=0)
    """Most that the plan may cost, in the region's currency."""
    by: str | None = Field(default=None, min_length=1)
    """Levels of units in which a region too large for one program is planned: "district,county"."""
    population: dict[str, float] = Field(default_factory=dict)
    """Factors on people by planning unit; "all" for those not named. 1.05 = 5 % more."""
    years: dict[str, Any] | None = None
    """Over which years the plan is carried out."""
    travel: dict[str, Any] | None = None
    """What each mode travels by; straight lines when missing."""
    assumptions: dict[str, float | str | None] = Field(default_factory=dict)
    """Readings that the policy leaves open, where they differ from the defaults."""
    solver: SolverTable = SolverTable()
    """How programs are solved."""
    outputs: OutputTable = OutputTable()
    """What is written beside the tables."""
    overrides: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Rules of the policy read differently: by rule id, the fields that change."""
    rules: list[dict[str, Any]] = Field(default_factory=list)
    """Rules of the planner's own, with the keys of a policy file."""
    file: Path | None = None

    @model_validator(mode="after")
    def _one_objective(self) -> "Scenario":
        if self.minimise is not None and self.maximise is not None:
            raise ValueError("give minimise or maximise, not both")
        return self

    @property
    def folder(self) -> Path:
        """Where relative paths begin: the file's folder, or the working one."""
        return Path() if self.file is None else self.file.parent

    @property
    def region_path(self) -> Path:
        """The region's folder or file."""
        return self.folder / self.region

    @property
    def policy_source(self) -> str | Path:
        """A pack's id, or a path."""
        return self._source(self.policy)

    @property
    def over_source(self) -> str | Path:
        """What the policy is laid over: a pack's id, a path, or nothing."""
        return self._source(self.over)

    def _source(self, name: str) -> str | Path:
        return self.folder / name if is_policy_file(name) else name

    def read_policy(self, read: Callable[[str | Path], Policy] = read_policy) -> Policy:
        """The policy, over what it is laid over, with the planner's own rules and overrides.

        ``read`` reads a policy by its id or path; who asks often may remember what it read.
        """
        policy = read(self.policy_source)
        if not (self.over or self.rules or self.overrides):
            return policy
        over = read(self.over_source) if self.over else None
        return merged(policy, over=over, rules=self.rules, overrides=self.overrides)

    def read_travel(self) -> "Travel | None":
        """What each mode travels by, or nothing where all go straight."""
        from allocator.files.travel_keys import travel_of  # much to load; few need it

        return None if self.travel is None else travel_of(self.travel, self.folder)

    def with_assumptions(self, changes: Mapping[str, Value]) -> "Scenario":
        """The same scenario with some assumptions changed."""
        return self.changed(assumptions={**self.assumptions, **changes})

    def changed(self, **fields: Any) -> "Scenario":
        """The same scenario with some fields changed, checked again.

        >>> Scenario(name="a", region="r", policy="p").changed(budget=5.0).budget
        5.0
        """
        return checked({**self.model_dump(), **fields}, f"scenario {self.name}")


def checked(data: Mapping[str, Any], where: str, problems: Sequence[str] = ()) -> Scenario:
    """The scenario, or one error with everything that is wrong with it."""
    scenario, found = tried(data)
    if scenario is None or found or problems:
        raise InputError([*problems, *found], where=where)
    return scenario


def tried(data: Mapping[str, Any]) -> tuple[Scenario | None, list[str]]:
    """The scenario, if there is one, and everything that is wrong with it."""
    data = _without_words_for_none(data)
    problems = problems_of_years(data.get("years"))
    problems += problems_of_travel(data.get("travel"), data.get("file"))
    problems += problems_of_population(data.get("population"))
    given = data.get("assumptions", {})
    if isinstance(given, dict):
        try:
            Assumptions(given)
        except InputError as error:
            problems += error.problems
    try:
        return Scenario.model_validate(data), problems
    except ValidationError as error:
        found = in_words(error.errors())
        # What assumptions and factors may be is told above, in words of their own.
        own = ("assumptions.", "population.")
        return None, [f for f in found if not f.startswith(own)] + problems


def _without_words_for_none(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data without what says ``none``: it has its default, which is nothing."""
    fields = Scenario.model_fields
    found = {
        key: value
        for key, value in data.items()
        if value != NONE or key not in fields or fields[key].is_required()
    }
    for name in ("assumptions", "solver"):
        table = found.get(name)
        if isinstance(table, Mapping):
            found[name] = {k: None if v == NONE else v for k, v in table.items()}
    travel = found.get("travel")
    if isinstance(travel, Mapping):
        found["travel"] = {mode: given for mode, given in travel.items() if given != NONE}
    return found

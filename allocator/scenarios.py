"""Scenario: a region, a policy, assumptions, an objective and solver settings, in one TOML file.

::

    name = "Jiaxing 2025"
    region = "."                      # folder, or region.toml; relative to this file
    policy = "jiaxing-2025"           # a built-in pack, or a file relative to this one
    over = "national"                 # laid over this one; where both speak, the stricter is named
    minimise = "cost"                 # or maximise = "coverage"; budget = 250_000_000

    [assumptions]
    detour = 1.4

    [years]                           # optional: what opens when; see allocator.horizon.Years
    first = 2021
    last = 2025
    budget_per_year = 1_000_000_000   # or one amount per year
    attrition = { nurses = 0.04 }     # share that leaves in a year
    hires_per_year = { nurses = 2000 }

    [travel.drive]                    # optional: what a mode goes by; straight when missing; see
    roads = "roads.osm.pbf"           # allocator.files.travel_keys

    [solver]
    gap = 0.001

    [outputs]
    chinese = true

    [overrides.J031]                  # a rule read differently; branches have their own ids
    number = 6
    strength = "must"

    [[rules]]                         # rules of your own, as in a policy file
    id = "nurses"
    kind = "quota"
    strength = "wish"
    meaning = "6 nurses per 1,000 residents"
    resources = ["nurses"]
    sense = ">="
    number = 6
    per = 1000
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from allocator.assumptions import Assumptions, Value
from allocator.errors import InfeasibleError, InputError
from allocator.files.toml import in_words, read_toml, relative_to, unknown_keys, write_toml
from allocator.horizon import Years
from allocator.policy.merging import merged
from allocator.policy.policies import Policy, list_policies, read_policy

if TYPE_CHECKING:
    from allocator.plans import Plan, Tally
    from allocator.region.ground import Region
    from allocator.travel.journeys import Travel

Progress = Callable[[str], None]


class ExitCode(IntEnum):
    """What the command tells the shell, and a batch its table."""

    DONE = 0
    DEFECT = 1
    BAD_INPUT = 2
    MUST_NOT_MET = 3
    NO_ANSWER = 4
    INTERRUPTED = 130

    @classmethod
    def of_tally(cls, tally: "Tally", *, strict: bool = False) -> "ExitCode":
        """0 if every evaluated must rule holds; with ``strict`` every one must be evaluated."""
        failed = tally.failed.get("must", 0)
        unknown = tally.not_evaluated.get("must", 0) if strict else 0
        return cls.MUST_NOT_MET if failed or unknown else cls.DONE

    @classmethod
    def of_plan(cls, plan: "Plan", *, strict: bool = False) -> "ExitCode":
        """130 for a plan that was interrupted, else what its rules say."""
        return cls.INTERRUPTED if plan.interrupted else cls.of_tally(plan.tally, strict=strict)

    @classmethod
    def of_error(cls, error: BaseException) -> "ExitCode":
        """2 for input, 4 where no answer exists, 130 for Ctrl-C, 1 for a defect of the program."""
        if isinstance(error, InputError):
            return cls.BAD_INPUT
        if isinstance(error, InfeasibleError):
            return cls.NO_ANSWER
        return cls.INTERRUPTED if isinstance(error, KeyboardInterrupt) else cls.DEFECT


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class SolverTable(_Table):
    """The table ``[solver]``; see :class:`allocator.lp.solvers.SolverSettings`."""

    name: str = "highs"
    gap: float = Field(default=1e-4, ge=0, lt=1)
    time_limit_seconds: float | None = Field(default=None, gt=0)
    node_limit: int | None = Field(default=None, ge=1)
    seed: int = Field(default=0, ge=0)
    threads: int = Field(default=1, ge=1)


class OutputTable(_Table):
    """The table ``[outputs]``: Chinese headers and labels, and whether to draw the map."""

    chinese: bool = False
    map: bool = True


class Scenario(_Table):
    """A planning question.

    ``file`` is where it was read from; ``region``, ``policy``, ``over`` and files of ``travel`` are
    relative to its folder. ``rules`` and ``overrides`` are the planner's own, see
    :func:`allocator.policy.merging.merged`.
    """

    name: str = Field(min_length=1)
    region: str = Field(min_length=1)
    policy: str = Field(min_length=1)
    over: str = ""
    minimise: Literal["cost", "change", "travel"] | None = None
    maximise: Literal["coverage", "worst_county"] | None = None
    budget: float | None = Field(default=None, ge=0)
    years: dict[str, Any] | None = None
    travel: dict[str, Any] | None = None
    assumptions: dict[str, float | str | None] = Field(default_factory=dict)
    solver: SolverTable = SolverTable()
    outputs: OutputTable = OutputTable()
    overrides: dict[str, dict[str, Any]] = Field(default_factory=dict)
    rules: list[dict[str, Any]] = Field(default_factory=list)
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
        is_name = name in list_policies() or not Path(name).suffix
        return name if is_name else self.folder / name

    def read_policy(self) -> Policy:
        """The policy, over what it is laid over, with the planner's own rules and overrides."""
        policy = read_policy(self.policy_source)
        if not (self.over or self.rules or self.overrides):
            return policy
        over = read_policy(self.over_source) if self.over else None
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
        return _checked({**self.model_dump(), **fields}, f"scenario {self.name}")


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    InputError
        Listing every problem: unknown keys with the nearest known one, wrong types, unknown
        assumptions and values out of range.
    """
    path = Path(path)
    where = f"scenario {path}"
    keys = [k for k in Scenario.model_fields if k != "file"]
    tables = {
        "solver": list(SolverTable.model_fields), "outputs": list(OutputTable.model_fields)
    }  # fmt: skip
    problems, data = unknown_keys(read_toml(path, where=where), keys, tables)
    return _checked({"name": path.stem, **data, "file": path}, where, problems)


def write_scenario(scenario: Scenario, path: str | Path) -> None:
    """Write a scenario as TOML; relative paths are made relative to the new file."""
    path = Path(path)
    data = scenario.model_dump(exclude={"file"}, exclude_defaults=True)
    data["region"] = relative_to(scenario.region_path, path.parent)
    for name, source in (("policy", scenario.policy_source), ("over", scenario.over_source)):
        if isinstance(source, Path):
            data[name] = relative_to(source, path.parent)
    if scenario.travel is not None:
        from allocator.files.travel_keys import moved

        data["travel"] = moved(scenario.travel, scenario.folder, path.parent)
    write_toml(data, path)


def load(scenario: Scenario) -> "tuple[Region, Policy, Assumptions]":
    """Read what a scenario names; the problems of region and policy are told together."""
    from allocator.region.folder import read_region

    problems: list[InputError] = []
    region, policy = None, None
    try:
        region = read_region(scenario.region_path)
    except InputError as error:
        problems.append(error)
    try:
        policy = scenario.read_policy()
    except InputError as error:
        problems.append(error)
    if region is None or policy is None:
        if len(problems) == 1:
            raise problems[0]
        raise InputError(
            [f"{e.where}: {p}" for e in problems for p in e.problems],
            where=f"scenario {scenario.name}",
        )
    return region, policy, Assumptions(dict(scenario.assumptions))


def run(
    scenario: Scenario, progress: Progress | None = None, *, models: Path | None = None
) -> "Plan":
    """Plan a scenario; ``models`` is a folder for the programs as .lp and .mps."""
    from allocator.lp.solvers import SolverSettings

    settings = SolverSettings(**scenario.solver.model_dump())
    travel = scenario.read_travel()
    region, policy, assumptions = load(scenario)
    from allocator.planning.optimisation import plan

    found = plan(
        region,
        policy,
        minimise=scenario.minimise,
        maximise=scenario.maximise,
        budget=scenario.budget,
        years=None if scenario.years is None else Years.of(scenario.years),
        travel=travel,
        assumptions=assumptions,
        solver=settings,
        progress=progress,
        models=models,
    )
    told = {"scenario": scenario.name, "scenario_sha256": _sha256(scenario.file)}
    return replace(found, provenance={**told, **found.provenance})


def _sha256(file: Path | None) -> str:
    if file is None or not file.is_file():
        return ""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _checked(data: Mapping[str, Any], where: str, problems: Sequence[str] = ()) -> Scenario:
    """The scenario, or one error with everything that is wrong with it."""
    scenario, found = _try(data)
    if scenario is None or found or problems:
        raise InputError([*problems, *found], where=where)
    return scenario


def _try(data: Mapping[str, Any]) -> tuple[Scenario | None, list[str]]:
    """The scenario, or everything that is wrong with it."""
    problems = _problems_of_years(data.get("years"))
    problems += _problems_of_travel(data.get("travel"), data.get("file"))
    given = data.get("assumptions", {})
    if isinstance(given, dict):
        # TOML has no null: "none" says that there is no cap.
        given = {k: None if v == "none" else v for k, v in given.items()}
        data = {**data, "assumptions": given}
        try:
            Assumptions(given)
        except InputError as error:
            problems += error.problems
    try:
        return Scenario.model_validate(data), problems
    except ValidationError as error:
        found = in_words(error.errors())
        # What an assumption may be is told above, in its own words.
        return None, [f for f in found if not f.startswith("assumptions.")] + problems


def _problems_of_years(given: object) -> list[str]:
    """What is wrong with the table ``[years]``, where there is one."""
    if not isinstance(given, dict):
        return []  # pydantic says what it should be
    try:
        Years.of(given)
    except InputError as error:
        return [f"years: {problem}" for problem in error.problems]
    return []


def _problems_of_travel(given: object, file: object) -> list[str]:
    """What is wrong with the table ``[travel]``, where there is one."""
    if not isinstance(given, dict):
        return []  # pydantic says what it should be
    from allocator.files.travel_keys import travel_of

    try:
        travel_of(given, file.parent if isinstance(file, Path) else Path())
    except InputError as error:
        return [f"travel: {problem}" for problem in error.problems]
    return []

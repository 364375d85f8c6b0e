"""The model of a scenario, and how one is checked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from allocator.assumptions import Assumptions, Value
from allocator.errors import InputError
from allocator.files.toml import in_words
from allocator.policy.merging import merged
from allocator.policy.policies import Policy, list_policies, read_policy
from allocator.scenarios.table_checks import problems_of_travel, problems_of_years

if TYPE_CHECKING:
    from allocator.travel.journeys import Travel


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
        return checked({**self.model_dump(), **fields}, f"scenario {self.name}")


def checked(data: Mapping[str, Any], where: str, problems: Sequence[str] = ()) -> Scenario:
    """The scenario, or one error with everything that is wrong with it."""
    scenario, found = _try(data)
    if scenario is None or found or problems:
        raise InputError([*problems, *found], where=where)
    return scenario


def _try(data: Mapping[str, Any]) -> tuple[Scenario | None, list[str]]:
    """The scenario, or everything that is wrong with it."""
    problems = problems_of_years(data.get("years"))
    problems += problems_of_travel(data.get("travel"), data.get("file"))
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

"""What every rule carries, and which facilities a rule speaks of."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from allocator.policy.values import Attribute, Number, SiteKind

Strength = Literal["must", "target", "wish", "info"]
Sense = Literal[">=", "<=", "==", "band", "about"]
Group = Literal["total", "urban", "rural", "age60", "age65", "elderly", "under3"]


def exactly_one(kind: str, words: str, *values: object) -> None:
    """Refuse a rule that gives neither or both of two things of which it needs one."""
    given = sum(value is not None for value in values)
    if given != 1:
        found = "both" if given else "neither"
        raise ValueError(f"{kind} needs exactly one of {words}, got {found}")


class Data(BaseModel):
    """A frozen table of a policy file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class SiteFilter(Data):
    """Which facilities a rule speaks of. An empty field does not restrict.

    Attributes
    ----------
    kinds, grades, run_by
        What a facility is, how it is graded, who runs it.
    new
        True: only what does not stand today; false: only what does.
    having, without
        Attributes that it has, or lacks, today; what a plan adds does not count.
    beds_from, beds_below
        Its size: at least so many beds, fewer than so many (see ``tier_bounds``).
    """

    kinds: tuple[SiteKind, ...] = ()
    grades: tuple[str, ...] = ()
    run_by: tuple[str, ...] = ()
    new: bool | None = None
    having: tuple[Attribute, ...] = ()
    without: tuple[Attribute, ...] = ()
    beds_from: int | None = Field(default=None, ge=0)
    beds_below: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _possible(self) -> "SiteFilter":
        if both := set(self.having) & set(self.without):
            raise ValueError(f"having and without both name {', '.join(sorted(both))}")
        if None not in (self.beds_from, self.beds_below) and not (
            (self.beds_from or 0) < (self.beds_below or 0)
        ):
            raise ValueError(f"beds_from {self.beds_from} is not below {self.beds_below}")
        return self


class BaseRule(Data):
    """What every rule carries."""

    id: str = Field(min_length=1)
    strength: Strength
    clause: str = Field(min_length=1, description="the phrase of the document")
    line: int = Field(ge=0, description="line of the source text; 0 = not from a text")
    meaning: str = Field(min_length=1)
    document: str = ""
    year: str = ""
    level: tuple[str, ...] = ()
    """Levels of the units at which it holds, each unit apart; empty = the region as a whole."""
    pool: bool = False
    """Whether the units at ``level`` count together (the two districts = the city proper)."""
    note: str = ""


class Bounded(BaseRule):
    """A rule with a number, or with the two ends of a band."""

    sense: Sense
    number: Number | None = None
    lower: Number | None = None
    upper: Number | None = None

    @model_validator(mode="after")
    def _number_or_band(self) -> "Bounded":
        stated = {"number": self.number, "lower": self.lower, "upper": self.upper}
        given = {name: n for name, n in stated.items() if n is not None}
        wanted = ["lower", "upper"] if self.sense == "band" else ["number"]
        if list(given) != wanted:
            raise ValueError(
                f"sense {self.sense!r} needs {' and '.join(wanted)} and nothing else, "
                f"got {' and '.join(given) or 'none'}"
            )
        for name, n in given.items():
            if n < 0:
                raise ValueError(f"{name} must be >= 0, got {n}")
        if self.sense == "band" and given["lower"] > given["upper"]:
            raise ValueError(f"lower {self.lower} is above upper {self.upper}")
        return self

"""The closed set of rule kinds: what a health plan can ask for, as pure data.

A rule says what must hold, in the terms of the document it comes from. Rows in the program come
from :mod:`allocator.planning.rows`, plain arithmetic from :mod:`allocator.auditing`.
"""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from allocator.policy.values import Attribute, Number, ResourceId, SiteKind
from allocator.policy.values import exact as exact  # rules are read together with it

Strength = Literal["must", "target", "wish", "info"]
Sense = Literal[">=", "<=", "==", "band", "about"]
Group = Literal["total", "urban", "rural", "age60", "age65", "elderly", "under3"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class SiteFilter(_Data):
    """Which facilities a rule speaks of. An empty field does not restrict."""

    kinds: tuple[SiteKind, ...] = ()
    grades: tuple[str, ...] = ()
    run_by: tuple[str, ...] = ()


class _Rule(_Data):
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


class _Bounded(_Rule):
    sense: Sense
    number: Number | None = None
    lower: Number | None = None
    upper: Number | None = None

    @model_validator(mode="after")
    def _number_or_band(self) -> "_Bounded":
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


class Quota(_Bounded):
    """Per-capita quota: sum of ``resources`` {>=, <=, ==, about} number * people / per."""

    kind: Literal["quota"] = "quota"
    resources: tuple[ResourceId, ...] = Field(min_length=1)
    per: int = Field(gt=0)
    group: Group = "total"


class Total(_Bounded):
    """Absolute number: sum of ``resources`` {>=, <=, ==, band, about} number."""

    kind: Literal["total"] = "total"
    resources: tuple[ResourceId, ...] = Field(min_length=1)


class Share(_Rule):
    """Part of a whole: part {>=, <=} number * whole (0 <= number <= 1)."""

    kind: Literal["share"] = "share"
    part: ResourceId
    whole: ResourceId
    sense: Literal[">=", "<="]
    number: Annotated[Number, Field(ge=0, le=1)]


class RatioPair(_Data):
    """Staff against what they serve: a stock (``base``) or the facilities of ``sites``.

    A facility that several of the filters select counts once: ``sites`` is their union.
    """

    resource: ResourceId
    base: ResourceId | None = None
    sites: tuple[SiteFilter, ...] = ()

    @model_validator(mode="after")
    def _one_base(self) -> "RatioPair":
        if (self.base is None) == (not self.sites):
            raise ValueError(
                "a ratio needs exactly one of base (a resource) and sites (filters), "
                f"got {'neither' if self.base is None else 'both'}"
            )
        return self


class Ratio(_Rule):
    """Staffing: resource >= number * base, for each pair apart (base: beds, vehicles, sites).

    With ``on_duty`` the base counts on-duty vehicles and posts become persons: the number is
    multiplied by the assumptions ``on_duty_share`` and ``fte_per_post``.
    """

    kind: Literal["ratio"] = "ratio"
    pairs: tuple[RatioPair, ...] = Field(min_length=1)
    number: Annotated[Number, Field(ge=0)]
    on_duty: bool = False


class Count(_Bounded):
    """Number of open facilities (of a filter, with an attribute) per unit."""

    kind: Literal["count"] = "count"
    sites: SiteFilter
    attribute: Attribute | None = None
    group: Literal["total"] = "total"
    above_people: int | None = None
    """Holds only in units with more residents than this (counts that depend on data)."""


class ForcedSite(_Rule):
    """A named site must be open."""

    kind: Literal["forced_site"] = "forced_site"
    site: str = Field(min_length=1)


class CoverageRule(_Rule):
    """People of a group within minutes or km of an open facility: at least ``share`` of them.

    ``mode`` picks the speed assumptions; km are measured straight. ``radius`` marks a 'service
    radius', which the assumption ``radius_reading`` may read in three ways.
    """

    kind: Literal["coverage"] = "coverage"
    sites: SiteFilter
    group: Literal["total", "urban", "rural"] = "total"
    within_minutes: Annotated[Number, Field(gt=0)] | None = None
    within_km: Annotated[Number, Field(gt=0)] | None = None
    mode: Literal["walk", "drive", "ambulance"] = "walk"
    share: Annotated[Number, Field(gt=0, le=1)] = Fraction(1)
    radius: bool = False

    @model_validator(mode="after")
    def _one_reach(self) -> "CoverageRule":
        if (self.within_minutes is None) == (self.within_km is None):
            raise ValueError(
                "a coverage rule needs exactly one of within_minutes and within_km, "
                f"got {'neither' if self.within_km is None else 'both'}"
            )
        if self.radius and self.within_km is None:
            raise ValueError("a service radius is given in within_km")
        return self


class MeanResponse(_Rule):
    """Mean response time over the people of a group is at most ``minutes``.

    Response = call handling + turnout + travel from the nearest open station. People stand in for
    calls.
    """

    kind: Literal["mean_response"] = "mean_response"
    sites: SiteFilter
    group: Literal["total", "urban", "rural"] = "total"
    minutes: Annotated[Number, Field(gt=0)]


class ServedBand(_Rule):
    """People of a group per facility, on the mean of each unit, lie in [lower, upper]."""

    kind: Literal["served_band"] = "served_band"
    sites: SiteFilter
    group: Group = "total"
    lower: Annotated[Number, Field(ge=0)]
    upper: Annotated[Number, Field(gt=0)]

    @model_validator(mode="after")
    def _ordered(self) -> "ServedBand":
        if self.lower > self.upper:
            raise ValueError(f"lower {self.lower} is above upper {self.upper}")
        return self


class Budget(_Rule):
    """Money: the plan's cost (with subsidies as negative items) is at most ``amount``."""

    kind: Literal["budget"] = "budget"
    amount: Annotated[Number, Field(ge=0)]
    subsidy_per_site: Annotated[Number, Field(ge=0)] = Fraction(0)
    """Paid from elsewhere for every new site that ``sites`` selects."""
    sites: SiteFilter = SiteFilter()


class Parameter(_Rule):
    """A figure that the plan is based on: people of a group in the plan's year."""

    kind: Literal["parameter"] = "parameter"
    group: Literal["total"] = "total"
    number: Annotated[Number, Field(gt=0)]


class Indicator(_Rule):
    """Reported only: never a row."""

    kind: Literal["indicator"] = "indicator"
    number: str = ""
    unit: str = ""


Simple = Annotated[
    Quota | Total | Share | Ratio | Count | ForcedSite | CoverageRule | MeanResponse | ServedBand,
    Field(discriminator="kind"),
]


class EitherOr(_Rule):
    """One of the branches must hold; the plan says which was taken."""

    kind: Literal["either_or"] = "either_or"
    branches: tuple[Simple, ...] = Field(min_length=2)


Rule = Annotated[
    Quota
    | Total
    | Share
    | Ratio
    | Count
    | ForcedSite
    | CoverageRule
    | MeanResponse
    | ServedBand
    | Budget
    | Parameter
    | Indicator
    | EitherOr,
    Field(discriminator="kind"),
]

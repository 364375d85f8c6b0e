"""Rules on beds, staff and vehicles: quotas, totals, shares, staffing."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from allocator.policy.rule_parts import BaseRule, Bounded, Data, Group, SiteFilter, exactly_one
from allocator.policy.values import GivenResource, Number, ResourceId
from allocator.region.stock import resources


class Quota(Bounded):
    """Per-capita quota: sum of ``resources`` {>=, <=, ==, about} number * people / per."""

    kind: Literal["quota"] = "quota"
    resources: tuple[ResourceId, ...] = Field(min_length=1)
    per: int = Field(gt=0)
    group: Group = "total"


class Total(Bounded):
    """Absolute number: sum of ``resources`` {>=, <=, ==, band, about} number."""

    kind: Literal["total"] = "total"
    resources: tuple[ResourceId, ...] = Field(min_length=1)


class Share(BaseRule):
    """Part of a whole: part {>=, <=} number * whole (0 <= number <= 1)."""

    kind: Literal["share"] = "share"
    part: ResourceId
    whole: ResourceId
    sense: Literal[">=", "<="]
    number: Annotated[Number, Field(ge=0, le=1)]


class RatioPair(Data):
    """Staff against what they serve: a stock (``base``), facilities (``sites``) or ``units``.

    A facility that several of the filters select counts once: ``sites`` is their union. ``units``
    names levels: so many streets and towns.
    """

    resource: ResourceId
    base: ResourceId | None = None
    sites: tuple[SiteFilter, ...] = ()
    units: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_base(self) -> "RatioPair":
        given = {"base": self.base, "sites": self.sites, "units": self.units}
        named = [name for name, value in given.items() if value]
        if len(named) != 1:
            raise ValueError(
                "a ratio needs exactly one of base (a resource), sites (filters) and units "
                f"(levels), got {' and '.join(named) or 'none'}"
            )
        return self


class Ratio(BaseRule):
    """Staffing: resource >= number * base / per, for each pair apart.

    The base: beds, vehicles, people who are given, facilities, units.

    With ``on_duty`` the base counts on-duty vehicles and posts become persons: the number is
    multiplied by the assumptions ``on_duty_share`` and ``fte_per_post``.
    """

    kind: Literal["ratio"] = "ratio"
    pairs: tuple[RatioPair, ...] = Field(min_length=1)
    number: Annotated[Number, Field(ge=0)]
    per: int = Field(default=1, gt=0)
    on_duty: bool = False


class Inflow(BaseRule):
    """What comes in over the plan: people recruited or trained, money that grows.

    Attributes
    ----------
    number, each
        So many every year, or over the whole plan. The resource counts the whole plan.
    faster_than
        In place of a number: given money, than which the resource must grow faster until the
        plan's year (assumption ``spending_growth``).
    years
        Years that the plan runs, where it is not the assumption ``plan_years``.
    """

    kind: Literal["inflow"] = "inflow"
    resource: ResourceId
    each: Literal["year", "plan"]
    sense: Literal[">=", "=="] = ">="
    number: Annotated[Number, Field(ge=0)] | None = None
    faster_than: GivenResource | None = None
    years: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_pace(self) -> "Inflow":
        exactly_one("an inflow", "number and faster_than", self.number, self.faster_than)
        if self.faster_than is not None:
            if resources()[self.faster_than].form != "money":
                raise ValueError(f"faster_than must be money, got {self.faster_than!r}")
            if self.sense != ">=":
                raise ValueError("faster_than is a floor: its sense is '>='")
        return self


class Proportional(BaseRule):
    """A total that is split over the planning units like people of a group, or as ``to`` is.

    Each unit has its share to within one: any rounding that keeps to the quotas satisfies it.
    """

    kind: Literal["proportional"] = "proportional"
    resource: ResourceId
    group: Group | None = None
    to: GivenResource | None = None

    @model_validator(mode="after")
    def _one_weight(self) -> "Proportional":
        words = "group and to (a given resource)"
        exactly_one("a proportional split", words, self.group, self.to)
        if self.level or self.pool:
            raise ValueError("a proportional split is over the planning units: no level, no pool")
        return self

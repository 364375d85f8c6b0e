"""Rules on beds, staff and vehicles: quotas, totals, shares, staffing."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from allocator.policy.rule_parts import BaseRule, Bounded, Data, Group, SiteFilter
from allocator.policy.values import Number, ResourceId


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

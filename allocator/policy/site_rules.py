"""Rules on facilities: how many, which ones, how near, for how many people."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from allocator.policy.rule_parts import BaseRule, Bounded, Data, Group, SiteFilter, exactly_one
from allocator.policy.values import AssumptionName, Attribute, GivenResource, Number, ResourceId


class Count(Bounded):
    """Number of open facilities (of a filter, with an attribute) per unit.

    Attributes
    ----------
    above_people, up_to_people
        Holds only in units with more, or with at most, so many residents.
    in_share
        Share of the units in which it must hold.
    times
        A given resource: the number counts once for each that the unit has, rounded up.
    """

    kind: Literal["count"] = "count"
    sites: SiteFilter
    attribute: Attribute | None = None
    group: Literal["total"] = "total"
    above_people: int | None = None
    up_to_people: int | None = None
    in_share: Annotated[Number, Field(gt=0, le=1)] = Fraction(1)
    times: GivenResource | None = None

    @model_validator(mode="after")
    def _counts_units(self) -> "Count":
        if self.in_share < 1 and (self.sense != ">=" or not self.level or self.pool):
            raise ValueError("in_share needs sense '>=', a level, and no pool: it counts units")
        return self


class Brought(Data):
    """What a project adds to the beds, rooms or land of its unit."""

    resource: ResourceId
    amount: int = Field(gt=0)


class ForcedSite(BaseRule):
    """A named site must be open.

    Attributes
    ----------
    site
        Its id or its name.
    attribute
        What it must have, too: a role, a grade, a new building.
    brings
        What the project adds in the site's unit, over what is there today.
    cost
        Of the project, in place of what opening the site and giving it the attribute cost; what
        it brings is then paid.
    """

    kind: Literal["forced_site"] = "forced_site"
    site: str = Field(min_length=1)
    attribute: Attribute | None = None
    brings: tuple[Brought, ...] = ()
    cost: Annotated[Number, Field(ge=0)] | None = None


class SiteShare(BaseRule):
    """Part of the facilities: those of ``part``, or with ``attribute``, {>=, <=} number * all.

    ``sites`` is the union of its filters: a facility that several select counts once. '==' asks
    it of all of them, so its number is 1.
    """

    kind: Literal["site_share"] = "site_share"
    sites: tuple[SiteFilter, ...] = Field(min_length=1)
    attribute: Attribute | None = None
    part: SiteFilter | None = None
    sense: Literal[">=", "<=", "=="]
    number: Annotated[Number, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _one_part(self) -> "SiteShare":
        words = "attribute and part (a filter)"
        exactly_one("a share of sites", words, self.attribute, self.part)
        if self.sense == "==" and self.number != 1:
            raise ValueError(f"sense '==' asks it of all: number must be 1, got {self.number}")
        return self


class Link(BaseRule):
    """Every facility of ``sites`` works with one of ``to`` that is near and not yet full.

    ``within`` names the assumption for the straight km between them, ``capacity`` the one for how
    many may work with the same; who works with whom is nowhere fixed.
    """

    kind: Literal["link"] = "link"
    sites: SiteFilter
    to: SiteFilter
    within: AssumptionName
    capacity: AssumptionName

    @model_validator(mode="after")
    def _of_the_region(self) -> "Link":
        if self.level or self.pool:
            raise ValueError("a link holds in the region as a whole: no level, no pool")
        return self


class CoverageRule(BaseRule):
    """People of a group within minutes or km of an open facility: at least ``share`` of them.

    ``mode`` picks what people travel by and the speed assumptions; km are measured straight, or
    along roads where the planner says so. ``from_call``: minutes run from the call, so that call
    handling and turnout are part of them. ``radius`` marks a 'service radius', which the assumption
    ``radius_reading`` may read in three ways.
    """

    kind: Literal["coverage"] = "coverage"
    sites: SiteFilter
    group: Literal["total", "urban", "rural"] = "total"
    within_minutes: Annotated[Number, Field(gt=0)] | None = None
    within_km: Annotated[Number, Field(gt=0)] | None = None
    mode: Literal["walk", "drive", "ambulance"] = "walk"
    share: Annotated[Number, Field(gt=0, le=1)] = Fraction(1)
    radius: bool = False
    from_call: bool = False

    @model_validator(mode="after")
    def _one_reach(self) -> "CoverageRule":
        words = "within_minutes and within_km"
        exactly_one("a coverage rule", words, self.within_minutes, self.within_km)
        if self.radius and self.within_km is None:
            raise ValueError("a service radius is given in within_km")
        if self.from_call and (self.within_minutes is None or self.mode != "ambulance"):
            raise ValueError("from_call is for ambulances, in within_minutes")
        return self


class MeanResponse(BaseRule):
    """Mean response time over the people of a group is at most ``minutes``.

    Response = call handling + turnout + travel from the nearest open station. People stand in for
    calls.
    """

    kind: Literal["mean_response"] = "mean_response"
    sites: SiteFilter
    group: Literal["total", "urban", "rural"] = "total"
    minutes: Annotated[Number, Field(gt=0)]


class ServedBand(BaseRule):
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

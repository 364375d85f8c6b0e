"""Rules on what staff, teams and beds can take on, against who needs it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from allocator.policy.rule_parts import BaseRule, Data, Group, exactly_one
from allocator.policy.values import AssumptionName, GivenResource, Number, ResourceId


class Service(BaseRule):
    """Of a demand, at least ``share`` can be taken on by staff, teams or beds.

    What can be made, not what people do: where they go is not decided by a plan. Each unit's
    demand is served in the unit; rules that use the same staff are checked each by itself.

    Attributes
    ----------
    demand, group
        Either a given resource (visits, households) or people of a group.
    by
        Who takes it on.
    capacity
        Name of the assumption that says how much of the demand one of them takes on.
    """

    kind: Literal["service"] = "service"
    demand: GivenResource | None = None
    group: Group | None = None
    share: Annotated[Number, Field(gt=0, le=1)]
    by: ResourceId
    capacity: AssumptionName

    @model_validator(mode="after")
    def _one_demand(self) -> "Service":
        words = "demand (a given resource) and group"
        exactly_one("a service", words, self.demand, self.group)
        return self


class Stay(BaseRule):
    """Mean length of stay: bed-days over admissions is at most ``days``.

    Both are given. What beds must then hold is reported, or required: assumption ``bed_need``.
    """

    kind: Literal["stay"] = "stay"
    beds: tuple[ResourceId, ...] = Field(min_length=1)
    admissions: tuple[GivenResource, ...] = Field(min_length=1)
    bed_days: tuple[GivenResource, ...] = Field(min_length=1)
    days: Annotated[Number, Field(gt=0)]


class Ward(Data):
    """Beds of one sort, and the figures by which they are judged."""

    beds: ResourceId
    bed_days: GivenResource
    admissions: GivenResource
    nurses: ResourceId
    floor_m2: GivenResource


class Gate(BaseRule):
    """No more beds where today's fail a standard of use, of staffing or of room.

    Judged in every planning unit, each ward by itself, by the assumptions ``gate_*``.
    """

    kind: Literal["gate"] = "gate"
    wards: tuple[Ward, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _of_planning_units(self) -> "Gate":
        if self.level or self.pool:
            raise ValueError("a gate holds in every planning unit: no level, no pool")
        return self

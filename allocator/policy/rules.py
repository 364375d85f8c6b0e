"""The closed set of rule kinds: what a health plan can ask for, as pure data.

A rule says what must hold, in the terms of the document it comes from. Rows in the program come
from :mod:`allocator.planning.rows`, plain arithmetic from :mod:`allocator.auditing`.
"""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from allocator.policy.demand_rules import Gate, Service, Stay, Ward
from allocator.policy.fairness_rules import Fairness
from allocator.policy.rule_parts import BaseRule, Group, Sense, SiteFilter, Strength, exactly_one
from allocator.policy.site_rules import (
    Brought,
    Count,
    CoverageRule,
    ForcedSite,
    Link,
    MeanResponse,
    ServedBand,
    SiteShare,
)
from allocator.policy.stock_rules import Inflow, Proportional, Quota, Ratio, RatioPair, Share, Total
from allocator.policy.values import Attribute, GivenResource, Number, exact

__all__ = [
    "Brought", "Budget", "Count", "CoverageRule", "EitherOr", "Fairness", "ForcedSite", "Gate",
    "Group", "Indicator", "Inflow", "Link", "MeanResponse", "Parameter", "Proportional", "Quota",
    "Ratio", "RatioPair", "Rule", "Sense", "ServedBand", "Service", "Share", "Simple", "SiteFilter",
    "SiteShare", "Stay", "Strength", "Total", "Ward", "exact",
]  # fmt: skip


class Budget(BaseRule):
    """Money: the plan's cost (with subsidies as negative items) is at most ``amount``.

    Without an amount it limits nothing: its line says what is paid from elsewhere.

    Attributes
    ----------
    subsidy_per_site
        Paid from elsewhere for every new site that ``sites`` selects; with ``attribute``, for
        every one that gets it in the plan.
    subsidy_per_person, people
        Paid from elsewhere for everyone of a given resource.
    """

    kind: Literal["budget"] = "budget"
    amount: Annotated[Number, Field(ge=0)] | None = None
    subsidy_per_site: Annotated[Number, Field(ge=0)] = Fraction(0)
    sites: SiteFilter = SiteFilter()
    attribute: Attribute | None = None
    subsidy_per_person: Annotated[Number, Field(ge=0)] = Fraction(0)
    people: GivenResource | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Budget":
        if bool(self.subsidy_per_person) != (self.people is not None):
            raise ValueError("subsidy_per_person and people go together")
        if self.attribute is not None and not self.subsidy_per_site:
            raise ValueError("attribute says for what subsidy_per_site is paid, which is missing")
        if self.amount is None and not (self.subsidy_per_site or self.subsidy_per_person):
            raise ValueError("a budget needs an amount or a subsidy")
        return self


class Parameter(BaseRule):
    """A figure that the plan is based on: people of a group in the plan's year.

    Or which people are meant: ``definition`` is resident or registered.
    """

    kind: Literal["parameter"] = "parameter"
    group: Literal["total"] = "total"
    number: Annotated[Number, Field(gt=0)] | None = None
    definition: Literal["resident", "registered"] | None = None

    @model_validator(mode="after")
    def _one_statement(self) -> "Parameter":
        exactly_one("a parameter", "number and definition", self.number, self.definition)
        return self


class Indicator(BaseRule):
    """Reported only: never a row."""

    kind: Literal["indicator"] = "indicator"
    number: str = ""
    unit: str = ""


Simple = Annotated[
    Quota | Total | Share | Ratio | Count | ForcedSite | CoverageRule | MeanResponse | ServedBand,
    Field(discriminator="kind"),
]


class EitherOr(BaseRule):
    """One of the branches must hold; the plan says which was taken."""

    kind: Literal["either_or"] = "either_or"
    branches: tuple[Simple, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _of_simple_counts(self) -> "EitherOr":
        for branch in self.branches:
            if isinstance(branch, Count) and branch.in_share < 1:
                raise ValueError(f"branch {branch.id}: in_share is not for branches")
            if isinstance(branch, ForcedSite) and (branch.brings or branch.cost is not None):
                raise ValueError(f"branch {branch.id}: brings and cost are not for branches")
        return self


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
    | SiteShare
    | Link
    | Service
    | Inflow
    | Stay
    | Proportional
    | Fairness
    | Gate
    | Budget
    | Parameter
    | Indicator
    | EitherOr,
    Field(discriminator="kind"),
]

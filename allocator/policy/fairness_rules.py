"""Rules on how evenly something is spread over the areas of a level."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from allocator.policy.rule_parts import BaseRule, Group
from allocator.policy.values import Number, ResourceId

FairnessMeasure = Literal["worst", "range", "mean_deviation", "gini"]


class Fairness(BaseRule):
    """What people of different areas have per head may differ by no more than so much.

    Areas are the units of ``level``, each apart; the planning units where it names none. The
    people are data, so every measure is linear in what the areas get.

    Attributes
    ----------
    resources
        Counted together.
    measure
        ``worst``: the area that has least has at least ``number``; ``range``: most less least,
        ``mean_deviation``: the mean distance of people from the mean, each at most ``number``,
        all per ``per`` people; ``gini``: the Gini coefficient is at most ``number`` (0 to 1).
    """

    kind: Literal["fairness"] = "fairness"
    resources: tuple[ResourceId, ...] = Field(min_length=1)
    measure: FairnessMeasure
    number: Annotated[Number, Field(gt=0)]
    per: int = Field(default=1000, gt=0)
    group: Group = "total"

    @property
    def sense(self) -> Literal[">=", "<="]:
        """A floor of the worst, a ceiling of the others."""
        return ">=" if self.measure == "worst" else "<="

    @model_validator(mode="after")
    def _possible(self) -> "Fairness":
        if self.measure == "gini" and self.number >= 1:
            raise ValueError(f"a Gini coefficient lies below 1, got {self.number}")
        if self.pool:
            raise ValueError("fairness is between areas: no pool")
        return self

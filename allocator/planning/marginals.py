"""What one more, or one less, would be worth: in natural units, with its sign in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from allocator.plans import MARGINAL_COLUMNS, Line

TRIED = "each site tried, the others as planned"
SOLVED = "solved again"
BY_MODEL = "every open station has a vehicle already: more of them shorten no way"
OBJECTIVE = "objective"
_NONE = 5e-7
"""Effects below it are what a solver's tolerance leaves."""


@dataclass(frozen=True)
class Marginal:
    """What happens to one figure when there is one more or one less of something.

    Attributes
    ----------
    asked, what
        Id of what there is more or less of (a rule, a site kind, a resource), and its words.
    area
        Unit id, or ``all``.
    step
        How many more (> 0) or fewer (< 0).
    rule
        Whose figure changes; ``objective`` for the planner's.
    effect
        Change of that figure in ``measure``; for a rule that gives way, of its miss.
    measure
        Natural unit of the effect; '' = that of the rule's compliance line.
    better, worse
        Words for an effect above and below 0.
    at, cost
        Site that is opened or closed, and what that costs by itself, in the region's currency.
    method
        ``TRIED``: each site in turn, all others as planned. ``SOLVED``: the program again.
        ``BY_MODEL``: nothing changes, whatever is tried.
    """

    asked: str
    what: str
    area: str
    step: float
    rule: str
    effect: float
    measure: str
    better: str
    worse: str
    method: str
    at: str = ""
    cost: float | None = None

    def words(self, place: str, measure: str, unit: str) -> str:
        """``+1 ambulance station in Haining: 12,400 more people within 15 minutes``.

        ``unit`` is what the figure of a rule is counted in.
        """
        what = self.what.format(unit=unit)
        return f"{self.step:+,.10g} {what}{place}: {self._effect(measure)}"

    def _effect(self, measure: str) -> str:
        size = abs(self.effect)
        if size < _NONE:
            return f"0 {measure}"
        said = self.better if self.effect > 0 else self.worse
        return f"{_figure(size)} {said.format(measure=measure)}"


def marginal_table(
    found: Sequence[Marginal], lines: Sequence[Line], names: Mapping[str, str]
) -> pd.DataFrame:
    """Lines with the columns of :data:`allocator.plans.MARGINAL_COLUMNS`.

    ``names`` are those of the units; ``all`` is the whole region.
    """
    measures = {line.rule: line.measure for line in lines}
    rows = []
    for one in found:
        name = names.get(one.area, one.area)
        measure = one.measure or measures.get(one.rule, "")
        unit = one_of(measures.get(one.asked, "units"))
        place = "" if one.area == "all" else f" in {name}"
        effect = 0.0 if abs(one.effect) < _NONE else one.effect
        rows.append([
            one.asked, one.area, name, one.step, one.rule, effect, measure, one.at, one.cost,
            one.method, one.words(place, measure, unit),
        ])  # fmt: skip
    return pd.DataFrame(rows, columns=list(MARGINAL_COLUMNS))


def one_of(label: str) -> str:
    """A label of many as the label of one: ambulances -> ambulance."""
    if label.endswith("ies"):
        return f"{label[:-3]}y"
    return label.removesuffix("s")


def _figure(size: float) -> str:
    return f"{size:,.0f}" if size >= 1000 else f"{size:.6g}"

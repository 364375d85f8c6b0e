"""What one more, or one less, would be worth: in natural units, with its sign in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from allocator.plan_tables import MARGINAL_COLUMNS, Line
from allocator.policy.words import figure_text, one_of

TRIED = "each site tried, the others as planned"
SOLVED = "solved again"
HELD = "beds, staff and vehicles solved again, the sites as planned"
RESITED = "solved again, the other sites free to move: proven"
STOPPED = "solved again, the other sites free to move: stopped, effect_bound is proven"
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
        Id of what there is more or less of (a rule, site kinds, a resource), and its words.
    area
        Unit id, or ``all``.
    step
        How many more (> 0) or fewer (< 0); 0 for as many, placed anew.
    rule
        Whose figure changes; ``objective`` for the planner's.
    effect
        Change of that figure in ``measure``; for a rule that gives way, of its miss. NaN where
        nothing does that without missing more of another rule.
    measure
        Natural unit of the effect; '' = that of the rule's compliance line.
    better, worse
        Words for an effect above and below 0, after its size and unit.
    at, cost
        Sites that are opened or closed, and what the change costs by itself, in the region's
        currency.
    method
        ``TRIED``: each site in turn, all others as planned. ``SOLVED``: the program again.
        ``HELD``: the same for what is not a site, in programs of very many sites.
        ``RESITED``, ``STOPPED``: the sites again. ``BY_MODEL``: nothing changes, whatever is tried.
    how
        Words after the place: under what terms.
    bound
        What no answer to the question can beat, where ``effect`` is not proven to be that.
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
    how: str = ""
    bound: float | None = None

    def words(self, place: str, measure: str, unit: str) -> str:
        """``+1 ambulance station in Haining: 12,400 more people within 15 minutes``.

        ``unit`` is what the figure of a rule is counted in.
        """
        what = self.what.format(unit=unit)
        asked = f"{self.step:+,.10g} {what}" if self.step else f"as many, placed anew ({what})"
        return f"{asked}{place}{self.how}: {self._said(measure)}"

    def _said(self, measure: str) -> str:
        if math.isnan(self.effect):
            return "not without missing more of another rule"
        found = self._effect(self.effect, measure)
        if self.bound is None or abs(self.bound - self.effect) < _NONE:
            return found
        return f"{found} or better, at best {self._effect(self.bound, measure)}"

    def _effect(self, effect: float, measure: str) -> str:
        size = abs(effect)
        if size < _NONE:
            return f"0 {measure}"
        said = self.better if effect > 0 else self.worse
        return f"{figure_text(size)} {said.format(measure=_measured(size, measure))}"


def _measured(size: float, measure: str) -> str:
    return one_of(measure) if size == 1 else measure


def marginal_table(
    found: Sequence[Marginal], lines: Sequence[Line], names: Mapping[str, str], currency: str
) -> pd.DataFrame:
    """Lines with the columns of :data:`allocator.plan_tables.MARGINAL_COLUMNS`.

    ``names`` are those of the units; ``all`` is the whole region.
    """
    measures = {line.rule: line.measure for line in lines}
    rows = []
    for one in found:
        name = names.get(one.area, one.area)
        measure = one.measure or measures.get(one.rule, "")
        unit = one_of(measures.get(one.asked, "units"))
        place = "" if one.area == "all" else f" in {name}"
        effect = _without_dust(one.effect)
        bound = effect if one.bound is None else _without_dust(one.bound)
        rows.append([
            one.asked, one.area, name, one.step, one.rule, effect, bound, measure, one.at, one.cost,
            "" if one.cost is None else currency, one.method, one.words(place, measure, unit),
        ])  # fmt: skip
    return pd.DataFrame(rows, columns=list(MARGINAL_COLUMNS))


def _without_dust(effect: float) -> float:
    return 0.0 if abs(effect) < _NONE else effect

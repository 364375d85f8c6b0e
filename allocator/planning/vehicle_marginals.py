"""What one more vehicle, or one less, would do for people: nothing, unless a station goes with it.

Ways are shortened by where stations stand. Every open one has a vehicle, and the program knows no
queue, so a second one saves nobody a minute here; how many calls it spares from waiting is a
question for a simulation. One less does harm where each station has only one: then one closes.
"""

from collections.abc import Sequence
from dataclasses import replace

from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.marginals import BY_MODEL, Marginal
from allocator.planning.site_marginals import SiteEffects, by_unit, figure_words
from allocator.policy.words import one_of
from allocator.region.stock import resources

_VEHICLE, _STATION = "ambulances", "ems_station"


def vehicle_marginals(
    case: Case, decided: Decided, found_effects: Sequence[SiteEffects]
) -> list[Marginal]:
    """One ambulance more and one less in every planning unit, for each rule on stations."""
    units = case.region.units.planning
    amounts = {u: decided.amounts.get((_VEHICLE, u)) for u in units}
    table = case.region.sites.table
    existing = (table["status"] == "existing").tolist()
    stations = [
        j for j, kind in enumerate(table["kind"])
        if kind == _STATION and decided.opened.get(j, existing[j])
    ]  # fmt: skip
    inside = by_unit(case, stations)
    found: list[Marginal] = []
    for effects in found_effects:
        if effects.rule.sites.kinds != (_STATION,):
            continue
        for unit in units:
            here = inside.get(unit, inside["all"])
            number = amounts[unit]
            if number is None:
                continue
            found.append(_nothing(effects, unit, 1.0))
            if number > len(here):
                found.append(_nothing(effects, unit, -1.0))
            elif here & effects.loss.keys():
                least = effects.marginal(case, unit, here, more=False)
                found.append(replace(least, asked=_VEHICLE, what=_label()))
    return found


def _label() -> str:
    return one_of(resources()[_VEHICLE].label)


def _nothing(effects: SiteEffects, unit: str, step: float) -> Marginal:
    better, worse, measure = figure_words(effects.rule)
    return Marginal(
        asked=_VEHICLE, what=_label(), area=unit, step=step, rule=effects.rule.id, effect=0.0,
        measure=measure, better=better, worse=worse, method=BY_MODEL,
    )  # fmt: skip

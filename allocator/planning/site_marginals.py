"""What one more station, or one less, would do for people: every site tried in turn.

The question answered is: which *single* site, all others as planned, does most if it opens, or
least harm if it closes? Trying each one answers it exactly, whatever else the rules ask for. What
one station more does where the others may move, too, is asked in
:mod:`allocator.planning.resiting`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import leaves
from allocator.planning.marginals import TRIED, Marginal
from allocator.planning.reach import cells_of, cells_of_response, reach
from allocator.planning.travelling import minutes, nearest_minutes
from allocator.policy.rules import CoverageRule, EitherOr, ForcedSite, MeanResponse, Rule
from allocator.region.sites import KINDS

_AT_ONCE = 2_000
"""Candidates looked at together: bounds the memory that their reach takes."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SiteEffects:
    """What each single change of the open sites of one rule would do.

    Attributes
    ----------
    rule
        A rule on people within reach, or on the mean response.
    gain, loss
        Position of a closed site -> what opening it gains; of an open one -> what closing it
        loses. People covered, or minutes of the mean response; both >= 0.
    """

    rule: CoverageRule | MeanResponse
    gain: dict[int, float]
    loss: dict[int, float]

    def marginal(self, case: Case, area: str, positions: set[int], *, more: bool) -> Marginal:
        """The best single opening, or the least harmful closing, among some positions."""
        effects = self.gain if more else self.loss
        here = [j for j in effects if j in positions]
        chosen = max(here, key=lambda j: effects[j]) if more else min(here, key=effects.__getitem__)
        return self.change(case, chosen, area, more=more)

    def change(self, case: Case, position: int, area: str, *, more: bool) -> Marginal:
        """One opening or closing as a line."""
        is_cover = isinstance(self.rule, CoverageRule)
        size = self.gain[position] if more else self.loss[position]
        kind = str(case.region.sites.table["kind"].iloc[position])
        better, worse, measure = figure_words(self.rule)
        return Marginal(
            asked=kind, what=KINDS[kind][0], area=area, step=1.0 if more else -1.0,
            rule=self.rule.id, effect=size if more == is_cover else -size, measure=measure,
            better=better, worse=worse, method=TRIED,
            at=str(case.region.sites.table.index[position]),
            cost=cost_of(case, position, more=more),
        )  # fmt: skip


def figure_words(rule: CoverageRule | MeanResponse) -> tuple[str, str, str]:
    """Words for a rise and a fall of a rule's figure, and its unit."""
    if isinstance(rule, MeanResponse):
        until = "until an ambulance is there"
        return f"{{measure}} more {until}", f"{{measure}} less {until}", "minutes"
    limit = (
        f"{float(rule.within_km):g} km" if rule.within_km is not None
        else f"{float(rule.within_minutes or 0):g} minutes{' of the call' * rule.from_call}"
    )  # fmt: skip
    return f"more {{measure}} within {limit}", f"fewer {{measure}} within {limit}", "people"


def site_marginals(case: Case, found_effects: Sequence[SiteEffects]) -> list[Marginal]:
    """The best single addition and the least harmful removal, per rule, region and unit."""
    found: list[Marginal] = []
    for effects in found_effects:
        places = by_unit(case, [*effects.gain, *effects.loss])
        for area, positions in places.items():
            for more, among in ((True, effects.gain), (False, effects.loss)):
                if positions & among.keys():
                    found.append(effects.marginal(case, area, positions, more=more))
    return found


def site_effects(case: Case, decided: Decided) -> Iterator[SiteEffects]:
    """Effects for every rule on people within reach or on the mean response.

    Of a plan's alternatives only those taken are looked at; what must stand is not taken away.
    """
    for rule in _rules(case, decided):
        sites = _Sites(case, decided, rule)
        if len(sites.cells) and sites.positions:
            if isinstance(rule, CoverageRule):
                yield sites.of_cover(rule)
            elif sites.opened:
                yield sites.of_response(rule)


def _rules(case: Case, decided: Decided) -> Iterator[CoverageRule | MeanResponse]:
    taken = set(decided.branches.values())
    for rule in case.policy.rules:
        for leaf in leaves(rule) if rule.strength != "info" else ():
            chosen = not isinstance(rule, EitherOr) or leaf.id in taken
            if chosen and isinstance(leaf, CoverageRule | MeanResponse) and _of_people(leaf, case):
                yield leaf


def _of_people(rule: Rule, case: Case) -> bool:
    """Whether a rule is about people, not about the mean area of a site."""
    mean = case.assumptions.word("radius_reading") == "area_mean"
    return not (isinstance(rule, CoverageRule) and rule.radius and mean)


@dataclass(frozen=True, eq=False)
class _Sites:
    """The sites of a rule, open and not, and the cells whose people it speaks of."""

    case: Case
    decided: Decided
    rule: CoverageRule | MeanResponse

    @cached_property
    def positions(self) -> list[int]:
        return self.case.positions(self.rule.sites)

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        if isinstance(self.rule, MeanResponse):
            return cells_of_response(self.case, self.rule)
        return cells_of(self.case, self.rule.group)

    @cached_property
    def people(self) -> Floats:
        return np.asarray(self.case.region.grid.people[self.cells], dtype=np.float64)

    @cached_property
    def opened(self) -> list[int]:
        existing = (self.case.region.sites.table["status"] == "existing").tolist()
        return [j for j in self.positions if self.decided.opened.get(j, existing[j])]

    @cached_property
    def closed(self) -> list[int]:
        is_open = set(self.opened)
        return [j for j in self.positions if j not in is_open]

    @property
    def removable(self) -> set[int]:
        """Open sites that nothing forces to stand."""
        status = self.case.region.sites.table["status"]
        forced = {
            j for rule in self.case.policy.rules
            if isinstance(rule, ForcedSite) and rule.strength == "must"
            for j in self.case.named(rule.site)
        }  # fmt: skip
        return {j for j in self.opened if status.iloc[j] != "required"} - forced

    def chunks(self) -> Iterator[list[int]]:
        for first in range(0, len(self.closed), _AT_ONCE):
            yield self.closed[first : first + _AT_ONCE]

    def of_cover(self, rule: CoverageRule) -> SiteEffects:
        """People newly reached by each closed site; people whom only one open site reaches."""
        gain: dict[int, float] = {}
        now = reach(self.case, rule, self.cells, self.opened)
        alone = np.where(now.degree == 1, self.people, 0.0)
        lost = np.bincount(
            now.site, np.repeat(alone, now.degree), minlength=max(1, len(self.opened))
        )
        nobody = np.where(now.degree == 0, self.people, 0.0)
        for some in self.chunks():
            then = reach(self.case, rule, self.cells, some)
            won = np.bincount(then.site, np.repeat(nobody, then.degree), minlength=len(some))
            gain |= dict(zip(some, won.tolist(), strict=True))
        return SiteEffects(rule, gain, self._of_removable(lost))

    def of_response(self, rule: MeanResponse) -> SiteEffects:
        """Minutes by which the mean falls with each closed site, and rises without an open one."""
        gain: dict[int, float] = {}
        total = max(1e-9, float(self.people.sum()))
        times, place = nearest_minutes(self.case, "ambulance", self.cells, self.opened, 2)
        for some in self.chunks():
            arcs = minutes(self.case, "ambulance", self.cells, some, float(times[:, 0].max()))
            won = self.people[arcs.cell] * np.maximum(times[arcs.cell, 0] - arcs.value, 0.0)
            saved = np.bincount(arcs.site, won, minlength=len(some)) / total
            gain |= dict(zip(some, saved.tolist(), strict=True))
        if len(self.opened) == 1:
            return SiteEffects(rule, gain, {})  # without it nobody would come at all
        later = self.people * (times[:, 1] - times[:, 0]) / total
        lost = np.bincount(place[:, 0], later, minlength=len(self.opened))
        return SiteEffects(rule, gain, self._of_removable(lost))

    def _of_removable(self, lost: NDArray[Any]) -> dict[int, float]:
        may_go = self.removable
        return {
            j: float(by) for j, by in zip(self.opened, lost[: len(self.opened)], strict=True)
            if j in may_go
        }  # fmt: skip


def by_unit(case: Case, positions: list[int]) -> dict[str, set[int]]:
    """The positions as a whole, and by planning unit."""
    units = case.region.units
    inside: dict[str, set[int]] = {"all": set(positions)}
    site_units = case.region.sites.table["unit"].tolist()
    planning = {u: units.planning_unit_of(u) if u else "" for u in set(site_units)}
    for unit in units.planning if len(units.planning) > 1 else ():
        inside[unit] = {j for j in positions if planning[site_units[j]] == unit}
    return inside


def cost_of(case: Case, position: int, *, more: bool) -> float:
    """Cost of the opening, or what the closing costs or (< 0) saves, of the site by itself."""
    existing = case.region.sites.table["status"].iloc[position] == "existing"
    if existing:
        return -case.closing_cost(position) if more else case.closing_cost(position)
    return case.opening_cost(position) if more else -case.opening_cost(position)

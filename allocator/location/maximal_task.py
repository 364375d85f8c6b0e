"""A question of maximal covering in the terms of its engine."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.covering import best_choice
from allocator.location.engines.maximal.problem import Floor, MaximalProblem
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.roles import SiteRoles
from allocator.travel.coverage import AggregatedCoverage
from allocator.travel.ends import Demand

_TOLERANCE = 1e-9


class MaximalTask:
    """The question in the engine's terms: what given sites cover is gone, free sites are left.

    Attributes
    ----------
    base
        People whom given sites cover.
    """

    def __init__(
        self,
        merged: AggregatedCoverage,
        demand: Demand,
        roles: SiteRoles,
        p: int | None,
        budget: float | None,
        least: Mapping[str, float],
    ) -> None:
        self._merged, self._demand, self._roles = merged, demand, roles
        self._p, self._budget, self._least = p, budget, least
        given = np.zeros(merged.n_sites, dtype=np.bool_)
        given[roles.given] = True
        covered = merged.rows.covered_by(given)
        self._bare = np.flatnonzero(~covered)
        self._rows = CoverProblem(merged.rows, roles.cost).part(self._bare, roles.free).rows
        self._spent = roles.total_cost(roles.given)
        self.base = float(merged.weight(demand.people)[covered].sum())

    def _weight(self, group: str) -> tuple[NDArray[np.float64], float]:
        """People of a group per bare row, and those covered already."""
        people = self._merged.weight(self._demand.of_group(group))
        bare = people[self._bare]
        return bare, float(people.sum() - bare.sum())

    def problem(self, instead: str | None = None) -> MaximalProblem:
        """The problem; with ``instead`` the people of that group count, and there are no floors."""
        roles, free = self._roles, self._roles.free
        floors = []
        for group, least in self._least.items():
            weight, already = self._weight(group)
            if least - already > _TOLERANCE * max(1.0, least) and instead is None:
                floors.append(Floor(weight, least - already))
        room = len(free) if self._p is None else self._p - len(roles.given)
        return MaximalProblem(
            self._rows, self._weight(instead or "total")[0], min(room, len(free)),
            np.zeros(len(free)), roles.price[free],
            math.inf if self._budget is None else self._budget - self._spent, floors,
        )  # fmt: skip

    def impossible(self) -> list[str]:
        """Why no answer can exist, as far as that can be seen at once."""
        roles, said = self._roles, []
        if self._p is not None and self._p < len(roles.given):
            said.append(
                f"{len(roles.given)} sites must be open, more than p = {self._p}; "
                f"p = {len(roles.given)} would do"
            )
        gains = np.sort(np.minimum(roles.price[roles.free], 0.0))
        room = len(gains) if self._p is None else max(self._p - len(roles.given), 0)
        cheapest = self._spent + float(gains[:room].sum())
        if self._budget is not None and cheapest > self._budget + _TOLERANCE * max(1, cheapest):
            said.append(
                f"the sites that must be open cost {cheapest:g}, more than the budget of "
                f"{self._budget:g}"
            )
        for group, least in self._least.items():
            weight, already = self._weight(group)
            most = already + float(weight[self._rows.degree > 0].sum())
            if most < least - _TOLERANCE * max(1.0, least):
                total = float(self._demand.of_group(group).sum())
                said.append(
                    f"{least:,.0f} people of group {group} are asked for, but permitted sites "
                    f"reach {most:,.0f} only: the largest floor is {_share_below(most, total)}"
                )
        return said

    def floors_too_high(self, limits: Limits) -> list[str]:
        """The largest floor that would do, where there is only one floor to blame."""
        said = ["the floors cannot hold with so few sites or so small a budget"]
        if len(self._least) == 1 and not limits.out_of_time():
            group = next(iter(self._least))
            best = best_choice(self.problem(group), limits, lambda _: None)
            total = float(self._demand.of_group(group).sum())
            most = self._weight(group)[1] + best.value
            said.append(f"for group {group} a floor of {_share_below(most, total)} would do")
        return said

    def remarks(self) -> list[str]:
        """What a reader should know."""
        n = int(self._roles.permitted.sum())
        if self._p is None or self._p <= n:
            return []
        return [f"p = {self._p} is more than the {n} permitted sites: those that help are open"]


def _share_below(part: float, total: float) -> str:
    """A share in words, rounded so that it can be kept.

    >>> _share_below(2, 3)
    '0.6666 (2 people)'
    """
    share = math.floor(1e4 * part / total + 1e-9) / 1e4 if total else 1.0
    return f"{share:.4g} ({part:,.0f} people)"

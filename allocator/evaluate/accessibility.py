"""Accessibility: how much of a service each head can reach, as tables and in a few figures."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.evaluate import spread
from allocator.evaluate.arcs import Floats
from allocator.travel.ends import Demand
from allocator.travel.times import TravelTimes

_PER = 1000
_WORST = 0.1


@dataclass(frozen=True, eq=False)
class Accessibility:
    """How much of a service each head can reach, shared with all others who reach it.

    Attributes
    ----------
    method
        ``2SFCA`` or ``E2SFCA``.
    unit
        What the supply is counted in (``beds``); empty when nobody said.
    times
        The travel times behind it.
    demand
        Who lives in the cells.
    group
        Whose people compete for the supply; ``total`` for everybody.
    supply
        Per site, 0 at sites that are not open; shape ``(n_sites,)``.
    is_open
        Which sites count, shape ``(n_sites,)``.
    people_in_reach
        People of the group from whom each site is within reach, shape ``(n_sites,)``.
    weighted_people
        The same with everybody counted by the decay, shape ``(n_sites,)``.
    per_head
        Access of each cell, supply per head, shape ``(n_cells,)``.
    sites_in_reach
        Open sites with a supply that each cell reaches, shape ``(n_cells,)``.
    provenance
        Method, decay, supply, and that of the travel times.
    """

    method: str
    unit: str
    times: TravelTimes
    demand: Demand
    group: str
    supply: Floats
    is_open: NDArray[np.bool_]
    people_in_reach: Floats
    weighted_people: Floats
    per_head: Floats
    sites_in_reach: NDArray[np.int64]
    provenance: Mapping[str, object]

    @property
    def site_per_head(self) -> Floats:
        """Supply of each site per weighted head, shape ``(n_sites,)``; NaN where nobody comes."""
        return shared_out(self.supply, self.weighted_people, none=np.nan)

    @property
    def unreached_supply(self) -> float:
        """Supply of open sites that nobody reaches."""
        return float(self.supply[~(self.weighted_people > 0)].sum())

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row per cell: id, people, groups, sites in reach, access per 1,000 people."""
        return pd.DataFrame(
            {
                "id": [self.demand.name(i) for i in range(len(self.demand))],
                "people": self.demand.people,
                **self.demand.groups,
                "sites_in_reach": self.sites_in_reach,
                f"access_per_{_PER}": self.per_head * _PER,
            }
        )

    @cached_property
    def sites(self) -> pd.DataFrame:
        """One row per open site: id, supply, people in reach, supply per 1,000 of them."""
        known, shown = self.times.sites, np.flatnonzero(self.is_open)
        return pd.DataFrame(
            {
                "id": [str(j) if known is None else str(known.ids[j]) for j in shown.tolist()],
                "supply": self.supply[shown],
                "people_in_reach": self.people_in_reach[shown],
                "weighted_people": self.weighted_people[shown],
                f"supply_per_{_PER}": self.site_per_head[shown] * _PER,
            }
        )

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per group of people, ``total`` first.

        ``mean``, the mean of the tenth who have least (``worst_tenth``), ``p10`` and ``p50`` are
        supply per 1,000 people; ``none_people`` and ``none_share`` are those who reach no supply;
        ``gini`` is the Gini coefficient. NaN where a group has nobody.
        """
        return pd.DataFrame(
            [self._summary_of(group) for group in ("total", *self.demand.groups)]
        ).set_index("group")

    def _summary_of(self, group: str) -> dict[str, object]:
        people, access = self.demand.of_group(group), self.per_head * _PER
        without = float(people[self.per_head == 0].sum())
        whole = float(people.sum())
        return {
            "group": group,
            "people": whole,
            f"mean_per_{_PER}": spread.mean(access, people),
            f"worst_tenth_per_{_PER}": spread.mean_of_the_worst(access, people, _WORST),
            f"p10_per_{_PER}": spread.quantile(access, people, 0.1),
            f"p50_per_{_PER}": spread.quantile(access, people, 0.5),
            "none_people": without,
            "none_share": without / whole if whole > 0 else float("nan"),
            "gini": spread.gini(access, people),
        }

    def __repr__(self) -> str:
        """One line with what matters."""
        told = self.summary.loc["total"]
        return (
            f"Accessibility({self.method}, {self.unit or 'supply'} per {_PER:,} people: "
            f"mean {told[f'mean_per_{_PER}']:,.4g}, P10 {told[f'p10_per_{_PER}']:,.4g}, "
            f"median {told[f'p50_per_{_PER}']:,.4g}, none for {told['none_share']:.1%}, "
            f"Gini {told['gini']:.3f})"
        )

    def _repr_html_(self) -> str:
        lines = [repr(self), f"decay: {self.provenance['decay']}"]
        if self.unreached_supply > 0:
            lines.append(f"supply that nobody reaches: {self.unreached_supply:,.10g} {self.unit}")
        text = "<br>".join(html.escape(line) for line in lines)
        return f"<div><p>{text}</p>{self.summary.to_html(escape=True)}</div>"


def shared_out(supply: Floats, people: Floats, *, none: float) -> Floats:
    """Supply of each site per head, shape ``(n_sites,)``; ``none`` where there is nobody."""
    shared = np.full(len(supply), none)
    np.divide(supply, people, out=shared, where=people > 0)
    return shared

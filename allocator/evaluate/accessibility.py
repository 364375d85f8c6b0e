"""Access per head by floating catchments: 2SFCA and E2SFCA, on arcs and nothing dense."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.evaluate import spread
from allocator.evaluate.arcs import Floats, OpenArcs, summed
from allocator.evaluate.decay import Decay, step_decay
from allocator.location.questions.base import demand_of
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
        return _ratio(self.supply, self.weighted_people, none=np.nan)

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


def access_2sfca(
    times: TravelTimes,
    supply: ArrayLike | None = None,
    *,
    within: float,
    people: ArrayLike | None = None,
    group: str = "total",
    open_sites: ArrayLike | None = None,
    unit: str = "",
) -> Accessibility:
    r"""Access per head by two-step floating catchments: who is within reach counts in full.

    .. math:: R_j = \frac{S_j}{\sum_{i:\, t_{ij} \le t_0} w_i}, \qquad
              A_i = \sum_{j:\, t_{ij} \le t_0} R_j

    Luo & Wang, Environment and Planning B 30, 2003. All supply that anybody reaches is shared out:
    :math:`\sum_i w_i A_i` is the sum of :math:`S_j` over the sites within anybody's reach.

    Parameters
    ----------
    times
        How far everybody is from the sites.
    supply
        What each site offers (beds, doctors), finite and >= 0, shape ``(n_sites,)``; the capacity
        of the sites when missing.
    within
        Size of a catchment, itself included, in the unit of the travel times.
    people
        People per cell, shape ``(n_cells,)``; those of the travel times when missing.
    group
        Whose people share the supply (``age60``); ``total`` for everybody.
    open_sites
        Positions of the open sites, or a mask of shape ``(n_sites,)``. When missing: those that
        stand (status ``existing``), or all sites where nobody says what stands.
    unit
        What the supply is counted in, for the tables.
    """
    if not (np.isfinite(within) and within > 0):
        raise InputError(f"within must be finite and > 0, got {within}", where="access_2sfca")
    found = access_e2sfca(
        times, supply, decay=step_decay({within: 1.0}), people=people, group=group,
        open_sites=open_sites, unit=unit,
    )  # fmt: skip
    return replace(found, method="2SFCA", provenance={**found.provenance, "method": "2SFCA"})


def access_e2sfca(
    times: TravelTimes,
    supply: ArrayLike | None = None,
    *,
    decay: Decay,
    people: ArrayLike | None = None,
    group: str = "total",
    open_sites: ArrayLike | None = None,
    unit: str = "",
) -> Accessibility:
    r"""Access per head by enhanced two-step floating catchments: the nearer, the more it counts.

    .. math:: R_j = \frac{S_j}{\sum_i w_i f(t_{ij})}, \qquad A_i = \sum_j R_j f(t_{ij})

    Luo & Qi, Health & Place 15, 2009, with weights by band (:func:`step_decay`); Dai, Health &
    Place 16, 2010, with a Gaussian (:func:`gaussian_decay`); kernels (:func:`kernel_decay`) or any
    other :class:`Decay`. Nothing is lost here either: :math:`\sum_i w_i A_i` is the sum of
    :math:`S_j` over the sites that anybody reaches.

    Parameters are those of :func:`access_2sfca`.

    Parameters
    ----------
    times, supply, people, group, open_sites, unit
        As there.
    decay
        Weight by how far it is; its limit is in the unit of the travel times.
    """
    demand = demand_of(people, times.demand, times.n_cells, default=None)
    competing = demand.of_group(group)
    arcs = OpenArcs.of(times, open_sites, limit=decay.limit, where="accessibility")
    offered = np.where(arcs.is_open, _supply(times, supply), 0.0)
    weight = decay(arcs.away)
    counted = weight > 0
    cell, site, weight = arcs.cell[counted], arcs.site[counted], weight[counted]
    n_cells, n_sites = times.n_cells, times.n_sites
    weighted = summed(site, competing[cell] * weight, n_sites)
    share = _ratio(offered, weighted, none=0.0)
    gives = share[site] > 0
    return Accessibility(
        method="E2SFCA",
        unit=unit,
        times=times,
        demand=demand,
        group=group,
        supply=offered,
        is_open=arcs.is_open,
        people_in_reach=summed(site, competing[cell], n_sites),
        weighted_people=weighted,
        per_head=summed(cell, share[site] * weight, n_cells),
        sites_in_reach=np.bincount(cell[gives], minlength=n_cells).astype(np.int64),
        provenance={
            "method": "E2SFCA",
            "decay": {"name": decay.name, "limit": float(decay.limit), **decay.told},
            "limit_unit": times.unit,
            "group": group,
            "supply": {
                "unit": unit,
                "total": float(offered.sum()),
                "unreached": float(offered[~(weighted > 0)].sum()),
            },
            "open_sites": arcs.said,
            "times": dict(times.provenance),
        },
    )


def _supply(times: TravelTimes, supply: ArrayLike | None) -> Floats:
    """What each site offers, checked."""
    if supply is None and (times.sites is None or times.sites.capacity is None):
        raise InputError(
            "nobody said what the sites offer; give supply=..., or sites with a capacity",
            where="accessibility",
        )
    given = times.sites.capacity if supply is None and times.sites is not None else supply
    offered = np.asarray(given, dtype=np.float64)
    problems = []
    if offered.shape != (times.n_sites,):
        problems.append(
            f"supply must have one number per site, shape ({times.n_sites},), got {offered.shape}"
        )
    elif len(bad := np.flatnonzero(~(np.isfinite(offered) & (offered >= 0)))):
        problems.append(
            f"supply must be finite and >= 0; {len(bad)} sites are not, first: position {bad[0]}, "
            f"{offered[bad[0]]}"
        )
    raise_if_any(problems, where="accessibility")
    return offered


def _ratio(supply: Floats, people: Floats, *, none: float) -> Floats:
    """Supply per head; ``none`` where there is nobody."""
    shared = np.full(len(supply), none)
    np.divide(supply, people, out=shared, where=people > 0)
    return shared

"""Access per head by floating catchments: 2SFCA and E2SFCA, on arcs and nothing dense."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from allocator.errors import InputError, raise_if_any
from allocator.evaluate.accessibility import Accessibility, shared_out
from allocator.evaluate.arcs import Floats, OpenArcs, summed
from allocator.evaluate.decay import Decay, step_decay
from allocator.location.questions.base import demand_of
from allocator.travel.times import TravelTimes


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
    share = shared_out(offered, weighted, none=0.0)
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

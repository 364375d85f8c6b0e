"""TravelTimes: how long it takes from where people are to where sites are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from allocator.errors import InputError, raise_if_any
from allocator.reprs import block
from allocator.travel.coverage import Coverage
from allocator.travel.ends import Demand, SiteSet

Positions = NDArray[np.signedinteger[Any]]
"""Positions of cells or sites, 32 or 64 bits wide."""
Direction = Literal["to site", "from site"]
"""``to site``: people go to a clinic. ``from site``: an ambulance comes from its station."""


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Arcs between cells and sites.

    A missing pair is unreachable; a value of 0 is zero, not missing.

    Attributes
    ----------
    n_cells, n_sites
        Sizes of the two sides.
    cell, site
        Positions of each arc's ends, shape ``(n_arcs,)``.
    value
        Minutes (or km, see ``unit``) of each arc, shape ``(n_arcs,)``; finite, >= 0.
    unit
        ``minutes`` or ``km``.
    limit
        Arcs above this were not looked for; asking for more is an error.
    provenance
        Source, speeds, options: printed with every plan.
    demand, sites
        Who lives in the cells and what the sites are, if the caller said so.
    """

    n_cells: int
    n_sites: int
    cell: Positions
    site: Positions
    value: NDArray[np.float64]
    unit: Literal["minutes", "km"] = "minutes"
    limit: float = float("inf")
    provenance: Mapping[str, object] = field(default_factory=dict)
    demand: Demand | None = None
    sites: SiteSet | None = None

    def __post_init__(self) -> None:
        problems = []
        if not len(self.cell) == len(self.site) == len(self.value):
            problems.append(
                f"cell, site and value must be equally long, got {len(self.cell)}, "
                f"{len(self.site)}, {len(self.value)}"
            )
        for name, at, size in (
            ("cell", self.cell, self.n_cells),
            ("site", self.site, self.n_sites),
        ):
            if len(at) and not (at.min() >= 0 and at.max() < size):
                problems.append(f"{name} must lie in 0..{size - 1}, got {at.min()}..{at.max()}")
        bad = ~(np.isfinite(self.value) & (self.value >= 0))
        if bad.any():
            problems.append(
                f"{self.unit} must be finite and >= 0; {int(bad.sum())} arcs are not, "
                f"first: {self.value[bad][0]}"
            )
        for name, end, size in (
            ("demand", self.demand, self.n_cells),
            ("sites", self.sites, self.n_sites),
        ):
            if end is not None and len(end) != size:
                problems.append(f"{name} must have {size} entries, got {len(end)}")
        raise_if_any(problems, where="travel times")

    def __repr__(self) -> str:
        return f"<TravelTimes: {'; '.join(self._in_words())}>"

    def _repr_html_(self) -> str:
        return block(["TravelTimes", *self._in_words()])

    def _in_words(self) -> list[str]:
        """Sizes, the range of values, and where they come from."""
        lines = [f"{self.n_cells:,} cells, {self.n_sites:,} sites, {len(self.value):,} arcs"]
        if len(self.value):
            lines.append(f"{self.value.min():.4g} to {self.value.max():.4g} {self.unit}")
        limit = "no limit" if self.limit == float("inf") else f"up to {self.limit:g} {self.unit}"
        source = self.provenance.get("source")
        return [*lines, limit, *([f"by {source}"] if source else [])]

    def __len__(self) -> int:
        return len(self.value)

    def within(self, limit: float) -> Coverage:
        """Who reaches what within ``limit`` (same unit), the limit included."""
        if not limit >= 0:
            raise InputError(f"limit must be >= 0, got {limit}", where="TravelTimes.within")
        if limit > self.limit * (1 + 1e-9):
            raise InputError(
                f"asked for {limit:g} {self.unit}, but arcs were only looked for up to "
                f"{self.limit:g}; compute the travel times with a larger limit",
                where="TravelTimes.within",
            )
        near = self.value <= limit * (1 + 1e-9)
        reach = Coverage.from_pairs(self.cell[near], self.site[near], self.n_cells, self.n_sites)
        return replace(reach, demand=self.demand, sites=self.sites, times=self)

    def nearest(self, is_open: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Nearest open site of each cell and how far it is; -1 and NaN where none is reached.

        Of equally near sites the first counts. Shapes ``(n_sites,)`` -> ``(n_cells,)`` twice.
        """
        kept = np.flatnonzero(is_open[self.site])
        cell, site, value = self.cell[kept], self.site[kept], self.value[kept]
        order = np.lexsort((site, value, cell))
        reached, first = np.unique(cell[order], return_index=True)
        nearest = np.full(self.n_cells, -1, dtype=np.int64)
        away = np.full(self.n_cells, np.nan)
        nearest[reached] = site[order][first]
        away[reached] = value[order][first]
        return nearest, away

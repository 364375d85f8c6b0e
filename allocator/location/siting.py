"""Siting: the answer to one classic question, with its proof."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allocator.lp.status import Status
from allocator.travel.coverage import Coverage


@dataclass(frozen=True, eq=False)
class Siting:
    """Which sites to open, and how good that is proven to be.

    Attributes
    ----------
    model
        The question's name in the literature, e.g. ``LSCP``.
    status
        ``optimal`` only when proven (within the gap asked for).
    objective, bound, gap
        Of the answer; what no answer can beat; ``|objective - bound| / |objective|``.
    open_sites
        Positions of all open sites, ascending; those that were open already among them.
    already_open
        Positions of the sites that were open before, ascending; they cost nothing.
    uncoverable
        Cells that no permitted site reaches, ascending.
    seconds
        How long it took.
    reproducible
        False when the clock or the user stopped it: the same input may then give another answer.
    interrupted
        Whether the user stopped it.
    notes
        What a reader should know: how far the proof goes, what was left out.
    site_cost
        Cost of opening each site, shape ``(n_sites,)``; 1 each when missing.
    site_ids
        Names of the sites, if the caller has any.
    """

    model: str
    status: Status
    objective: float
    bound: float
    gap: float
    open_sites: NDArray[np.int64]
    already_open: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    uncoverable: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    seconds: float = 0.0
    reproducible: bool = True
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    site_cost: NDArray[np.float64] | None = None
    site_ids: Sequence[str] | None = None

    @property
    def new_sites(self) -> NDArray[np.int64]:
        """Positions of the sites that this answer opens, ascending."""
        return np.setdiff1d(self.open_sites, self.already_open)

    @property
    def sites(self) -> list[str] | list[int]:
        """Open sites by name, or by position when they have no names."""
        if self.site_ids is None:
            positions: list[int] = self.open_sites.tolist()
            return positions
        return [self.site_ids[i] for i in self.open_sites]

    def verify(self, coverage: Coverage) -> list[str]:
        """What is wrong with this answer, recomputed from the arcs alone; empty when all is well.

        Cost and cover are counted again, site by site; no solver is asked.
        """
        if not self.status.has_answer:
            return []
        problems = []
        reached = np.zeros(coverage.n_cells, dtype=np.bool_)
        is_open = set(self.open_sites.tolist())
        for cell in range(coverage.n_cells):
            reached[cell] = not is_open.isdisjoint(coverage.sites_of(cell).tolist())
        missed = np.setdiff1d(np.flatnonzero(~reached), self.uncoverable)
        if len(missed):
            problems.append(f"{len(missed)} cells reach no open site, first: {missed[0]}")
        excused = self.uncoverable[reached[self.uncoverable]]
        if len(excused):
            problems.append(f"{len(excused)} cells called uncoverable are covered: {excused[0]}")
        new = self.new_sites
        spent = float(len(new) if self.site_cost is None else self.site_cost[new].sum())
        if abs(spent - self.objective) > 1e-6 * max(1.0, abs(spent)):
            problems.append(f"objective {self.objective} but the new sites cost {spent}")
        if self.bound > self.objective + 1e-6 * max(1.0, abs(self.objective)):
            problems.append(f"bound {self.bound} lies above the objective {self.objective}")
        return problems

    def __repr__(self) -> str:
        """One line with what matters."""
        return (
            f"Siting({self.model}, {self.status}: {len(self.open_sites)} open "
            f"({len(self.new_sites)} new), objective {self.objective:g}, bound {self.bound:g}, "
            f"gap {self.gap:.2%})"
        )

"""Who is served by which site under a coverage rule, and how far away that is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.planning.case import Case
from allocator.planning.families import leaves
from allocator.planning.reach import away_from, cells_of, nearest_place, reach
from allocator.planning.travelling import Cells
from allocator.policy.rules import CoverageRule


@dataclass(frozen=True, eq=False)
class Serving:
    """Cells of a rule's group and the open sites that serve them.

    Attributes
    ----------
    cells
        Positions of the group's cells in the grid, ascending; shape ``(n,)``.
    site
        Position of the nearest open site within the rule's limit, of equally near ones the first;
        -1 where none is. Shape ``(n,)``.
    """

    cells: Cells
    site: Cells

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Whether each of the cells is within reach, shape ``(n,)``."""
        return self.site >= 0


def coverage_rules(case: Case) -> Iterator[CoverageRule]:
    """All coverage rules of the policy, branches too."""
    return (rule for r in case.policy.rules for rule in leaves(r) if isinstance(rule, CoverageRule))


def serving(case: Case, rule: CoverageRule, is_open: NDArray[np.bool_]) -> Serving:
    """Who is served by which open site; ``is_open`` has shape ``(n_sites,)``."""
    cells = cells_of(case, rule.group)
    site = np.full(len(cells), -1, dtype=np.int64)
    sites = _open_sites(case, rule, is_open)
    if sites and len(cells):
        covered = np.flatnonzero(reach(case, rule, cells, sites).degree > 0)
        if len(covered):
            place = nearest_place(case, rule, cells[covered], sites)
            site[covered] = np.asarray(sites)[place]
    return Serving(cells, site)


def away(case: Case, rule: CoverageRule, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Minutes (or km) to the nearest open site as the rule counts them, however far it is.

    Shape ``(n_cells,)`` of the whole grid; NaN for cells that the rule does not speak of, and
    where no site is reached within a day. Rounded to a thousandth.
    """
    found = np.full(len(case.region.grid), np.nan)
    cells, sites = cells_of(case, rule.group), _open_sites(case, rule, is_open)
    if sites and len(cells):
        found[cells] = away_from(case, rule, cells, sites).round(3)
    return found


def _open_sites(case: Case, rule: CoverageRule, is_open: NDArray[np.bool_]) -> list[int]:
    return [j for j in case.positions(rule.sites) if is_open[j]]

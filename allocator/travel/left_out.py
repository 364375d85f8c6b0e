"""Who is left out of travel, in numbers of people: for provenance, notes and warnings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.travel.ends import Demand

WARN_FROM_SHARE = 0.01
"""Share of the people beyond which it is warned that they are left out."""
SHOWN = 10


@dataclass(frozen=True, eq=False)
class Weights:
    """People per cell, or one per cell where nobody says how many live there.

    Attributes
    ----------
    demand
        Who they are, if known.
    per_cell
        Shape ``(n_cells,)``.
    """

    demand: Demand | None
    per_cell: NDArray[np.float64]

    @classmethod
    def of(cls, demand: Demand | None, n_cells: int) -> "Weights":
        """Of what the caller said of the cells."""
        return cls(demand, np.ones(n_cells) if demand is None else demand.people)

    @property
    def counted(self) -> str:
        """What the weights are."""
        return "cells" if self.demand is None else "people"

    def told(self, cells: NDArray[np.bool_]) -> dict[str, object]:
        """How many some cells hold, their share of all, and the first of them by name."""
        some, whole = float(self.per_cell[cells].sum()), float(self.per_cell.sum())
        return {
            self.counted: some,
            "cells": int(cells.sum()),
            "share": some / whole if whole else 0.0,
            "first": first_names(
                np.flatnonzero(cells), None if self.demand is None else self.demand.ids
            ),
        }


def first_names(positions: NDArray[np.integer], ids: Sequence[str] | None) -> list[str]:
    """The first few, by name."""
    return [str(p) if ids is None else str(ids[p]) for p in positions[:SHOWN].tolist()]

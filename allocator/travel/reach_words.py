"""A reach in words: how many cells, and people, reach how many sites."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.travel.ends import Demand

_MANY = 3


def reach_in_words(degree: NDArray[np.int64], n_sites: int, demand: Demand | None) -> list[str]:
    """Cells, sites and pairs; who reaches none.

    >>> reach_in_words(np.array([0, 2, 1]), 4, None)
    ['3 cells, 4 sites, 3 pairs', '1 cells reach no site']
    """
    nowhere = degree == 0
    none = f"{int(nowhere.sum()):,} cells reach no site"
    if demand is not None:
        people, whole = float(demand.people[nowhere].sum()), float(demand.people.sum())
        share = f" ({people / whole:.1%})" if whole > 0 else ""
        none += f": {people:,.0f} of {whole:,.0f} people{share}"
    return [f"{len(degree):,} cells, {n_sites:,} sites, {int(degree.sum()):,} pairs", none]


def reach_table(degree: NDArray[np.int64], demand: Demand | None) -> pd.DataFrame:
    """Cells, and people where they are known, by the number of sites that they reach."""
    groups = np.minimum(degree, _MANY)
    rows = []
    for k in range(_MANY + 1):
        at = groups == k
        row: dict[str, object] = {
            "sites in reach": f"{k} or more" if k == _MANY else str(k), "cells": int(at.sum()),
        }  # fmt: skip
        if demand is not None:
            row["people"] = float(demand.people[at].sum())
        rows.append(row)
    return pd.DataFrame(rows)

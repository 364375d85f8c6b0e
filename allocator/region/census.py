"""Census totals to a grid, where no population raster exists: few counties, points of their towns.

The model is dasymetric: it keeps every census figure to the person and uses the towns' points to
say where inside a county people live. (For many small zones without such points see
:mod:`allocator.region.smoothing`; for a settlement layer, land and water, and several groups
:mod:`allocator.region.census_grid`.)

Potential
    Around every town centre ``t`` density falls off exponentially (Clark 1951): in cell ``i``

        A_i = sum over t of weight_t * exp(-d(i, t) / decay_t)

Urban people
    The cells of a county are ranked by ``A``. The urban part is the largest set of leading cells
    in which, when the county's urban people are spread over it in proportion to ``A``, even the
    last cell has ``urban_density_per_km2`` (1,500, the density of an urban centre in the degree of
    urbanisation).

Rural people
    They live in all other cells: ``scattered_share`` of them evenly (villages), the others in
    proportion to ``A`` (around the small towns).

Whole people
    Largest remainders, for the urban and the rural people of each county apart, so both sums are
    the census figures.

Nothing is random: the same figures give the same grid.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.errors import raise_if_any
from allocator.region.apportionment import largest_remainder


def potential(cells: pd.DataFrame, centres: pd.DataFrame) -> NDArray[np.float64]:
    """Pull of all town centres on each cell: the sum of weight * exp(-distance / decay).

    Parameters
    ----------
    cells
        Columns ``x_m``, ``y_m`` (metres).
    centres
        Columns ``x_m``, ``y_m`` (metres), ``weight`` (> 0), ``decay_km`` (> 0).

    Returns
    -------
    Shape ``(n_cells,)``, > 0.
    """
    x, y = cells["x_m"].to_numpy(np.float64), cells["y_m"].to_numpy(np.float64)
    pull = np.zeros(len(cells))
    columns = ["x_m", "y_m", "weight", "decay_km"]
    for at_x, at_y, weight, decay_km in centres[columns].to_numpy(np.float64):
        pull += weight * np.exp(-np.hypot(x - at_x, y - at_y) / (1000.0 * decay_km))
    return pull


def people_on_grid(
    cells: pd.DataFrame,
    counties: pd.DataFrame,
    centres: pd.DataFrame,
    *,
    urban_density_per_km2: float = 1500.0,
    scattered_share: float = 0.5,
) -> pd.DataFrame:
    """Spread census totals over grid cells; see the module for the model.

    Parameters
    ----------
    cells
        Columns ``x_m``, ``y_m`` (centres, metres), ``county`` (a key of ``counties``),
        ``area_km2`` (land).
    counties
        Indexed by county; columns ``total`` and ``urban``: whole people, 0 <= urban <= total.
    centres
        Columns ``x_m``, ``y_m``, ``weight``, ``decay_km``: see :func:`potential`. A centre draws
        people in every county around it, not only in its own.
    urban_density_per_km2
        Least density of an urban cell.
    scattered_share
        Share of the rural people who live evenly spread.

    Returns
    -------
    The cells with ``people`` (whole) and ``urban`` (bool); per county the people of urban cells
    sum to ``urban`` and all people to ``total``.
    """
    _check(cells, counties, centres, urban_density_per_km2, scattered_share)
    pull = potential(cells, centres)
    area_km2 = cells["area_km2"].to_numpy(np.float64)
    people = np.zeros(len(cells), dtype=np.int64)
    urban = np.zeros(len(cells), dtype=np.bool_)
    for county, total, in_towns in counties[["total", "urban"]].itertuples():
        mine = np.flatnonzero((cells["county"] == county).to_numpy())
        density = pull[mine] / area_km2[mine]
        ranked = mine[np.argsort(-density, kind="stable")]
        n_urban = leading_cells(pull[ranked], area_km2[ranked], in_towns, urban_density_per_km2)
        if in_towns < total:
            n_urban = min(n_urban, len(ranked) - 1)
        inner, outer = ranked[:n_urban], ranked[n_urban:]
        urban[inner] = True
        people[inner] = largest_remainder(pull[inner], in_towns)
        if len(outer):
            even = area_km2[outer] / area_km2[outer].sum()
            drawn = pull[outer] / pull[outer].sum()
            rural = scattered_share * even + (1 - scattered_share) * drawn
            people[outer] = largest_remainder(rural, total - in_towns)
    return cells.assign(people=people, urban=urban)


def leading_cells(
    pull: NDArray[np.float64], area_km2: NDArray[np.float64], people: int, density_per_km2: float
) -> int:
    """How many leading cells keep the density in the last of them (at least one if anyone)."""
    if not people:
        return 0
    last = people * pull / np.cumsum(pull) / area_km2
    return max(1, int(np.count_nonzero(np.minimum.accumulate(last) >= density_per_km2)))


def _check(
    cells: pd.DataFrame,
    counties: pd.DataFrame,
    centres: pd.DataFrame,
    urban_density_per_km2: float,
    scattered_share: float,
) -> None:
    needed = {
        "cells": (cells, ("x_m", "y_m", "county", "area_km2")),
        "counties": (counties, ("total", "urban")),
        "centres": (centres, ("x_m", "y_m", "weight", "decay_km")),
    }
    problems = [
        f"{name}: column {column!r} is missing; there are {', '.join(map(str, table.columns))}"
        for name, (table, columns) in needed.items()
        for column in columns
        if column not in table.columns
    ]
    raise_if_any(problems, where="census to grid")
    if not len(centres):
        problems.append("centres: at least one is needed")
    problems += [
        f"{name}: {column} must be > 0 and finite, got {bad.iloc[0]} in row {bad.index[0]!r}"
        for name, table, column in (
            ("cells", cells, "area_km2"),
            ("centres", centres, "weight"),
            ("centres", centres, "decay_km"),
        )
        if len(bad := table[column][~(table[column].gt(0) & np.isfinite(table[column]))])
    ]
    for county, total, urban in counties[["total", "urban"]].itertuples():
        if not (0 <= urban <= total and float(total).is_integer() and float(urban).is_integer()):
            problems.append(
                f"counties: {county!r} must have whole people with 0 <= urban <= total, "
                f"got total {total}, urban {urban}"
            )
        if not (cells["county"] == county).sum() > (0 < urban < total):
            problems.append(f"cells: county {county!r} has too few cells to hold its people")
    strangers = sorted(set(cells["county"]) - set(counties.index))
    if strangers:
        problems.append(f"cells: unknown county {', '.join(map(repr, strangers))}")
    if not urban_density_per_km2 > 0:
        problems.append(f"urban_density_per_km2 must be > 0, got {urban_density_per_km2}")
    if not 0 <= scattered_share <= 1:
        problems.append(f"scattered_share must lie in [0, 1], got {scattered_share}")
    raise_if_any(problems, where="census to grid")

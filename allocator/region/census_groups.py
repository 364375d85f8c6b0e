"""People of units on their cells, whole, by group: every figure exact, every part within its whole.

People
    Of a unit, in proportion to the weights of its cells; where none has a weight, to their land.
    ``scattered_share`` of those who are not urban live evenly on the land.
Urban and rural
    Urban people live in the urban cells, rural people in the others. Where nothing says which cells
    are urban they are the leading ones, as in :mod:`allocator.region.census`.
Other groups
    In proportion to the people of the cells: 65 and over among those of 60 and over, children under
    3 among those below 60. So a cell never holds more of a group than people.
Whole people
    Cells are walked along a space-filling curve and sums are rounded on the way, so that any
    stretch of the walk holds its share to one person.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.errors import raise_if_any
from allocator.region.census import leading_cells
from allocator.region.findings import listed
from allocator.region.smoothing import along_curve, rounded_on_the_way

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
WITHIN = {"age65": "age60", "rural": "total", "urban": "total"}
"""Groups that are part of another one than the total."""


def people_by_group(
    cells: pd.DataFrame,
    people: pd.DataFrame,
    weights: Floats,
    *,
    urban: Mask | None = None,
    urban_density_per_km2: float = 1500.0,
    scattered_share: float = 0.0,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Spread the figures of units over their cells; see the module.

    Parameters
    ----------
    cells
        ``row``, ``col``, ``unit``, ``area_km2``.
    people
        Indexed by unit: ``total``, and any other groups; whole people.
    weights
        What draws people to each cell, >= 0, shape ``(n_cells,)``.
    urban
        Urban cells, shape ``(n_cells,)``, where something says so.
    urban_density_per_km2
        Where nothing does and there are urban figures: least density of an urban cell.
    scattered_share
        Share of the people that are not urban who live evenly on the land.

    Returns
    -------
    cells, notes
        The cells with ``people``, ``urban`` (if it is known or there are urban figures) and one
        column per other group, whole; and what could not be done as asked.
    """
    people = _checked(cells, people, weights, urban, scattered_share)
    notes: list[str] = []
    area = cells["area_km2"].to_numpy(np.float64)
    place = along_curve(*(cells[c].to_numpy(np.int64) - cells[c].min() for c in ("row", "col")))
    groups = [name for name in people.columns if name not in ("total", "urban", "rural")]
    counts = {name: np.zeros(len(cells), dtype=np.int64) for name in ("people", "urban", *groups)}
    of_unit = cells["unit"].to_numpy()
    for unit, figures in people.iterrows():
        mine = np.flatnonzero(of_unit == unit)
        mine = mine[np.argsort(place[mine], kind="stable")]
        weight, land = weights[mine], area[mine]
        if figures["total"] and not weight.any():
            notes.append(f"no cell of unit {unit} has a weight: its people are spread evenly")
            weight = land
        inner = np.zeros(len(mine), dtype=np.bool_) if urban is None else urban[mine]
        in_towns = 0
        if "urban" in people.columns:
            in_towns = int(figures["urban"])
            fitting = _urban_cells(weight, land, figures, None if urban is None else inner,
                                   urban_density_per_km2)  # fmt: skip
            if urban is not None and (inner != fitting).any():
                notes.append(
                    f"the layer has too few urban or rural cells in unit {unit} for its figures; "
                    "the cells with the highest weights count as urban there"
                )
            inner = fitting
        outer = ~inner if "urban" in people.columns else np.ones(len(mine), dtype=np.bool_)
        counts["urban"][mine] = inner
        held = np.zeros(len(mine), dtype=np.int64)
        if in_towns:
            held[inner] = _shared(weight[inner], land[inner], in_towns, 0.0)
        if rest := int(figures["total"]) - in_towns:
            held[outer] = _shared(weight[outer], land[outer], rest, scattered_share)
        counts["people"][mine] = held
        for name, part in _groups(held, figures, groups).items():
            counts[name][mine] = part
    is_urban = counts.pop("urban").astype(np.bool_)
    known = {"urban": is_urban} if urban is not None or "urban" in people.columns else {}
    return cells.assign(people=counts.pop("people"), **known, **counts), tuple(notes)


def _urban_cells(
    weight: Floats, area_km2: Floats, figures: "pd.Series[int]", chosen: Mask | None, density: float
) -> Mask:
    """The urban cells of a unit: those chosen, or the leading ones that keep the density."""
    total, in_towns = int(figures["total"]), int(figures["urban"])
    if chosen is not None:
        enough = (chosen.any() or not in_towns) and (not chosen.all() or in_towns == total)
        if enough:
            return chosen
    ranked = np.argsort(-weight / area_km2, kind="stable")
    n = leading_cells(weight[ranked], area_km2[ranked], in_towns, density)
    if in_towns < total:
        n = min(n, len(ranked) - 1)
    inner = np.zeros(len(weight), dtype=np.bool_)
    inner[ranked[:n]] = True
    return inner


def _shared(weight: Floats, area_km2: Floats, number: int, even: float) -> Whole:
    """Whole people in proportion to weights, some of them evenly on the land."""
    land = area_km2 / area_km2.sum()
    drawn = weight / weight.sum() if weight.any() else land
    return rounded_on_the_way(even * land + (1 - even) * drawn, number)


def _groups(held: Whole, figures: "pd.Series[int]", groups: list[str]) -> dict[str, Whole]:
    counts: dict[str, Whole] = {}
    for name in sorted(groups, key=lambda g: (g in ("age65", "under3"), g)):
        among = held
        if name == "age65":
            among = counts.get("age60", held)
        if name == "under3" and "age60" in counts:
            among = held - counts["age60"]
        counts[name] = _part(among, int(figures[name]))
    return counts


def _part(among: Whole, number: int) -> Whole:
    """Whole numbers in proportion to whole numbers, never more than those: all in integers."""
    whole = int(among.sum())
    if not number:
        return np.zeros(len(among), dtype=np.int64)
    reached = [(2 * int(upto) * number + whole) // (2 * whole) for upto in np.cumsum(among)]
    return np.asarray(np.diff(np.array(reached, dtype=np.int64), prepend=0))


def _checked(
    cells: pd.DataFrame, people: pd.DataFrame, weights: Floats, urban: Mask | None, scattered: float
) -> pd.DataFrame:
    """The figures as whole numbers with ``urban`` for ``rural``; every problem at once."""
    problems = [] if "total" in people.columns else ["people: column 'total' is missing"]
    if len(weights) != len(cells) or not (np.isfinite(weights) & (weights >= 0)).all():
        problems.append(f"weights: must be {len(cells)} numbers >= 0")
    if urban is not None and len(urban) != len(cells):
        problems.append(f"urban: must be {len(cells)} values, got {len(urban)}")
    if not 0 <= scattered <= 1:
        problems.append(f"scattered_share: must lie in [0, 1], got {scattered}")
    raise_if_any(problems, where="census to grid")
    table = people.apply(pd.to_numeric, errors="coerce")
    for name in table.columns:
        bad = table.index[~((table[name] >= 0) & (table[name] % 1 == 0))]
        if len(bad):
            problems.append(
                f"people: {name} must be whole people >= 0, got "
                f"{listed([f'{people.loc[u, name]} in {u}' for u in bad], most=3)}"
            )
    for one, other in (("people", set(cells["unit"]) - set(table.index)),
                       ("cells", set(table.index) - set(cells["unit"]))):  # fmt: skip
        if other:
            problems.append(f"{one}: nothing for units {listed(sorted(map(str, other)))}")
    if table.index.has_duplicates:
        problems.append("people: units come twice; keep one row of each")
    raise_if_any(problems, where="census to grid")
    table = pd.DataFrame(table, dtype=np.int64)
    if "rural" in table.columns:
        rest = table["total"] - table["rural"]
        if "urban" in table.columns and (rest != table["urban"]).any():
            problems.append("people: urban and rural do not sum to total in "
                            f"{listed(table.index[rest != table['urban']])}")  # fmt: skip
        table["urban"] = rest
    for name in table.columns.drop("total"):
        limit = WITHIN.get(name, "total")
        limit = limit if limit in table.columns else "total"
        above = table.index[(table[name] > table[limit]) | (table[name] < 0)]
        if len(above):
            problems.append(f"people: {name} is larger than {limit} in {listed(above)}")
    if {"age60", "under3"} <= set(table.columns):
        over = table.index[table["age60"] + table["under3"] > table["total"]]
        if len(over):
            problems.append(f"people: age60 and under3 exceed total in {listed(over)}")
    if "urban" in table.columns:
        count = cells["unit"].value_counts().reindex(table.index)
        both = (table["urban"] > 0) & (table["urban"] < table["total"])
        if len(few := table.index[both & (count < 2)]):
            problems.append(
                f"cells: units {listed(few)} need two for their urban and their rural people"
            )
    raise_if_any(problems, where="census to grid")
    return table

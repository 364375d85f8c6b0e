"""Which part of a region each unit, cell and site belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.errors import InputError, raise_if_any
from allocator.region.ground import Region
from allocator.region.units import Units


@dataclass(frozen=True, eq=False)
class Territory:
    """The units of a level, or of several, as parts; together they have every cell and site.

    Attributes
    ----------
    units
        Unit of each part, in table order.
    of_unit
        Unit -> its part, for the units of the level and all below them.
    cell, site
        Part of every cell and site, shapes ``(n_cells,)`` and ``(n_sites,)``. What lies in no unit
        of the level belongs to the part of the nearest cell that does.
    """

    units: tuple[str, ...]
    of_unit: dict[str, int]
    cell: NDArray[np.int64]
    site: NDArray[np.int64]

    @classmethod
    def of(cls, region: Region, level: str) -> "Territory":
        """Cut a region at a level, or at several between commas (``district,county``).

        Raises
        ------
        InputError
            If the region has no such level, units of several contain one another, or a planning
            unit does not lie in one of them.
        """
        units = region.units
        levels = tuple(name.strip() for name in level.split(","))
        known = list(dict.fromkeys(map(str, units.table["level"])))
        raise_if_any(
            [f"by: the region has no units of level {name!r}; known: {', '.join(known)}"
             for name in levels if name not in known],
            where="plan",
        )  # fmt: skip
        named = units.at(levels)
        part = {u: k for k, u in enumerate(named)}
        of_unit = {
            str(u): part[above]
            for u in units.table.index
            for above in units.ancestors(str(u))
            if above in part
        }
        raise_if_any(_problems(units, levels, of_unit), where="plan")
        cell = _known(region.grid.table["unit"].tolist(), of_unit)
        site = _known(region.sites.table["unit"].tolist(), of_unit)
        xy_m = region.grid.xy_m
        inside = np.flatnonzero(cell >= 0)
        if not len(inside):
            raise InputError(
                f"by: no cell of the grid lies in a {' or '.join(levels)}", where="plan"
            )
        if (cell < 0).any() or (site < 0).any():
            tree = cKDTree(xy_m[inside])
            lost = np.flatnonzero(cell < 0)
            near = inside[np.asarray(tree.query(xy_m[lost])[1], dtype=np.int64)]
            stray = np.flatnonzero(site < 0)
            at = region.sites.table.iloc[stray][["x_m", "y_m"]].to_numpy(np.float64)
            beside = inside[np.asarray(tree.query(at)[1], dtype=np.int64)]
            cell[lost], site[stray] = cell[near], cell[beside]
        return cls(tuple(named), of_unit, cell, site)

    def __len__(self) -> int:
        return len(self.units)


def _known(names: list[str], of_unit: dict[str, int]) -> NDArray[np.int64]:
    return np.array([of_unit.get(u, -1) for u in names], dtype=np.int64)


def _problems(units: Units, levels: tuple[str, ...], of_unit: dict[str, int]) -> list[str]:
    named = units.at(levels)
    inside = {u: [a for a in units.ancestors(u)[1:] if a in named] for u in named}
    problems = [
        f"by: {u} lies in {above[0]}, and both would be parts; leave one of their levels out"
        for u, above in inside.items()
        if above
    ]
    lost = [u for u in units.planning if u not in of_unit]
    if lost:
        also = list(dict.fromkeys(str(units.table.loc[u, "level"]) for u in lost))
        problems.append(
            f"by: planning units {', '.join(lost)} lie in no {' or '.join(levels)}: beds and staff "
            f"are planned by unit, so each must lie whole in a part; their level may be added: "
            f"{','.join([*levels, *also])}"
        )
    return problems

"""Sites that a plan opens, upgrades or closes, in groups of equals that are told apart by people.

Two sites of one kind in one unit that cost the same are the same to every row; which of them opens
first is settled by the people whom they serve.
"""

from dataclasses import dataclass

import geopandas as gpd

from allocator.planning.case import Case
from allocator.planning.years.beginnings import strengths_of_sites
from allocator.region.sites import WITH_HOSPITAL_BEDS


@dataclass(frozen=True)
class Opening:
    """One site that changes: ``what`` is ``new``, ``upgraded`` or ``closed``."""

    id: str
    position: int
    what: str
    kind: str
    unit: str
    cost: float
    served: float
    private_beds: int
    strength: str


@dataclass(frozen=True)
class Group:
    """Openings that no row tells apart, those that serve most people first."""

    members: tuple[Opening, ...]

    @property
    def first(self) -> Opening:
        """One of them, for all that they have in common."""
        return self.members[0]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.members)


def groups_of(case: Case, facilities: gpd.GeoDataFrame) -> list[Group]:
    """What the plan aimed at opens, upgrades and closes, grouped."""
    alone = {project.position for project in case.projects}
    found: dict[tuple[object, ...], list[Opening]] = {}
    for one in _openings(case, facilities):
        key: tuple[object, ...] = (
            one.what, one.kind, one.unit, one.cost, one.private_beds, one.strength,
            one.position if one.position in alone else -1,
        )  # fmt: skip
        found.setdefault(key, []).append(one)
    return [
        Group(tuple(sorted(members, key=lambda one: (-one.served, one.id))))
        for members in found.values()
    ]


def _openings(case: Case, facilities: gpd.GeoDataFrame) -> list[Opening]:
    units, table = case.region.units, case.region.sites.table
    positions = {str(name): j for j, name in enumerate(table.index)}
    ranks = strengths_of_sites(case)
    changed = facilities[facilities["status"].isin(["new", "upgraded", "closed"])]
    found = []
    for row in changed.to_dict("records"):
        j, new = positions[str(row["id"])], row["status"] == "new"
        holds = new and row["run_by"] == "private" and row["kind"] in WITH_HOSPITAL_BEDS
        beds = row["beds"] if holds and row["beds"] == row["beds"] else 0
        found.append(
            Opening(
                str(row["id"]), j, str(row["status"]), str(row["kind"]),
                units.planning_unit_of(row["unit"]) if row["unit"] else "",
                float(row["cost"]), float(row["people_served"]), int(beds), ranks.get(j, "wish"),
            )
        )  # fmt: skip
    return found

"""Ways along roads between the cells of one grid and any sites: snapped once, asked often."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.road_graph import Floats, RoadNetwork
from allocator.travel.road_report import Ends, notes_on, whom_roads_leave_out
from allocator.travel.shifted import shift_of_sites
from allocator.travel.shortest import RoadEnds, in_order, nearest, shortest
from allocator.travel.snapping import Snapped, snap
from allocator.travel.times import Direction, TravelTimes


@dataclass(frozen=True, eq=False)
class RoadWays:
    """What the streets cost, and where the cells lie on them.

    Attributes
    ----------
    roads
        The streets.
    along
        Cost of each street by direction, infinite where it is closed; shape ``(n_streets, 2)``.
    per_m
        Cost of a metre between a point and its street.
    unit
        Of both costs.
    cell_xy_m
        Cells in the roads' coordinate system, shape ``(n_cells, 2)``.
    demand
        Who lives there, if known.
    direction
        Which way people or vehicles go.
    snap_limit_m, least_part_km, threads
        As for :func:`allocator.travel.roads.road_network`.
    told
        Speeds and options, for the provenance.
    """

    roads: RoadNetwork
    along: Floats
    per_m: float
    unit: Literal["minutes", "km"]
    cell_xy_m: Floats
    demand: Demand | None
    direction: Direction
    snap_limit_m: float
    least_part_km: float
    told: Mapping[str, object]
    threads: int = 1

    @cached_property
    def cells(self) -> Snapped:
        """Where the cells lie on the roads."""
        return self.snapped(self.cell_xy_m)

    def snapped(self, xy_m: Floats) -> Snapped:
        """Where points lie on the roads."""
        return snap(self.roads, xy_m, limit_m=self.snap_limit_m, least_part_km=self.least_part_km)

    def times(self, sites: Snapped, limit: float) -> TravelTimes:
        """Arcs within a limit, by cell and then by site; nothing is said of who is left out."""
        cells, ends = self._legs(self.cells), self._legs(sites)
        most = limit * (1 + LIMIT_TOLERANCE)
        there, back = (cells, ends)[:: 1 if self.direction == "to site" else -1]
        one, other, value = shortest(
            self.roads, self.along, there, back, limit=most, threads=self.threads
        )
        cell, site = (one, other)[:: 1 if self.direction == "to site" else -1]
        order = in_order(cell, site, len(cells), len(ends))
        return TravelTimes(
            n_cells=len(cells), n_sites=len(ends), cell=cell[order], site=site[order],
            value=value[order], unit=self.unit, limit=limit, demand=self.demand,
        )  # fmt: skip

    def nearest(self, sites: Snapped, limit: float) -> Floats:
        """Cost between each cell and its nearest site; infinite beyond the limit; ``(n_cells,)``.

        One search for all sites, on the roads turned round if people go to the sites.
        """
        along = self.along[:, ::-1] if self.direction == "to site" else self.along
        most = limit * (1 + LIMIT_TOLERANCE)
        return nearest(self.roads, along, self._legs(sites), self._legs(self.cells), limit=most)

    def report(self, sites: Snapped, site_set: SiteSet | None) -> dict[str, object]:
        """Provenance: source, speeds, options and whom the roads leave out."""
        ends = Ends(self.cells, sites, self.cell_xy_m, self.demand, site_set)
        left_out = whom_roads_leave_out(self.roads, ends)
        shift = shift_of_sites(site_set, self.roads)
        notes = notes_on(left_out, ends) + ([] if shift is None else [f"roads: {shift.text}"])
        return {
            "source": "roads", "roads": dict(self.roads.source), "direction": self.direction,
            **self.told,
            "snapped_to": "the nearest spot on a street",
            "snap_limit_m": float(self.snap_limit_m), "least_part_km": float(self.least_part_km),
            "nodes": self.roads.n_nodes, "streets": len(self.roads), "arcs": self.roads.n_arcs,
            "left_out": left_out, "shifted": "" if shift is None else shift.system,
            "notes": notes,
        }  # fmt: skip

    def _legs(self, points: Snapped) -> RoadEnds:
        return RoadEnds(points, points.away_m * self.per_m)

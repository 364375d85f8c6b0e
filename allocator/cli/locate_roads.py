"""Travel of ``allocator locate --roads``: along the streets of a file, by minutes or km."""

import warnings
from typing import TYPE_CHECKING, Any

from allocator.cli.locate_options import Asked
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import Direction, TravelTimes
from allocator.travel.ways import FARTHEST

if TYPE_CHECKING:
    from allocator.travel.road_graph import RoadNetwork


def read_network(asked: Asked, sites: SiteSet) -> "RoadNetwork":
    """The streets as the mode uses them, in the coordinate system of the sites."""
    from allocator.travel.road_files import read_roads

    return read_roads(asked.roads, mode="walk" if asked.mode == "walk" else "drive", crs=sites.crs)


def along_roads(
    asked: Asked, roads: "RoadNetwork", cells: Demand, sites: SiteSet, farthest: float
) -> TravelTimes:
    """Arcs up to a limit, a day or 1,440 km at most; whom the roads leave out is in the notes."""
    from allocator.travel.road_report import RoadWarning
    from allocator.travel.roads import road_network, road_network_km

    ways: Direction = "from site" if asked.direction == "from-site" else "to site"
    limit = min(farthest, FARTHEST)
    with warnings.catch_warnings():  # they stand in the notes
        warnings.simplefilter("ignore", RoadWarning)
        if asked.in_km:
            return road_network_km(roads, cells, sites, max_km=limit, direction=ways)
        return road_network(roads, cells, sites, max_minutes=limit, direction=ways)


def notes_of(times: TravelTimes) -> list[str]:
    """Whom the roads leave out, in sentences."""
    told: Any = times.provenance.get("notes", [])
    return list(told)

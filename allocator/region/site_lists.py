"""The lists of sites that a region brings: each read by its own section, then put together."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from allocator.region.coordinates import Box
from allocator.region.findings import Findings, listed, repeated
from allocator.region.grid import PopulationGrid
from allocator.region.manifest import SitesFile
from allocator.region.point_files import Points, points_of
from allocator.region.site_files import no_sites, our_names, sites_table, with_units
from allocator.region.table_sources import TableSource
from allocator.region.tables import Sheet


@dataclass(frozen=True, eq=False)
class SiteList:
    """One list of sites under our column names; ``sheet`` is None if it could not be read."""

    section: SitesFile
    sheet: Sheet | None

    def points(self, region_crs: str | None, box_degrees: Box | None) -> Points | None:
        """Where its sites lie."""
        if self.sheet is None:
            return None
        return points_of(
            self.sheet, crs=self.section.crs, region_crs=region_crs,
            system=self.section.coordinates, box_degrees=box_degrees,
        )  # fmt: skip

    def table(
        self, units: gpd.GeoDataFrame, crs: str, box_degrees: Box | None
    ) -> pd.DataFrame | None:
        """Its rows, checked; units only where the list states them."""
        if self.sheet is None:
            return None
        return sites_table(self.sheet, self.points(crs, box_degrees), units, crs)


def site_list(section: SitesFile, tables: TableSource, found: Findings) -> SiteList:
    """Open one list."""
    sheet = tables.sheet(section.file, found, layer=section.layer)
    return SiteList(section, None if sheet is None else our_names(sheet, section))


def sites_of(
    lists: Sequence[SiteList],
    units: gpd.GeoDataFrame,
    crs: str,
    box_degrees: Box | None,
    grid: PopulationGrid | None,
    *,
    needed: bool,
    found: Findings,
) -> pd.DataFrame:
    """All sites in one table, each with its unit; ``needed`` where nothing else can be sited."""
    parts = []
    for sites in lists:
        part = sites.table(units, crs, box_degrees)
        if part is not None:
            parts.append(with_units(part, units, grid, sites.section.file, found))
    table = pd.concat(parts) if parts else no_sites()
    if again := repeated(list(table.index)):
        files = listed(sites.section.file for sites in lists)
        found.problem(f"{files}, id: {listed(map(repr, again))} come in several files; rename them")
    if needed and table.empty and len(parts) == len(lists):
        mend = (
            "give [sites] a file with rows, or a [[candidates]] rule"
            if found.arguments is None
            else "give sites with rows, or a rule in candidates"
        )
        found.problem(f"no sites and no candidates, so nothing can be sited; {mend}")
    return table

"""The lists of sites that a region brings: each read by its own section, then put together."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from allocator.region.coordinates import Box
from allocator.region.findings import Findings, LeftOut, listed, repeated
from allocator.region.grid import PopulationGrid
from allocator.region.land import Layer, land_of, outlines_file
from allocator.region.manifest import SitesFile
from allocator.region.point_files import Points, points_of
from allocator.region.site_files import COLUMNS, no_sites, our_names, sites_table, with_units
from allocator.region.table_sources import TableSource
from allocator.region.tables import Sheet
from allocator.region.tidying import repeated_places, tell_left_out, with_a_place, with_own_ids


@dataclass(frozen=True, eq=False)
class SiteList:
    """One list of sites under our column names; ``sheet`` is None if it could not be read.

    ``land`` and ``water`` are files with outlines of where sites may, and may not, stand.
    """

    section: SitesFile
    sheet: Sheet | None
    land: Layer | None = None
    water: Layer | None = None

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
    if sheet is not None:
        sheet = our_names(sheet, section)
        sheet = with_a_place(with_own_ids(sheet)) if section.messy else sheet
    return SiteList(
        section,
        sheet,
        outlines_file(section.land, tables, found),
        outlines_file(section.water, tables, found),
    )


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
    parts, read = [], []
    for sites in lists:
        part = sites.table(units, crs, box_degrees)
        if part is not None:
            file, messy = sites.section.file, sites.section.messy
            part = with_units(
                part, units, grid, file, found, messy=messy,
                beyond_m=sites.section.beyond_km * 1000,
            )  # fmt: skip
            parts.append(on_land(part, sites, crs, found))
            read.append(sites.section)
    table = _without_repeats(parts, read, found) if parts else no_sites()
    for section in read:
        tell_left_out(found, section.file)
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


def on_land(table: pd.DataFrame, sites: SiteList, crs: str, found: Findings) -> pd.DataFrame:
    """Keep the sites on land; those off it are a problem, or in a messy list left out."""
    land, file = land_of(sites.land, sites.water, crs, found), sites.section.file
    if land is None:
        return table
    wet = ~land.holds(table[["x_m", "y_m"]].to_numpy(np.float64))
    if not wet.any():
        return table
    if not sites.section.messy:
        found.problem(
            f"{file}: {listed(map(repr, table.index[wet]))} lie in the water; mend their "
            f"coordinates, leave them out, or set {found.setting('sites.messy')} = true"
        )
        return table
    for id_, row in table[wet].iterrows():
        found.leave_out(LeftOut(file, int(row["row"]), str(id_), str(row["name"]), "lies in water"))
    return table[~wet]


def _without_repeats(
    parts: Sequence[pd.DataFrame], read: Sequence[SitesFile], found: Findings
) -> pd.DataFrame:
    """All lists in one table without places that repeat an earlier one, as their sections say."""
    table = pd.concat(parts)
    section = [of for of, part in zip(read, parts, strict=True) for _ in range(len(part))]
    names = table["name"].where(table["name"] != table.index.to_series(), "")
    near = repeated_places(
        table[["x_m", "y_m"]].to_numpy(np.float64),
        list(table["kind"]),
        list(names),
        [of.apart_m for of in section],
        anything=list(table["status"] == "candidate"),
    )
    for pair in near:
        row, kept = table.iloc[pair.later], table.iloc[pair.earlier]
        found.leave_out(
            LeftOut(
                section[pair.later].file, int(row["row"]), str(table.index[pair.later]),
                str(row["name"]), f"repeats {kept['name']} {pair.apart_m:,.0f} m away",
            )
        )  # fmt: skip
    gone = np.zeros(len(table), dtype=np.bool_)
    gone[[pair.later for pair in near]] = True
    return table.loc[~gone, list(COLUMNS)]

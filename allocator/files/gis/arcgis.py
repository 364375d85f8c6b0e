"""The layers and fields that ArcGIS Location-Allocation writes, for those who know them.

Facts after Esri's page "Location-allocation analysis layer" (classes Facilities, Demand Points and
Lines, ArcGIS Pro). One set of layers per coverage rule, since each is an allocation of its own.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from allocator.files.gis.layers import Layer
from allocator.files.gis.serving_lines import rules_served, served_cells
from allocator.files.tables import COVERED, NEAREST

FACILITY_TYPE = {"new": 3, "kept": 1, "upgraded": 1, "closed": 0}
"""0 candidate that is not chosen, 1 required, 3 chosen; 2 (competitor) does not occur."""


def arcgis_layers(layers: Sequence[Layer]) -> list[Layer]:
    """Per coverage rule ``Facilities_RULE``, ``DemandPoints_RULE`` and ``Lines_RULE``.

    ``FacilityOID`` and ``DemandOID`` count the rows of these layers from 1, as the file's own
    object ids do; ``SourceID`` is the plan's id. Cells of the group that no site serves are demand
    points without facility, as are those of other groups left out.
    """
    of = {layer.name: layer.frame for layer in layers}
    sites, cells = of["sites"], of["cells"]
    lines = of["allocation"]
    found = []
    for rule in rules_served(cells):
        served = served_cells(cells, sites, rule)
        if served.empty:
            continue
        kinds = set(sites["kind"].iloc[served["site"].unique()])
        offered = sites[sites["kind"].isin(kinds)]
        unit = "Minutes" if served["minutes"].notna().any() else "Kilometers"
        asked = cells[_asked(cells, rule)]
        demand = _demand(asked, offered, rule)
        mine = lines[lines["rule"] == rule]
        parts = (
            ("Facilities", _facilities(offered, served, sites, unit)),
            ("DemandPoints", demand),
            ("Lines", _lines(mine, asked, offered, unit)),
        )
        found += [
            Layer(f"{name}_{rule}", f"{name} of the coverage rule {rule}, ArcGIS fields",
                  frame.set_crs(cells.crs, allow_override=True))
            for name, frame in parts
        ]  # fmt: skip
    return found


def _asked(cells: pd.DataFrame, rule: str) -> "pd.Series[bool]":
    """Cells that the rule speaks of: those with a way, or a site."""
    known = cells[f"{NEAREST}{rule}"].fillna("") != ""
    for column in (f"minutes:{rule}", f"km:{rule}"):
        if column in cells.columns:
            known |= cells[column].notna()
    covered = f"{COVERED}{rule}"
    return known | cells[covered].eq(True) if covered in cells.columns else known


def _facilities(
    offered: gpd.GeoDataFrame, served: pd.DataFrame, sites: pd.DataFrame, unit: str
) -> gpd.GeoDataFrame:
    cost = served["minutes" if unit == "Minutes" else "km"]
    sums = (
        pd.DataFrame({
            "DemandCount": 1, "DemandWeight": served["people"], f"Total_{unit}": cost,
            f"TotalWeighted_{unit}": cost * served["people"],
        })
        .groupby(sites["id"].to_numpy()[served["site"]])
        .sum()
        .reindex(offered["id"], fill_value=0)
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "Name": _names(offered),
            "FacilityOID": np.arange(1, len(offered) + 1),
            "SourceID": offered["id"].to_numpy(),
            "FacilityType": [FACILITY_TYPE.get(s, 0) for s in offered["status"]],
            "Weight": 1.0,
            **{str(c): sums[c].to_numpy() for c in sums.columns},
        }
    )
    return gpd.GeoDataFrame(table, geometry=offered.geometry.to_numpy())


def _demand(asked: gpd.GeoDataFrame, offered: pd.DataFrame, rule: str) -> gpd.GeoDataFrame:
    at = pd.Index(offered["id"]).get_indexer(asked[f"{NEAREST}{rule}"].fillna(""))
    facility = pd.Series(at + 1).where(at >= 0).astype("Int64")
    people = asked["people"].to_numpy(np.float64)
    table = pd.DataFrame(
        {
            "Name": asked["cell"].to_numpy(),
            "DemandOID": np.arange(1, len(asked) + 1),
            "Weight": people,
            "GroupName": asked["unit"].to_numpy(),
            "FacilityID": facility,
            "FacilityOID": facility,
            "AllocatedWeight": np.where(at >= 0, people, 0.0),
        }
    )
    return gpd.GeoDataFrame(table, geometry=asked.geometry.to_numpy())


def _lines(
    lines: gpd.GeoDataFrame, asked: pd.DataFrame, offered: pd.DataFrame, unit: str
) -> gpd.GeoDataFrame:
    facility = pd.Index(offered["id"]).get_indexer(lines["site"]) + 1
    demand = pd.Index(asked["cell"]).get_indexer(lines["cell"]) + 1
    cost = lines["minutes" if unit == "Minutes" else "km"].to_numpy(np.float64)
    people = lines["people"].to_numpy(np.float64)
    names = dict(zip(offered["id"], _names(offered), strict=True))
    table = pd.DataFrame(
        {
            "Name": [
                f"{cell} - {names[s]}" for cell, s in zip(lines["cell"], lines["site"], strict=True)
            ],
            "Weight": people,
            "FacilityID": facility,
            "FacilityOID": facility,
            "DemandID": demand,
            "DemandOID": demand,
            f"Total_{unit}": cost,
            f"TotalWeighted_{unit}": cost * people,
        }
    )
    return gpd.GeoDataFrame(table, geometry=lines.geometry.to_numpy())


def _names(sites: pd.DataFrame) -> list[str]:
    """Name of each site, its id where it has none."""
    return [n or i for n, i in zip(sites["name"], sites["id"], strict=True)]

"""The institutions, modelled: which ones is typed in ``inputs/sites.toml``, where is by rule.

Every ``[[sites]]`` table is one rule. It says what stands (``id``, ``name``, ``kind``, ``status``,
``grade``, ``run_by``, ``beds``, ``attributes``, ``basis``) and, by exactly one of these keys,
where:

* ``each = "unit"``: one in every town and street (of ``levels``; only ``units``, only of
  ``counties``, not ``but``; only the ``most`` populous), in the cell nearest to its point, or that
  of a ``rank``;
* ``each = "county"``: one in every county (of ``levels``; only ``counties``, not ``but``), in the
  unit ``at`` ("seat", "street 1": the most populous other street, "town 2" ...), in its cell with
  the ``rank``-th most people;
* ``at = "330402 street 1"`` or the code of a unit: one there, in its cell of that ``rank``;
* ``spread = n`` or ``fill_to = n`` (so many existing sites in all): at every so many of the people
  ``among`` (all, urban, rural; in ``units``) along a space-filling curve, first shared out over
  the counties (``by = "region"``: not).

``kind``, ``beds``, ``attributes`` may be lists: the sites of the rule take them in turn. ``marks``
gives an attribute to so many of the rule's sites, evenly chosen. Rules with the same ``group`` are
listed county by county. The tables ``[names]``, ``[grades]`` and ``[attributes]`` say what is
particular to a site, by its id. In ids and names, {county}, {unit}, {county_name}, {unit_name}
stand for codes and names, {n} and {k} for the number of the site in its unit and in its rule.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from region_maker.inputs import Model
from region_maker.spots import Ground, Spot, spots_of

COLUMNS = ["id", "name", "kind", "status", "lon", "lat", "grade", "run_by", "unit"]


@dataclass(frozen=True)
class _Listed:
    """A row with what it is ordered by: group, place in it, rule."""

    order: tuple[int, int, int]
    cell: int
    row: dict[str, Any]


def all_sites(
    cells: pd.DataFrame,
    counties: pd.DataFrame,
    towns: pd.DataFrame,
    known: pd.DataFrame,
    model: Model,
) -> pd.DataFrame:
    """Sites with id, name, kind, status, lon, lat ..., all modelled."""
    said = tomllib.loads((model.inputs / "sites.toml").read_text("utf-8"))
    ground = Ground(cells, counties, towns, known)
    groups: dict[str, int] = {}
    listed: list[_Listed] = []
    for number, rule in enumerate(said["sites"]):
        group = groups.setdefault(rule.get("group", f"rule {number}"), len(groups))
        if "fill_to" in rule:
            standing = sum(one.row["status"] == "existing" for one in listed)
            rule = {**rule, "spread": rule["fill_to"] - standing}
        spots = list(spots_of(rule, ground))
        listed += [
            _Listed((group, spot.anchor, number), spot.cell, row)
            for spot, row in zip(spots, _rows(rule, spots, ground, said), strict=True)
        ]
    listed.sort(key=lambda one: one.order)
    return _table(listed, ground, model)


def _rows(
    rule: dict[str, Any], spots: list[Spot], ground: Ground, said: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """What stands at each spot of a rule."""
    marked = {
        attribute: set(_evenly(len(spots), n)) for attribute, n in rule.get("marks", {}).items()
    }
    seen: dict[str, int] = {}
    for k, spot in enumerate(spots):
        seen[spot.unit] = seen.get(spot.unit, 0) + 1
        words = {
            "county": spot.county, "unit": spot.unit, "n": f"{seen[spot.unit]:02d}",
            "k": f"{k + 1:02d}", "county_name": ground.name(spot.county),
            "unit_name": ground.name(spot.unit),
        }  # fmt: skip
        site = rule["id"].format(**words)
        attributes = [
            *filter(None, str(_in_turn(rule.get("attributes", ""), k)).split(";")),
            *(a for a, chosen in marked.items() if k in chosen),
            *filter(None, said.get("attributes", {}).get(site, "").split(";")),
        ]
        yield {
            "id": site,
            "name": said.get("names", {}).get(site, rule["name"].format(**words)),
            "kind": _in_turn(rule["kind"], k),
            "status": rule.get("status", "existing"),
            "grade": said.get("grades", {}).get(site, rule.get("grade", "")),
            "run_by": rule.get("run_by", ""),
            "unit": spot.unit,
            "beds": _in_turn(rule.get("beds", ""), k),
            "attributes": ";".join(attributes),
            "basis": rule.get("basis", "modelled"),
        }


def _table(listed: list[_Listed], ground: Ground, model: Model) -> pd.DataFrame:
    """The rows with their points; no column of beds where nobody has any."""
    table = pd.DataFrame([one.row for one in listed])
    at = [one.cell for one in listed]
    points = gpd.GeoSeries(
        gpd.points_from_xy(ground.x_m[at], ground.y_m[at]), crs=model.crs
    ).to_crs(4326)
    table = table.assign(lon=[f"{x:.6f}" for x in points.x], lat=[f"{y:.6f}" for y in points.y])
    beds = ["beds"] if (table["beds"] != "").any() else []
    return table[[*COLUMNS, *beds, "attributes", "basis"]]


def _in_turn(value: Any, k: int) -> Any:
    return value[k % len(value)] if isinstance(value, list) else value


def _evenly(n_all: int, n: int) -> list[int]:
    """``n`` of ``n_all`` positions, evenly spaced."""
    n = min(n, n_all)
    return [(2 * i + 1) * n_all // (2 * n) for i in range(n)]

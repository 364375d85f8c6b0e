"""The facility table: what opens, closes, is upgraded and stays."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from allocator.files.report.grids import (
    Cell,
    Filter,
    Grid,
    Row,
    columns,
    number,
    options,
    words,
    year,
)
from allocator.files.report.wording import Text, head, joined, kind, phrase, said, sentence
from allocator.files.tables import is_missing
from allocator.plans import Plan
from allocator.region.sites import ATTRIBUTES

_MOST_FACILITIES = 4000
_ORDER = {"new": 0, "closed": 1, "upgraded": 2, "kept": 3}
_CHANGED = "changed"


def facility_grid(plan: Plan) -> Grid:
    """Facilities, those that change first; the largest part of a very long list."""
    table = pd.DataFrame(plan.facilities).reset_index(drop=True)
    order = table["status"].map(_ORDER).fillna(9)
    ranked = table.assign(_order=order, _served=-table["people_served"].fillna(0).astype(float))
    ranked = ranked.sort_values(["_order", "kind", "_served"], kind="stable")
    names = _unit_names(plan)
    has_year = "year" in table.columns
    kept = ranked.head(_MOST_FACILITIES)
    rows = [
        _facility_row(line, names, place, has_year=has_year)
        for place, line in zip(kept.index, kept.to_dict("records"), strict=True)
    ]
    heads: list[str | Text] = [
        "name", "id", "kind", "status", "grade", phrase("unit"), "beds", "ambulances",
        "negative_pressure", "people_served", "cost", "attributes", phrase("place"),
    ]  # fmt: skip
    heads += ["year"] if has_year else []
    statuses = options(sorted(set(table["status"]), key=lambda s: _ORDER.get(s, 9)), said)
    first = _CHANGED if (table["status"] != "kept").any() else ""
    return Grid(
        "facilities",
        phrase("Facilities: what opens, closes, is upgraded and stays"),
        columns(heads, (6, 7, 8, 9, 10, 13)),
        rows,
        filters=(
            Filter("kind", head("kind"), options(sorted(set(table["kind"])), kind)),
            Filter(
                "status", head("status"),
                [(_CHANGED, phrase("new or closed")), *statuses],
                first=first if (table["status"].isin(["new", "closed"])).any() else "",
            ),
        ),
        page=50,
        left_out=len(table) - len(kept),
        source="facilities.csv",
    )  # fmt: skip


def _unit_names(plan: Plan) -> Mapping[str, str]:
    pairs = zip(plan.outlines.index, plan.outlines["name"], strict=True)
    return {str(unit): str(name) for unit, name in pairs}


def _facility_row(
    line: Mapping[Any, Any], names: Mapping[str, str], place: int, *, has_year: bool
) -> Row:
    status, unit = str(line["status"]), str(line["unit"])
    given = [a for a in str(line["attributes"]).split(";") if a]
    known = [Text(*ATTRIBUTES[a]) if a in ATTRIBUTES else Text.same(a) for a in given]
    name = str(line["name"])
    cells = [
        Cell(sentence(name, "name") if name else str(line["id"])),
        words(line["id"]),
        Cell(kind(str(line["kind"]))),
        Cell(said(status), look=f"status {status}"),
        words(line["grade"]),
        Cell(names.get(unit, unit)),
        number(line["beds"]),
        _vehicles(line["ambulances"], line["kind"]),
        _vehicles(line["negative_pressure"], line["kind"]),
        number(None if is_missing(line["people_served"]) else round(float(line["people_served"]))),
        number(line["cost"]),
        Cell(joined(known)),
        Cell(f"{float(line['lat']):.5f}, {float(line['lon']):.5f}"),
    ]
    cells += [year(line["year"])] if has_year else []
    facets = {"kind": str(line["kind"]), "status": status}
    facets["also"] = _CHANGED if status in ("new", "closed") else ""
    return Row(cells, facets, anchor=str(place))


def _vehicles(count: Any, kind_: str) -> Cell:
    """Vehicles stand at ambulance stations: elsewhere none is no news."""
    return number(None if count == 0 and kind_ != "ems_station" else count)

"""Today's stock and what is given, from ``inputs/stock.csv``: as stated, or shared out.

Columns ``resource``, ``number``, ``split``, ``basis``, ``source``. ``split`` says where the number
goes:

* empty: to the whole region, as it is known there;
* ``total``, ``urban``, ``rural``, ``age65`` ...: over the planning units by people of the census
  (largest remainders);
* ``own:COLUMN``: every county has its own figure in ``counties.csv``, which must sum to the number;
* ``part:COLUMN:GROUP``: of every county's own figure, the part that ``urban`` people are of all;
  ``rural``: the rest;
* ``sites:KIND:GRADE``: by the beds of the existing public sites of that kind and grade.
"""

import numpy as np
import pandas as pd

from allocator.region.apportionment import largest_remainder
from region_maker.inputs import Model, read_table
from region_maker.writing import under_3


def stock_table(
    cells: pd.DataFrame, counties: pd.DataFrame, sites: pd.DataFrame, model: Model
) -> pd.DataFrame:
    """Columns ``unit``, ``resource``, ``have``, ``basis``, ``source``."""
    people = _people(cells, counties, model)
    rows = []
    for r in read_table(model, "stock").itertuples(index=False):
        if not r.split:
            rows.append((model.root["id"], r.resource, r.number, r.basis, r.source))
            continue
        number = int(r.number)
        shares = _weights(r.split, people, counties, sites, number)
        parts = largest_remainder(shares.to_numpy(float), number)
        rows += [
            (unit, r.resource, part, r.basis, r.source)
            for unit, part in zip(shares.index, parts, strict=True)
        ]
    return pd.DataFrame(rows, columns=["unit", "resource", "have", "basis", "source"])


def _people(cells: pd.DataFrame, counties: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Groups of people of every planning unit, as in ``populations.csv``."""
    if not model.one_county(counties):
        return counties.assign(under3=under_3(counties))
    total = cells.groupby("unit")["people"].sum()
    urban = cells["people"].where(cells["urban"], 0).groupby(cells["unit"]).sum()
    return pd.DataFrame({"total": total, "urban": urban, "rural": total - urban})


def _weights(
    split: str, people: pd.DataFrame, counties: pd.DataFrame, sites: pd.DataFrame, number: int
) -> pd.Series:
    form, _, rest = split.partition(":")
    if form in ("own", "part"):
        column, _, group = rest.partition(":")
        own = _part(counties, column, group) if group else counties[column]
        if own.sum() != number:
            raise SystemExit(f"{split} of the counties sums to {own.sum()}, not {number}")
        return own
    return people[split] if form != "sites" else _beds(people, sites, *rest.split(":"))


def _part(counties: pd.DataFrame, column: str, group: str) -> pd.Series:
    urban = (counties[column] * counties["urban"] / counties["total"]).round().astype(int)
    return urban if group == "urban" else counties[column] - urban


def _beds(people: pd.DataFrame, sites: pd.DataFrame, kind: str, grade: str) -> pd.Series:
    """Beds of public hospitals of a kind and grade in every planning unit; 1 where not stated."""
    of_grade = sites["grade"] == grade if len(grade) > 1 else sites["grade"].str.startswith(grade)
    mine = sites[
        (sites["kind"] == kind)
        & of_grade
        & sites["status"].eq("existing")
        & ~sites["run_by"].eq("private")
    ]
    beds = mine["beds"].replace("", np.nan).astype(float).fillna(1.0)
    by_unit = beds.groupby(mine["unit"].str[: len(people.index[0])]).sum()
    return by_unit.reindex(people.index, fill_value=0.0)

"""A comparison in words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.files.labels import kind_label, resource_label

if TYPE_CHECKING:
    from allocator.studies.comparison import Comparison

_MOST = 8
"""Items of a list; the tables have all of them."""


def in_words(found: "Comparison") -> str:
    """What differs, plan by plan."""
    first = found.names[0]
    lines = []
    for name in found.names[1:]:
        lines.append(f"{name} against {first} ({found.region}):")
        said = _one(found, name)
        lines += [f"  {line}" for line in said or ["nothing differs"]]
    lines += [f"  note: {note}" for note in found.notes]
    return "\n".join(lines)


def _one(found: "Comparison", name: str) -> list[str]:
    own = {table: frame[frame["plan"] == name] for table, frame in found.tables.items()}
    return [
        *_inputs(own["inputs"]),
        *_costs(own["costs"]),
        *_rules(own["rules"]),
        *_sites(own["sites"]),
        *_units(own["units"]),
        *_people(own["people"]),
        *_ways(own["ways"]),
    ]


def _inputs(table: pd.DataFrame) -> list[str]:
    said = [
        f"{row['item'].removeprefix('assumption ')} {_value(row['first'])} -> "
        f"{_value(row['other'])}"
        for row in table.to_dict("records")
    ]
    return [f"inputs that differ: {_few(said)}"] if said else []


def _costs(table: pd.DataFrame) -> list[str]:
    whole = table[table["item"] == "all"]
    return [
        f"cost: {r['first']:,.0f} -> {r['other']:,.0f} {r['currency']} ({r['change']:+,.0f}"
        + (f", {r['change'] / r['first']:+.1%})" if r["first"] else ")")
        for r in whole.to_dict("records")
    ]


def _rules(table: pd.DataFrame) -> list[str]:
    whole = table[(table["area"] == "all") & (table["strength"] != "info")]
    lines = []
    for verdict, words in (
        ("met now", "hold now that gave way"),
        ("gives way now", "give way now that held"),
        ("not evaluated now", "can no longer be evaluated"),
    ):
        rules = [str(r) for r in whole.loc[whole["verdict"] == verdict, "rule"]]
        if rules:
            lines.append(f"rules that {words}: {_few(rules)}")
    still = whole[whole["verdict"].str.startswith("NOT met in both") & whole["change"].ne(0)]
    said = [
        f"{r['rule']} {r['first_achieved']:,.6g} -> {r['achieved']:,.6g} {r['measure']}"
        for r in still.dropna(subset=["change"]).to_dict("records")
    ]
    lines += [f"rules that give way in both, by another figure: {_few(said)}"] if said else []
    for verdict in ("only in the first plan", "only in the other plan"):
        rules = [str(r) for r in whole.loc[whole["verdict"].str.startswith(verdict), "rule"]]
        lines += [f"rules {verdict}: {_few(rules)}"] if rules else []
    return lines


def _sites(table: pd.DataFrame) -> list[str]:
    lines = []
    for what in ("open only in the other", "open only in the first"):
        rows = table[table["what"] == what]
        if rows.empty:
            continue
        kinds = ", ".join(
            f"{len(part):,} {kind_label(str(kind), chinese=False)}"
            for kind, part in rows.groupby("kind", sort=True)
        )
        names = [_site(row) for row in rows.to_dict("records")]
        lines.append(f"sites {what}: {kinds}: {_few(names)}")
    rest = table[~table["what"].str.startswith("open only")]
    if not rest.empty:
        lines.append(f"sites open in both that differ in status, beds or vehicles: {len(rest):,}")
    return lines


def _site(row: dict[Any, Any]) -> str:
    name = str(row["name"] or row["id"])
    where = str(row["unit_name"])
    return f"{name} ({where})" if where else name


def _units(table: pd.DataFrame) -> list[str]:
    lines = []
    for resource, rows in table.groupby("resource", sort=False):
        said = [
            f"{row['name'] or row['unit']} {row['change']:+,.10g}"
            for row in rows.dropna(subset=["change"]).to_dict("records")
        ]
        if said:
            lines.append(f"{resource_label(str(resource), chinese=False)}: {_few(said)}")
    return lines


def _people(table: pd.DataFrame) -> list[str]:
    lines = []
    for row in table[table["area"] == "all"].to_dict("records"):
        text = f"{row['rule']}: {row['first_covered']:,.0f} -> {row['covered']:,.0f} people covered"
        if row["gain"] == row["gain"]:
            text += f" ({row['gain']:,.0f} gain cover, {row['lose']:,.0f} lose it)"
        lines.append(text)
    return lines


def _ways(table: pd.DataFrame) -> list[str]:
    lines = []
    for row in table.to_dict("records"):
        text = (
            f"{row['rule']}: {row['first_mean']:.1f} -> {row['mean']:.1f} {row['unit']} to the "
            f"nearest site on the mean; nine of ten people within {row['first_p90']:.1f} -> "
            f"{row['p90']:.1f}"
        )
        if row["nearer"] == row["nearer"]:
            text += f" ({row['nearer']:,.0f} people nearer, {row['farther']:,.0f} farther)"
        lines.append(text)
    return lines


def _few(said: Iterable[str]) -> str:
    """The first items of a list, and how many more there are."""
    items = list(said)
    more = len(items) - _MOST
    shown = ", ".join(items[:_MOST])
    return f"{shown} and {more:,} more" if more > 0 else shown


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}"
    return f"{value:,}" if isinstance(value, int) else str(value) or "nothing"

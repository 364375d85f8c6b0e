"""Every kind of rule: what it says, its fields, its rows, how it is recounted, and an example."""

import inspect
import re
import types
import typing
from typing import Any

from docstring_parts import attributes_of, prose_of
from markdown_parts import block, cell, table
from pydantic_core import PydanticUndefined
from repository import ROOT, Site

from allocator.auditing import alternatives
from allocator.auditing.compliance import _LINES_OF_KIND
from allocator.planning.rows.budget import budget
from allocator.planning.rows.either import either_or
from allocator.planning.rows.kinds import SITE_ROWS, STOCK_ROWS
from allocator.policy.rule_parts import BaseRule, Data, SiteFilter
from allocator.policy.rules import Budget, EitherOr, Indicator, Parameter, Rule

KINDS: dict[str, type[BaseRule]] = {
    kind.model_fields["kind"].default: kind for kind in typing.get_args(typing.get_args(Rule)[0])
}
_ROWS = {**STOCK_ROWS, **SITE_ROWS, Budget: budget, EitherOr: either_or}
_WITHOUT_ROWS = {
    Parameter: "No rows: it fixes the people that all other rules count.",
    Indicator: "No rows: it is reported beside the others, and never judged.",
}
_OWN_EXAMPLES = {
    "fairness": """[[rules]]
id = "even-beds"
kind = "fairness"
strength = "target"
clause = "县域间床位配置差距逐步缩小"
line = 0
meaning = "Beds per 1,000 residents differ by at most 1 between counties."
level = ["county"]
resources = ["public_beds"]
measure = "range"
number = 1
per = 1000
"""
}
"""Of kinds that no built-in policy has. Made up; the tests read them."""
_PICTURES = {
    "coverage": "map_jiaxing_coverage.png",
    "quota": "map_jiaxing_beds.png",
    "mean_response": "map_jiaxing_minutes.png",
}
_SAYS = {
    "coverage": "Who is covered",
    "quota": "Beds by county",
    "mean_response": "Minutes to the nearest site",
}
_WORDS = {
    "Fraction": "number",
    "str": "text",
    "int": "whole number",
    "bool": "true or false",
}
_MISS = "A rule that cannot hold gives way by its `miss`; the tiers keep misses least, must first."


def add_to(site: Site) -> None:
    """Make a page for each kind, and one of all."""
    packs = _pack_rules()
    rows = []
    for name, kind in KINDS.items():
        site.pages[f"rules/{name}.md"] = _page(name, kind, packs.get(name, []), site)
        first = prose_of(kind).split("\n\n")[0]
        rows.append([f"[`{name}`]({name}.md)", cell(first), str(len(packs.get(name, [])))])
    site.pages["rules/index.md"] = _INDEX.format(
        common=_fields(BaseRule, skip=()),
        filter_says=prose_of(SiteFilter),
        filter_fields=_fields(SiteFilter, skip=()),
        kinds=table(["kind", "says", "in the packs"], rows),
    )


_INDEX = """# Kinds of rules

A policy is a list of rules. There are a few kinds of them, and every figure of a published plan
is a rule of one of these: no code is written for a plan. Each kind has rows in the program, and
an audit of its own that shares no code with them.

{kinds}

## What every rule carries

{common}

## SiteFilter

{filter_says}

{filter_fields}

Kinds and attributes of facilities are listed with the [region folder](../formats/regions.md).

## Numbers

Numbers are exact: `5.75` is 23/4. `sense` is `>=`, `<=`, `==`, `band` (with `lower` and
`upper`) or `about`; the two bounds of people and of things are whole numbers, rounded so that
2.45 per 1,000 of 100,000 people is 245.

How a policy file is written, laid over another and checked: [the built-in
policies](../policies/index.md). Rules of your own stand in a [scenario
file](../formats/scenarios.md), or go to `al.make_policy`.
"""


def _page(name: str, kind: type[BaseRule], examples: list[tuple[str, str]], site: Site) -> str:
    parts = [f"# `{name}`\n\n{prose_of(kind)}\n"]
    parts.append(f"## Fields\n\n{_fields(kind)}")
    parts += [
        f"### {inside.__name__}\n\n{prose_of(inside)}\n\n{_fields(inside, ())}"
        for field in kind.model_fields.values()
        for inside in _tables_in(field.annotation)
    ]
    parts.append("Beside these, what [every rule carries](index.md#what-every-rule-carries).\n")
    parts.append(f"## Rows in the program\n\n{_formulation(kind)}")
    if audit := {**_LINES_OF_KIND, "either_or": alternatives.lines}.get(name):
        said = "\n\n".join(filter(None, map(inspect.getdoc, (inspect.getmodule(audit), audit))))
        parts.append(f"## How the audit recounts it\n\n{block(said.replace('``', ''))}")
    parts.append(_example(name, examples, site))
    return "\n".join(parts)


def _fields(kind: type[BaseRule], skip: tuple[str, ...] = tuple(BaseRule.model_fields)) -> str:
    told = attributes_of(kind)
    rows = []
    for name, field in kind.model_fields.items():
        if name in skip or name == "kind":
            continue
        required = field.default is PydanticUndefined
        default = "" if required else f"`{_value(field.default)}`"
        meaning = told.get(name, field.description or "")
        usual = "needed" if required else default
        rows.append([f"`{name}`", _takes(field.annotation), usual, meaning])
    if not rows:
        return "None of its own.\n"
    heads = ["field", "takes", "default", "meaning"]
    width = 4 if any(row[3] for row in rows) else 3
    return table(heads[:width], [row[:width] for row in rows])


def _value(value: Any) -> str:
    if isinstance(value, Data):
        return "all"
    if isinstance(value, tuple):
        return "[]" if not value else str(list(value))
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)


def _takes(annotation: Any) -> str:
    """A type in words."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        described = _described(inside[1:])
        return described or _takes(inside[0])
    if origin is typing.Literal:
        return ", ".join(f"`{word}`" for word in inside)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(dict.fromkeys(_takes(one) for one in inside if one is not type(None)))
    if origin is tuple:
        return f"list of: {_takes(inside[0])}"
    if inspect.isclass(annotation) and issubclass(annotation, BaseRule):
        name = annotation.model_fields["kind"].default
        return f"[`{name}`]({name}.md)"
    found = getattr(annotation, "__name__", str(annotation))
    if inspect.isclass(annotation) and issubclass(annotation, Data):
        where = "index.md#sitefilter" if annotation is SiteFilter else f"#{found.lower()}"
        return f"[`{found}`]({where})"
    return _WORDS.get(found, found)


def _tables_in(annotation: Any) -> list[type[Data]]:
    """Tables inside a field, other than rules and the filter that all pages share."""
    if inspect.isclass(annotation) and issubclass(annotation, Data):
        return [] if issubclass(annotation, BaseRule | SiteFilter) else [annotation]
    return [found for inside in typing.get_args(annotation) for found in _tables_in(inside)]


def _described(marks: tuple[Any, ...]) -> str:
    """What a check of the policy files is about, by the name in its message."""
    for mark in marks:
        cells = getattr(getattr(mark, "func", None), "__closure__", None) or ()
        words = [c.cell_contents for c in cells if isinstance(c.cell_contents, str)]
        if words:
            return words[0]
    return ""


def _formulation(kind: type[BaseRule]) -> str:
    if kind in _WITHOUT_ROWS:
        return f"{_WITHOUT_ROWS[kind]}\n"
    said = inspect.getdoc(_ROWS[kind]) or ""
    return f"{block(said.replace('``', ''))}\n{_MISS}\n"


def _pack_rules() -> dict[str, list[tuple[str, str]]]:
    """Kind to the rules of the packs as they are written, with the name of the pack."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((ROOT / "allocator" / "policy" / "packs").glob("*.toml")):
        tables = re.split(r"^(?=\[\[rules\]\]$)", path.read_text("utf-8"), flags=re.MULTILINE)
        for table_and_rest in tables[1:]:
            text = re.split(r"^# -{5,}", table_and_rest, flags=re.MULTILINE)[0].strip()
            kind = re.search(r'^kind = "(\w+)"', text, flags=re.MULTILINE)
            if kind is not None:
                found.setdefault(kind[1], []).append((path.stem, text))
    return found


def _example(name: str, examples: list[tuple[str, str]], site: Site) -> str:
    if not examples:
        own = block(_OWN_EXAMPLES[name], "toml")
        return f"## Example\n\nOf no published plan; made up:\n\n{own}"
    asked = [found for found in examples if 'strength = "info"' not in found[1]] or examples
    pack, text = min(asked, key=lambda found: len(found[1]))
    names = dict.fromkeys(p for p, _ in examples)
    packs = ", ".join(f"[{p}](../policies/{p}.md)" for p in names)
    shown = f"## Example\n\nFrom [{pack}](../policies/{pack}.md):\n\n{block(text, 'toml')}"
    picture = f"docs/images/{_PICTURES.get(name, '-')}"
    if (ROOT / picture).exists():
        shown += f"\n![{_SAYS[name]}]({site.way(picture, f'rules/{name}.md')})\n"
    return f"{shown}\nRules of this kind are in {packs}.\n"

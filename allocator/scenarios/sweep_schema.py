"""The JSON schema of ``[sweep]``: key paths, with lists or ranges of what their keys may be."""

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.scenarios.schema_parts import Schema

_WHOLE = ("region", "policy", "over", "minimise", "maximise", "budget", "by", "population", "years",
          "travel")  # fmt: skip
_TABLES = ("assumptions", "solver", "outputs", "years")
_NUMBERS = ("number", "integer")


def sweep_schema(properties: Mapping[str, Schema], travel_keys: Sequence[str]) -> Schema:
    """The table ``[sweep]`` of scenarios with the given properties.

    Parameters
    ----------
    properties
        Schemas of the keys of a scenario.
    travel_keys
        Keys that the table of a mode of travel may have.
    """
    paths = {name: _values(properties[name]) for name in _WHOLE}
    for table in _TABLES:
        for key, schema in properties[table]["properties"].items():
            paths[f"{table}.{key}"] = _values(schema)
    paths |= _nested(paths)
    modes = "|".join(key for key in properties["travel"]["properties"] if key != "km_along")
    any_value = _list_or_range({})
    patterns = {
        r"^(overrides|rules)\..+\..+$": any_value,
        r"^population\..+$": _values(properties["population"]["additionalProperties"]),
        rf"^travel\.({modes})\.({'|'.join(travel_keys)})(\..+)?$": any_value,
        rf"^travel\.({modes}|km_along)$": any_value,
        r"^years\.(attrition|hires_per_year)\.\w+$": any_value,
    }
    keys = {"properties": paths, "patternProperties": patterns, "additionalProperties": False}
    tables = {"type": "array", "items": {"type": "object", "minProperties": 1, **keys}}
    excluded = {
        "type": "object", "minProperties": 1, "additionalProperties": False,
        "patternProperties": dict.fromkeys(patterns, True),
        "properties": dict.fromkeys(paths, True),
    }  # fmt: skip
    return {
        "type": "object", "minProperties": 1, **keys,
        "description": "Key paths and their values: every combination is a scenario.",
        "properties": {
            **paths,
            "zip": {**tables, "description": "Lists of one length that vary together."},
            "exclude": {"type": "array", "items": excluded,
                        "description": "Combinations that are left out."},
        },
    }  # fmt: skip


def _nested(paths: Mapping[str, Schema]) -> dict[str, Schema]:
    """The same keys as tables: ``[sweep.assumptions]``, or dots without quotes."""
    found: dict[str, Schema] = {}
    for table in ("assumptions", "solver", "outputs"):
        begin = f"{table}."
        keys = {path.removeprefix(begin): one for path, one in paths.items()
                if path.startswith(begin)}  # fmt: skip
        found[table] = {"type": "object", "additionalProperties": False, "properties": keys}
    for table in ("years", "travel", "population"):  # as a whole, too: a list of tables
        found[table] = {**paths[table], "type": ["array", "object"]}
    return found | {table: {"type": "object"} for table in ("overrides", "rules")}


_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_RANGE: Schema = {
    "additionalProperties": False, "required": ["from", "to"],
    "properties": {"from": _NUMBER, "to": _NUMBER, "step": _NUMBER, "count": _COUNT},
    "dependencies": {"step": {"not": {"required": ["count"]}}},
}  # fmt: skip


def _values(schema: Schema) -> Schema:
    """A list of what a key may be; a range too, where that may be a number."""
    described = {k: v for k, v in schema.items() if k == "description"}
    one = {k: v for k, v in schema.items() if k not in ("description", "default")}
    return {**described, **(_list_or_range(one) if _may_be_number(one) else _list(one))}


def _list(one: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": one}


def _list_or_range(one: Schema) -> Schema:
    # Each keyword speaks of its own type, so that a mistake is told as what it is.
    return {**_list(one), **_RANGE, "type": ["array", "object"]}


def _may_be_number(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return any(kind in _NUMBERS for kind in kinds) or any(
        _may_be_number(option) for option in schema.get("anyOf", [])
    )

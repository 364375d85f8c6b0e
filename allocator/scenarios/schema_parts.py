"""Pieces of JSON schemas: tables of known keys, words for nothing, what pydantic says."""

from collections.abc import Mapping
from typing import Any

from allocator.scenarios.docstrings import plain_words
from allocator.scenarios.inheritance import NONE

Schema = dict[str, Any]


def plain_schema(given: Any) -> Any:
    """What pydantic says, without the titles it makes up and the null that TOML lacks."""
    if isinstance(given, list):
        return [plain_schema(one) for one in given]
    if not isinstance(given, Mapping):
        return given
    found = {
        key: plain_schema(value)
        for key, value in given.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and not value)
    }
    if isinstance(found.get("description"), str):
        found["description"] = plain_words(found["description"].partition("\n\n")[0])
    options = found.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        kept = [one for one in options if one != {"type": "null"}]
        found.pop("anyOf")
        found |= kept[0] if len(kept) == 1 else {"anyOf": kept}
    return found


def or_none(schema: Schema) -> Schema:
    """The same, or the word that stands for nothing.

    >>> or_none({"type": "number", "minimum": 0})
    {'type': ['number', 'string'], 'minimum': 0, 'pattern': '^none$'}
    """
    # Each keyword speaks of its own type, so that a mistake is told as what it is.
    return {**schema, "type": [schema["type"], "string"], "pattern": f"^{NONE}$"}


def table_schema(fields: Mapping[str, Schema], described: Mapping[str, str]) -> Schema:
    """A table of known keys, each with what is said of it."""
    properties = {
        name: {**field, "description": described[name]} if name in described else dict(field)
        for name, field in fields.items()
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}

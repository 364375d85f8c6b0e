"""Keys of a sweep, written as quoted paths or as tables: both say the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from allocator.scenarios.ranges import is_range

ZIP, EXCLUDE = "zip", "exclude"


def flattened(table: Mapping[str, Any]) -> dict[str, Any]:
    """A sweep's table with a key path for every value.

    >>> flattened({"assumptions": {"detour": [1.2]}, "budget": {"from": 1, "to": 2, "step": 1}})
    {'assumptions.detour': [1.2], 'budget': {'from': 1, 'to': 2, 'step': 1}}
    """
    found = {}
    for key, value in table.items():
        if key in (ZIP, EXCLUDE) and isinstance(value, list):
            found[key] = [dict(_paths(v)) if isinstance(v, Mapping) else v for v in value]
        else:
            found |= dict(_paths({key: value}))
    return found


def _paths(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping) and value and not is_range(value):
            yield from _paths(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value

"""Key paths of a scenario: ``assumptions.detour``, ``overrides.J031.number``, ``budget``."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from allocator.assumptions import CATALOGUE
from allocator.horizon import FIELDS
from allocator.scenarios.inheritance import (
    NONE,
    OBJECTIVES,
    id_of,
    merged_modes,
    without_other_objective,
)
from allocator.scenarios.scenario import OutputTable, Scenario, SolverTable

Steps = tuple[str, ...]
"""A key path as the keys on the way: ids of rules may have dots of their own."""
_NOT_VARIED = ("name", "file", "assumptions", "solver", "outputs", "overrides", "rules")
_WHOLE: Steps = tuple(name for name in Scenario.model_fields if name not in _NOT_VARIED)
_BY_ID = ("overrides", "rules")
_HIRING = ("attrition", "hires_per_year")


class UnknownPathError(ValueError):
    """No key of a scenario; the message says which is meant."""


def steps_of(path: str, rule_ids: Mapping[str, Collection[str]]) -> Steps:
    """The keys of a path, one by one.

    Parameters
    ----------
    path
        As it is written: ``overrides.J025.people.upper``.
    rule_ids
        Ids that may follow ``overrides`` and ``rules``; they may have dots.

    Raises
    ------
    UnknownPathError
        With the nearest path that there is.
    """
    table, dot, rest = path.partition(".")
    if not all(path.split(".")):
        raise UnknownPathError(f"unknown key {path!r}: a key is missing beside a dot")
    if not dot:
        if table in _WHOLE:
            return (table,)
    elif table in _BY_ID:
        return _of_rule(path, table, rest, rule_ids.get(table, ()))
    elif table == "population":
        return (table, rest)
    elif table == "travel" and "." in rest:
        mode, _, inner = rest.partition(".")
        key, *deeper = inner.split(".")
        if f"{mode}.{key}" in _known(table):
            return (table, mode, key, *deeper)
    elif table == "years" and rest.partition(".")[0] in _HIRING:
        return (table, *rest.split(".", 1))
    elif rest in _known(table):
        return (table, rest)
    raise UnknownPathError(f"unknown key {path!r}; {_hint(path)}")


def _of_rule(path: str, table: str, rest: str, ids: Collection[str]) -> Steps:
    named = [one for one in ids if rest.startswith(f"{one}.")]
    if not named:
        what = "rule of the policy" if table == "overrides" else "rule of the scenario's own"
        near = get_close_matches(rest.rpartition(".")[0] or rest, list(ids), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"write {table}.ID.FIELD"
        if table == "rules" and not near:
            hint = "a rule of the policy is changed by 'overrides.ID.FIELD'"
        raise UnknownPathError(f"unknown key {path!r}: no {what} is called so; {hint}")
    name = max(named, key=len)
    return (table, name, *rest[len(name) + 1 :].split("."))


def _known(table: str) -> list[str]:
    """Keys that a table may have; for travel also those of its modes."""
    if table == "assumptions":
        return [one.name for one in CATALOGUE]
    if table == "solver":
        return list(SolverTable.model_fields)
    if table == "outputs":
        return list(OutputTable.model_fields)
    if table == "years":
        return list(FIELDS)
    if table == "travel":
        from allocator.files.travel_keys import keys_of_modes  # much to load; few need it
        from allocator.travel.means import MODES

        return ["km_along", *MODES, *(f"{mode}.{key}" for mode in MODES for key in keys_of_modes())]
    return []


def _hint(path: str) -> str:
    tables = ("assumptions", "solver", "outputs", "years", "travel")
    known = [*_WHOLE, *(f"{table}.{key}" for table in tables for key in _known(table))]
    near = get_close_matches(path, known, n=1)
    if not near:  # what stands behind the dot may be known elsewhere
        last = {key.rpartition(".")[2]: key for key in known}
        near = [last[k] for k in get_close_matches(path.rpartition(".")[2], last, n=1)]
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(_WHOLE)}, and keys of tables, as 'assumptions.detour'"


def with_value(table: Mapping[str, Any], steps: Sequence[str], value: Any) -> dict[str, Any]:
    """A scenario's table with one value set; a table as a value is the whole table.

    ``minimise`` takes the place of ``maximise`` and the reverse; a source of travel that of
    another source, with all that was said of it.

    >>> with_value({"maximise": "coverage"}, ["minimise"], "cost")
    {'minimise': 'cost'}
    """
    first, *rest = steps
    if first == "rules":
        name, *field = rest
        rules = [
            _set(rule, field, value) if id_of(rule) == name else rule for rule in table["rules"]
        ]
        return {**table, "rules": rules}
    if names_source(steps):
        modes = _as_table(table.get(first))
        mode = merged_modes(modes.get(rest[0]), {rest[1]: value})
        return {**table, first: {**modes, rest[0]: mode}}
    found = _set(table, steps, value)
    return without_other_objective(found, {first: value}) if first in OBJECTIVES else found


def names_source(steps: Sequence[str]) -> bool:
    """Whether a key path is that of what a mode travels by: roads, friction or table."""
    if steps[0] != "travel":
        return False
    from allocator.files.travel_keys import SOURCES  # much to load; few scenarios travel

    return len(steps) == 3 and steps[2] in SOURCES


def _set(table: Mapping[str, Any], steps: Sequence[str], value: Any) -> dict[str, Any]:
    first, *rest = steps
    if not rest:
        return {**table, first: value}
    inner = table.get(first)
    if inner is None or inner == NONE:
        inner = {}
    # What is no table stays as it is, to be told.
    return {**table, first: _set(inner, rest, value) if isinstance(inner, Mapping) else inner}


def _as_table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

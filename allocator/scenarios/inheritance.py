"""Scenario files that extend others: what all of them say together, and which file says what."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator.errors import InputError
from allocator.files.toml import read_toml
from allocator.scenarios.relocation import relocated
from allocator.scenarios.sweep_keys import flattened

EXTENDS = "extends"
NONE = "none"
"""TOML has no null: this word stands for no limit, no cap, no table."""
OBJECTIVES = ("minimise", "maximise")
_WHOLE = ("sweep",)
"""Tables whose values are replaced, not merged: half a range of one file and half of another."""


_WORDS = 4
"""Words at the beginning of a problem in which a key path may stand."""


@dataclass(frozen=True)
class Written:
    """What a scenario file says, with what the files say that it extends.

    Attributes
    ----------
    path
        The file.
    table
        Its keys without ``extends``; paths are relative to its folder.
    homes
        Key path -> the file that says it, for every key and table.
    """

    path: Path
    table: Mapping[str, Any]
    homes: Mapping[str, Path]

    def told(self, problem: str) -> str:
        """A problem, with the file that it comes from where that is not this one."""
        home = self.homes.get(_key_path_in(problem, self.homes), self.path)
        return problem if home == self.path else f"{problem} (from {home})"


def read_written(path: Path) -> Written:
    """Read a scenario file and all that it extends.

    ``extends = "base.toml"`` takes every key of another file but its name; that file may extend a
    third. Tables are merged key by key, lists and values are replaced; of ``[[rules]]`` those of
    the same id are replaced in their place, others are added. A file that says ``minimise`` drops
    ``maximise`` of its base, and the reverse; one that names another source for a mode of travel
    drops all else that its base says of the mode; ``"none"`` drops a table or a limit. Paths of
    the base stay relative to the base.

    Raises
    ------
    InputError
        A file that cannot be read, is no text or no TOML, or extends itself, by whatever way.
    """
    return _read(path, ())


def _read(path: Path, below: tuple[Path, ...]) -> Written:
    chain = (*below, path)
    where = f"scenario {path}"
    if path.resolve() in [other.resolve() for other in below]:
        ways = " extends ".join(map(str, chain))
        raise InputError(f"extends: goes in a circle: {ways}", where=f"scenario {chain[0]}")
    if below:
        where = f"scenario {chain[0]}: extends {path}"
    table = read_toml(path, where=where)
    own = dict(table)
    if isinstance(own.get("sweep"), Mapping):
        own["sweep"] = flattened(own["sweep"])
    base_name = own.pop(EXTENDS, None)
    homes = dict.fromkeys(_key_paths(own), path)
    if base_name is None:
        return Written(path, own, homes)
    if not isinstance(base_name, str) or not base_name:
        problem = f"extends: must be the path of a scenario file, got {base_name!r}"
        raise InputError(problem, where=where)
    base = _read(path.parent / base_name, chain)
    inherited = relocated(base.table, base.path.parent, path.parent)
    inherited.pop("name", None)  # every file has its own
    whole = merged_tables(inherited, own)
    known = set(_key_paths(whole))
    return Written(path, whole, {k: v for k, v in {**base.homes, **homes}.items() if k in known})


def merged_tables(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What two files say together; ``own`` decides where both speak.

    >>> merged_tables({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 3}, "d": [2]})
    {'a': {'b': 3, 'c': 2}, 'd': [2]}
    """
    base = without_other_objective(base, own)
    found = {**base, **own}
    for key in base.keys() & own.keys():
        found[key] = _merged(key, base[key], own[key])
    return {key: found[key] for key in [*base, *(k for k in own if k not in base)]}


def without_other_objective(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A table without the objective that another one, given in ``own``, takes the place of."""
    found = dict(base)
    for one, other in (OBJECTIVES, OBJECTIVES[::-1]):
        if own.get(one, NONE) != NONE and other not in own:
            found.pop(other, None)
    return found


def _merged(key: str, base: Any, own: Any) -> Any:
    if key == "rules" and isinstance(base, list) and isinstance(own, list):
        return _merged_rules(base, own)
    if not isinstance(base, Mapping) or not isinstance(own, Mapping):
        return own
    if key in _WHOLE:
        return {**base, **own}
    if key == "travel":
        return {**base, **{mode: merged_modes(base.get(mode), own[mode]) for mode in own}}
    return _deep(base, own)


def _deep(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    found = {**base, **own}
    for key in base.keys() & own.keys():
        if isinstance(base[key], Mapping) and isinstance(own[key], Mapping):
            found[key] = _deep(base[key], own[key])
    return found


def merged_modes(base: Any, own: Any) -> Any:
    """What a mode travels by; another source takes nothing over from the one that was."""
    from allocator.files.travel_keys import SOURCES  # much to load; few scenarios travel

    if not isinstance(base, Mapping) or not isinstance(own, Mapping):
        return own
    another = [source for source in SOURCES if source in own and source not in base]
    return dict(own) if another else _deep(base, own)


def _merged_rules(base: list[Any], own: list[Any]) -> list[Any]:
    """Rules of the base, each replaced by one of the same id; then the others."""
    mine = {rule["id"]: rule for rule in own if isinstance(rule, Mapping) and "id" in rule}
    kept = [mine.get(id_of(rule), rule) for rule in base]
    taken = {id_of(rule) for rule in base}
    return kept + [rule for rule in own if id_of(rule) is None or id_of(rule) not in taken]


def id_of(rule: Any) -> Any:
    """The id of a rule as it is written; None where it has none."""
    return rule.get("id") if isinstance(rule, Mapping) else None


def _key_paths(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Every key path of a table, of tables inside it as well; rules by their ids."""
    for key, value in table.items():
        path = f"{above}{key}"
        yield path
        if isinstance(value, Mapping):
            yield from _key_paths(value, f"{path}.")
        elif path == "rules" and isinstance(value, list):
            yield from (f"rules.{id_of(rule)}" for rule in value)


def _key_path_in(problem: str, known: Mapping[str, Path]) -> str:
    """The longest known key path that a problem names in its first words; '' if none."""
    problem = re.sub(r"^policy [^:]*: ", "", problem)  # what a policy says of the scenario
    words = re.findall(r"\w[\w\-]*(?:\.[\w\-]+)*", problem)[:_WORDS]
    tables = {"", *(f"{word}." for word in words[:2]), "assumptions."}
    found = ""
    for word in words:
        for table in tables:
            path = f"{table}{word}"
            while len(path) > len(table) and path not in known:
                path = path.rpartition(".")[0]
            found = max(found, path if len(path) > len(table) else "", key=len)
    return found

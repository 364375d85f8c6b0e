"""Paths inside a scenario, kept where they point to when its file lies elsewhere."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocator.files.toml import relative_to
from allocator.policy.policies import list_policies


def is_policy_file(name: str) -> bool:
    """Whether the name of a policy is a path, not the id of a built-in pack."""
    return name not in list_policies() and bool(Path(name).suffix)


def relocated(table: Mapping[str, Any], old: Path, new: Path) -> dict[str, Any]:
    """The same keys with paths relative to another folder; absolute paths stay.

    Values of a sweep are paths where its key is one: ``"travel.drive.roads" = [...]``.
    """
    if os.path.realpath(old) == os.path.realpath(new):
        return dict(table)
    return {key: _at(key, value, old, new) for key, value in table.items()}


def _at(path: str, value: Any, old: Path, new: Path) -> Any:
    """A value by its key path, relocated with all inside it."""
    if isinstance(value, Mapping):
        begin = "" if path in ("sweep", "zip", "exclude") else f"{path}."
        return {key: _at(f"{begin}{key}", inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_at(path, inner, old, new) for inner in value]
    return _moved(value, old, new) if isinstance(value, str) and _is_path(path, value) else value


def _is_path(path: str, value: str) -> bool:
    if path == "region":
        return True
    if path in ("policy", "over"):
        return is_policy_file(value)
    table, _, key = path.rpartition(".")
    if not table.startswith("travel.") or "." in table.removeprefix("travel."):
        return False
    from allocator.files.travel_keys import SOURCES  # much to load; few scenarios travel

    return key in SOURCES


def _moved(value: str, old: Path, new: Path) -> str:
    if Path(value).is_absolute():
        return value
    # Real folders: ".." behind a link leads out of where the link leads to.
    target = Path(os.path.realpath(old)) / value
    try:
        return relative_to(target, Path(os.path.realpath(new)))
    except ValueError:  # on another drive
        return target.as_posix()

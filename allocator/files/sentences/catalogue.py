"""All sentences that the engine writes, by group, from ``catalogue.toml`` beside this module."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from allocator.files.sentences.templates import Template

SENTENCE, SENTENCES = "sentence", "sentences"
"""The group of whole sentences: one, or several joined."""
_GROUPS = "groups"


@cache
def pairs() -> Mapping[str, Mapping[str, str]]:
    """English and Chinese by group; a place of a sentence may hold a sentence of a group."""
    path = files("allocator.files.sentences") / "catalogue.toml"
    told = tomllib.loads(path.read_text("utf-8"))
    groups: dict[str, dict[str, str]] = told.pop(_GROUPS)
    whole = {english: chinese for table in told.values() for english, chinese in table.items()}
    return groups | {SENTENCE: whole, SENTENCES: whole}


@cache
def templates(group: str) -> tuple[Template, ...]:
    """The templates of a group, the most telling first."""
    found = [Template(english, chinese) for english, chinese in pairs()[group].items()]
    return tuple(sorted(found, key=lambda one: -one.told))

"""Texts of a plan's tables in Chinese, by the column in which they stand."""

from collections.abc import Mapping
from typing import Any

from allocator.files.map_notes import has_chinese
from allocator.files.sentences.catalogue import SENTENCE
from allocator.files.sentences.saying import in_chinese

_GROUPS = {
    **dict.fromkeys(("note", "words", "method", "meaning", "source", "member"), (SENTENCE,)),
    "block": ("part",),
    "name": ("name",),
    "origin": ("origin",),
    "measure": ("counted_in", SENTENCE),
}
"""Columns in which the engine writes, and the groups of sentences of each."""


def cell_in_chinese(column: str, text: str) -> str | None:
    """A text of a table in Chinese; None if the engine did not write it."""
    said = (in_chinese(text, group) for group in _GROUPS.get(column, ()))
    return next(filter(None, said), None)


def clash_in_chinese(
    member: str, strength: str, words: str, rules: Mapping[str, Mapping[str, Any]]
) -> str:
    """What a clash holds: a limit as the engine says it, a rule as its own text does.

    ``rules`` tell the clause of each rule. What has no Chinese stays as it is.
    """
    if strength == "limit":
        return in_chinese(words) or words
    clause = str(rules.get(member, {}).get("clause", ""))
    return clause if has_chinese(clause) else words

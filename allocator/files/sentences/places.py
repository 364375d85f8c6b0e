"""What may stand at a place of a sentence, and how it is said in Chinese."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from allocator.files.labels import kind_label, resource_label, word
from allocator.files.sentences.vocabularies import MEASURES, vocabularies

FREE = "x"
"""A name: any text, without the sign that joins sentences."""
_NAME = r"(?:(?!; ).)+?"
_MEASURE = r"(?:(?!; | or better).)+?"
_NUMBER = (
    r"(?>[-+]?(?:(?:\d{1,3}(?:,\d{3}){1,12}(?!\d)|\d{1,40})(?:\.\d{1,40})?(?:e[-+]?\d{1,4})?"
    r"|inf|nan))"
)
_AND_MORE = re.compile(r" and (\d{1,12}) more\Z")
_MORE = re.compile(r"; and (\d{1,12}) more\Z")

_LISTS = ("sentences", "rows", "spots")
"""Groups of which several may stand at a place, joined."""
_TO_THE_LAST = ("changes",)
"""Groups whose place ends where what follows fits last."""


@dataclass(frozen=True)
class Place:
    """A kind of place.

    Attributes
    ----------
    pattern
        What may stand there.
    is_free
        Whether its end is found by what follows.
    said
        Its Chinese, from the text, a way to say nested sentences, and the depth; None: not this.
    told
        How much it tells of the sentence that it is a place of, in letters.
    """

    pattern: str
    is_free: bool
    said: Callable[[str, Any, int], str | None]
    told: int = 0


def _same(text: str, _say: Any, _depth: int) -> str:
    return text


def _names(text: str, _say: Any, _depth: int) -> str:
    """``a, b and 3 more``."""
    return _AND_MORE.sub(r" 等(另有 \1 个)", text)


def _few(text: str, _say: Any, _depth: int) -> str:
    """``a; b; and 3 more``; resources by their labels."""
    more = _MORE.search(text)
    items = text[: more.start()] if more else text
    said = "; ".join(resource_label(one, chinese=True) for one in items.split("; "))
    return f"{said} 等(另有 {more[1]} 个)" if more else said


def _resources(text: str, _say: Any, _depth: int) -> str:
    return "、".join(resource_label(one, chinese=True) for one in text.split(", "))


def _kinds(text: str, _say: Any, _depth: int) -> str:
    """Ids of kinds of sites."""
    said = {"any kind": "任何类别"}
    return "、".join(said.get(kind) or kind_label(kind, chinese=True) for kind in text.split(", "))


def _measure(text: str, _say: Any, _depth: int) -> str:
    """What is counted, after its number; a currency or a unit of the text's own stays."""
    return MEASURES.get(text, text)


def _levels(text: str, _say: Any, _depth: int) -> str:
    return "或".join(word(level, chinese=True) for level in text.split(" or "))


def _word(text: str, _say: Any, _depth: int) -> str:
    return word(text, chinese=True)


def _and(text: str, _say: Any, _depth: int) -> str:
    """``'a' and no 'b'``."""
    return "、".join(text.split(" and no "))


def _said_by(group: str) -> Callable[[str, Any, int], str | None]:
    def said(text: str, say: Any, depth: int) -> str | None:
        found: str | None = say(text, group, depth + 1)
        return found

    return said


def _of(words: Mapping[str, str], between: str = "", join: str = "") -> Place:
    """One of some words, or several of them with a sign between."""
    one = "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))
    pattern = f"(?>(?:{one})(?:{re.escape(between)}(?:{one})){{0,40}})" if between else f"(?>{one})"
    each = re.compile(one)

    def said(text: str, _say: Any, _depth: int) -> str:
        return join.join(words[found] for found in each.findall(text))

    return Place(pattern, False, said, 8)


_KINDS: dict[str, Place] = {
    FREE: Place(_NAME, True, _same),
    "any": Place(r".+?", True, _same),
    "n": Place(_NUMBER, False, _same, 2),
    "id": Place(r"[^\s;]{1,200}?", False, _same),
    "range": Place(r"[-+\d.,]{1,80}?", False, _same),
    "few": Place(r".+?", True, _few),
    "names": Place(_NAME, True, _names),
    "resources": Place(r"[a-z][a-z0-9_, ]{0,8000}?", True, _resources),
    "kinds": Place(r"[a-z][a-z0-9_, ]{0,8000}?", True, _kinds),
    "measure": Place(_MEASURE, True, _measure),
    "levels": Place(_NAME, True, _levels),
    "word": Place(r"[a-z_]{1,40}+", False, _word),
    "columns": Place(_NAME, True, _and),
}


@cache
def place_kind(name: str) -> Place:
    """A kind of place by name; a name that is not known is that of a group of templates."""
    if name in _KINDS:
        return _KINDS[name]
    words = vocabularies()
    if name in words:
        return _of(words[name])
    if name == "sites":
        return _of(words["site"], " or ", "或")
    if name == "networks":
        return _of(words["network"], " + ", "、")
    pattern = r".+?" if name in _LISTS else _NAME
    if name in _TO_THE_LAST:
        pattern = pattern.removesuffix("?")
    return Place(pattern, True, _said_by(name), 4)

"""A sentence with places, ``{people:n} people live here``, as an anchored regular expression."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from allocator.files.sentences.places import FREE, Place, place_kind

Say = Callable[[str, str, int], str | None]
"""Says a text by the templates of a group, at a depth: None if none fits."""
_PLACE = re.compile(r"\{(?P<name>\w+)(?::(?P<kind>\w+))?\}")


@dataclass(frozen=True)
class Template:
    """An English sentence and its Chinese, with the same places.

    A place is ``{name:kind}`` in English and ``{name}`` in Chinese; kinds are those of
    :mod:`allocator.files.sentences.places` and the names of groups of templates.
    """

    english: str
    chinese: str

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """The kind of every place, by name."""
        found = _PLACE.finditer(self.english)
        return {at["name"]: place_kind(at["kind"] or FREE) for at in found}

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """What stands before, between and after the places."""
        return tuple(_PLACE.sub("\0", self.english).split("\0"))

    @cached_property
    def told(self) -> int:
        """How much of it is known beforehand, in letters: the most telling one is tried first."""
        return sum(map(len, self.literals)) + sum(p.told for p in self.places.values())

    @cached_property
    def _longest(self) -> str:
        return max(self.literals, key=len)

    @cached_property
    def pattern(self) -> "re.Pattern[str]":
        """Places of any text end where what follows first fits, and are not tried again.

        So that the time is proportional to the text: no text makes it go back and forth.
        """
        parts, is_open = [], False
        names = iter(self.places.items())
        for literal in self.literals[:-1]:
            parts.append(re.escape(literal))
            name, place = next(names)
            if place.is_free:
                parts += [")"] * is_open + ["(?>"]
                is_open = True
            parts.append(f"(?P<{name}>{place.pattern})")
        parts += [re.escape(self.literals[-1]), r"\Z", ")" * is_open]
        return re.compile("".join(parts), re.DOTALL)

    def may_be(self, text: str) -> bool:
        """Whether a text has what this sentence has for certain: quicker than to match it."""
        return text.startswith(self.literals[0]) and self._longest in text

    def said(self, text: str, say: Say, depth: int) -> str | None:
        """The text in Chinese; None if it is not this sentence."""
        found = self.pattern.match(text)
        if found is None:
            return None
        values = {}
        for name, place in self.places.items():
            value = place.said(found[name], say, depth)
            if value is None:
                return None
            values[name] = value
        return _PLACE.sub(lambda at: values[at["name"]], self.chinese)

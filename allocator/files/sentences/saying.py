"""A sentence of the engine in Chinese, whole or part by part."""

from functools import cache, lru_cache

from allocator.files.sentences.catalogue import SENTENCE, templates

JOIN = "; "
_LONGEST = 8_000
"""Characters; the engine writes no sentence as long."""
_MOST_PARTS, _DEEPEST, _MOST_TRIED = 48, 24, 600


@lru_cache(maxsize=8192)
def in_chinese(sentence: str, group: str = SENTENCE) -> str | None:
    """The Chinese of a sentence that the engine wrote; None for any other text.

    Numbers, ids and names stand in it as in the English. Sentences that are joined by "; " are
    said one by one; if one of them is not known, none is. ``group`` is one of the catalogue's:
    ``part`` for the parts that are solved by themselves, ``origin`` for where a rule comes from.

    >>> in_chinese("taken: J015; 5 of 7 units short")
    '采用 J015; 7 个单位中有 5 个不足'
    >>> in_chinese("Ask Mr Li before you print this.") is None
    True
    """
    if len(sentence) > _LONGEST:
        return None
    return _Saying().joined(sentence, group, 0)


class _Saying:
    """One text being said: nested sentences share what may be tried."""

    def __init__(self) -> None:
        self._left = _MOST_TRIED

    def joined(self, text: str, group: str, depth: int) -> str | None:
        """Sentences of a group, as few as can be, the first as long as can be."""
        parts = text.split(JOIN)
        if len(parts) > _MOST_PARTS or depth > _DEEPEST:
            return None

        @cache
        def from_part(at: int) -> str | None:
            if at == len(parts):
                return ""
            for end in range(len(parts), at, -1):
                first = self._single(JOIN.join(parts[at:end]), group, depth)
                rest = None if first is None else from_part(end)
                if rest is not None:
                    return f"{first}{JOIN}{rest}" if rest else first
            return None

        return from_part(0)

    def _single(self, text: str, group: str, depth: int) -> str | None:
        for template in templates(group):
            if not template.may_be(text):
                continue
            self._left -= 1
            if self._left < 0:
                return None
            said = template.said(text, self.joined, depth)
            if said is not None:
                return said
        return None

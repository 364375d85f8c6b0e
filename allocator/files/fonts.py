"""A font that can draw what a map has to say, or the Latin part of it."""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontEntry, FontProperties

_CHINESE_FIRST = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC",
    "Heiti SC", "Noto Sans CJK JP", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
"""Fonts with Chinese characters that systems carry, the better ones first."""


@dataclass(frozen=True)
class Face:
    """A font, and the characters of the texts asked for that it cannot draw."""

    file: str
    lacks: frozenset[str] = frozenset()

    def properties(self, size: float, *, bold: bool = False) -> "FontProperties":
        """The font at a size, as matplotlib takes it."""
        from matplotlib.font_manager import FontProperties, findfont

        # The font that matplotlib brings has a bold cut; others are drawn in their one cut.
        if bold and self.file == findfont("DejaVu Sans"):
            return FontProperties(family="DejaVu Sans", weight="bold", size=size)
        return FontProperties(fname=self.file, size=size)

    def sayable(self, text: str, otherwise: str = "") -> str:
        """The text, or what can be drawn of it, or else ``otherwise``, or else nothing.

        >>> Face("any", frozenset("嘉兴")).sayable("嘉兴 Jiaxing")
        'Jiaxing'
        """
        for said in (text, otherwise):
            if not self.lacks & set(said):
                return said
            part = "".join(" " if c in self.lacks else c for c in said)
            part = re.sub(r"\s+", " ", part).strip(" ()（）,，;；:：/-")
            if re.search(r"\w", part):
                return part
        return ""


def find_face(texts: Iterable[str], fonts: "Iterable[FontEntry] | None" = None) -> Face:
    """Find a font that draws all texts; if none does, the default font and what it lacks.

    Parameters
    ----------
    fonts
        Where to look; the fonts of this machine by default.
    """
    from matplotlib.font_manager import findfont, fontManager

    # Numbers and units are drawn on every map, whatever the names are.
    every = "".join([string.ascii_letters, string.digits, string.punctuation, *texts])
    wanted = {c for c in every if not c.isspace()}
    default = findfont("DejaVu Sans")
    lacks = _not_in(default, wanted)
    if not lacks:
        return Face(default)
    entries = list(fontManager.ttflist if fonts is None else fonts)
    for file in _by_preference(entries):
        if not _not_in(file, wanted):
            return Face(file)
    return Face(default, frozenset(lacks))


def _by_preference(entries: "list[FontEntry]") -> list[str]:
    """Files of upright fonts: the known Chinese ones first, then all others by name."""
    rank = {name: i for i, name in enumerate(_CHINESE_FIRST)}
    # matplotlib brings a last-resort font, which has every character, all as boxes.
    upright = [e for e in entries if e.style == "normal" and "Last Resort" not in e.name]
    upright.sort(
        key=lambda e: (rank.get(e.name, len(rank)), e.name, abs(_weight(e.weight) - 400), e.fname)
    )
    return list(dict.fromkeys(e.fname for e in upright))


def _weight(weight: int | str) -> int:
    return weight if isinstance(weight, int) else 400


def _not_in(file: str, wanted: set[str]) -> set[str]:
    """Characters that a font file has no glyph for."""
    from matplotlib.ft2font import FT2Font

    try:
        known = FT2Font(file).get_charmap()
    except (OSError, RuntimeError):
        # A damaged font file draws nothing.
        return set(wanted)
    return {c for c in wanted if ord(c) not in known}

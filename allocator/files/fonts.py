"""A font that can draw what a map has to say, or the Latin part of it."""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontEntry, FontProperties
    from matplotlib.ft2font import FT2Font

_CHINESE_FIRST = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC",
    "Heiti SC", "Noto Sans CJK JP", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
"""Fonts with Chinese characters that systems carry, the better ones first."""
_BOLD = 600


@dataclass(frozen=True)
class Face:
    """A font, and the characters of the texts asked for that it cannot draw.

    ``index`` is its place in a collection of fonts (.ttc); ``bold`` is the same font in bold.
    """

    file: str
    lacks: frozenset[str] = frozenset()
    index: int = 0
    bold: "Face | None" = None
    name: str = ""

    def properties(self, size: float, *, bold: bool = False) -> "FontProperties":
        """The font at a size, as matplotlib takes it."""
        from matplotlib import font_manager as manager

        if bold and self.bold is not None:
            return self.bold.properties(size)
        if bold and self.file == manager.findfont("DejaVu Sans"):
            return manager.FontProperties(family="DejaVu Sans", weight="bold", size=size)
        # Before matplotlib 3.11 the first font of a collection is drawn, whichever is asked for.
        place = getattr(manager, "FontPath", None)
        file = place(self.file, self.index) if self.index and place else self.file
        # The name is for a reader of an SVG, whose text is drawn by the reader's own fonts.
        names = [self.name, "sans-serif"] if self.name else None
        return manager.FontProperties(family=names, fname=file, size=size)

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
        Where to look; by default what matplotlib knows of this machine, and then the files that
        were installed after it had last looked.
    """
    from matplotlib.font_manager import findfont, fontManager

    # Numbers and units are drawn on every map, whatever the names are.
    every = "".join([string.ascii_letters, string.digits, string.punctuation, *texts])
    wanted = {c for c in every if not c.isspace()}
    default = findfont("DejaVu Sans")
    lacks = _not_in(default, wanted)
    if not lacks:
        return Face(default)
    known = list(fontManager.ttflist if fonts is None else fonts)
    found = _first_with(known, wanted)
    if found is None and fonts is None:
        found = _first_with(_installed_since({e.fname for e in known}), wanted)
    return found or Face(default, frozenset(lacks))


def _first_with(entries: "list[FontEntry]", wanted: set[str]) -> Face | None:
    """The font of the highest rank that has every character."""
    for entry in _by_preference(entries):
        if not _not_in(str(entry.fname), wanted):
            return replace(_face(entry), bold=_bold_of(entry, entries))
    return None


def _face(entry: "FontEntry") -> Face:
    return Face(str(entry.fname), index=int(getattr(entry, "index", 0)), name=entry.name)


def _bold_of(entry: "FontEntry", entries: "list[FontEntry]") -> Face | None:
    """The bold cut of a font, if it is there."""
    cuts = [e for e in entries if e.name == entry.name and e.style == "normal"]
    heavy = [e for e in cuts if _weight(e.weight) >= _BOLD]
    return _face(min(heavy, key=lambda e: (_weight(e.weight), str(e.fname)))) if heavy else None


def _installed_since(known: set[str]) -> "list[FontEntry]":
    """Fonts of this machine that matplotlib's list, kept from an earlier day, does not have."""
    from matplotlib.font_manager import findSystemFonts, ttfFontProperty

    entries = []
    for file in sorted(findSystemFonts()):
        if file not in known:
            try:
                entries += [ttfFontProperty(face) for face in _faces(file)]
            except (OSError, RuntimeError, KeyError):
                continue  # a damaged font file draws nothing
    return entries


def _faces(file: str) -> "Iterator[FT2Font]":
    """Every font of a file; only the first of a collection before matplotlib 3.11."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    first = FT2Font(file)
    yield first
    if hasattr(font_manager, "FontPath"):
        for index in range(1, first.num_faces):
            yield FT2Font(file, face_index=index)


def _by_preference(entries: "list[FontEntry]") -> "list[FontEntry]":
    """Upright fonts: the known Chinese ones first, then all others by name."""
    rank = {name: i for i, name in enumerate(_CHINESE_FIRST)}
    # matplotlib brings a last-resort font, which has every character, all as boxes.
    upright = [e for e in entries if e.style == "normal" and "Last Resort" not in e.name]
    upright.sort(
        key=lambda e: (rank.get(e.name, len(rank)), e.name, abs(_weight(e.weight) - 400), e.fname)
    )
    return upright


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

"""What reading a region turns up: problems, notes and the files that were read."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from allocator.region.ground import Source

_COMPANIONS = (".dbf", ".shx", ".prj", ".cpg")


@dataclass
class Findings:
    """Gathers problems over all files, so that a planner sees every one of them at once."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    def problem(self, text: str) -> None:
        """Something that cannot be planned with."""
        if text not in self.problems:
            self.problems.append(text)

    def note(self, text: str) -> None:
        """Something that the reader should know."""
        if text not in self.notes:
            self.notes.append(text)

    def read(self, path: Path, *, basis: str = "measured", note: str = "") -> None:
        """Remember a file, with its hash; a shapefile with all its parts."""
        parts = [path]
        if path.suffix.lower() == ".shp":
            parts += [q for s in _COMPANIONS if (q := path.with_suffix(s)).is_file()]
        for part in parts:
            with part.open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
            self.sources.append(Source(part.name, digest, basis, note))


def listed(values: Iterable[object], *, most: int = 10) -> str:
    """The first few values in words, and how many more there are.

    >>> listed(range(12), most=3)
    '0, 1, 2 and 9 more'
    """
    items = [str(v) for v in values]
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def nearest(word: str, known: Collection[str]) -> str:
    """Say which known word was probably meant, or which are known.

    >>> nearest("helth_station", ["health_station", "school"])
    "did you mean 'health_station'?"
    """
    near = get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {listed(sorted(known), most=30)}"


def repeated(values: Sequence[str]) -> list[str]:
    """Values that come more than once, in the order in which they first come again.

    >>> repeated(["a", "b", "a", "a"])
    ['a']
    """
    seen: set[str] = set()
    again: dict[str, None] = {}
    for value in values:
        if value in seen:
            again[value] = None
        seen.add(value)
    return list(again)

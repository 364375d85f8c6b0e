"""What reading a region turns up: problems, notes and the files that were read."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from allocator.region.ground import Source

COMPANIONS = (".dbf", ".shx", ".prj", ".cpg")
"""Suffixes of the files that belong to a shapefile."""


@dataclass(frozen=True)
class LeftOut:
    """A row of a list that could not be used; ``row`` as the file counts, ``reason`` a verb."""

    file: str
    row: int
    id: str
    name: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row} ({self.name or self.id}) {self.reason}"


@dataclass
class Findings:
    """Gathers problems over all inputs, so that a planner sees every one of them at once.

    Attributes
    ----------
    arguments
        Where a region is built in Python: the argument that stands for a key of ``region.toml``,
        where it has another name. None where files are read.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    arguments: Mapping[str, str] | None = None

    def problem(self, text: str) -> None:
        """Something that cannot be planned with."""
        if text not in self.problems:
            self.problems.append(text)

    def note(self, text: str) -> None:
        """Something that the reader should know."""
        if text not in self.notes:
            self.notes.append(text)

    def leave_out(self, row: LeftOut) -> None:
        """A row of a list that is not used, and why."""
        self.left_out.append(row)

    def setting(self, key: str) -> str:
        """Name a setting as the planner knows it.

        >>> Findings().setting("grid.cell_m"), Findings(arguments={}).setting("grid.cell_m")
        ('[grid] cell_m', 'cell_m')
        """
        section, _, name = key.rpartition(".")
        if self.arguments is not None:
            return self.arguments.get(key, name)
        return f"[{section}] {name}" if section else name

    @property
    def settings(self) -> str:
        """The file that settings stand in, to begin a problem with; '' for arguments."""
        return "region.toml: " if self.arguments is None else ""

    def at(self, key: str) -> str:
        """Name a setting and its file, to begin a problem with."""
        return self.settings + self.setting(key)

    @property
    def units_table(self) -> str:
        """The table of units in words."""
        return "the units file" if self.arguments is None else "units"

    def read(self, path: Path, *, basis: str = "", note: str = "") -> None:
        """Remember a file, with its hash; a shapefile with all its parts."""
        parts = [path]
        if path.suffix.lower() == ".shp":
            parts += [q for s in COMPANIONS if (q := path.with_suffix(s)).is_file()]
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

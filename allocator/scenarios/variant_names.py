"""Names of variants: readable, the same at every reading, and good for folders."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from allocator.scenarios.inheritance import NONE
from allocator.scenarios.sweeps import spelled

_LONGEST = 120
"""Bytes of a name: file systems take 255, and programs add their own."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}
_LONGEST_VALUE = 24
_HERE = "here"
"""Stands for the folder of the file itself."""
_MARK = 12
_SMALL, _LARGE = 1e-6, 1e15
"""Numbers beyond are written with an exponent."""
SAMPLE = "sample"
"""Key of a variant's sample among what is varied: 1, 2 ..."""
_TABLES = ("assumptions", "overrides", "rules", "travel", "years", "solver", "outputs")


def names_of(base: str, varied: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of all variants of one file, in their order.

    >>> names_of("base", [{"budget": 2e8, "assumptions.detour": d} for d in (1.2, 1.3)])
    ['base budget=200000000 detour=1.2', 'base budget=200000000 detour=1.3']
    """
    heads = short_paths(path for one in varied for path in one)
    digits = len(str(max((one.get(SAMPLE, 0) for one in varied), default=0)))
    full = [
        " ".join([base, *(f"{heads[path]}={_value(one[path])}" for path in one if path in heads)])
        for one in varied
    ]
    full = [re.sub(rf" {SAMPLE}=(\d+)$", lambda m: f" {SAMPLE}={int(m[1]):0{digits}}", name)
            for name in full]  # fmt: skip
    count = Counter(folder_name(name).casefold() for name in full)
    taken: set[str] = set()
    names = []
    for name, one in zip(full, varied, strict=True):
        safe = folder_name(name)
        if count[safe.casefold()] > 1 or len(name.encode()) > _LONGEST:
            # What a name leaves out is told apart by a mark of the values.
            safe = f"{_cut(safe, _LONGEST - _MARK - 1)} {_mark(one)}"
        while safe.casefold() in taken:
            safe += "+"
        taken.add(safe.casefold())
        names.append(safe)
    return names


def folder_name(text: str) -> str:
    """A name that every system takes for a folder.

    >>> folder_name("a/b: c"), folder_name(".."), folder_name("CON")
    ('a_b_ c', 'scenario', 'CON_')
    """
    name = re.sub(r"[^\w.\-=+, ]+", "_", text)
    name = re.sub(r"\s+", " ", name).strip(". ")
    name = _cut(name, _LONGEST)
    if name.partition(".")[0].casefold() in _RESERVED:
        name += "_"
    return name or "scenario"


def short_paths(given: Iterable[str]) -> dict[str, str]:
    """What stands for each key path: without its table where that leaves no doubt.

    >>> short_paths(["assumptions.detour", "overrides.J031.number", "budget"])
    {'assumptions.detour': 'detour', 'overrides.J031.number': 'J031.number', 'budget': 'budget'}
    """
    paths = list(dict.fromkeys(given))
    if SAMPLE in paths:  # its number stands for all factors
        paths = [path for path in paths if not path.startswith("population.")]
    short = {path: _without_table(path) for path in paths}
    count = Counter(short.values())
    return {path: path if count[head] > 1 else head for path, head in short.items()}


def _without_table(path: str) -> str:
    table, _, rest = path.partition(".")
    return rest if table in _TABLES and rest else path


def _value(value: Any) -> str:
    """A value in few letters: numbers as decimals, files without folder and suffix."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        is_plain = value == 0 or _SMALL <= abs(value) < _LARGE
        return f"{Decimal(f'{value:.10g}').normalize():f}" if is_plain else f"{value:.6g}"
    if isinstance(value, str):
        text = (Path(value).stem if "/" in value else value) or _HERE
        text = _HERE if text == "." else text
    elif isinstance(value, list | tuple):
        text = "-".join(map(_value, value))
    elif isinstance(value, Mapping):
        text = ",".join(f"{k}={_value(v)}" for k, v in value.items())
    else:
        text = str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:9]}_{_mark(value)}"


def _cut(name: str, size: int) -> str:
    """The first letters of a name, at most ``size`` bytes of them."""
    return name.encode()[:size].decode(errors="ignore").rstrip(". ")


def _mark(value: Any) -> str:
    """Letters that stand for a value, and change with it."""
    return hashlib.sha256(spelled(value).encode()).hexdigest()[:_MARK]

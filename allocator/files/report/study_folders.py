"""Fronts and coverage curves read from the folders that they were written into."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.files.report.studies import Curve, Front
from allocator.files.report.wording import Text

_FRONT = {
    "point": ("point (number)", "点 (序号)"),
    "gap": ("gap to the bound (share)", "与界的差距 (占比)"),
    "status": ("status of the solve", "求解状态"),
    "proven": ("proven (yes or no)", "已证明最优 (是或否)"),
    "knee": ("knee (yes or no)", "拐点 (是或否)"),
    "must_failed": ("must rules that fail (rules)", "未达标的必须规则 (条)"),
    "target_failed": ("targets that fail (rules)", "未达标的目标规则 (条)"),
    "wish_failed": ("wishes that fail (rules)", "未达标的期望规则 (条)"),
}
_CURVE = {
    "p": ("open sites (sites)", "开设数 (处)"),
    "people": ("people covered at best (people)", "最优覆盖人口 (人)"),
    "share": ("share of all people (share)", "占总人口 (占比)"),
    "bound": ("bound (people)", "界 (人)"),
    "gap": ("gap to the bound (share)", "与界的差距 (占比)"),
    "status": ("status of the solve", "求解状态"),
    "proven": ("proven (yes or no)", "已证明最优 (是或否)"),
    "gained": (
        "more than the row before (solved anew) (people)",
        "较上一行增加(重新求解) (人)",
    ),
    "greedy": ("people covered by the greedy choice (people)", "贪心覆盖人口 (人)"),
    "greedy_share": ("share of all people, greedy (share)", "贪心占总人口 (占比)"),
}
_FULL = {
    "sites": (
        "sites that reach everybody who can be reached (LSCP) (sites)",
        "覆盖全部可达人口所需(LSCP) (处)",
    ),
    "bound": ("at least (sites)", "至少 (处)"),
    "people": ("people whom some site can reach (people)", "可达人口 (人)"),
    "share": ("share of all people (share)", "占总人口 (占比)"),
}
_RADIUS = {
    "": ("radius", "半径"), "km": ("radius (km)", "半径 (公里)"),
    "minutes": ("radius (minutes)", "半径 (分钟)"),
}  # fmt: skip
_WORDS = ("status",)
_FLAGS = ("proven", "knee")
_OWN = 3
"""Columns before the limit: the point and the two figures."""


def read_front(folder: Path) -> Front:
    """A front from ``front.csv``, whose headers may be English or Chinese.

    Raises
    ------
    InputError
        If the folder is not what ``allocator trade-off`` writes; with every cell that is wrong.
    """
    heads, rows = _read(folder, "front.csv", "allocator trade-off")
    known = {head: name for name, pair in _FRONT.items() for head in pair}
    names = [known.get(head, "") for head in heads]
    limits = ("limit: ", "限值: "), ("bound: ", "界: ")
    second, first = (
        next((i for i, h in enumerate(heads) if h.startswith(marks)), -1) for marks in limits
    )
    lacking = [pair[0] for name, pair in _FRONT.items() if name not in names]
    if lacking or (second, first) != (_OWN, _OWN + 1) or names[0] != "point":
        raise InputError(
            f"{folder / 'front.csv'} is no front: name a folder that allocator trade-off wrote"
        )
    names[1:5] = ["first", "second", "limit", "bound"]
    labels = [_split(heads[i]) for i in (1, 2)]
    return Front(
        (labels[0][0], labels[1][0]), (labels[0][1], labels[1][1]),
        _table(names, rows, folder / "front.csv"),
    )  # fmt: skip


def read_curve(folder: Path) -> Curve:
    """A coverage curve from ``curve.csv`` and ``full_cover.csv``.

    Raises
    ------
    InputError
        If the folder is not what ``allocator curve`` writes; with every cell that is wrong.
    """
    heads, rows = _read(folder, "curve.csv", "allocator curve")
    full_heads, full_rows = _read(folder, "full_cover.csv", "allocator curve")
    units = [unit for unit, pair in _RADIUS.items() if set(pair) & set(heads)]
    columns = {**_CURVE, "radius": _RADIUS[units[0] if units else ""]}
    full_columns = {**_FULL, "radius": columns["radius"]}
    names, full_names = _named(heads, columns), _named(full_heads, full_columns)
    if not units or set(columns) - set(names) or set(full_columns) - set(full_names):
        raise InputError(
            f"{folder / 'curve.csv'} is no coverage curve: name a folder that allocator curve wrote"
        )
    return Curve(
        _table(names, rows, folder / "curve.csv"),
        _table(full_names, full_rows, folder / "full_cover.csv"), units[0],
    )  # fmt: skip


def _read(folder: Path, name: str, command: str) -> tuple[list[str], list[list[str]]]:
    path = folder / name
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except (OSError, ValueError, csv.Error) as error:
        why = "is missing" if isinstance(error, OSError) else f"cannot be read ({error})"
        raise InputError(f"{path} {why}; name a folder that {command} wrote") from error
    return (rows[0], rows[1:]) if rows else ([], [])


def _named(heads: Sequence[str], columns: Mapping[str, tuple[str, str]]) -> list[str]:
    known = {head: name for name, pair in columns.items() for head in pair}
    return [known.get(head, "") for head in heads]


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], path: Path) -> pd.DataFrame:
    """The known columns: words, yes or no, numbers; nothing for empty cells."""
    problems: list[str] = []
    found: dict[str, list[object]] = {name: [] for name in names if name}
    for line, row in enumerate(rows, 2):
        if len(row) != len(names):
            problems.append(f"{path} line {line}: {len(row)} cells, expected {len(names)}")
            continue
        for name, text in zip(names, row, strict=True):
            if not name:
                continue
            try:
                found[name].append(_value(name, text))
            except ValueError:
                expected = "true or false" if name in _FLAGS else "a number"
                problems.append(f"{path} line {line}: {name} is {text!r}, expected {expected}")
    raise_if_any(problems, where="")
    return pd.DataFrame(found)


def _value(name: str, text: str) -> object:
    if name in _WORDS:
        return text
    if name in _FLAGS:
        if text.lower() not in {"true", "false"}:
            raise ValueError(text)
        return text.lower() == "true"
    return float(text) if text else float("nan")


def _split(head: str) -> tuple[Text, Text]:
    """Name and unit of ``cost of the plan (CNY)``."""
    name, mark, unit = head.rpartition(" (")
    if not mark or not unit.endswith(")"):
        return Text.same(head), Text.same("")
    return Text.same(name), Text.same(unit[:-1])

"""A front as files: one table, one picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from allocator.files.writing import staged_folder
from allocator.studies.tables import SHARE, Column, StudyTable, write_tables

if TYPE_CHECKING:
    from allocator.studies.front import Front


def write_front(front: "Front", folder: Path, *, chinese: bool = False) -> list[Path]:
    """Write ``front.csv``, ``removed.csv``, ``front.xlsx`` and the picture; all of it or nothing.

    Returns
    -------
    list of Path
        The files written.
    """
    from allocator.studies.front_picture import draw_front  # drawing takes long to load

    with staged_folder(folder) as staged:
        tables = [("front", front_table(front)), ("removed", removed_table(front))]
        names = write_tables(tables, "front", staged, chinese=chinese)
        if len(front.points):
            names += draw_front(front, chinese=chinese).save(staged, "front")
    return [folder / name for name in names]


def front_table(front: "Front") -> StudyTable:
    """The points with their units."""
    points = front.points.assign(summary=[_in_words(front, k) for k in range(len(front.points))])
    columns = [*_columns(front), Column("summary", "in words", "说明", form="text")]
    return StudyTable("front", "权衡曲线", points, columns)


def removed_table(front: "Front") -> StudyTable:
    """Points that were solved and say nothing, with the reason."""
    columns = [c for c in _columns(front) if c.name != "knee"]
    columns.append(Column("reason", "why it is left out", "未列原因", form="text"))
    return StudyTable("left out", "未列点", front.removed, columns)


def _columns(front: "Front") -> list[Column]:
    first, second = front.figures
    return [
        Column("point", "point", "点", "number", "序号"),
        Column(first.name, first.label, first.label_zh, first.unit, first.unit_zh),
        Column(second.name, second.label, second.label_zh, second.unit, second.unit_zh),
        Column("limit", f"limit: {second.label}", f"限值: {second.label_zh}", second.unit,
               second.unit_zh),
        Column("bound", f"bound: {first.label}", f"界: {first.label_zh}", first.unit,
               first.unit_zh),
        Column("gap", "gap to the bound", "与界的差距", SHARE, "占比"),
        Column("status", "status of the solve", "求解状态", form="text"),
        Column("proven", "proven", "已证明最优", "yes or no", "是或否", form="flag"),
        Column("knee", "knee", "拐点", "yes or no", "是或否", form="flag"),
        Column("must_failed", "must rules that fail", "未达标的必须规则", "rules", "条"),
        Column("target_failed", "targets that fail", "未达标的目标规则", "rules", "条"),
        Column("wish_failed", "wishes that fail", "未达标的期望规则", "rules", "条"),
        Column("seconds", "time to solve", "求解时间", "seconds", "秒"),
    ]  # fmt: skip


def _in_words(front: "Front", row: int) -> str:
    """``3,800 people at 130 CNY``, and from the second point on what the step costs."""
    first, second = front.figures
    here = front.points.iloc[row]
    words = f"{_number(here[first.name])} {first.unit}, {_number(here[second.name])} {second.unit}"
    if row == 0:
        return words
    before = front.points.iloc[row - 1]
    gained, paid = (float(here[f.name] - before[f.name]) for f in (first, second))
    return f"{words}; step: {_number(gained, '+')} for {_number(paid, '+')}"


def _number(value: float, sign: str = "") -> str:
    """A number as people read it: 4,751,400,000 and 0.0125."""
    return f"{value:{sign},.0f}" if abs(value) >= 1000 else f"{value:{sign}.4g}"

"""Coverage curves as files: their table and a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from allocator.files.writing import staged_folder
from allocator.studies.tables import SHARE, Column, StudyTable, write_tables

if TYPE_CHECKING:
    from allocator.studies.curves import CoverageStudy

_UNITS_ZH = {"km": "公里", "minutes": "分钟", "": ""}


def write_curve(study: "CoverageStudy", folder: Path, *, chinese: bool = False) -> list[Path]:
    """Write ``curve.csv``, ``full_cover.csv``, ``curve.xlsx`` and the picture; all or nothing.

    Returns
    -------
    list of Path
        The files written.
    """
    from allocator.studies.curve_picture import draw_curve  # drawing takes long to load

    with staged_folder(folder) as staged:
        names = write_tables(curve_tables(study), "curve", staged, chinese=chinese)
        if len(study.points):
            names += draw_curve(study, chinese=chinese).save(staged, "curve")
    return [folder / name for name in names]


def curve_tables(study: "CoverageStudy") -> list[tuple[str, StudyTable]]:
    """Both tables with their columns and units."""
    radius = Column("radius", "radius", "半径", study.unit, _UNITS_ZH[study.unit])
    people, share = ("people", "人"), (SHARE, "占比")
    points = [
        Column("p", "open sites", "开设数", "sites", "处"),
        radius,
        Column("people", "people covered at best", "最优覆盖人口", *people),
        Column("share", "share of all people", "占总人口", *share),
        Column("bound", "bound", "界", *people),
        Column("gap", "gap to the bound", "与界的差距", *share),
        Column("status", "status of the solve", "求解状态", form="text"),
        Column("proven", "proven", "已证明最优", "yes or no", "是或否", form="flag"),
        Column("gained", "more than the row before (solved anew)", "较上一行增加(重新求解)",
               *people),
        Column("greedy", "people covered by the greedy choice", "贪心覆盖人口", *people),
        Column("greedy_share", "share of all people, greedy", "贪心占总人口", *share),
        Column("sites", "sites", "机构", form="text"),
        Column("seconds", "time to solve", "求解时间", "seconds", "秒"),
    ]  # fmt: skip
    full = [
        radius,
        Column("sites", "sites that reach everybody who can be reached (LSCP)",
               "覆盖全部可达人口所需(LSCP)", "sites", "处"),
        Column("bound", "at least", "至少", "sites", "处"),
        Column("people", "people whom some site can reach", "可达人口", *people),
        Column("share", "share of all people", "占总人口", *share),
    ]  # fmt: skip
    return [
        ("curve", StudyTable("coverage curve", "覆盖曲线", study.points, points)),
        ("full_cover", StudyTable("full cover", "全覆盖", study.full, full)),
    ]

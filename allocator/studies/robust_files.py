"""One plan for several futures as files: its tables and a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from allocator.files.labels import kind_label, resource_label
from allocator.files.writing import staged_folder
from allocator.studies.tables import SHARE, Column, StudyTable, write_tables

if TYPE_CHECKING:
    from allocator.studies.robust_tables import RobustPlan

_STRENGTHS = {
    "must": ("must rules", "必须规则"), "target": ("targets", "目标规则"),
    "wish": ("wishes", "期望规则"),
}  # fmt: skip
_YES = ("yes or no", "是或否")


def write_robust(robust: "RobustPlan", folder: Path, *, chinese: bool = False) -> list[Path]:
    """Write ``criteria.csv``, ``candidates.csv``, ``trials.csv``, ``samples.csv``, ``sites.csv``,
    ``units.csv``, all of them as ``robust.xlsx``, and the picture; all of it or nothing.

    Returns
    -------
    list of Path
        The files written.
    """  # noqa: D205 - a list of files
    from allocator.studies.robust_picture import draw_robust  # drawing takes long to load

    with staged_folder(folder) as staged:
        names = write_tables(robust_tables(robust, chinese=chinese), "robust", staged,
                             chinese=chinese)  # fmt: skip
        names += draw_robust(robust, chinese=chinese).save(staged, "robust")
    return [folder / name for name in names]


def robust_tables(robust: "RobustPlan", *, chinese: bool = False) -> list[tuple[str, StudyTable]]:
    """Every table with its columns and units."""
    return [
        ("criteria", StudyTable("criteria", "准则", robust.criteria, _criteria(robust))),
        ("candidates", StudyTable("candidates", "候选规划", robust.candidates,
                                  _candidates(robust))),
        ("sites", _sites(robust, chinese=chinese)),
        ("units", _units(robust, chinese=chinese)),
        ("trials", StudyTable("trials", "逐样本检验", robust.trials, _trials(robust))),
        ("samples", StudyTable("samples", "样本", robust.samples, _samples(robust))),
    ]  # fmt: skip


def _value(robust: "RobustPlan", name: str, english: str, chinese: str) -> Column:
    unit_zh = {"people not covered": "未覆盖人口", "things changed": "处(张、人、辆)"}
    return Column(name, english, chinese, robust.unit, unit_zh.get(robust.unit, robust.unit))


def _criteria(robust: "RobustPlan") -> list[Column]:
    return [
        Column("criterion", "criterion", "准则", form="text"),
        Column("candidate", "best candidate", "最佳候选", form="text"),
        _value(robust, "value", f"{robust.measure} by the criterion", "准则值"),
        _value(robust, "bound", "bound of any plan that keeps the rules as well", "界"),
        Column("gap", "gap to the bound", "与界的差距", SHARE, "占比"),
        Column("status", "status", "状态", form="text"),
        Column("must_shortfall", "must rules missed by", "必须规则缺口",
               "sum of shares of what each asks", "占要求之和"),
        Column("keeps_rules", "keeps the rules in every sample", "各样本均守规则", *_YES,
               form="flag"),
    ]  # fmt: skip


def _candidates(robust: "RobustPlan") -> list[Column]:
    missed = [
        Column(f"{name}_shortfall", f"{words} missed in the worst sample by", f"最差样本{zh}缺口",
               "sum of shares of what each asks", "占要求之和")
        for name, (words, zh) in _STRENGTHS.items()
    ]  # fmt: skip
    return [
        Column("candidate", "plan of", "候选规划", form="text"),
        _value(robust, "worst", f"{robust.measure} in the worst sample", "最差样本"),
        _value(robust, "expected", f"mean {robust.measure} of the samples", "样本均值"),
        _value(robust, "regret", "largest regret", "最大遗憾"),
        *missed,
        Column("samples_kept", "samples in which the rules are kept as well as by their own plan",
               "守规则样本数", "samples", "个"),
        Column("best_by", "best by", "最佳准则", form="text"),
    ]  # fmt: skip


def _sites(robust: "RobustPlan", *, chinese: bool) -> StudyTable:
    frame = robust.sites.assign(
        kind=[kind_label(str(k), chinese=chinese) for k in robust.sites["kind"]]
    )
    if chinese:
        words = {"safe": "可靠", "open question": "待定", "never": "从不"}
        today = {"existing": "现有", "candidate": "候选", "required": "必建"}
        frame = frame.assign(
            decision=[words[d] for d in frame["decision"]],
            today=[today.get(t, t) for t in frame["today"]],
        )
    columns = [
        Column("id", "id", "编号", form="text"),
        Column("name", "name", "名称", form="text"),
        Column("kind", "kind", "类别", form="text"),
        Column("county", "county", "县(市、区)", form="text"),
        Column("today", "today", "现状", form="text"),
        Column("open_in", "open in the plans of", "开设样本数", "samples", "个"),
        Column("share", "share of the samples", "样本占比", SHARE, "占比"),
        Column("decision", "decision: safe from 95 %", "决策(95%起为可靠)", form="text"),
    ]
    return StudyTable("sites", "机构", frame, columns)


def _units(robust: "RobustPlan", *, chinese: bool) -> StudyTable:
    frame = robust.units.assign(
        resource=[resource_label(str(r), chinese=chinese) for r in robust.units["resource"]]
    )
    each = ("see column: counted in", "见计量单位列")
    columns = [
        Column("unit", "unit id", "单位编号", form="text"),
        Column("name", "unit", "单位", form="text"),
        Column("resource", "resource", "资源", form="text"),
        Column("counted_in", "counted in", "计量单位", form="text"),
        Column("least", "least over the samples", "样本最小", *each),
        Column("median", "median over the samples", "样本中位数", *each),
        Column("most", "most over the samples", "样本最大", *each),
        Column("certain", "the same in every sample", "各样本相同", *_YES, form="flag"),
    ]
    return StudyTable("units", "资源配置", frame, columns)


def _trials(robust: "RobustPlan") -> list[Column]:
    failed = [
        Column(f"{n}_failed", f"{words} that fail", f"未达标{zh}", "rules", "条")
        for n, (words, zh) in _STRENGTHS.items()
    ]
    missed = [
        Column(f"{n}_shortfall", f"{words} missed by", f"{zh}缺口",
               "sum of shares of what each asks", "占要求之和")
        for n, (words, zh) in _STRENGTHS.items()
    ]  # fmt: skip
    currency = str(robust.plan.provenance.get("currency", ""))
    return [
        Column("candidate", "plan of", "候选规划", form="text"),
        Column("sample", "tried in", "检验样本", form="text"),
        *failed,
        *missed,
        Column("people_covered", "people covered, added up over rules", "覆盖人口", "people",
               "人"),
        Column("people_not_covered", "people not covered", "未覆盖人口", "people", "人"),
        Column("cost", "cost", "费用", currency, currency),
        Column("change", "change from today", "与现状的变动", "things changed", "处(张、人、辆)"),
        Column("keeps_rules", "misses no rule by more than the sample's own plan", "守规则",
               *_YES, form="flag"),
    ]  # fmt: skip


def _samples(robust: "RobustPlan") -> list[Column]:
    factors = [
        Column(c, c.replace("factor:", "people times, "), c.replace("factor:", "人口倍数 "),
               "factor", "倍")
        for c in robust.samples.columns
        if str(c).startswith("factor:")
    ]  # fmt: skip
    return [
        Column("sample", "sample", "样本", form="text"),
        Column("people", "people", "人口", "people", "人"),
        _value(robust, "own", f"{robust.measure} of its own plan", "自身规划"),
        _value(robust, "bound", "bound", "界"),
        Column("status", "status of its own plan", "状态", form="text"),
        *factors,
    ]

"""The picture of one plan for several futures: each candidate's range over the samples."""

from typing import TYPE_CHECKING

import numpy as np

from allocator.studies.drawing import INK, KNEE, MARK, SOFT, Canvas, Scale

if TYPE_CHECKING:
    from allocator.studies.robust_tables import RobustPlan

_MEASURES = {
    "cost": ("cost", "费用"), "change": ("change from today", "变动"),
    "coverage": ("people not covered", "未覆盖人口"),
}  # fmt: skip
_UNITS = {
    "change": ("sites, beds, posts and vehicles", "处(张、人、辆)"), "coverage": ("people", "人"),
}  # fmt: skip
_SAID = {
    "range": ("least to most over the samples", "样本范围"),
    "mean": ("mean of the samples", "样本均值"),
    "broken": ("misses rules in some sample", "某些样本未守规则"),
    "chosen": ("chosen", "入选"),
    "bound": ("no plan that keeps the rules can be below", "守规则规划的下界"),
}
_COLUMN = {"cost": "cost", "change": "change", "coverage": "people_not_covered"}


def draw_robust(robust: "RobustPlan", *, chinese: bool = False) -> Canvas:
    """Candidates upwards, their measure from left to right."""
    names = list(robust.candidates["candidate"])
    column = _COLUMN[robust.measure]
    trials = robust.trials.set_index("candidate")[column]
    values = [np.atleast_1d(trials.loc[name].to_numpy(float)) for name in names]
    unit = _UNITS.get(robust.measure, (robust.unit, robust.unit))[chinese]
    scale = Scale.of(np.concatenate(values), unit, chinese=chinese)
    measure = _MEASURES[robust.measure][chinese]
    shown = [_zh(name) if chinese else name for name in names]
    criterion = {"worst": "最差样本", "expected": "样本均值", "regret": "最大遗憾"}
    said = criterion[robust.criterion] if chinese else robust.criterion
    title = f"{robust.region}, {robust.policy}: {measure} ({said})"
    texts = [scale.unit, *shown, *(w for pair in _SAID.values() for w in pair)]
    canvas = Canvas.new(title, _notes(robust, chinese=chinese), texts, legend_rows=2)
    kept = robust.candidates["samples_kept"].to_numpy() == len(robust.samples)
    _draw_ranges(canvas, values, kept, scale, chinese=chinese)
    place = names.index(robust.chosen)
    canvas.axes.scatter(
        [values[place].mean() / scale.by], [place], s=150, facecolors="none", edgecolors=KNEE,
        linewidths=1.8, zorder=5, label=_SAID["chosen"][chinese],
    )  # fmt: skip
    _draw_bound(canvas, robust, scale, chinese=chinese)
    canvas.axes.set_yticks(range(len(names)))
    canvas.axes.set_yticklabels([canvas.face.sayable(name) for name in shown])
    canvas.axes.invert_yaxis()
    canvas.axes.margins(0.08)
    canvas.label_across(f"{measure} ({scale.unit})")
    canvas.legend(columns=3)
    return canvas


def _draw_ranges(
    canvas: Canvas, values: list[np.ndarray], kept: np.ndarray, scale: Scale, *, chinese: bool
) -> None:
    for k, found in enumerate(values):
        canvas.axes.plot(
            [found.min() / scale.by, found.max() / scale.by], [k, k], color=SOFT, linewidth=4,
            solid_capstyle="butt", zorder=2, label=_SAID["range"][chinese] if not k else None,
        )  # fmt: skip
    means = np.array([found.mean() for found in values]) / scale.by
    rows = np.arange(len(values))
    for chosen, fill, words in ((kept, MARK, "mean"), (~kept, "white", "broken")):
        if chosen.any():
            canvas.axes.scatter(
                means[chosen], rows[chosen], s=38, facecolors=fill, edgecolors=INK, zorder=4,
                label=_SAID[words][chinese],
            )  # fmt: skip


def _draw_bound(canvas: Canvas, robust: "RobustPlan", scale: Scale, *, chinese: bool) -> None:
    """The bound of the worst case or of the mean; a regret is no place on this axis."""
    rows = robust.criteria[robust.criteria["criterion"] == robust.criterion]
    bound = float(rows["bound"].to_numpy(float)[0])
    if robust.criterion != "regret" and not np.isnan(bound):
        canvas.axes.axvline(
            bound / scale.by, color=INK, linestyle="--", linewidth=1.2, zorder=1,
            label=_SAID["bound"][chinese],
        )  # fmt: skip


def _notes(robust: "RobustPlan", *, chinese: bool) -> list[str]:
    safe = robust.sites["decision"].value_counts()
    counts = [int(safe.get(name, 0)) for name in ("safe", "open question", "never")]
    if chinese:
        return [
            f"{len(robust.samples)}个样本。机构: {counts[0]}处可靠(95%以上样本开设), "
            f"{counts[1]}处待定, {counts[2]}处从不开设。"
        ]
    head = (
        f"{len(robust.samples)} samples. Sites: {counts[0]} are open in at least 95 % of the "
        f"samples' own plans, {counts[1]} in some, {counts[2]} in none."
    )
    return [head, *robust.notes]


def _zh(name: str) -> str:
    return name.replace("sample", "样本").replace("mean", "均值").replace("envelope", "包络")

"""The picture of a front: points, bounds as bars where nothing is proven, the knee marked."""

from typing import TYPE_CHECKING

from allocator.studies.drawing import INK, KNEE, MARK, SOFT, Canvas, Scale

if TYPE_CHECKING:
    from allocator.studies.front import Front


def draw_front(front: "Front", *, chinese: bool = False) -> Canvas:
    """The held figure from left to right, the other upwards; numbers are those of the table."""
    first, second = front.figures
    points = front.points
    x, y = points[second.name].to_numpy(float), points[first.name].to_numpy(float)
    bound = points["bound"].to_numpy(float)
    across = Scale.of(x, second.unit_zh if chinese else second.unit, chinese=chinese)
    up = Scale.of([*y, *bound], first.unit_zh if chinese else first.unit, chinese=chinese)
    names = (first.label_zh, second.label_zh) if chinese else (first.label, second.label)
    title = f"{front.region}, {front.policy}: {names[0]} / {names[1]}"
    canvas = Canvas.new(title, _notes(front, chinese=chinese), [across.unit, up.unit, *_WORDS])
    axes, (x, y, bound) = canvas.axes, (x / across.by, y / up.by, bound / up.by)
    axes.plot(x, y, color=SOFT, linewidth=1.2, zorder=2)
    proven = points["proven"].to_numpy(dtype=bool)
    _draw_bounds(canvas, x, y, bound, ~proven)
    for chosen, fill, words in (
        (proven, MARK, _said("proven", chinese=chinese)),
        (~proven, "white", _said("open", chinese=chinese)),
    ):
        if chosen.any():
            axes.scatter(
                x[chosen], y[chosen], s=38, linewidths=1.0, zorder=4, label=words,
                facecolors=fill, edgecolors=INK,
            )  # fmt: skip
    knee = front.knee
    if knee is not None:
        axes.scatter(
            [x[knee]], [y[knee]], s=150, facecolors="none", edgecolors=KNEE, linewidths=1.8,
            zorder=5, label=_said("knee", chinese=chinese),
        )  # fmt: skip
    for at_x, at_y, number in zip(x, y, points["point"], strict=True):
        canvas.write(str(number), (at_x, at_y), size=7.5)
    axes.margins(0.08)
    canvas.label(
        f"{names[1]} ({across.unit})" if across.unit else names[1],
        f"{names[0]} ({up.unit})" if up.unit else names[0],
    )
    canvas.legend()
    return canvas


_SAID = {
    "proven": ("proven best within the limit", "已证明为限值内最优"),
    "open": ("not proven: the bar ends at the bound", "未证明: 竖线止于界"),
    "knee": ("knee", "拐点"),
}
_WORDS = [word for pair in _SAID.values() for word in pair]


def _said(what: str, *, chinese: bool) -> str:
    return _SAID[what][chinese]


def _draw_bounds(canvas: Canvas, x: object, y: object, bound: object, chosen: object) -> None:
    """From the value to what nothing can beat."""
    for at, value, end, wanted in zip(x, y, bound, chosen, strict=True):  # type: ignore[call-overload]
        if wanted and end == end:
            canvas.axes.plot([at, at], [value, end], color=INK, linewidth=1.4, zorder=3)
            canvas.axes.plot([at], [end], marker="_", markersize=9, color=INK, zorder=3)


def _notes(front: "Front", *, chinese: bool) -> list[str]:
    """How to read the picture, and what the front leaves out."""
    if chinese:
        notes = ["拐点: 两指标各缩放到0至1后, 离两端连线最远的点。数字为表中点号。"]
        if front.set_aside:
            notes.append(f"下列规则陈述所权衡的指标, 此处不作约束: {', '.join(front.set_aside)}")
        if front.interrupted:
            notes.append("求解被中断: 仅含已得到的点。")
        return notes
    how = (
        "Knee: the point farthest from the straight line between the ends, both figures from 0 to "
        "1. Numbers are those of the table."
    )
    return [how, *front.notes]

"""What the pictures of studies have in common: paper, fonts, axes, and three forms of file."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any
from unicodedata import east_asian_width

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from allocator.files.fonts import Face, find_face

PICTURES = (".png", ".svg", ".pdf")
INK, SOFT, MARK, KNEE = "#1F3A5F", "#7FA8C9", "#0072B2", "#D55E00"
_DPI = 150
_MILLION = 1e6
_LARGE = 1e7
_COLUMNS = 132
"""Width of the text below a picture, in Latin letters."""


@dataclass(frozen=True)
class Scale:
    """Large numbers are drawn in millions."""

    by: float
    unit: str

    @classmethod
    def of(cls, values: Iterable[float], unit: str, *, chinese: bool) -> "Scale":
        """How values are drawn, and in what unit."""
        most = max((abs(v) for v in values if v == v), default=0.0)
        if most < _LARGE:
            return cls(1.0, unit)
        return cls(_MILLION, f"百万{unit}" if chinese else f"million {unit}")


@dataclass(frozen=True, eq=False)
class Canvas:
    """A figure with one panel, a title above it and notes below."""

    figure: Figure
    axes: Axes
    face: Face

    @classmethod
    def new(
        cls, title: str, notes: Iterable[str], texts: Iterable[str], *, legend_rows: int = 0
    ) -> "Canvas":
        """Paper for a picture; ``texts`` is all that will be written in it.

        ``legend_rows`` leaves room for a legend below the panel.
        """
        notes = list(notes)
        every = [title, *notes, *texts]
        face = find_face(every)
        lines = [line for note in notes for line in wrapped(face.sayable(note))]
        below_in = 0.78 + 0.17 * len(lines) + 0.24 * legend_rows
        height_in = 4.6 + below_in
        figure = Figure(figsize=(8.6, height_in), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.13, below_in / height_in, 0.83, 4.05 / height_in))
        for number, line in enumerate(lines):
            figure.text(
                0.03, (0.06 + 0.17 * (len(lines) - number)) / height_in, line, va="top",
                fontproperties=face.properties(7.5),
            )  # fmt: skip
        axes.set_title(
            face.sayable(title), loc="left", fontproperties=face.properties(11, bold=True)
        )
        axes.grid(color="#E3E3E3", linewidth=0.6)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        return cls(figure, axes, face)

    def label(self, x: str, y: str) -> None:
        """Name both axes, both of numbers."""
        font = self.face.properties(9.5)
        self.axes.set_ylabel(self.face.sayable(y), fontproperties=font)
        self.axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
        self.label_across(x)

    def label_across(self, x: str) -> None:
        """Name the axis of numbers from left to right; what stands on the other is words."""
        font = self.face.properties(9.5)
        self.axes.set_xlabel(self.face.sayable(x), fontproperties=font)
        self.axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
        for tick in (*self.axes.get_xticklabels(), *self.axes.get_yticklabels()):
            tick.set_fontproperties(self.face.properties(8.5))

    def whole_steps(self) -> None:
        """Only whole numbers below the x axis."""
        self.axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    def legend(self, *, columns: int = 0) -> None:
        """What the marks are: inside where there is room, or below in so many columns."""
        looks: dict[str, Any] = {"frameon": False, "prop": self.face.properties(8.5)}
        if not columns:
            self.axes.legend(loc="best", **looks)
            return
        # A legend's distance is a share of the panel's height, which is always the same.
        self.axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.105), ncols=columns, borderaxespad=0.0,
            **looks,
        )  # fmt: skip

    def write(self, text: str, at: tuple[float, float], *, ink: str = INK, size: float = 8) -> None:
        """A word beside a point."""
        self.axes.annotate(
            self.face.sayable(text), at, xytext=(6, 6), textcoords="offset points", color=ink,
            fontproperties=self.face.properties(size),
        )  # fmt: skip

    def save(self, folder: Path, name: str) -> list[str]:
        """Write the picture in three forms, the same bytes each time; give the names."""
        metadata: dict[str, dict[str, Any]] = {
            ".png": {"Software": "allocator"},
            ".svg": {"Date": None, "Creator": "allocator"},
            ".pdf": {"CreationDate": None, "Creator": "allocator"},
        }
        for suffix in PICTURES:
            with mpl.rc_context({"svg.hashsalt": "allocator"}):
                self.figure.savefig(
                    folder / f"{name}{suffix}", format=suffix[1:], dpi=_DPI,
                    metadata=metadata[suffix],
                )  # fmt: skip
        return [f"{name}{suffix}" for suffix in PICTURES]


def wrapped(text: str) -> list[str]:
    """A note in lines; Chinese characters take the room of two."""
    lines: list[str] = []
    for part in wrap(text, _COLUMNS) or [""]:
        line, width = "", 0
        for letter in part:
            wide = 2 if east_asian_width(letter) in "WF" else 1
            if width + wide > _COLUMNS:
                lines.append(line)
                line, width = "", 0
            line, width = line + letter, width + wide
        lines.append(line)
    return lines


def _tick(value: float) -> str:
    """A number beside an axis.

    >>> _tick(1_250_000.0), _tick(0.05)
    ('1,250,000', '0.05')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
    return f"{value:.6g}"

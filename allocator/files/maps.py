"""Static maps of a plan: before and after, who is covered, how far it is, resources by unit."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from allocator.errors import InputError
from allocator.files.writing import staged_file
from allocator.plans import Plan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocator.travel.times import TravelTimes

What = Literal["before_after", "coverage", "bands", "units"]
MAP_FORMS: tuple[What, ...] = ("before_after", "coverage", "bands", "units")
SUFFIXES = (".png", ".pdf", ".svg")
_OF: dict[str, tuple[What, ...]] = {
    "rule": ("before_after", "coverage", "bands"), "resource": ("units",),
    "unit": ("bands",), "bands": ("bands",), "times": ("bands",), "today": ("bands", "units"),
    "ax": ("coverage", "bands", "units"),
}  # fmt: skip
"""Which maps an option is for."""


def draw_map(
    plan: Plan,
    what: What = "before_after",
    *,
    rule: str | None = None,
    resource: str | None = None,
    unit: Literal["minutes", "km"] | None = None,
    bands: Sequence[float] | None = None,
    times: "TravelTimes | None" = None,
    today: bool = False,
    chinese: bool = False,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw a map of a plan, with scale, north, CRS, sources, and a legend in people.

    Parameters
    ----------
    what
        ``before_after``: today and the plan side by side, a pair per coverage rule;
        ``coverage``: who is covered as today, newly, no longer, or not;
        ``bands``: minutes or km to the nearest site that a rule counts;
        ``units``: a resource per 1,000 residents.
    rule
        Coverage rule; the strongest one by default (all of them for ``before_after``).
    resource
        For ``units``: ``public_beds`` by default.
    unit, bands, times
        For ``bands``: ``minutes`` or ``km`` (straight), the rule's own by default; upper ends, by
        default around the rule's limit (5, 8, 11, 15 minutes); ways to the plan's sites, where
        the plan did not go straight.
    today
        Today instead of the plan (``bands``, ``units``).
    chinese
        Labels in Chinese. Without a font that has the characters the map is in English, names
        are in Latin letters or are ids, and the map says so.
    ax
        Axes to draw on, of a figure of your own; without them a page is made.

    Returns
    -------
    Figure
        Shown by notebooks; not known to pyplot.

    Raises
    ------
    InputError
        Nothing to draw, or a rule or resource that the plan does not have.
    """
    given = {"rule": rule, "resource": resource, "unit": unit, "bands": bands, "times": times,
             "today": today or None, "ax": ax}  # fmt: skip
    _check(what, given)
    from matplotlib import rc_context

    with rc_context({"text.parse_math": False}):  # a name with dollars is no formula
        return _drawn(plan, what, given, chinese=chinese)


def _drawn(plan: Plan, what: What, given: dict[str, Any], *, chinese: bool) -> "Figure":
    from allocator.files.map_sheets import Sheet, draw_on, draw_sheet

    rule, today, ax = given["rule"], bool(given["today"]), given["ax"]
    sheet = Sheet.of(plan, chinese=chinese)
    if what == "before_after":
        from allocator.files.map_pairs import draw_pairs

        return draw_pairs(sheet, rule)
    from allocator.files import map_layers as layers

    if what == "coverage":
        picture = layers.cover_picture(plan, rule, chinese=sheet.chinese)
    elif what == "bands":
        how = {name: given[name] for name in ("unit", "bands", "times")}
        picture = layers.band_picture(plan, rule, chinese=sheet.chinese, today=today, **how)
    else:
        picture = layers.unit_picture(plan, given["resource"], chinese=sheet.chinese, today=today)
    if ax is None:
        return draw_sheet(sheet, picture)
    draw_on(ax, sheet, picture)
    figure: Figure = ax.get_figure(root=True)
    return figure


def save_map(plan: Plan, path: str | Path, what: What = "before_after", **options: Any) -> None:
    """Draw a map and write it as PNG, PDF or SVG: the same plan gives the same bytes.

    Parameters
    ----------
    path
        ``map.png``, ``map.pdf`` or ``map.svg``. Text stays text in PDF and SVG.
    what, options
        As in :func:`draw_map`.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"unknown suffix {path.suffix!r}; known: {', '.join(SUFFIXES)}", where=f"map {path}"
        )
    with staged_file(path) as staged:
        write_figure(draw_map(plan, what, **options), staged)


def write_figure(figure: "Figure", path: Path) -> None:
    """Write a figure without a date or a random id."""
    from matplotlib import rc_context

    form = path.suffix.lower().removeprefix(".")
    told: dict[str, dict[str, Any]] = {
        "png": {"Software": "allocator"},
        "pdf": {"Creator": "allocator", "Producer": "allocator", "CreationDate": None},
        "svg": {"Creator": "allocator", "Date": None},
    }
    fixed: dict[Any, Any] = {
        "svg.hashsalt": "allocator",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
    }
    with rc_context(fixed):
        figure.savefig(path, format=form, dpi=figure.dpi, metadata=told[form])


def _check(what: str, given: dict[str, Any]) -> None:
    if what not in MAP_FORMS:
        raise InputError(f"what must be one of {', '.join(MAP_FORMS)}, got {what!r}", where="map")
    problems = [
        f"{name} is for {' and '.join(_OF[name])}, not for {what}"
        for name, value in given.items()
        if value is not None and what not in _OF[name]
    ]
    if problems:
        raise InputError("; ".join(problems), where="map")

"""How far people are from the nearest site of a rule's kinds, in minutes or km, and the bands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.errors import InputError, raise_if_any
from allocator.files import map_contents as contents
from allocator.files.tables import COVERED, COVERED_TODAY
from allocator.plans import Plan
from allocator.travel.journeys import STRAIGHT
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.times import TravelTimes

Unit = Literal["minutes", "km"]
FIRST_MINUTES = (5.0, 8.0, 11.0, 15.0)
"""Ends of the bands that ambulance services report by."""
_LADDERS: dict[str, tuple[float, ...]] = {
    "minutes": (5, 10, 15, 20, 30, 45, 60, 90, 120, 180),
    "km": (0.5, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80),
}
_WHERE = "map of bands"


@dataclass(frozen=True, eq=False)
class Away:
    """How far each cell is from the nearest open site.

    Attributes
    ----------
    value
        Minutes or km, shape ``(n_cells,)``; NaN where no site is reached.
    unit
        ``minutes`` or ``km``.
    limit
        What the rule asks for in this unit; NaN where it asks in the other.
    ends
        Upper ends of the bands, included.
    measured
        How the ways were measured, in English and in Chinese.
    """

    value: NDArray[np.float64]
    unit: Unit
    limit: float
    ends: tuple[float, ...]
    measured: tuple[str, str]

    @property
    def band(self) -> NDArray[np.int64]:
        """Band of each cell; ``len(ends)`` beyond the last, -1 where no site is reached."""
        inclusive = np.array(self.ends) * (1 + LIMIT_TOLERANCE)
        return np.where(np.isnan(self.value), -1, np.searchsorted(inclusive, self.value))


def about_rule(plan: Plan, rule: str | None) -> tuple[str, Mapping[str, Any]]:
    """A coverage rule of the plan and what is told of it; the strongest if none is named."""
    told = plan.provenance.get("coverage_rules")
    details: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    known = [c.removeprefix(COVERED) for c in map(str, plan.cells.columns) if c.startswith(COVERED)]
    drawn, _ = contents.themes(plan)
    first = next((r for theme in drawn for r in theme.rules), None)
    chosen = first if rule is None else rule
    if chosen is None:
        raise InputError("the plan has no coverage rule, so there is nothing to draw", where=_WHERE)
    if chosen not in known:
        raise InputError(
            f"rule: the plan has no coverage rule {chosen!r}; it has {', '.join(known) or 'none'}",
            where="map",
        )
    about = details.get(chosen, {})
    return chosen, about if isinstance(about, Mapping) else {}


def away(
    plan: Plan,
    rule: str,
    about: Mapping[str, Any],
    *,
    today: bool,
    unit: Unit | None = None,
    bands: Sequence[float] | None = None,
    times: TravelTimes | None = None,
) -> Away:
    """Minutes or km to the nearest open site of a rule: as the plan's cells tell, else straight.

    Parameters
    ----------
    unit
        ``km`` (straight) or ``minutes``; the rule's own by default.
    bands
        Upper ends, rising; by default around the rule's limit.
    times
        Ways between the plan's cells and its sites (by id), where the plan does not go straight.

    Raises
    ------
    InputError
        If the plan went along roads, over a surface or by a table, and its cells do not tell.
    """
    open_sites = _open_sites(plan, about, today=today)
    limits: dict[Unit, float] = {
        "minutes": _number(about.get("within_minutes")), "km": _number(about.get("within_km")),
    }  # fmt: skip
    if times is not None:
        value, measured = _by_times(plan, open_sites, times), ("given travel times", "给定行程")
        used: Unit = times.unit
    else:
        used = unit or ("minutes" if not np.isnan(limits["minutes"]) else "km")
        column = f"{used}{'_today' if today else ''}:{rule}"
        if column in plan.cells.columns:
            value, measured = _kept(plan, column, about)
        else:
            value, measured = _straight(plan, about, open_sites, used)
    limit = limits[used]
    ends = _checked_ends(bands, limit, used)
    return Away(value, used, limit, ends, measured)


def disagreement(
    plan: Plan, rule: str, found: Away, asked: NDArray[np.bool_], *, today: bool
) -> float:
    """People whose cover in the plan is not what the bands say; NaN where it cannot be told.

    ``asked``: cells whose people the rule is for.
    """
    column = f"{COVERED_TODAY if today else COVERED}{rule}"
    if np.isnan(found.limit) or column not in plan.cells.columns:
        return float("nan")
    asked = asked & plan.cells[column].notna().to_numpy()
    within = found.value <= found.limit * (1 + 1e-6)
    differs = asked & (within != plan.cells[column].eq(True).to_numpy())
    return float(plan.cells["people"].to_numpy(float)[differs].sum())


def default_ends(limit: float, unit: Unit) -> tuple[float, ...]:
    """Upper ends of bands around a limit.

    >>> default_ends(15, "minutes"), default_ends(3.5, "km")
    ((5.0, 8.0, 11.0, 15.0), (0.5, 1.0, 2.0, 3.5, 5.0))
    """
    ladder = _LADDERS[unit]
    if unit == "minutes" and not limit > FIRST_MINUTES[-1]:
        return FIRST_MINUTES
    if np.isnan(limit):
        return (1.0, 2.0, 5.0, 10.0)
    below = [step for step in ladder if step < 0.8 * limit][-3:]
    above = [step for step in ladder if step > 1.3 * limit][:1]
    return tuple(map(float, (*below, limit, *above)))


def _open_sites(plan: Plan, about: Mapping[str, Any], *, today: bool) -> pd.DataFrame:
    table = pd.DataFrame(plan.facilities).drop(columns="geometry", errors="ignore")
    if kinds := tuple(about.get("kinds", ())):
        table = table[table["kind"].isin(kinds)]
    return table[table["status"] != ("new" if today else "closed")]


def _kept(
    plan: Plan, column: str, about: Mapping[str, Any]
) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """Ways that the plan's own cells tell."""
    value = plan.cells[column].to_numpy(float)
    mode = "km" if column.startswith("km") else str(about.get("mode") or "")
    told = _travel(plan).get(mode, {"source": STRAIGHT})
    source = str(told.get("source", "roads"))
    by = "straight lines" if source == STRAIGHT else source
    zh = {"straight lines": "直线", "roads": "道路"}.get(by, by)
    words = (f"as the plan travels: {by}", f"按规划所用出行方式: {zh}")
    return np.where(np.isfinite(value), value, np.nan), words


def _travel(plan: Plan) -> Mapping[str, Any]:
    travel = plan.provenance.get("travel")
    return travel if isinstance(travel, Mapping) else {}


def _by_times(plan: Plan, sites: pd.DataFrame, times: TravelTimes) -> NDArray[np.float64]:
    problems = []
    if times.n_cells != len(plan.cells):
        problems.append(f"times are of {times.n_cells:,} cells, the plan has {len(plan.cells):,}")
    if times.sites is None:
        problems.append("times must carry the ids of their sites (SiteSet)")
    else:
        lacking = sorted(set(sites["id"]) - set(map(str, times.sites.ids)))
        problems += [f"times lack the site {i!r}" for i in lacking[:5]]
        problems += [f"and {len(lacking) - 5:,} sites more"] if len(lacking) > 5 else []
    raise_if_any(problems, where=_WHERE)
    wanted = set(sites["id"])
    ids = [] if times.sites is None else times.sites.ids
    return times.nearest(np.array([str(i) in wanted for i in ids], dtype=np.bool_))[1]


def _straight(
    plan: Plan, about: Mapping[str, Any], sites: pd.DataFrame, unit: Unit
) -> tuple[NDArray[np.float64], tuple[str, str]]:
    mode = str(about.get("mode") or "ambulance")
    number = _assumed(plan)
    km = _straight_km(plan, sites, number)
    told = _travel(plan)
    if unit == "km":
        return km, ("in a straight line", "直线距离")
    by = told.get(mode, {"source": STRAIGHT})
    if by.get("source") != STRAIGHT or by.get("rural_people_instead"):
        raise _not_kept(f"minutes of mode {mode!r}, which did not go straight")
    if mode == "walk":
        kmh = np.full(len(km), number["walking_kmh"])
    else:
        name = "ambulance" if mode == "ambulance" else "driving"
        urban = plan.cells["urban"].to_numpy(bool)
        kmh = np.where(urban, number[f"{name}_urban_kmh"], number[f"{name}_rural_kmh"])
    minutes = km * number["detour"] / kmh * 60
    words = ("by the plan's assumed speeds and detour", "按假设车速与绕行系数估算")
    if about.get("from_call"):
        minutes = minutes + number["call_handling_minutes"] + number["turnout_minutes"]
        words = (f"{words[0]}, from the call", f"{words[1]}(自呼救起)")
    return minutes, words


def _straight_km(
    plan: Plan, sites: pd.DataFrame, number: Mapping[str, float]
) -> NDArray[np.float64]:
    places = sites[["x_m", "y_m"]].to_numpy(float)
    if not len(places) or plan.cells.empty:
        return np.full(len(plan.cells), np.nan)
    away_m, _ = cKDTree(places).query(plan.cells[["x_m", "y_m"]].to_numpy(float))
    inside_m = number["intra_cell_share"] * contents.cell_side_m(plan)
    return np.asarray(np.maximum(away_m, inside_m) / 1000)


def _not_kept(what: str) -> InputError:
    return InputError(
        f"the plan's cells do not tell {what}; give them (times=...), draw straight km "
        "(unit='km'; on the command line: --unit km), or draw what='coverage'",
        where=_WHERE,
    )


def _assumed(plan: Plan) -> dict[str, float]:
    """The plan's numeric assumptions by name."""
    table = plan.assumptions
    return {
        str(name): float(value)
        for name, value in zip(table["name"], table["value"], strict=True)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _checked_ends(bands: Sequence[float] | None, limit: float, unit: Unit) -> tuple[float, ...]:
    if bands is None:
        return default_ends(limit, unit)
    ends = tuple(float(end) for end in bands)
    if not ends or not np.isfinite(ends).all() or ends[0] <= 0 or (np.diff(ends) <= 0).any():
        raise InputError(f"bands: must end at rising numbers > 0, got {list(ends)}", where=_WHERE)
    return ends


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")

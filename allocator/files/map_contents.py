"""What a map of a plan shows: themes, who is covered, which facilities, in plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.errors import InputError
from allocator.files.counties import region_row as region_row
from allocator.files.tables import COVERED, COVERED_TODAY, is_cover
from allocator.plans import Plan

COVERED_STATE, UNCOVERED_STATE, OUTSIDE_STATE = 2, 1, 0
"""States of a cell: covered, not covered, no rule of the theme speaks of its people."""
_MOST_THEMES = 4
_ORDER = {"must": 0, "target": 1, "wish": 2, "info": 3}


@dataclass(frozen=True)
class Theme:
    """Coverage rules that a pair of maps shows together, and the kinds of site they count.

    ``groups`` has the group of people of each rule, ``meanings`` says each in a sentence (or not);
    no kinds = all.
    """

    rules: tuple[str, ...]
    groups: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()


def themes(plan: Plan) -> tuple[list[Theme], list[str]]:
    """The pairs of maps to draw on one sheet, the strongest rules first, and the rules left out."""
    found = all_themes(plan)
    left_out = [r for theme in found[_MOST_THEMES:] for r in theme.rules]
    return found[:_MOST_THEMES] or [Theme((), ())], left_out


def all_themes(plan: Plan) -> list[Theme]:
    """Coverage rules by what a map shows together, the strongest first.

    Rules that count the same kinds of site for different groups of people (urban within 15
    minutes, rural within 20) share a pair. What a rule counts is told by
    ``plan.provenance["coverage_rules"]``: ``{rule: {"kinds": [...], "group": "urban", "meaning":
    "..."}}``; a rule that is not told of there gets a pair of its own, with all facilities.
    """
    told = plan.provenance.get("coverage_rules")
    details: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    whole = plan.compliance[plan.compliance["area"] == "all"].drop_duplicates("rule")
    strengths = dict(zip(whole["rule"], whole["strength"], strict=True))
    idle = set(whole.loc[whole["branch"] == "not taken", "rule"])
    covered = [str(c) for c in plan.cells.columns if str(c).startswith(COVERED)]
    rules = [r for c in covered if (r := c.removeprefix(COVERED)) not in idle]
    rules.sort(key=lambda r: _ORDER.get(strengths.get(r, "info"), 3))
    found: list[Theme] = []
    for rule in rules:
        about = details.get(rule, {})
        group = str(about.get("group") or _group_of(plan, rule))
        kinds, meaning = tuple(about.get("kinds", ())), str(about.get("meaning", ""))
        for i, theme in enumerate(found):
            if kinds and kinds == theme.kinds and not _overlap(group, theme.groups):
                found[i] = Theme(
                    (*theme.rules, rule), (*theme.groups, group), kinds, (*theme.meanings, meaning)
                )
                break
        else:
            found.append(Theme((rule,), (group,), kinds, (meaning,)))
    return found


def _overlap(group: str, others: tuple[str, ...]) -> bool:
    return group == "total" or "total" in others or group in others


def _group_of(plan: Plan, rule: str) -> str:
    """The group of people whose number the rule's line requires: total, urban or rural."""
    lines = plan.compliance[(plan.compliance["rule"] == rule) & (plan.compliance["area"] == "all")]
    if lines.empty:
        return "total"
    people = plan.cells["people"].to_numpy(float)
    urban = plan.cells["urban"].to_numpy(bool)
    sums = {"total": people.sum(), "urban": people[urban].sum(), "rural": people[~urban].sum()}
    required = float(lines["required"].iloc[0])
    return next((g for g, total in sums.items() if abs(total - required) <= 1.0), "total")


def states(plan: Plan, theme: Theme, *, today: bool) -> NDArray[np.int8]:
    """State of each cell under a theme, shape ``(n_cells,)``."""
    cells = plan.cells
    urban = cells["urban"].to_numpy(bool)
    members = {"urban": urban, "rural": ~urban}
    state = np.full(len(cells), OUTSIDE_STATE, dtype=np.int8)
    prefix = COVERED_TODAY if today else COVERED
    for rule, group in zip(theme.rules, theme.groups, strict=True):
        column = f"{prefix}{rule}"
        if column not in cells.columns:
            continue
        speaks = members.get(group, np.ones(len(cells), dtype=bool))
        speaks = speaks & cells[column].notna().to_numpy()
        held = cells[column].eq(True).to_numpy()
        state[speaks & held] = COVERED_STATE
        state[speaks & ~held] = UNCOVERED_STATE
    return state


def facilities(plan: Plan, theme: Theme, *, today: bool) -> pd.DataFrame:
    """The facilities that a panel shows: today's, or those of the plan and the closed ones."""
    table = pd.DataFrame(plan.facilities).drop(columns="geometry", errors="ignore")
    if theme.kinds:
        table = table[table["kind"].isin(theme.kinds)]
    if today:
        return table[table["status"] != "new"].assign(status="kept")
    return table


def cell_side_m(plan: Plan) -> float:
    """Length of a cell's side as the spacing of the centres tells it; 0 without cells."""
    if plan.cells.empty:
        return 0.0
    if len(plan.cells) == 1:
        return 1000.0
    xy = plan.cells[["x_m", "y_m"]].to_numpy(float)
    away, _ = cKDTree(xy).query(xy, k=2)
    return float(np.median(np.asarray(away)[:, 1])) or 1000.0


def modelled_parts(plan: Plan) -> list[str]:
    """Parts of the plan's inputs that are modelled or assumed, not measured."""
    parts = []
    if set(plan.facilities["basis"]) & {"modelled", "assumed"}:
        parts.append("facilities")
    rules = {c.partition(":")[2] for c in map(str, plan.cells.columns) if is_cover(c)}
    lines = plan.compliance[plan.compliance["rule"].isin(rules)]
    if set(lines["basis"]) & {"modelled", "assumed"}:
        parts.append("population grid")
    return parts


Named = tuple[tuple[str, str], Any]
"""Name and id of a unit, and its outline."""


def named_shapes(plan: Plan) -> tuple[list[Named], list[Named]]:
    """Outlines of the units that are planned for, with (name, id), and those of all others."""
    outlines = plan.outlines
    if "geometry" not in outlines.columns:
        return [], []
    own = set(plan.units["unit"])
    planned: list[Named] = []
    others: list[Named] = []
    for unit, name, shape in zip(outlines.index, outlines["name"], outlines.geometry, strict=True):
        if shape is not None and not shape.is_empty:
            (planned if unit in own else others).append(((str(name), str(unit)), shape))
    if len(planned) > 1:
        # The whole region's name would stand among those of its parts.
        root = region_row(plan, plan.units)
        planned = [(("", "") if names[1] == root else names, s) for names, s in planned]
    return planned, others


def extent(plan: Plan) -> tuple[float, float, float, float]:
    """What the panels show: cells, facilities and outlines, with a margin."""
    points = [plan.cells[["x_m", "y_m"]].to_numpy(float)]
    points.append(pd.DataFrame(plan.facilities)[["x_m", "y_m"]].to_numpy(float))
    planned, others = named_shapes(plan)
    bounds = [shapely.bounds(s).reshape(2, 2) for _, s in [*planned, *others]]
    every = np.concatenate([*points, *bounds])
    if not len(every):
        raise InputError("the plan has no cells, facilities or outlines to draw", where="map")
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    margin = 0.03 * max(east - west, north - south, 1000.0) + cell_side_m(plan) / 2
    return west - margin, south - margin, east + margin, north + margin

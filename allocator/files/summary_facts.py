"""What a plain summary of a plan tells: figures of the plan's own tables, counted and sorted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from allocator.files import map_contents as contents
from allocator.files.planning_units import cell_units, own_units, site_units, unit_names
from allocator.files.tables import COVERED, COVERED_TODAY, is_missing
from allocator.plans import Plan

STRENGTHS = ("must", "target", "wish")
_CHANGED = ("new", "upgraded", "closed")
_FIRST_RESOURCES = ("public_beds", "physicians", "nurses", "ambulances")
_MOST_STEPS = 3
_FEW_COUNTIES = 3
MOST_COUNTIES = 12
"""Counties of which a page tells."""


@dataclass(frozen=True)
class Sites:
    """So many sites of a kind with one status, and the ambulances that stand there."""

    kind: str
    status: str
    count: int
    ambulances: int


@dataclass(frozen=True)
class Gain:
    """People newly covered under a rule, those who lose cover, and those who stay without."""

    rule: str
    kinds: tuple[str, ...]
    gain: float
    lose: float
    left: float


@dataclass(frozen=True)
class Amount:
    """A resource: how much today (None if nobody knows) and in the plan."""

    resource: str
    have: float | None
    allocated: float


@dataclass(frozen=True)
class County:
    """What changes in one planning unit."""

    unit: str
    name: str
    residents: float | None
    sites: tuple[Sites, ...]
    gains: tuple[Gain, ...]
    amounts: tuple[Amount, ...]


@dataclass(frozen=True)
class Room:
    """How much of each county goes on a page: kinds of change, and resources."""

    kinds: int
    resources: int


@dataclass(frozen=True)
class Step:
    """One more of something: what it brings, and what it costs by itself."""

    kinds: tuple[str, ...]
    step: int
    rule: str
    effect: float
    measure: str
    cost: float | None
    at: str
    words: str


def room(plan: Plan) -> Room:
    """What a page holds: the more counties there are, the less of each."""
    few = len(own_units(plan)) <= _FEW_COUNTIES
    return Room(kinds=5, resources=4) if few else Room(kinds=3, resources=2)


def strength_counts(plan: Plan) -> dict[str, tuple[int, int, int]]:
    """Rules met, given way, not evaluated, by strength."""
    tally = plan.tally
    return {
        s: (tally.met.get(s, 0), tally.failed.get(s, 0), tally.not_evaluated.get(s, 0))
        for s in STRENGTHS
    }


def people(plan: Plan) -> float:
    """Residents who are planned for."""
    rows = plan.units[plan.units["resource"] == "residents"]
    own = rows[rows["unit"].isin(own_units(plan))]
    total = float(own["allocated"].sum()) if len(own) else math.nan
    return float(plan.cells["people"].sum()) if math.isnan(total) or total <= 0 else total


def status_counts(plan: Plan) -> dict[str, int]:
    """Sites of the whole region by status."""
    return {str(k): int(v) for k, v in plan.facilities["status"].value_counts().items()}


def costs_by_kind(plan: Plan) -> list[tuple[str, float]]:
    """Costs of sites, the dearest kinds first."""
    table = pd.DataFrame(plan.facilities)[["kind", "cost"]].astype({"cost": float})
    sums = table.groupby("kind")["cost"].sum().sort_values(ascending=False, kind="stable")
    return [(str(kind), float(cost)) for kind, cost in sums.items() if cost > 0]


def total_cost(plan: Plan) -> float | None:
    """What the plan costs, if it tells."""
    told = plan.provenance.get("cost")
    if isinstance(told, int | float):
        return float(told)
    if plan.objective == "minimise cost" and not math.isnan(plan.objective_value):
        return float(plan.objective_value)
    return None


def counties(plan: Plan) -> list[County]:
    """What changes where, the units with most changed sites first."""
    names = unit_names(plan)
    where = site_units(plan)
    table = pd.DataFrame(plan.facilities)
    table = table.assign(county=where.to_numpy())
    changed = table[table["status"].isin(_CHANGED)]
    of_cell = cell_units(plan)
    units, most = own_units(plan), room(plan).resources
    lost = [u for u in dict.fromkeys(changed["county"]) if u not in units]
    counts = changed["county"].value_counts()
    order = sorted([*units, *lost], key=lambda u: (-int(counts.get(u, 0)), u))
    return [
        County(
            unit,
            names.get(unit, unit),
            _residents(plan, unit),
            _sites(changed[changed["county"] == unit]),
            tuple(gains(plan, np.asarray(of_cell == unit, dtype=np.bool_))) if unit else (),
            _amounts(plan, unit, most),
        )
        for unit in order
    ]


def gains(plan: Plan, cells: "np.ndarray[Any, np.dtype[np.bool_]] | None" = None) -> list[Gain]:
    """Per coverage rule that counts: who is newly covered (in some cells), who loses, who stays."""
    inside = np.ones(len(plan.cells), dtype=np.bool_) if cells is None else cells
    heads = plan.cells["people"].to_numpy(float)
    urban = plan.cells["urban"].to_numpy(bool)
    members = {"urban": urban, "rural": ~urban}
    found = []
    for theme in contents.all_themes(plan):
        for rule, group in zip(theme.rules, theme.groups, strict=True):
            today = f"{COVERED_TODAY}{rule}"
            if today not in plan.cells.columns:
                continue
            asked = inside & members.get(group, np.ones(len(heads), dtype=np.bool_))
            had = plan.cells[today].eq(True).to_numpy()
            has = plan.cells[f"{COVERED}{rule}"].eq(True).to_numpy()
            sums = [float(heads[asked & m].sum()) for m in (has & ~had, had & ~has, ~has)]
            found.append(Gain(rule, theme.kinds, *sums))
    return found


def gave_way(plan: Plan) -> list[dict[Any, Any]]:
    """Lines of the whole region that do not hold, strongest first."""
    whole = plan.compliance[
        (plan.compliance["area"] == "all")
        & plan.compliance["met"].eq(False)
        & plan.compliance["strength"].isin(STRENGTHS)
    ]
    rank = whole["strength"].map({s: i for i, s in enumerate(STRENGTHS)})
    return list(whole.loc[rank.sort_values(kind="stable").index].to_dict("records"))


def not_evaluated(plan: Plan) -> list[str]:
    """Rules that could not be looked at."""
    whole = plan.compliance[
        (plan.compliance["area"] == "all")
        & ~plan.compliance["evaluated"].astype(bool)
        & plan.compliance["strength"].isin(STRENGTHS)
    ]
    return [str(rule) for rule in whole["rule"]]


def next_steps(plan: Plan) -> list[Step]:
    """What more of something brings, the most first; of different rules where there are."""
    ranked = sorted(
        (step for row in plan.marginals.to_dict("records") if (step := _step(row)) is not None),
        key=_worth,
    )
    chosen: list[Step] = []
    for one_per_rule in (True, False):
        for step in ranked:
            same = any((s.kinds, s.step) == (step.kinds, step.step) for s in chosen)
            told = one_per_rule and any(s.rule == step.rule for s in chosen)
            if len(chosen) < _MOST_STEPS and not same and not told:
                chosen.append(step)
    return sorted(chosen, key=_worth)


def _worth(step: Step) -> tuple[float, ...]:
    """People before minutes, the most per money first."""
    size = abs(step.effect)
    worth = size / step.cost if step.cost else (math.inf if step.cost == 0 else 0.0)
    return 0.0 if step.measure == "people" else 1.0, -worth, -size


def _step(row: Mapping[Any, Any]) -> Step | None:
    """A row of the marginals that says what more of something brings; None if it brings nothing."""
    if is_missing(row["effect"]) or is_missing(row["step"]) or float(row["step"]) < 0:
        return None
    effect, measure = float(row["effect"]), str(row["measure"])
    helps = (measure == "people" and effect >= 1) or (measure == "minutes" and effect <= -0.01)
    if not helps:
        return None
    cost = None if is_missing(row["cost"]) else float(row["cost"])
    kinds = tuple(str(row["asked"]).split("+"))
    return Step(
        kinds, int(row["step"]), str(row["rule"]), effect, measure, cost, str(row["at"] or ""),
        str(row["words"]),
    )  # fmt: skip


def _residents(plan: Plan, unit: str) -> float | None:
    rows = plan.units[(plan.units["unit"] == unit) & (plan.units["resource"] == "residents")]
    return float(rows["allocated"].iloc[0]) if len(rows) else None


def _sites(table: pd.DataFrame) -> tuple[Sites, ...]:
    """By kind and status, the new ones first, then by number."""
    found = [
        Sites(str(kind), str(status), len(rows), int(rows["ambulances"].fillna(0).sum()))
        for (kind, status), rows in table.groupby(["kind", "status"])
    ]
    return tuple(sorted(found, key=lambda s: (_CHANGED.index(s.status), -s.count, s.kind)))


def _amounts(plan: Plan, unit: str, most: int) -> tuple[Amount, ...]:
    rows = plan.units[(plan.units["unit"] == unit) & (plan.units["resource"] != "residents")]
    known = list(dict.fromkeys(rows["resource"].astype(str)))
    order = [r for r in _FIRST_RESOURCES if r in known]
    order += [r for r in known if r not in order]
    table = rows.drop_duplicates("resource").set_index("resource")
    have, given = table["have"].astype(float), table["allocated"].astype(float)
    return tuple(
        Amount(r, None if math.isnan(have[r]) else float(have[r]), float(given[r]))
        for r in order[:most]
        if not math.isnan(given[r])
    )

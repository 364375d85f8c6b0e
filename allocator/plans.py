"""The answer to a policy: tables with ids, people and places, and proof of how good they are."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import geopandas as gpd
import pandas as pd

from allocator.lp.status import Status
from allocator.plan_tables import (
    CONFLICT_COLUMNS,
    FAIRNESS_COLUMNS,
    MARGINAL_COLUMNS,
    YEAR_COLUMNS,
    YEAR_RULE_COLUMNS,
    Tally,
)
from allocator.reprs import block, small_table


def _no_conflicts() -> pd.DataFrame:
    return pd.DataFrame(columns=list(CONFLICT_COLUMNS))


def _no_marginals() -> pd.DataFrame:
    return pd.DataFrame(columns=list(MARGINAL_COLUMNS))


def _no_fairness() -> pd.DataFrame:
    return pd.DataFrame(columns=list(FAIRNESS_COLUMNS))


def no_years() -> pd.DataFrame:
    """The table of a plan of one date."""
    return pd.DataFrame(columns=list(YEAR_COLUMNS))


def no_year_rules() -> pd.DataFrame:
    """The table of a plan of one date."""
    return pd.DataFrame(columns=list(YEAR_RULE_COLUMNS))


@dataclass(frozen=True, eq=False)
class Plan:
    """Beds, sites, vehicles and staff that a policy leads to, with a line per rule and area.

    Attributes
    ----------
    region, crs, policy, objective
        Names of the inputs; the local metric CRS; ``minimise cost`` and the like.
    status, objective_value, objective_unit, bound, gap
        How the planner's objective was solved; ``gap`` = |objective - bound| / |objective|.
    compliance, units, facilities, tiers, conflicts, marginals, fairness, assumptions
        Tables; columns in :mod:`allocator.plan_tables`. ``facilities`` has point geometry in
        ``crs``.
    years, year_rules
        What there is in each year, and how each rule stands; empty for a plan of one date. Then
        ``facilities`` has one column more, ``year``: when a site opens, closes or is upgraded.
    cells
        Grid cells: ``x_m``, ``y_m``, ``people``, ``urban``, ``unit``, and one boolean column
        ``covered:RULE`` per coverage rule, with ``covered_today:RULE`` beside it. Where the plan
        tells them, also ``minutes:RULE`` or ``km:RULE`` to the nearest open site, the same
        ``_today``, and ``nearest:RULE``, the id of that site.
    outlines
        Units with geometry in ``crs`` (``name``, ``level``), for maps; may have none.
    provenance
        Solver, versions, seconds, input hashes, notes, warnings, what the sequence may lose.
    """

    region: str
    crs: str
    policy: str
    objective: str
    status: Status
    objective_value: float
    objective_unit: str
    bound: float
    gap: float
    compliance: pd.DataFrame
    units: pd.DataFrame
    facilities: gpd.GeoDataFrame
    tiers: pd.DataFrame
    assumptions: pd.DataFrame
    cells: pd.DataFrame
    outlines: gpd.GeoDataFrame
    conflicts: pd.DataFrame = field(default_factory=_no_conflicts)
    marginals: pd.DataFrame = field(default_factory=_no_marginals)
    fairness: pd.DataFrame = field(default_factory=_no_fairness)
    years: pd.DataFrame = field(default_factory=no_years)
    year_rules: pd.DataFrame = field(default_factory=no_year_rules)
    seconds: float = 0.0
    reproducible: bool = True
    interrupted: bool = False
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        """Rules met, given way and not evaluated, by strength."""
        return Tally.of(self.compliance)

    @property
    def meets_musts(self) -> bool:
        """Whether every must rule that could be evaluated holds."""
        return not self.tally.failed.get("must", 0)

    def summary(self) -> str:
        """Say in a few lines what the plan achieves and how well that is proven."""
        proof = f"{self.objective}: {_figure(self.objective_value)} {self.objective_unit}, " + (
            "no bound" if isnan(self.bound) else f"bound {_figure(self.bound)}, gap {self.gap:.2%}"
        )
        head = f"{self.region}, {self.policy}: {self.status.value}; {proof}"
        if self.interrupted:
            head += " (interrupted: the best so far)"
        tally = self.tally
        return "\n".join([head, *(tally.line(s) for s in ("must", "target", "wish"))])

    def why(self) -> list[str]:
        """Say in a sentence per clash what cannot all hold, and which single change would do."""
        return [_clash_in_words(found) for _, found in self.conflicts.groupby("clash", sort=True)]

    def __repr__(self) -> str:
        return f"<Plan {self.summary()}>"

    def _repr_html_(self) -> str:
        failed = self.compliance[
            (self.compliance["area"] == "all")
            & self.compliance["met"].eq(False)
            & self.compliance["strength"].isin(["must", "target", "wish"])
        ]
        columns = ["rule", "strength", "measure", "required", "achieved", "slack", "note"]
        gave = (
            "<p>Every evaluated rule holds.</p>"
            if failed.empty
            else "<p>What gave:</p>" + small_table(failed[columns], rest="plan.compliance")
        )
        why = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.why()[:_MOST_WHY])
        changed = self.facilities[self.facilities["status"] != "kept"]
        table = pd.crosstab(changed["kind"], changed["status"]).reset_index()
        sites = (
            "<p>No site changes.</p>"
            if changed.empty
            else "<p>Sites that change:</p>" + small_table(table, rest="plan.facilities")
        )
        more = "More: plan.why(), al.summarise(plan), al.draw_map(plan), al.export(plan, ...)"
        lines = [*self.summary().splitlines(), f"{len(self.facilities):,} sites", more]
        return block(lines, gave, f"<ul>{why}</ul>" if why else "", sites)


_MOST_WHY = 5


def _clash_in_words(members: pd.DataFrame) -> str:
    """``J041 clashes with: physicians can grow by 5,000. Enough would be: ...``."""
    named = [
        row["words"] if row["strength"] == "limit" else f"{row['member']} ({row['words']})"
        for row in members.to_dict("records")
    ]
    text = (
        f"cannot all hold: {'; '.join(named)}" if len(named) > 1 else f"does not hold: {named[0]}"
    )
    enough = members[members["change"].notna()].sort_values("change_share", kind="stable")
    changes = [
        f"{row['member']} by {_figure(row['change'])} {row['measure']} ({row['change_share']:.1%})"
        for row in enough.to_dict("records")
    ]
    note = next((n for n in members["note"] if n), "")
    more = [f"enough would be any one of: {'; '.join(changes)}"] if changes else []
    return ". ".join([text, *more, *([note] if note else [])])


def _figure(value: float) -> str:
    """A figure as people read it: 4,751,400,000 and 0.0125."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"

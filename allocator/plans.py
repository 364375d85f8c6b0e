"""The answer to a policy: tables with ids, people and places, and proof of how good they are."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import geopandas as gpd
import pandas as pd

from allocator.lp.status import Status
from allocator.reprs import block, small_table

COMPLIANCE_COLUMNS: tuple[str, ...] = (
    "rule", "area", "area_name", "measure", "sense", "required", "required_upper", "achieved",
    "rate_required", "rate_achieved", "slack", "met", "binding", "strength", "evaluated", "branch",
    "basis", "origin", "price", "note",
)  # fmt: skip
UNIT_COLUMNS: tuple[str, ...] = (
    "unit", "name", "level", "resource", "have", "required", "allocated",
)  # fmt: skip
FACILITY_COLUMNS: tuple[str, ...] = (
    "id", "name", "kind", "grade", "run_by", "status", "unit", "lon", "lat", "x_m", "y_m", "beds",
    "ambulances", "negative_pressure", "attributes", "people_served", "cost", "basis",
)  # fmt: skip
TIER_COLUMNS: tuple[str, ...] = ("tier", "block", "objective", "bound", "gap", "status", "seconds")
CONFLICT_COLUMNS: tuple[str, ...] = (
    "clash", "member", "strength", "words", "missed", "measure", "people", "change",
    "change_share", "objective_change", "status", "note",
)  # fmt: skip
"""One line per member of a clash: rules and physical limits that cannot all hold.

``missed`` is by how much a rule gave way in the plan, in ``measure``; ``people`` are those whom it
leaves short. ``change`` is the least by which this member alone must give way for all the others
to hold, empty where no change of it alone is enough; ``status`` is ``optimal`` where that is
proven, and ``objective_change`` what it does to the planner's objective."""


MARGINAL_COLUMNS: tuple[str, ...] = (
    "asked", "area", "area_name", "step", "rule", "effect", "effect_bound", "measure", "at", "cost",
    "currency", "method", "words",
)  # fmt: skip
"""One line per figure that one more (``step`` > 0) or one less of something would change.

``asked`` is a site kind (or several), a resource, or a rule whose own figure is raised or lowered;
``effect`` the change of the figure of ``rule``, or of the planner's objective, in ``measure``:
empty where it cannot be had. ``effect_bound`` is what no answer to the question can beat: the same
unless a work limit ended the search. ``at`` names the sites that are opened or closed where they
are few, and ``cost`` in ``currency`` is what the change costs by itself. ``method`` says which
question is answered: each site tried with all others as planned, the sites chosen again (``step``
0: as many, placed anew), the program solved again, or the same with the sites as planned."""


YEAR_COLUMNS: tuple[str, ...] = (
    "year", "unit", "name", "resource", "stock", "added", "left", "spent",
)  # fmt: skip
"""One line per year, planning unit and resource or site kind.

``stock`` is what there is at the end of the year; the lines of the year before the first say what
the plan starts from. ``left`` are staff who leave (attrition) and what is given up; ``spent`` is
in the region's currency. Of what nobody counted, only ``stock`` is known."""
YEAR_RULE_COLUMNS: tuple[str, ...] = (
    "rule", "year", "strength", "measure", "sense", "required", "required_upper", "achieved",
    "slack", "met", "met_from",
)  # fmt: skip
"""One line per rule and year, for the whole region: what the last year asks for, and what there is
at the end of this one. ``met_from`` is the first year from which on the rule holds."""


FAIRNESS_COLUMNS: tuple[str, ...] = (
    "figure", "measure", "when", "areas", "mean", "worst", "worst_area", "best", "best_area",
    "range", "mean_deviation", "gini", "theil", "atkinson",
)  # fmt: skip
"""One line per figure per head (a resource, or a rule) today and in the plan, over planning units.

Weighted by people; formulas in :mod:`allocator.auditing.inequality`, Atkinson's with an aversion
of 0.5. ``worst`` and ``best`` are the lowest and the highest rate of an area."""


@dataclass(frozen=True)
class Line:
    """One line of the compliance table: one rule in one area.

    ``required`` and ``achieved`` are in ``measure`` (beds, persons, vehicles, people, sites,
    minutes); for a band ``required`` is the lower and ``required_upper`` the upper end.
    ``slack`` >= 0 means met. ``met``, ``achieved`` and ``slack`` are None if not evaluated, and
    ``note`` then names the missing input. ``area`` is ``all`` or a unit id. ``origin`` is the
    policy that the rule is of, ``own rule`` or ``override of ...``; empty for what is no rule.
    """

    rule: str
    area: str
    area_name: str
    measure: str
    sense: str
    strength: str
    required: float | None = None
    required_upper: float | None = None
    achieved: float | None = None
    rate_required: float | None = None
    rate_achieved: float | None = None
    slack: float | None = None
    met: bool | None = None
    binding: bool | None = None
    evaluated: bool = True
    branch: str = ""
    basis: str = "planned"
    origin: str = ""
    price: float | None = None
    note: str = ""


def compliance_table(lines: list[Line]) -> pd.DataFrame:
    """Lines as a table with the columns of :data:`COMPLIANCE_COLUMNS`."""
    return pd.DataFrame(
        [[getattr(line, column) for column in COMPLIANCE_COLUMNS] for line in lines],
        columns=list(COMPLIANCE_COLUMNS),
    )


@dataclass(frozen=True)
class Tally:
    """How many rules hold, by strength; counted on the lines of area ``all``.

    Physical checks (``PHYSICAL...``) are no rules of the policy: they count only where they fail.
    """

    met: Mapping[str, int]
    failed: Mapping[str, int]
    not_evaluated: Mapping[str, int]

    @classmethod
    def of(cls, compliance: pd.DataFrame) -> "Tally":
        """Count a compliance table."""
        physical = compliance["rule"].astype(str).str.startswith("PHYSICAL")
        whole = compliance[(compliance["area"] == "all") & ~(physical & compliance["met"].eq(True))]
        evaluated = whole["evaluated"].astype(bool)
        held = whole["met"].eq(True)

        def count(mask: "pd.Series[bool]") -> dict[str, int]:
            return {str(k): int(v) for k, v in whole[mask]["strength"].value_counts().items()}

        return cls(count(evaluated & held), count(evaluated & ~held), count(~evaluated))

    def line(self, strength: str) -> str:
        """``must: 20 met, 2 not met, 6 not evaluated``."""
        return (
            f"{strength}: {self.met.get(strength, 0)} met, {self.failed.get(strength, 0)} not met, "
            f"{self.not_evaluated.get(strength, 0)} not evaluated"
        )


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
        Tables; columns in :mod:`allocator.plans`. ``facilities`` has point geometry in ``crs``.
    years, year_rules
        What there is in each year, and how each rule stands; empty for a plan of one date. Then
        ``facilities`` has one column more, ``year``: when a site opens, closes or is upgraded.
    cells
        Grid cells: ``x_m``, ``y_m``, ``people``, ``urban``, ``unit``, and one boolean column
        ``covered:RULE`` per coverage rule, with ``covered_today:RULE`` beside it.
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

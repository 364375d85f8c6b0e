"""The tables of a plan: columns, lines of the compliance table, and how many rules hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

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

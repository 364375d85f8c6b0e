"""One plan for several futures as a value, and its tables: which decisions are safe."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from allocator.auditing.facts import OPEN_STATUSES
from allocator.location.robust_answers import CRITERIA, Criterion
from allocator.plans import Plan
from allocator.region.stock import resources
from allocator.studies.futures import STRENGTHS, Future
from allocator.studies.robust_scores import Matrix, Scores

SAFE_SHARE = 0.95
"""Share of the samples' plans in which a site is open from which on opening it is safe."""


@dataclass(frozen=True, eq=False)
class RobustPlan:
    """One plan, tried in every forecast.

    Attributes
    ----------
    plan, chosen
        The best candidate by the criterion, and its name (``sample 7``, ``mean``, ``envelope``).
    criterion, measure
        ``worst``, ``expected`` or ``regret``; what the planner wants: cost, change or coverage.
    criteria
        One row per criterion: which candidate is best by it, its value, the bound that no plan can
        beat which keeps the rules as well in every sample, gap, status.
    candidates
        One row per candidate: its value by each criterion, by how much it misses rules.
    trials
        One row per candidate and sample: rules that fail by strength, by how much, people covered
        and not, cost, change, whether the rules are kept as well as by the sample's own plan.
    samples
        One row per sample: people, factors by unit, its own plan's value, bound and status.
    sites
        One row per site that some sample's plan lists: in how many it is open, the share, and
        ``safe`` (at least 95 %), ``open question`` or ``never``.
    units
        Per county and resource, the least, the median and the most over the samples' plans.
    interrupted, notes
        Whether the user stopped it; what a reader should know.
    """

    region: str
    policy: str
    plan: Plan
    chosen: str
    criterion: Criterion
    measure: str
    unit: str
    criteria: pd.DataFrame
    candidates: pd.DataFrame
    trials: pd.DataFrame
    samples: pd.DataFrame
    sites: pd.DataFrame
    units: pd.DataFrame
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    def export(self, folder: str | Path, *, chinese: bool = False) -> list[Path]:
        """Write the tables as csv, all of them as ``robust.xlsx``, and the picture."""
        from allocator.studies.robust_files import write_robust

        return write_robust(self, Path(folder), chinese=chinese)

    def summary(self) -> str:
        """Say in a few lines which plan it is, and how well that is proven."""
        row = self.criteria.set_index("criterion").loc[self.criterion]
        bound = (
            "no bound" if np.isnan(row["bound"])
            else f"bound {row['bound']:,.6g}, gap {row['gap']:.2%}"
        )  # fmt: skip
        safe = self.sites["decision"].value_counts()
        return (
            f"{self.region}, {self.policy}: best by {self.criterion} is the plan of {self.chosen}; "
            f"{self.measure} {row['value']:,.6g} {self.unit}, {bound}\n"
            f"{len(self.samples)} samples, {len(self.candidates)} candidates; sites: "
            f"{safe.get('safe', 0)} safe, {safe.get('open question', 0)} open questions, "
            f"{safe.get('never', 0)} never"
        )

    def __repr__(self) -> str:
        return f"<RobustPlan {self.summary()}>"

    def _repr_html_(self) -> str:
        lines = "<br>".join(
            html.escape(line) for line in [*self.summary().splitlines(), *self.notes]
        )
        return f"<div><p>{lines}</p>{self.criteria.to_html(index=False, escape=True)}</div>"


def robust_plan_of(
    matrix: Matrix,
    scores: Mapping[Criterion, Scores],
    criterion: Criterion,
    *,
    futures: Sequence[Future],
    plans: Mapping[str, Plan],
    interrupted: bool,
    notes: tuple[str, ...],
) -> RobustPlan:
    """The best candidate with every table."""
    chosen = matrix.candidates[scores[criterion].chosen]
    found = plans[chosen]
    own = [(f, plans[f.name]) for f in futures if f.name in plans]
    currency = futures[0].region.costs.currency
    unit = {"cost": currency, "change": "things changed", "coverage": "people not covered"}
    if not scores[criterion].keeps_all:
        notes = (
            *notes,
            "in some sample the chosen plan misses rules by more than the sample's own plan: no "
            "bound holds for it (see trials)",
        )
    return RobustPlan(
        region=found.region, policy=found.policy, plan=found, chosen=chosen, criterion=criterion,
        measure=matrix.measure, unit=unit[matrix.measure],
        criteria=_criteria(matrix, scores), candidates=_candidates(matrix, scores),
        trials=_trials(matrix), samples=_samples(matrix, futures), sites=site_table(own),
        units=unit_table([p for _, p in own]), interrupted=interrupted, notes=notes,
    )  # fmt: skip


def _criteria(matrix: Matrix, scores: Mapping[Criterion, Scores]) -> pd.DataFrame:
    rows = []
    for criterion in CRITERIA:
        s = scores[criterion]
        rows.append([
            criterion, matrix.candidates[s.chosen], float(s.value[s.chosen]), s.bound, s.gap,
            str(s.status), float(s.must[s.chosen]), s.keeps_all,
        ])  # fmt: skip
    columns = [
        "criterion", "candidate", "value", "bound", "gap", "status", "must_shortfall",
        "keeps_rules",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _candidates(matrix: Matrix, scores: Mapping[Criterion, Scores]) -> pd.DataFrame:
    table = pd.DataFrame({"candidate": list(matrix.candidates)})
    for criterion in CRITERIA:
        table[criterion] = scores[criterion].value
    for strength in STRENGTHS:
        table[f"{strength}_shortfall"] = getattr(scores["worst"], strength)
    table["samples_kept"] = matrix.kept.sum(axis=1)
    table["best_by"] = [
        ", ".join(c for c in CRITERIA if scores[c].chosen == k) for k in range(len(table))
    ]
    return table


def _trials(matrix: Matrix) -> pd.DataFrame:
    rows = []
    for k, candidate in enumerate(matrix.candidates):
        for s, sample in enumerate(matrix.samples):
            found = matrix.outcomes[candidate, sample]
            reached = sum(found.people_covered.values())
            rows.append([
                candidate, sample, *(found.failed[n] for n in STRENGTHS),
                *(found.shortfall[n] for n in STRENGTHS), reached, found.people_asked - reached,
                found.cost, found.change, bool(matrix.kept[k, s]),
            ])  # fmt: skip
    columns = [
        "candidate", "sample", *(f"{n}_failed" for n in STRENGTHS),
        *(f"{n}_shortfall" for n in STRENGTHS), "people_covered", "people_not_covered", "cost",
        "change", "keeps_rules",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _samples(matrix: Matrix, futures: Sequence[Future]) -> pd.DataFrame:
    rows = []
    for s, future in enumerate(futures):
        units = future.prepared.units
        rows.append([
            future.name, units.people(units.root), matrix.own[s], matrix.bound[s],
            matrix.status[s], *(future.factors.get(u, future.factors.get("all", 1.0))
                                for u in units.planning),
        ])  # fmt: skip
    names = [f"factor:{u}" for u in futures[0].prepared.units.planning]
    return pd.DataFrame(rows, columns=["sample", "people", "own", "bound", "status", *names])


def site_table(own: Sequence[tuple[Future, Plan]]) -> pd.DataFrame:
    """In how many samples' plans each site is open; the most often open first."""
    first: dict[str, list[object]] = {}
    opened: dict[str, int] = {}
    for future, plan in own:
        units = future.prepared.units
        today = future.prepared.sites.table["status"]
        for row in plan.facilities.itertuples(index=False):
            name = str(row.id)
            if name not in first:
                planning = units.planning_unit_of(str(row.unit)) if row.unit else ""
                county = units.name(planning) if planning else ""
                stood = str(today.get(name, "candidate"))
                first[name] = [name, row.name, row.kind, county, stood]
            opened[name] = opened.get(name, 0) + (row.status in OPEN_STATUSES)
    count = max(1, len(own))
    rows = [
        [*told, opened[name], opened[name] / count, _decision(opened[name] / count)]
        for name, told in first.items()
    ]
    columns = ["id", "name", "kind", "county", "today", "open_in", "share", "decision"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["share", "id"], ascending=[False, True], ignore_index=True)


def _decision(share: float) -> str:
    """What the samples say about a site.

    >>> _decision(0.96), _decision(0.4), _decision(0.0)
    ('safe', 'open question', 'never')
    """
    if share >= SAFE_SHARE:
        return "safe"
    return "open question" if share > 0 else "never"


def unit_table(plans: Sequence[Plan]) -> pd.DataFrame:
    """Per unit and resource what plans allocate: the least, the median, the most."""
    known = resources()
    parts = [
        p.units.loc[p.units["resource"] != "residents", ["unit", "name", "resource", "allocated"]]
        for p in plans
    ]
    every = pd.concat(parts, ignore_index=True)
    grouped = every.groupby(["unit", "name", "resource"], sort=False)["allocated"]
    table = grouped.agg(least="min", median="median", most="max").reset_index()
    table.insert(3, "counted_in", [known[r].unit for r in table["resource"]])
    table["certain"] = table["least"] == table["most"]
    return table

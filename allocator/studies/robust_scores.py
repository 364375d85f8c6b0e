"""Plans tried in many futures: which is best by which criterion, and what none can beat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
from numpy.typing import NDArray

from allocator.location.robust_answers import Criterion
from allocator.lp.status import Status, relative_gap
from allocator.plans import Plan
from allocator.studies.futures import STRENGTHS, Measure, Outcome

_SAME = 1e-6
_STOCKS = "beds, staff, vehicles"
_WHOLE = "everything"
"""Names of programs: what comes after the sites; and all of a plan in one."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """Candidates x samples.

    Attributes
    ----------
    candidates, samples
        Names, in order.
    outcomes
        (candidate, sample) -> what the audit says.
    measure
        What the planner wants.
    low
        The measure, the smaller the better; shape ``(n_candidates, n_samples)``.
    kept
        Whether a candidate misses no rule by more than the sample's own plan does.
    own, bound
        The measure of each sample's own plan, and what no plan can beat that keeps the rules as
        well; NaN where a sample has none. Shape ``(n_samples,)``.
    status
        Of each sample's own plan.
    notes
        How far the bounds go.
    """

    candidates: tuple[str, ...]
    samples: tuple[str, ...]
    outcomes: Mapping[tuple[str, str], Outcome]
    measure: Measure
    low: NDArray[np.float64]
    kept: NDArray[np.bool_]
    own: NDArray[np.float64]
    bound: NDArray[np.float64]
    status: tuple[str, ...]
    sure: bool
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        candidates: Sequence[str],
        samples: Sequence[str],
        outcomes: Mapping[tuple[str, str], Outcome],
        own: Mapping[str, Outcome],
        plans: Mapping[str, Plan],
        measure: Measure,
    ) -> "Matrix":
        """Each candidate's outcomes; bounds from the samples' own plans."""
        low = np.array([[outcomes[c, s].low(measure) for s in samples] for c in candidates])
        kept = np.array(
            [
                [s in own and outcomes[c, s].keeps_as_well_as(own[s]) for s in samples]
                for c in candidates
            ]
        )
        values = np.array([own[s].low(measure) if s in own else nan for s in samples])
        bound = np.array([_bound(plans.get(s), v) for s, v in zip(samples, values, strict=True)])
        sure = all(_bounds_every_plan(plans[s]) for s in samples if s in plans)
        notes = []
        if not sure:
            notes.append(
                "each forecast's sites were placed before its beds, staff and vehicles: its bound "
                "is that of plans made in this order, not of every plan (a budget solves all "
                "together)"
            )
        # A plan that keeps the rules as well and does better shows that the bound is none.
        reached = np.where(kept, low, inf).min(axis=0, initial=inf)
        if not sure:
            bound = np.fmin(bound, reached)
        status = tuple(str(plans[s].status) if s in plans else "infeasible" for s in samples)
        return cls(
            tuple(candidates), tuple(samples), outcomes, measure, low, kept, values, bound, status,
            sure, tuple(notes),
        )  # fmt: skip

    @property
    def best(self) -> NDArray[np.float64]:
        """The best measure known in each sample among plans that keep the rules as well."""
        reached = np.where(self.kept, self.low, inf).min(axis=0, initial=inf)
        return np.asarray(np.fmin(reached, self.own))

    def missed(self, candidate: int) -> NDArray[np.float64]:
        """Shortfall by strength and sample, shape ``(3, n_samples)``."""
        name = self.candidates[candidate]
        return np.array(
            [[self.outcomes[name, s].shortfall[k] for s in self.samples] for k in STRENGTHS]
        )


def _bound(plan: Plan | None, own: float) -> float:
    """What the sample's own measure cannot be below: its plan's distance from its bound, less."""
    if plan is None or not isfinite(plan.bound):
        return nan
    return own - max(0.0, plan.objective_value - plan.bound)


def _bounds_every_plan(plan: Plan) -> bool:
    """Whether a plan's bound is that of all plans: one program, or nothing decided after sites."""
    goals = plan.tiers[plan.tiers["tier"] == "objective"]
    if (goals["block"] == _WHOLE).all():
        return True
    stocks = goals[goals["block"] == _STOCKS]
    return set(goals["block"]).isdisjoint({_WHOLE}) and not (
        (stocks["objective"].abs() > _SAME).any() or len(stocks) == 0
    )


@dataclass(frozen=True, eq=False)
class Scores:
    """Candidates by one criterion.

    Attributes
    ----------
    value
        The criterion's value of each candidate, the smaller the better, shape ``(n_candidates,)``.
    must, target, wish
        By how much rules are missed, by the same criterion.
    chosen
        The best: rules first, as in every plan, then the value.
    keeps_all
        Whether the best misses no rule in any sample by more than the sample's own plan.
    bound
        What no plan that keeps the rules as well can beat; NaN where that is not known.
    gap, status
        Of the best against the bound.
    """

    value: NDArray[np.float64]
    must: NDArray[np.float64]
    target: NDArray[np.float64]
    wish: NDArray[np.float64]
    chosen: int
    keeps_all: bool
    bound: float
    gap: float
    status: Status


def scored(matrix: Matrix, criterion: Criterion) -> Scores:
    """All candidates by one criterion."""
    best = matrix.best
    known = np.isfinite(best)
    own = np.where(known, best, 0.0)

    def over(samples: NDArray[np.float64]) -> float:
        return float(samples.mean() if criterion == "expected" else samples.max())

    values, missed = [], []
    own_missed = _own_missed(matrix)
    for k in range(len(matrix.candidates)):
        low, short = matrix.low[k], matrix.missed(k)
        if criterion == "regret":
            # Where a sample has no plan there is nothing to regret.
            low = np.where(known, low - own, 0.0)
            short = np.maximum(short - own_missed, 0.0)
        values.append(over(low))
        missed.append([over(one) for one in short])
    value, miss = np.array(values), np.array(missed)
    if criterion == "regret":
        value = np.maximum(value, 0.0)
    order = np.lexsort((value, *(np.round(miss[:, i], 6) for i in (2, 1, 0))))
    chosen = int(order[0])
    keeps_all = bool(matrix.kept[chosen].all())
    bound = _bound_of(matrix, criterion) if keeps_all else nan
    if isfinite(bound):
        bound = min(bound, float(value[chosen]))
    gap = relative_gap(float(value[chosen]), bound) if isfinite(bound) else nan
    proven = matrix.sure and isfinite(gap) and gap <= _SAME
    return Scores(
        value, miss[:, 0], miss[:, 1], miss[:, 2], chosen, keeps_all, bound, gap,
        Status.OPTIMAL if proven else Status.FEASIBLE,
    )  # fmt: skip


def _own_missed(matrix: Matrix) -> NDArray[np.float64]:
    """What no plan is blamed for: the least that a candidate which keeps the rules misses."""
    found = np.zeros((len(STRENGTHS), len(matrix.samples)))
    for s in range(len(matrix.samples)):
        kept = np.flatnonzero(matrix.kept[:, s])
        if len(kept):
            found[:, s] = np.min([matrix.missed(int(k))[:, s] for k in kept], axis=0)
    return found


def _bound_of(matrix: Matrix, criterion: Criterion) -> float:
    """What any single plan has at least that keeps the rules in every sample."""
    if not np.isfinite(matrix.bound).all():
        return nan
    worst = float(matrix.bound.max())
    span = np.ptp(matrix.low, axis=1)
    if (span <= _SAME * np.maximum(1.0, np.abs(matrix.low).max(axis=1))).all():
        # A plan costs the same in every sample, so at least what the dearest needs.
        return max(0.0, worst - float(matrix.best.min())) if criterion == "regret" else worst
    if criterion == "regret":
        return 0.0
    return worst if criterion == "worst" else float(matrix.bound.mean())

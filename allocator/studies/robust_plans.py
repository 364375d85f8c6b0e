"""``al.robust_plan``: one plan that is good in all forecasts, and which decisions are safe."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from allocator.assumptions import Assumptions, Value
from allocator.errors import InfeasibleError, PolicyError, raise_if_any
from allocator.location.robust_answers import CRITERIA, Criterion
from allocator.lp.solvers import SolverSettings
from allocator.planning.objectives import Objective
from allocator.planning.optimisation import plan
from allocator.plans import Plan
from allocator.policy.policies import Policy
from allocator.region.ground import Region
from allocator.region.population_factors import factor_problems
from allocator.studies.futures import Future, Measure, Outcome, joint_factors, outcome
from allocator.studies.robust_scores import Matrix, Scores, scored
from allocator.studies.robust_tables import RobustPlan, robust_plan_of
from allocator.travel.journeys import Travel

Progress = Callable[[str], None]
_MEASURES: tuple[Measure, ...] = ("cost", "change", "coverage")
_USUAL_CANDIDATES = 12


@dataclass(eq=False)
class _Study:
    """What is asked, and the plans so far."""

    region: Region
    policy: Policy
    readings: Assumptions
    travel: Travel | None
    settings: SolverSettings
    wishes: Mapping[str, object]
    say: Progress
    futures: list[Future] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    without: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False

    def future(self, name: str, factors: Mapping[str, float]) -> Future:
        return Future.of(name, factors, self.region, self.policy, self.readings, self.travel)

    def planned(self, future: Future) -> bool:
        """Plan a future; what has no plan says why. False once the user has stopped."""
        try:
            self.say(f"planning {future.name}")
            found = plan(
                future.region, self.policy, travel=self.travel, assumptions=future.assumptions,
                solver=self.settings, explain=False, **self.wishes,  # type: ignore[arg-type]
            )  # fmt: skip
        except InfeasibleError as error:
            self.without[future.name] = str(error)
            return True
        except KeyboardInterrupt:
            self.interrupted = True
            return False
        told = {"population_factors": dict(future.factors), "forecast": future.name}
        self.plans[future.name] = replace(found, provenance={**found.provenance, **told})
        self.interrupted |= found.interrupted
        return not found.interrupted


def robust_plan(
    region: Region,
    policy: Policy,
    samples: Sequence[Mapping[str, float]],
    *,
    criterion: Criterion = "worst",
    candidates: int | None = _USUAL_CANDIDATES,
    minimise: str | None = None,
    maximise: str | None = None,
    budget: float | None = None,
    travel: Travel | None = None,
    assumptions: Assumptions | Mapping[str, Value] | None = None,
    solver: SolverSettings | None = None,
    progress: Progress | None = None,
) -> RobustPlan:
    """Plan every forecast, try each plan in all of them, and choose the one that stands up best.

    Candidates are the plans of the samples, of the mean forecast, and of the envelope (each unit's
    most people). Each is judged in every sample by the audit: rules first, then what the planner
    wants. No single plan can do better in a sample than that sample's own bound, and from those
    follows a bound on the worst case, on the mean and on the regret of *any* plan that keeps the
    rules as well (Kouvelis & Yu, Robust Discrete Optimization, 1997).

    Parameters
    ----------
    region, policy
        As for :func:`allocator.planning.optimisation.plan`.
    samples
        One mapping per forecast: planning unit, or ``all``, to the factor on its people.
    criterion
        ``worst``: best in the sample where it does worst; ``expected``: on the mean of the
        samples; ``regret``: least behind what each sample could have by itself.
    candidates
        At most so many plans of samples are tried (those of the least to the most people, evenly);
        None for all. All samples are planned, whatever their number.
    minimise, maximise, budget, travel, assumptions, solver
        As for a plan; ``minimise`` cost or change, or ``maximise`` coverage.
    progress
        Called with a line of text as the work goes on.

    Returns
    -------
    RobustPlan
        After an interrupt (Ctrl-C) with the samples planned until then, ``interrupted``.

    Raises
    ------
    InputError, PolicyError
        Listing every problem of the input.
    InfeasibleError
        If no sample has a plan.
    """
    measure = _checked(samples, criterion, candidates, minimise, maximise, budget)
    study = _Study(
        region, policy, Assumptions.of(assumptions), travel,
        solver if solver is not None else SolverSettings(),
        {"minimise": minimise, "maximise": maximise, "budget": budget},
        progress or (lambda _: None),
    )  # fmt: skip
    units = region.units.planning
    for number, factors in enumerate(samples, 1):
        study.futures.append(study.future(f"sample {number}", factors))
        if not study.planned(study.futures[-1]):
            break
    study.futures = [f for f in study.futures if f.name in {*study.plans, *study.without}]
    joint = [] if study.interrupted else [
        study.future("mean", joint_factors(samples, units, most=False)),
        study.future("envelope", joint_factors(samples, units, most=True)),
    ]  # fmt: skip
    for future in joint:
        if not study.planned(future):
            break
    if not study.plans:
        if study.interrupted:
            raise KeyboardInterrupt
        raise InfeasibleError(
            "no forecast has a plan; " + "; ".join(f"{k}: {v}" for k, v in study.without.items())
        )
    matrix = _tried(study, candidates, measure)
    scores = {c: scored(matrix, c) for c in CRITERIA}
    return _result(study, matrix, scores, criterion)


def _result(
    study: _Study, matrix: Matrix, scores: Mapping[Criterion, Scores], criterion: Criterion
) -> RobustPlan:
    notes = []
    if study.interrupted:
        notes.append("interrupted: the samples planned until then")
    notes += [f"{name} has no plan: {why}" for name, why in study.without.items()]
    left = sum(name.startswith("sample") for name in study.plans) - sum(
        name.startswith("sample") for name in matrix.candidates
    )
    if left:
        notes.append(f"{left} plans of samples were not tried in the others (candidates)")
    return robust_plan_of(
        matrix, scores, criterion, futures=study.futures, plans=study.plans,
        interrupted=study.interrupted, notes=(*notes, *matrix.notes),
    )  # fmt: skip


def _checked(
    samples: Sequence[Mapping[str, float]], criterion: str, candidates: int | None,
    minimise: str | None, maximise: str | None, budget: float | None,
) -> Measure:  # fmt: skip
    """The planner's measure, or one error with everything that is wrong."""
    problems = [] if len(samples) else ["samples must name at least one forecast"]
    for number, factors in enumerate(samples, 1):
        problems += [f"sample {number}: {problem}" for problem in factor_problems(factors)]
    if criterion not in CRITERIA:
        problems.append(f"criterion must be {', '.join(CRITERIA)}, got {criterion!r}")
    if candidates is not None and (isinstance(candidates, bool) or candidates < 1):
        problems.append(f"candidates must be a whole number >= 1, got {candidates!r}")
    about = "cost"
    try:
        about = Objective.of(minimise, maximise, budget).about
    except PolicyError as error:
        problems += error.problems
    if about not in _MEASURES:
        problems.append(
            f"plans of several forecasts are compared by cost, change or coverage, not by {about}"
        )
    raise_if_any(problems, where="robust_plan", kind=PolicyError)
    return next(m for m in _MEASURES if m == about)


def _tried(study: _Study, candidates: int | None, measure: Measure) -> Matrix:
    """Every candidate in every sample."""
    names = _candidates(study, candidates)
    outcomes: dict[tuple[str, str], Outcome] = {}
    own: dict[str, Outcome] = {}
    try:
        for future in study.futures:
            study.say(f"trying {len(names)} plans in {future.name}")
            for name in names:
                outcomes[name, future.name] = outcome(study.plans[name], future, study.policy)
            if future.name in study.plans:
                own[future.name] = outcomes.get((future.name, future.name)) or outcome(
                    study.plans[future.name], future, study.policy
                )
    except KeyboardInterrupt:
        study.interrupted = True
    done = [f for f in study.futures if all((name, f.name) in outcomes for name in names)]
    if not done:
        raise KeyboardInterrupt
    study.futures = done
    return Matrix.of(names, [f.name for f in done], outcomes, own, study.plans, measure)


def _candidates(study: _Study, most: int | None) -> list[str]:
    """Names of the plans to try: of some samples, evenly from few to many people, and the joint."""
    samples = [f for f in study.futures if f.name in study.plans]
    if most is not None and len(samples) > most:
        root = samples[0].prepared.units.root
        order = sorted(samples, key=lambda f: f.prepared.units.people(root))
        places = np.linspace(0, len(order) - 1, most).round().astype(int)
        chosen = {order[k].name for k in places.tolist()}
        samples = [f for f in samples if f.name in chosen]
    return [*(f.name for f in samples), *(n for n in ("mean", "envelope") if n in study.plans)]

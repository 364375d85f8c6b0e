"""Running a PuLP problem: HiGHS in memory by default, any PuLP solver by name."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from inspect import signature
from typing import Any

import highspy
import numpy as np
import pulp

from allocator.errors import InputError, SolverError, raise_if_any
from allocator.lp.arrays import highs_model
from allocator.lp.entries import limits_of, matrix_of, sides_of
from allocator.lp.status import Status
from allocator.lp.unclear import run_until_clear

_FORGIVEN = 1e-5
"""Share of the objective by which an answer that HiGHS calls optimal may be from its bound."""


@dataclass(frozen=True)
class SolverSettings:
    """How to solve.

    Attributes
    ----------
    name
        ``highs``, or a solver that PuLP knows (``COIN_CMD``, ``GUROBI_CMD`` ...).
    gap
        Relative gap at which an answer counts as proven optimal.
    time_limit_seconds
        Last resort: a run stopped by the clock is not reproducible, and says so.
    node_limit
        Stop by work: at most this many branch-and-bound nodes per solve.
    seed, threads
        One thread and one seed by default: same input, same plan.
    """

    name: str = "highs"
    gap: float = 1e-4
    time_limit_seconds: float | None = None
    node_limit: int | None = None
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        problems = []
        if not 0 <= self.gap < 1:
            problems.append(f"gap must lie in [0, 1), got {self.gap}")
        if self.time_limit_seconds is not None and not self.time_limit_seconds > 0:
            problems.append(f"time_limit_seconds must be > 0, got {self.time_limit_seconds}")
        if self.node_limit is not None and not self.node_limit >= 1:
            problems.append(f"node_limit must be >= 1, got {self.node_limit}")
        if self.threads < 1:
            problems.append(f"threads must be >= 1, got {self.threads}")
        if self.name.lower() != "highs" and self.name not in pulp.listSolvers():
            problems.append(
                f"unknown solver {self.name!r}; known: highs, {', '.join(pulp.listSolvers())}"
            )
        raise_if_any(problems, where="solver settings")


@dataclass(frozen=True)
class Outcome:
    """What a solver said: never more than it proved."""

    status: Status
    objective: float
    bound: float
    interrupted: bool = False
    stopped_by_clock: bool = False


class _Highs(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS with a warm start and an interrupt that keeps the incumbent."""

    start: Mapping[int, float] | None = None
    interrupted = False

    def buildSolverModel(self, lp: Any) -> None:  # noqa: N802 - PuLP's name
        """Hand the model over at once."""
        variables, rows = lp.variables(), lp.constraints()
        model = highs_model(
            [lp.objective.get(v, 0.0) for v in variables], matrix_of(rows, variables),
            *sides_of(rows), *limits_of(variables),
            np.array([v.cat == pulp.LpInteger for v in variables], dtype=np.bool_),
        )  # fmt: skip
        lp.solverModel.passModel(model)

    def callSolver(self, lp: Any) -> None:  # noqa: N802 - PuLP's name
        model = lp.solverModel
        if self.start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = [self.start.get(v.index, 0.0) for v in lp.variables()]
            model.setSolution(solution)
            # With presolve, HiGHS 1.15.1 may call a start optimal that is not: a stage of a plan
            # kept a target missed by 5 drivers who cost nothing.
            model.setOptionValue("presolve", "off")
        model.HandleKeyboardInterrupt = True
        run_until_clear(model, lambda: self._run(model))

    def _run(self, model: Any) -> bool:
        model.startSolve()
        done = False
        while not done:
            try:
                done = model.wait(0.05)[0]
            except KeyboardInterrupt:
                self.interrupted = True
                model.cancelSolve()
        return not self.interrupted

    def findSolutionValues(self, lp: Any) -> tuple[int, int]:  # noqa: N802 - PuLP's name
        """Take the values alone: PuLP does not know every way in which HiGHS may end."""
        values = lp.solverModel.getSolution().col_value
        for variable, value in zip(lp.variables(), values, strict=True):
            variable.varValue = value
        return pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound


def run(
    problem: pulp.LpProblem,
    settings: SolverSettings,
    start: Mapping[Any, float] | None = None,
    *,
    exact: bool = False,
) -> Outcome:
    """Solve and read the outcome; values are left on the problem's variables.

    ``exact`` asks HiGHS for whole numbers that are whole to 1e-9.
    """
    if settings.name.lower() == "highs":
        return _run_highs(problem, settings, start, exact=exact)
    return _run_named(problem, settings)


def _run_highs(
    problem: pulp.LpProblem,
    settings: SolverSettings,
    start: Mapping[Any, float] | None,
    *,
    exact: bool,
) -> Outcome:
    options: dict[str, Any] = {"random_seed": settings.seed}
    if exact:
        options["mip_feasibility_tolerance"] = 1e-9
    if settings.node_limit is not None:
        options["mip_max_nodes"] = settings.node_limit
    solver = _Highs(
        msg=False,
        gapRel=settings.gap,
        threads=settings.threads,
        timeLimit=settings.time_limit_seconds,
        **options,
    )
    if start is not None:
        # PuLP numbers its variables in this order when it hands the model over.
        solver.start = {i: start.get(v, 0.0) for i, v in enumerate(problem.variables())}
    problem.solve(solver)
    model = problem.solverModel
    said = model.getModelStatus()
    info = model.getInfo()
    kinds = highspy.HighsModelStatus
    has_answer = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    objective = info.objective_function_value + _constant(problem)
    bound = objective
    if any(v.cat == "Integer" for v in problem.variables()):
        bound = info.mip_dual_bound + _constant(problem)
    if said == kinds.kOptimal:
        # Costs below its tolerance HiGHS takes for none, and then calls any answer optimal.
        size = abs(info.objective_function_value)
        proven = objective - bound <= max(settings.gap * size, _FORGIVEN * max(1.0, size))
        status = Status.OPTIMAL if proven else Status.FEASIBLE
        return Outcome(status, objective, min(bound, objective), solver.interrupted)
    if said in {kinds.kInfeasible, kinds.kUnboundedOrInfeasible}:
        return Outcome(Status.INFEASIBLE, math.nan, math.nan)
    if said == kinds.kUnbounded:
        return Outcome(Status.UNBOUNDED, -math.inf, -math.inf)
    if said not in {
        kinds.kTimeLimit, kinds.kIterationLimit, kinds.kSolutionLimit, kinds.kInterrupt,
    }:  # fmt: skip
        raise SolverError(f"HiGHS ended with {said.name}; no answer can be taken from that")
    by_clock = said == kinds.kTimeLimit
    if not has_answer:
        return Outcome(Status.NO_SOLUTION, math.nan, bound, solver.interrupted, by_clock)
    return Outcome(Status.FEASIBLE, objective, bound, solver.interrupted, by_clock)


def _constant(problem: pulp.LpProblem) -> float:
    """Constant part of the objective, which PuLP does not hand to HiGHS."""
    return float(problem.objective.constant)


def _run_named(problem: pulp.LpProblem, settings: SolverSettings) -> Outcome:
    with warnings.catch_warnings():
        # PuLP announces its own changes to come; they are not the user's concern.
        warnings.simplefilter("ignore", DeprecationWarning)
        solver = _named(settings)
        if not solver.available():
            raise InputError(
                f"solver {settings.name} is not installed; available here: "
                f"highs, {', '.join(pulp.listSolvers(onlyAvailable=True))}",
                where="solver settings",
            )
        problem.solve(solver)
    said = problem.sol_status
    # For "integer infeasible" PuLP's CBC only says so in the status that is else not to be trusted.
    if said == pulp.LpSolutionInfeasible or problem.status == pulp.LpStatusInfeasible:
        return Outcome(Status.INFEASIBLE, math.nan, math.nan)
    if said == pulp.LpSolutionUnbounded:
        return Outcome(Status.UNBOUNDED, -math.inf, -math.inf)
    if said not in {pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible}:
        return Outcome(Status.NO_SOLUTION, math.nan, -math.inf, False, True)
    objective = float(pulp.value(problem.objective) or 0.0)
    if said == pulp.LpSolutionOptimal:
        # The solver proved it within the gap that it was asked for; it does not tell the bound.
        return Outcome(Status.OPTIMAL, objective, objective - settings.gap * abs(objective))
    return Outcome(Status.FEASIBLE, objective, _relaxation_bound(problem), False, True)


def _named(settings: SolverSettings) -> Any:
    """A PuLP solver with those of the settings that it takes."""
    takes = signature(type(pulp.getSolver(settings.name))).parameters
    wanted = {
        "msg": False,
        "gapRel": settings.gap,
        "timeLimit": settings.time_limit_seconds,
        "maxNodes": settings.node_limit,
        "threads": settings.threads,
    }
    return pulp.getSolver(settings.name, **{k: v for k, v in wanted.items() if k in takes})


def _relaxation_bound(problem: pulp.LpProblem) -> float:
    """Bound of the LP relaxation, for solvers that keep theirs to themselves."""
    relaxed = problem.copy()
    solver = pulp.HiGHS(msg=False, mip=False)
    values = {v: v.varValue for v in problem.variables()}
    relaxed.solve(solver)
    bound = float(relaxed.solverModel.getInfo().objective_function_value) + _constant(problem)
    for variable, value in values.items():
        variable.varValue = value
    return bound


def versions() -> dict[str, str]:
    """Versions of the modelling layer and the default solver."""
    return {"pulp": str(pulp.__version__), "highs": version("highspy")}

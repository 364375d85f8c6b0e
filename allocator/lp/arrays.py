"""Arrays straight to HiGHS, where the size rules out a model that people read."""

import math
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from allocator.errors import SolverError, raise_if_any
from allocator.lp.status import Status
from allocator.lp.unclear import run_until_clear

Method = Literal["choose", "simplex", "ipm"]

_POLL_SECONDS = 0.05
_STOPPED_EARLY = {
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kSolutionLimit,
    highspy.HighsModelStatus.kObjectiveBound,
    highspy.HighsModelStatus.kUnknown,
}


@dataclass(frozen=True, eq=False)
class ArraySolution:
    """What HiGHS found.

    Attributes
    ----------
    status
        Never more than was proven.
    values
        One per column; empty when there is no answer.
    objective, bound
        Of the answer, and what no answer can beat (``-inf`` when nothing is known).
    duals
        One per row, >= 0 where a ``>=`` row of a minimisation binds; empty for an integer program.
    stopped_by_clock
        Whether the time limit ended it: such a run is not reproducible.
    """

    status: Status
    values: NDArray[np.float64]
    objective: float
    bound: float
    duals: NDArray[np.float64]
    stopped_by_clock: bool = False


def solve_arrays(
    cost: ArrayLike,
    matrix: csr_array,
    row_lower: ArrayLike,
    row_upper: ArrayLike,
    col_lower: ArrayLike,
    col_upper: ArrayLike,
    integrality: ArrayLike | None = None,
    *,
    gap: float = 0.0,
    time_limit_seconds: float | None = None,
    node_limit: int | None = None,
    seed: int = 0,
    threads: int = 1,
    start: ArrayLike | None = None,
    method: Method = "choose",
    exact: bool = False,
) -> ArraySolution:
    """Minimise ``cost @ x`` subject to ``row_lower <= matrix @ x <= row_upper`` and column bounds.

    Parameters
    ----------
    integrality
        Whether each column must be whole; none by default.
    gap
        Relative gap at which an integer answer counts as optimal.
    node_limit
        At most this many branch-and-bound nodes.
    start
        A known answer of an integer program, one value per column.
    method
        How relaxations are solved; ``ipm`` runs the interior point method without crossover.
    exact
        Ask for whole numbers that are whole to 1e-9, not 1e-6: where a row adds up very many.

    Raises
    ------
    InputError
        If sizes do not fit.
    SolverError
        If HiGHS fails.
    KeyboardInterrupt
        Passed on after the running solve has been stopped.
    """
    whole = _as_flags(integrality, matrix.shape[1])
    model = highs_model(cost, matrix, row_lower, row_upper, col_lower, col_upper, whole)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "random_seed": seed,
        "threads": threads,
        "mip_rel_gap": gap,
        "mip_abs_gap": 1e-9 if gap == 0 else 1e-6,
    }
    if time_limit_seconds is not None:
        options["time_limit"] = time_limit_seconds
    if node_limit is not None:
        options["mip_max_nodes"] = node_limit
    if method != "choose":
        options["solver"] = method
    if exact:
        options["mip_feasibility_tolerance"] = 1e-9
    if method == "ipm":
        options["run_crossover"] = "off"
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(model)
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = np.asarray(start, dtype=np.float64).tolist()
        highs.setSolution(known)
    run_until_clear(highs, lambda: _run(highs))
    return _read(highs, is_mip=bool(whole.any()))


def _as_flags(integrality: ArrayLike | None, n_columns: int) -> NDArray[np.bool_]:
    if integrality is None:
        return np.zeros(n_columns, dtype=np.bool_)
    return np.asarray(integrality, dtype=np.bool_)


def highs_model(
    cost: ArrayLike,
    matrix: csr_array,
    row_lower: ArrayLike,
    row_upper: ArrayLike,
    col_lower: ArrayLike,
    col_upper: ArrayLike,
    whole: NDArray[np.bool_],
) -> highspy.HighsLp:
    """The program of :func:`solve_arrays` as HiGHS takes it."""
    n_rows, n_columns = matrix.shape
    given: dict[str, tuple[ArrayLike, int]] = {
        "cost": (cost, n_columns),
        "row_lower": (row_lower, n_rows),
        "row_upper": (row_upper, n_rows),
        "col_lower": (col_lower, n_columns),
        "col_upper": (col_upper, n_columns),
        "integrality": (whole, n_columns),
    }
    vectors = {name: np.asarray(values, dtype=np.float64) for name, (values, _) in given.items()}
    raise_if_any(
        [
            f"{name} must have shape ({size},), got {vectors[name].shape}"
            for name, (_, size) in given.items()
            if vectors[name].shape != (size,)
        ],
        where="solve_arrays",
    )
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = n_rows, n_columns
    model.col_cost_ = vectors["cost"]
    model.row_lower_, model.row_upper_ = vectors["row_lower"], vectors["row_upper"]
    model.col_lower_, model.col_upper_ = vectors["col_lower"], vectors["col_upper"]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data.astype(np.float64)
    if whole.any():
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if w else kinds.kContinuous for w in whole]
    return model


def _run(highs: highspy.Highs) -> bool:
    # HiGHS keeps one pool of threads per process; another size would be refused.
    highspy.Highs.resetGlobalScheduler(True)
    highs.HandleKeyboardInterrupt = True
    highs.startSolve()
    try:
        while not highs.wait(_POLL_SECONDS)[0]:
            pass
    except KeyboardInterrupt:
        highs.cancelSolve()  # type: ignore[no-untyped-call]
        while not highs.wait(_POLL_SECONDS)[0]:
            pass
        raise
    return True


def _read(highs: highspy.Highs, *, is_mip: bool) -> ArraySolution:
    said, info, kinds = highs.getModelStatus(), highs.getInfo(), highspy.HighsModelStatus
    nothing = np.empty(0)
    if said == kinds.kInfeasible:
        return ArraySolution(Status.INFEASIBLE, nothing, math.nan, math.nan, nothing)
    if said == kinds.kModelEmpty:
        return ArraySolution(Status.OPTIMAL, nothing, 0.0, 0.0, nothing)
    if said == kinds.kUnbounded:
        return ArraySolution(Status.UNBOUNDED, nothing, -math.inf, -math.inf, nothing)
    if said not in {kinds.kOptimal} | _STOPPED_EARLY:
        raise SolverError(f"HiGHS ended with {said.name}; no answer can be taken from that")
    by_clock = said == kinds.kTimeLimit
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    objective = float(info.objective_function_value) if found else math.nan
    solution = highs.getSolution()
    values = np.array(solution.col_value) if found else nothing
    duals = nothing if is_mip or not solution.dual_valid else np.array(solution.row_dual)
    if said == kinds.kOptimal:
        bound = min(float(info.mip_dual_bound), objective) if is_mip else objective
        return ArraySolution(Status.OPTIMAL, values, objective, bound, duals)
    bound = float(info.mip_dual_bound) if is_mip else -math.inf
    status = Status.FEASIBLE if found else Status.NO_SOLUTION
    return ArraySolution(status, values, objective, bound, duals, by_clock)

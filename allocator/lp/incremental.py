"""A linear program that grows: rows come and go, and each solve starts from the last basis."""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import SolverError, raise_if_any
from allocator.lp.status import Status
from allocator.lp.unclear import UNCLEAR

# After so many simplex steps Python looks whether the user has pressed Ctrl-C. Counted, not timed,
# since a pause may change which of several optima is found.
_STEPS_AT_ONCE = 1_000
_NO_LIMIT = 2**31 - 1
_CHOOSE, _DEVEX = -1, 1  # how the dual simplex method picks the row that leaves
_STOPPED = {
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kObjectiveBound,
}


class Rows(Protocol):
    """Compressed rows: scipy's, or three arrays of the same names."""

    @property
    def indptr(self) -> NDArray[Any]:
        """Where each row begins, and the end, shape ``(n_rows + 1,)``."""

    @property
    def indices(self) -> NDArray[Any]:
        """Column of each entry."""

    @property
    def data(self) -> NDArray[Any]:
        """Value of each entry."""


@dataclass(frozen=True, eq=False)
class LpSolution:
    """What one solve found.

    Attributes
    ----------
    status
        ``optimal``, ``infeasible``, or ``no_solution`` when a limit ended it.
    objective
        Of the answer; NaN without one.
    values
        One per column; empty without an answer.
    duals
        One per row, >= 0 where a lower side binds, <= 0 where an upper one does. Those of the last
        basis, if there are any, when a limit ended it: enough for a Lagrangian bound.
    iterations
        Simplex steps of this solve.
    stopped_by_clock
        Whether the limit that ended it was the clock.
    """

    status: Status
    objective: float
    values: NDArray[np.float64]
    duals: NDArray[np.float64]
    iterations: int = 0
    stopped_by_clock: bool = False


class GrowingLp:
    """Minimise ``cost @ x`` within column bounds, subject to rows that are added and deleted.

    The dual simplex method goes on from the last basis: after new rows or new bounds that takes a
    few steps. The duals are as exact as the solver's tolerance: where a bound must be safe, work
    it out again from them.

    Parameters
    ----------
    cost, lower, upper
        One per column.
    seed, threads
        As in :class:`allocator.lp.solvers.SolverSettings`.
    well_scaled
        That all numbers are near 1: the solver then neither scales nor perturbs them.
    """

    def __init__(
        self,
        cost: ArrayLike,
        lower: ArrayLike,
        upper: ArrayLike,
        *,
        seed: int = 0,
        threads: int = 1,
        well_scaled: bool = False,
    ) -> None:
        columns = [np.array(values, dtype=np.float64) for values in (cost, lower, upper)]
        n = len(columns[0])
        raise_if_any(
            [
                f"{name} must have shape ({n},), got {values.shape}"
                for name, values in zip(("cost", "lower", "upper"), columns, strict=True)
                if values.shape != (n,)
            ],
            where="GrowingLp",
        )
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, 0
        model.col_cost_, model.col_lower_, model.col_upper_ = columns
        model.a_matrix_.start_ = np.zeros(n + 1, dtype=np.int32)
        # HiGHS keeps one pool of threads per process; another size would be refused.
        highspy.Highs.resetGlobalScheduler(True)
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "random_seed": seed,
            "threads": threads,
            "presolve": "off",
            "solver": "simplex",
        }
        if well_scaled:
            options["simplex_scale_strategy"] = 0
            options["dual_simplex_cost_perturbation_multiplier"] = 0.0
        for name, value in options.items():
            self._done(self._highs.setOptionValue(name, value))
        self._done(self._highs.passModel(model))

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return int(self._highs.getNumCol())

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self._highs.getNumRow())

    def add_rows(self, lower: ArrayLike, upper: ArrayLike, rows: Rows) -> None:
        """Append ``lower <= rows @ x <= upper``; new rows come last."""
        n = len(rows.indptr) - 1
        sides = [
            np.array(np.broadcast_to(np.asarray(s, dtype=float), (n,))) for s in (lower, upper)
        ]
        if not n:
            return
        self._done(
            self._highs.addRows(
                n, *sides, len(rows.data),
                rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32),
                rows.data.astype(np.float64),
            )
        )  # fmt: skip

    def delete_rows(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> None:
        """Delete rows by position, or where a mask is true; those after them move up.

        Rows that do not bind leave the basis as it is.
        """
        mask = np.zeros(self.n_rows, dtype=np.bool_)
        mask[which] = True
        gone = np.flatnonzero(mask).astype(np.int32)
        if not len(gone):
            return
        basis = self._highs.getBasis()
        rows, columns = list(basis.row_status), list(basis.col_status)
        basic = highspy.HighsBasisStatus.kBasic
        keeps = basis.valid and all(rows[i] == basic for i in gone.tolist())
        self._done(self._highs.deleteRows(len(gone), gone))
        if keeps:
            kept = highspy.HighsBasis()
            kept.valid = True
            kept.col_status = columns
            kept.row_status = [rows[i] for i in np.flatnonzero(~mask).tolist()]
            self._done(self._highs.setBasis(kept))

    def slack_rows(self) -> NDArray[np.bool_]:
        """Rows that may be deleted without losing the basis: those that do not bind in it."""
        basis, basic = self._highs.getBasis(), highspy.HighsBasisStatus.kBasic
        if not basis.valid:
            return np.ones(self.n_rows, dtype=np.bool_)
        return np.array([status == basic for status in basis.row_status], dtype=np.bool_)

    def set_column_bounds(self, columns: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> None:
        """Replace the bounds of some columns."""
        self._done(self._highs.changeColsBounds(*_sides(columns, lower, upper)))

    def set_row_bounds(self, rows: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> None:
        """Replace the sides of some rows."""
        self._done(self._highs.changeRowsBounds(*_sides(rows, lower, upper)))

    def set_cost(self, cost: ArrayLike) -> None:
        """Replace the cost of every column."""
        everyone = np.arange(self.n_columns, dtype=np.int32)
        costs = np.asarray(cost, dtype=np.float64)
        self._done(self._highs.changeColsCost(len(everyone), everyone, costs))

    def basis(self) -> object:
        """The basis as it is now, to be handed to :meth:`restart_from` later."""
        return self._highs.getBasis()

    def restart_from(self, basis: object, rows: NDArray[np.int64] | None = None) -> None:
        """Start the next solve from a basis taken before.

        Parameters
        ----------
        rows
            Where each row that was there then is now, -1 if it is gone; None if nothing changed.
        """
        if not basis.valid:  # type: ignore[attr-defined]
            return
        if rows is not None:
            basis = self._moved(basis, rows)
        self._done(self._highs.setBasis(basis))

    def _moved(self, basis: Any, rows: NDArray[np.int64]) -> object:
        """The basis for the rows of now; new ones are basic, the solver mends the rest."""
        basic = highspy.HighsBasisStatus.kBasic
        status = [basic] * self.n_rows
        whole = True
        for at, held in zip(rows.tolist(), basis.row_status, strict=True):
            if at >= 0:
                status[at] = held
            elif held != basic:
                whole = False
        moved = highspy.HighsBasis()
        moved.valid, moved.alien = True, not whole
        moved.col_status, moved.row_status = basis.col_status, status
        return moved

    def solve(
        self,
        time_limit_seconds: float | None = None,
        *,
        step_limit: int | None = None,
        cutoff: float | None = None,
    ) -> LpSolution:
        """Solve from the last basis.

        Parameters
        ----------
        time_limit_seconds
            Last resort.
        step_limit
            At most so many simplex steps (about).
        cutoff
            Stop once the optimum is known to lie above.

        Raises
        ------
        SolverError
            If the end is neither an optimum, nor infeasible, nor the clock.
        KeyboardInterrupt
            Within some hundred simplex steps of Ctrl-C.
        """
        limit = math.inf if time_limit_seconds is None else time_limit_seconds
        # HiGHS counts the time of all solves together.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + limit)
        self._highs.setOptionValue("objective_bound", math.inf if cutoff is None else cutoff)
        most = _NO_LIMIT if step_limit is None else step_limit
        # Steepest edges take preparations at each basis that is put in: too dear for a few steps.
        self._highs.setOptionValue(
            "simplex_dual_edge_weight_strategy", _CHOOSE if step_limit is None else _DEVEX
        )
        steps = self._run(most)
        if self._highs.getModelStatus() in UNCLEAR:
            # Numerical trouble on the way from an old basis: once more from none.
            self._highs.clearSolver()
            steps += self._run(most)
        return self._read(steps)

    def _run(self, most: int) -> int:
        steps = 0
        while True:
            at_once = min(most - steps, _STEPS_AT_ONCE)
            self._highs.setOptionValue("simplex_iteration_limit", at_once)
            self._highs.run()
            steps += max(int(self._highs.getInfo().simplex_iteration_count), 0)
            paused = self._highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit
            if not paused or steps >= most:
                return steps

    def _read(self, steps: int) -> LpSolution:
        said, kinds = self._highs.getModelStatus(), highspy.HighsModelStatus
        nothing = np.empty(0)
        if said == kinds.kInfeasible:
            return LpSolution(Status.INFEASIBLE, math.nan, nothing, nothing, steps)
        if said in _STOPPED:
            known = self._highs.getSolution()
            duals = np.array(known.row_dual, dtype=np.float64) if known.dual_valid else nothing
            return LpSolution(
                Status.NO_SOLUTION, math.nan, nothing, duals, steps,
                said == kinds.kTimeLimit,
            )  # fmt: skip
        if said not in {kinds.kOptimal, kinds.kModelEmpty}:
            raise SolverError(f"HiGHS ended with {said.name}; no answer can be taken from that")
        found = self._highs.getSolution()
        return LpSolution(
            Status.OPTIMAL,
            float(self._highs.getInfo().objective_function_value),
            np.array(found.col_value, dtype=np.float64),
            np.array(found.row_dual, dtype=np.float64),
            steps,
        )

    def _done(self, status: object) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused a change of the linear program")


def _sides(which: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> tuple[object, ...]:
    at = np.atleast_1d(np.asarray(which, dtype=np.int32))
    sides = [
        np.array(np.broadcast_to(np.asarray(side, dtype=np.float64), at.shape))
        for side in (lower, upper)
    ]
    return len(at), at, *sides

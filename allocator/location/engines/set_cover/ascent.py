"""Prices of rows by ascent: a lower bound that needs no linear program."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits

_MEMORY = 0.98  # share of the old direction kept in each step: what makes the ascent work
_PATIENCE = 100
_SHORTEST_STRIDE = 1e-6
_STEPS_AT_ONCE = 100  # how long an interrupt may have to wait


class Ascent:
    """Subgradient ascent that remembers its direction (in the manner of Barahona & Anbil 2000).

    Bounds ``min cost @ y`` over ``weight @ y >= side``, ``0 <= y <= 1``. Strides shrink when
    nothing improves for a while, and go on from the best prices.

    Parameters
    ----------
    start, column, weight
        Rows, compressed: row ``i`` has ``weight[start[i]:start[i + 1]]`` at those columns.
    side
        What each row must come to.
    price
        Where to start, >= 0, one per row.
    target
        What the bound may reach at most, such as the cost of a cover.
    """

    def __init__(
        self,
        start: NDArray[np.int64],
        column: NDArray[np.int64],
        weight: NDArray[np.float64],
        side: NDArray[np.float64],
        cost: NDArray[np.float64],
        *,
        price: NDArray[np.float64],
        target: float,
        stride: float = 1.0,
    ) -> None:
        from allocator.location.engines.set_cover import (
            ascent_kernels,  # compiled: loaded when needed
        )

        self._ascend = ascent_kernels.ascend
        self._rows = (start, column.astype(np.int32), weight, side, cost)
        self._price, self._target = price.copy(), target
        self.prices = price.copy()
        self.mean = np.zeros(len(cost))
        self._direction = np.zeros(len(side))
        self._state = np.array([-np.inf, stride, 0.0, 0.0])

    @property
    def bound(self) -> float:
        """What the best prices so far prove."""
        return float(self._state[0])

    def run(self, steps: int, limits: Limits) -> None:
        """Go on for so many steps, or until nothing moves."""
        for _ in range(0, steps, _STEPS_AT_ONCE):
            ended = self._ascend(
                *self._rows, self._price, self.prices, self._direction, self.mean, self._state,
                self._target, _MEMORY, _PATIENCE, _SHORTEST_STRIDE, _STEPS_AT_ONCE,
            )  # fmt: skip
            if ended or limits.out_of_time():
                return

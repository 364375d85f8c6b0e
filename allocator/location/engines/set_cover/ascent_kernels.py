"""The compiled inner loop of prices by ascent: only loaded when it is needed."""

import numba
import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]


@numba.njit(cache=True)
def ascend(
    start: NDArray[np.int64], column: NDArray[np.int32], weight: _Floats, side: _Floats,
    cost: _Floats, price: _Floats, best_price: _Floats, direction: _Floats, mean: _Floats,
    state: _Floats, target: float, memory: float, patience: int, least_stride: float, steps: int,
) -> bool:  # fmt: skip
    """Some steps of subgradient ascent over rows ``weight @ y >= side``; whether it has ended.

    Changes ``price``, ``best_price``, ``direction``, ``mean`` (of the choices on the way) and
    ``state`` (best bound, stride, steps without a rise, steps) in place.
    """
    n, n_sites = len(start) - 1, len(cost)
    chosen = np.zeros(n_sites)
    for _ in range(steps):
        reduced = cost.copy()
        bound = 0.0
        for i in range(n):
            p = price[i]
            if p > 0:
                bound += p * side[i]
                for at in range(start[i], start[i + 1]):
                    reduced[column[at]] -= p * weight[at]
        share = 1.0 if state[3] == 0 else 1 - memory
        for j in range(n_sites):
            bound += min(reduced[j], 0.0)
            chosen[j] = 1.0 if reduced[j] < 0 else 0.0
            mean[j] += share * (chosen[j] - mean[j])
        state[2] = 0 if bound > state[0] + 1e-4 * abs(state[0]) else state[2] + 1
        if bound > state[0]:
            state[0] = bound
            best_price[:] = price
        if state[2] >= patience:
            state[1], state[2] = state[1] / 2, 0
            price[:] = best_price
        length = 0.0
        for i in range(n):
            missing = side[i]
            for at in range(start[i], start[i + 1]):
                missing -= weight[at] * chosen[column[at]]
            direction[i] += share * (missing - direction[i])
            length += direction[i] * direction[i]
        state[3] += 1
        if state[1] < least_stride or length < 1e-12:
            return True
        move = state[1] * max(target - bound, 0.0) / length
        for i in range(n):
            price[i] = max(price[i] + move * direction[i], 0.0)
    return False

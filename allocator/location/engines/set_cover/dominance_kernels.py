"""The compiled search for sets that another set makes needless: only loaded when it is needed."""

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True)
def find_dominated(
    start: NDArray[np.int64],
    member: NDArray[np.int64],
    back_start: NDArray[np.int64],
    back_member: NDArray[np.int64],
    cost: NDArray[np.float64],
    drop_larger: bool,
) -> NDArray[np.bool_]:
    """Mark sets that another set makes needless.

    The members of set ``k`` are ``member[start[k]:start[k + 1]]``, ascending; ``back`` lists the
    sets of each member alike. With ``drop_larger`` (rows) a set dies when it contains another;
    else (sites) when another contains it at no higher cost. Of equal sets the first stays. Each
    set is compared with those that share its rarest member, which all that contain it do.
    """
    n = len(start) - 1
    dead = np.zeros(n, np.bool_)
    for small in range(n):
        if dead[small]:
            continue
        size = start[small + 1] - start[small]
        if size == 0:
            dead[small] = not drop_larger
            continue
        rarest = member[start[small]]
        for at in range(start[small] + 1, start[small + 1]):
            m = member[at]
            if back_start[m + 1] - back_start[m] < back_start[rarest + 1] - back_start[rarest]:
                rarest = m
        for back in range(back_start[rarest], back_start[rarest + 1]):
            large = back_member[back]
            room = start[large + 1] - start[large] - size
            if large == small or dead[large] or room < 0:
                continue
            if room == 0 and (
                (drop_larger and large < small)
                or (not drop_larger and cost[large] == cost[small] and large > small)
            ):
                continue
            if not drop_larger and cost[large] > cost[small]:
                continue
            at = start[small]
            beside = start[large]
            while at < start[small + 1] and room >= 0:
                if member[beside] == member[at]:
                    at += 1
                else:
                    room -= 1
                beside += 1
            if room < 0:
                continue
            if drop_larger:
                dead[large] = True
            else:
                dead[small] = True
                break
    return dead

"""What may be wrong with the numbers of a capacitated question."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.location.checks import whole_problems
from allocator.location.roles import SiteRoles
from allocator.travel.points import number_problems


def numbers_of(
    name: str,
    given: ArrayLike | None,
    n: int,
    default: float | NDArray[np.float64],
    per: str,
    problems: list[str],
) -> NDArray[np.float64]:
    """One number per site or cell; what is wrong is added to ``problems``."""
    told = np.asarray(default if given is None else given, dtype=np.float64)
    if told.shape not in {(), (n,)}:
        problems.append(f"{name} must be one number or one per {per} ({n}), got {told.shape}")
        return np.zeros(n)
    bad = np.atleast_1d(np.isnan(told) | (told < 0))
    if name != "max_load":
        bad |= np.atleast_1d(np.isinf(told))
    if bad.any():
        problems.append(
            f"{name} must be finite and >= 0; {int(bad.sum())} are not, first: "
            f"{np.atleast_1d(told)[bad][0]}"
        )
    return np.array(np.broadcast_to(told, (n,)))


def setting_problems(p: int | None, minimise: str, travel_cost: float) -> list[str]:
    """What is wrong with the settings."""
    problems = [] if p is None else whole_problems("p", p)
    if minimise not in {"travel", "cost"}:
        problems.append(f"minimise must be 'travel' or 'cost', got {minimise!r}")
    problems += number_problems(travel_cost=travel_cost)
    if minimise == "travel" and travel_cost != 1.0:
        problems.append(
            f"travel_cost = {travel_cost} means nothing with minimise='travel'; use 'cost'"
        )
    return problems


def band_problems(
    low: NDArray[np.float64], high: NDArray[np.float64], roles: SiteRoles
) -> list[str]:
    """A band that is empty at every permitted site."""
    permitted = roles.permitted
    if not permitted.any() or (low <= high)[permitted].any():
        return []
    j = int(np.flatnonzero(permitted)[0])
    return [
        f"min_load must not exceed max_load; it does at every permitted site, first: site {j}, "
        f"{low[j]:g} > {high[j]:g}"
    ]

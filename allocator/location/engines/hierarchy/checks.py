"""What may be wrong with the numbers of a hierarchical question."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.location.checks import share_problems, whole_problems
from allocator.location.questions.hierarchy import LevelAsked
from allocator.location.roles import SiteRoles
from allocator.travel.points import number_problems
from allocator.travel.times import TravelTimes


def setting_problems(levels: Sequence[LevelAsked], budget: float | None) -> list[str]:
    """What is wrong with levels and budget."""
    if not levels:
        return ["there must be at least one level"]
    problems = []
    names = [level.name for level in levels]
    if len(set(names)) < len(names):
        problems.append(f"levels must have different names, got {', '.join(names)}")
    sizes = {(level.reach.n_cells, level.reach.n_sites) for level in levels}
    if len(sizes) > 1:
        problems.append(f"levels must have the same cells and sites, got sizes {sorted(sizes)}")
    for level in levels:
        problems += _level_problems(level)
    if budget is not None:
        problems += number_problems(budget=budget)
    else:
        problems += [
            f"level {level.name}: give p or share, or a budget for all"
            for level in levels
            if level.p is None and level.share is None
        ]
    return problems


def _level_problems(level: LevelAsked) -> list[str]:
    here = f"level {level.name}:"
    problems = [] if level.p is None else whole_problems(f"{here} p", level.p)
    if level.share is not None:
        problems += share_problems(f"{here} share", level.share)
    problems += number_problems(**{f"{here} weight": level.weight})
    if level.cost is not None:
        told = np.asarray(level.cost, dtype=np.float64)
        if told.shape != (level.reach.n_sites,):
            problems.append(
                f"{here} cost must have shape ({level.reach.n_sites},), got {told.shape}"
            )
        elif not (np.isfinite(told) & (told >= 0)).all():
            problems.append(f"{here} cost must be finite and >= 0 everywhere")
    return problems


def existing_levels_of(
    told: ArrayLike | None, roles: SiteRoles, n_levels: int, problems: list[str]
) -> NDArray[np.int64]:
    """Level of each existing site, 1 the lowest; what is wrong is added to ``problems``."""
    is_there = np.isin(np.arange(roles.n_sites), roles.existing)
    if told is None:
        return is_there.astype(np.int64)
    given = np.asarray(told)
    if given.shape != (roles.n_sites,):
        problems.append(f"existing_levels must have shape ({roles.n_sites},), got {given.shape}")
        return is_there.astype(np.int64)
    wrong = np.flatnonzero(
        (given != np.rint(given)) | (given < is_there) | (given > n_levels * is_there)
    )
    if len(wrong):
        j = int(wrong[0])
        expected = f"in 1..{n_levels}" if is_there[j] else "0, since it does not exist"
        problems.append(
            f"existing_levels of {len(wrong)} sites are wrong, first: site {j}, got {given[j]}, "
            f"must be {expected}"
        )
    return given.astype(np.int64)


def places_of(
    referral: TravelTimes | None,
    capacity: ArrayLike | None,
    n_sites: int,
    problems: list[str],
) -> NDArray[np.int64] | None:
    """Lower sites that each site takes; what is wrong is added to ``problems``."""
    if referral is not None and (referral.n_cells, referral.n_sites) != (n_sites, n_sites):
        problems.append(
            f"referral must lead from sites to sites ({n_sites} x {n_sites}), "
            f"got {referral.n_cells} x {referral.n_sites}"
        )
    if capacity is None:
        return None
    if referral is None:
        problems.append("referral_capacity means nothing without referral")
    told = np.asarray(capacity, dtype=np.float64)
    if told.shape not in {(), (n_sites,)}:
        problems.append(
            f"referral_capacity must be one number or one per site ({n_sites}), got {told.shape}"
        )
        return None
    if not ((told >= 0) & (told == np.rint(told))).all():
        problems.append("referral_capacity must be whole and >= 0 everywhere")
    return np.array(np.broadcast_to(told, (n_sites,))).astype(np.int64)

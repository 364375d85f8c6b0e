"""What each site may be: open already, required, or a candidate at a cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any


@dataclass(frozen=True, eq=False)
class SiteRoles:
    """Roles of the sites of a question; a site has exactly one, or none if it is forbidden.

    Attributes
    ----------
    cost
        Cost of opening each site, shape ``(n_sites,)``.
    already_open, required, candidates
        Positions, ascending: stay open at no cost; must be opened and paid for; may be opened.
    """

    cost: NDArray[np.float64]
    already_open: NDArray[np.int64]
    required: NDArray[np.int64]
    candidates: NDArray[np.int64]

    @classmethod
    def checked(
        cls,
        n_sites: int,
        *,
        cost: ArrayLike | None,
        open_sites: ArrayLike | None,
        required: ArrayLike | None,
        forbidden: ArrayLike | None,
        where: str,
    ) -> "SiteRoles":
        """Check what the caller gave, all problems at once."""
        prices = np.ones(n_sites) if cost is None else np.array(cost, dtype=np.float64)
        problems = _cost_problems(prices, n_sites)
        given = {"open_sites": open_sites, "required": required, "forbidden": forbidden}
        at = {name: np.asarray([] if who is None else who) for name, who in given.items()}
        for name, who in at.items():
            problems += _position_problems(name, who, n_sites)
        raise_if_any(problems, where=where)
        sets = {name: np.unique(who.astype(np.int64)) for name, who in at.items()}
        for name in ("open_sites", "required"):
            both = np.intersect1d(sets[name], sets["forbidden"])
            if len(both):
                problems.append(f"sites {_few(both)} are in {name} and in forbidden; choose one")
        raise_if_any(problems, where=where)
        paid = np.setdiff1d(sets["required"], sets["open_sites"])
        taken = np.concatenate(list(sets.values()))
        candidates = np.setdiff1d(np.arange(n_sites), taken)
        return cls(prices, sets["open_sites"], paid, candidates)


def _cost_problems(cost: NDArray[np.float64], n_sites: int) -> list[str]:
    if cost.shape != (n_sites,):
        return [f"cost must have one number per site, shape ({n_sites},), got {cost.shape}"]
    bad = np.flatnonzero(~(np.isfinite(cost) & (cost >= 0)))
    if not len(bad):
        return []
    return [
        f"cost must be finite and >= 0; {len(bad)} are not, first: site {bad[0]}, {cost[bad[0]]}"
    ]


def _position_problems(name: str, who: NDArray[np.generic], n_sites: int) -> list[str]:
    if who.ndim != 1:
        return [f"{name} must be a list of site positions, got shape {who.shape}"]
    if not who.size:
        return []
    if not np.issubdtype(who.dtype, np.integer):
        return [
            f"{name} must be whole positions of sites, got {who.dtype}; "
            "for a mask use numpy.flatnonzero(mask)"
        ]
    positions = who.astype(np.int64)
    wrong = positions[(positions < 0) | (positions >= n_sites)]
    if not len(wrong):
        return []
    return [f"{name} must lie in 0..{n_sites - 1}, got {_few(wrong)}"]


def _few(positions: NDArray[np.int64]) -> str:
    shown = ", ".join(map(str, positions[:5].tolist()))
    return shown + (", ..." if len(positions) > 5 else "")

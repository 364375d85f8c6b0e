"""Sets of sites of which a broken number is open: where counting them promises to prove most.

Where candidates lie so close that each can stand in for the other, closing one of them proves next
to nothing. Sites that have a share are clustered by the weight that they reach in common, in three
ways and at all heights; the rest joins the one that it is most like.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.relaxation import Relaxation

_SOME = 1e-6
_BROKEN = 0.08
_LINKAGES: tuple[Literal["single", "average", "complete"], ...] = ("single", "average", "complete")
_NEXT_TO_NOTHING = 0.15  # share in which two sets of sites must differ to be worth trying both


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Sites, and the sum of their shares.

    Attributes
    ----------
    members
        Whether each site belongs to it, shape ``(n_sites,)``.
    total
        Sum of shares, not whole.
    """

    members: NDArray[np.bool_]
    total: float


class Neighbourhoods:
    """Finds neighbourhoods at any shares; what sites have in common is worked out once."""

    def __init__(self, asked: Relaxation) -> None:
        self._asked = asked
        self._alike: dict[int, NDArray[np.float64]] = {}

    def broken(
        self, shares: NDArray[np.float64], free: NDArray[np.bool_], most: int
    ) -> list[Neighbourhood]:
        """Up to ``most`` neighbourhoods of free sites, single ones too, most promising first."""
        support = np.flatnonzero((shares > _SOME) & free)
        if not len(support):
            return []
        alike = np.array([self._likeness(site) for site in support.tolist()])
        own = 0.5 * (alike[:, support] + alike[:, support].T)
        held = shares[support]
        sets = _clusters(own)
        total = sets @ held
        part = total - np.floor(total)
        broken = np.minimum(part, 1 - part) > _BROKEN
        sets, total, part = sets[broken], total[broken], part[broken]
        order = np.argsort(-self._promise(sets, total, part, own, support, held), kind="stable")
        picked = _different(sets, held, order, most)
        nearest = np.argmax(alike, axis=0)
        joins = free & (alike[nearest, np.arange(len(free))] > 0)
        found = []
        for at in picked:
            members = np.zeros(len(free), dtype=np.bool_)
            if sets[at].sum() > 1:
                members = sets[at][nearest] & joins
            members[support] = sets[at]
            found.append(Neighbourhood(members, float(total[at])))
        return found

    def _likeness(self, site: int) -> NDArray[np.float64]:
        """Weight in common of all that a site and each other one reach, from 0 to 1."""
        if site not in self._alike:
            weight, shared = self._asked.site_weight, self._asked.overlap(site)
            alike = shared / np.maximum(weight + weight[site] - shared, 1e-300)
            alike[site] = 1.0
            self._alike[site] = alike
        return self._alike[site]

    def _promise(
        self,
        sets: NDArray[np.bool_],
        total: NDArray[np.float64],
        part: NDArray[np.float64],
        own: NDArray[np.float64],
        support: NDArray[np.int64],
        held: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """How much counting a set may prove: few, heavy sites, far from half open ones outside.

        A rule of thumb, tried against what solving both parts proved on made-up counties.
        """
        worth = (sets @ (held * self._asked.site_weight[support])) / total
        outside = np.array(
            [own[np.ix_(inside, ~inside)].max(initial=0.0) for inside in sets], dtype=np.float64
        )
        promise: NDArray[np.float64] = part * (1 - part) * worth * (1 - outside) / np.sqrt(total)
        return promise


def _clusters(alike: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Every site, and every cluster on the way to one of all: shape ``(n_sets, n_sites)``."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    n = len(alike)
    found = [np.eye(n, dtype=np.bool_)]
    if n > 1:
        apart = np.maximum(1.0 - alike, 0.0)
        np.fill_diagonal(apart, 0.0)
        flat = squareform(apart, checks=False)
        for method in _LINKAGES:
            sets = np.zeros((2 * n - 1, n), dtype=np.bool_)
            sets[:n] = found[0]
            for at, (one, other) in enumerate(linkage(flat, method)[:, :2].astype(int).tolist()):
                sets[n + at] = sets[one] | sets[other]
            found.append(sets[n:])
    return np.concatenate(found)


def _different(
    sets: NDArray[np.bool_], held: NDArray[np.float64], order: NDArray[np.int64], most: int
) -> list[int]:
    """The first sets in an order that are not almost the same as one before."""
    picked: list[int] = []
    for at in order.tolist():
        if all(held[sets[at] != sets[other]].sum() >= _NEXT_TO_NOTHING for other in picked):
            picked.append(at)
            if len(picked) == most:
                break
    return picked

"""Can p sites be chosen of which no two are in conflict? With an answer or a proof, or neither."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.location.engines.center.cover import Answer
from allocator.location.engines.limits import Limits
from allocator.lp.arrays import solve_arrays
from allocator.lp.status import Status

_TRIES = 20


class PeacefulTest:
    """One question: whether there are ``p`` sites without a conflict between two of them.

    Parameters
    ----------
    conflict
        Whether two sites may not both be open: symmetric, no site with itself, shape ``(n, n)``.
    p
        Sites to be chosen, at least 0.
    """

    def __init__(self, conflict: NDArray[np.bool_], p: int) -> None:
        self.conflict, self.p = conflict, p
        self.answer = Answer.UNKNOWN
        self.chosen: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        if len(conflict) < p:
            self.answer = Answer.NO

    def by_search(self, limits: Limits) -> Answer:
        """Look for a choice: again and again the site with the fewest conflicts left."""
        rng = np.random.default_rng(limits.seed)
        for attempt in range(max(1, round(_TRIES * limits.effort))):
            if self.answer is not Answer.UNKNOWN or limits.out_of_time():
                break
            luck = rng.random(len(self.conflict)) * (1.0 if attempt == 0 else 3.0)
            chosen = self._greedy(luck)
            if len(chosen) >= self.p:
                self.chosen, self.answer = np.sort(chosen[: self.p]), Answer.YES
        return self.answer

    def by_bound(self, limits: Limits) -> Answer:
        """Look for a proof that there is none: of each of few cliques, at most one site is open."""
        if self.answer is Answer.UNKNOWN and not limits.out_of_time():
            left = np.argsort(-self.conflict.sum(axis=1), kind="stable")
            cliques = 0
            while len(left) and cliques < self.p:
                members = [int(left[0])]
                near = self.conflict[left[0]].copy()
                for j in left[1:].tolist():
                    if near[j]:
                        members.append(j)
                        near &= self.conflict[j]
                left = left[~np.isin(left, members)]
                cliques += 1
            if not len(left) and cliques < self.p:
                self.answer = Answer.NO
        return self.answer

    def by_branching(self, limits: Limits) -> Answer:
        """Decide by branch and bound, with a row per clique and at least ``p`` sites."""
        if self.answer is not Answer.UNKNOWN:
            return self.answer
        n = len(self.conflict)
        rows = self._cliques()
        count = len(rows)
        member = np.concatenate([*rows, np.arange(n)])
        row = np.repeat(np.arange(count + 1), [*map(len, rows), n])
        matrix = csr_array((np.ones(len(member)), (row, member)), shape=(count + 1, n))
        solution = solve_arrays(
            -np.ones(n),
            matrix,
            np.append(np.full(count, -np.inf), self.p),
            np.append(np.ones(count), np.inf),
            np.zeros(n),
            np.ones(n),
            np.ones(n),
            gap=1.0,  # any choice with so many sites will do
            **limits.of_a_solve(),
        )
        limits.note_clock(solution.stopped_by_clock)
        if solution.status is Status.INFEASIBLE:
            self.answer = Answer.NO
        elif len(solution.values):
            chosen = np.flatnonzero(solution.values > 0.5)
            peaceful = not self.conflict[np.ix_(chosen, chosen)].any()
            if len(chosen) >= self.p and peaceful:
                self.chosen, self.answer = chosen[: self.p], Answer.YES
        return self.answer

    def _greedy(self, luck: NDArray[np.float64]) -> NDArray[np.int64]:
        left = np.ones(len(self.conflict), dtype=np.bool_)
        degree = self.conflict.sum(axis=1).astype(np.float64)
        chosen: list[int] = []
        while left.any() and len(chosen) < self.p:
            best = int(np.argmin(np.where(left, degree + luck, np.inf)))
            chosen.append(best)
            gone = left & self.conflict[best]
            gone[best] = True
            left &= ~gone
            degree -= self.conflict[gone].sum(axis=0)
        return np.array(chosen, dtype=np.int64)

    def _cliques(self) -> list[NDArray[np.int64]]:
        """Cliques that hold every conflict, each grown as far as it goes."""
        bare = np.triu(self.conflict)
        cliques = []
        for one in range(len(bare)):
            while bare[one].any():
                members = [one, int(np.argmax(bare[one]))]
                near = self.conflict[members[0]] & self.conflict[members[1]]
                while near.any():
                    members.append(int(np.argmax(near)))
                    near &= self.conflict[members[-1]]
                clique = np.sort(np.array(members, dtype=np.int64))
                bare[np.ix_(clique, clique)] = False
                cliques.append(clique)
        return cliques

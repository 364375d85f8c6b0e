"""Some pieces as one program, all others as they are: exact where it looks, blind elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, coo_array, csr_array, hstack, vstack

from allocator.lp.matrices import ArrayProgram
from allocator.lp.solvers import SolverSettings
from allocator.planning.parts.asking import Question
from allocator.planning.parts.holds import Holds
from allocator.planning.parts.whole import Answer, Joint, Whole
from allocator.planning.shortfall import step_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cluster:
    """Pieces that are decided together.

    Attributes
    ----------
    core
        Whose sites may open and close.
    ring
        Around them, with their sites as they are: there it shows what the core's sites are for.
    """

    core: tuple[int, ...]
    ring: tuple[int, ...] = ()

    @classmethod
    def around(cls, core: Sequence[int], whole: Whole) -> "Cluster":
        """Some pieces and those that share sites with them."""
        inside = set(core)
        near = {n for k in core for n in whole.neighbours.get(k, ())} - inside
        return cls(tuple(sorted(inside)), tuple(sorted(near)))

    @property
    def members(self) -> tuple[int, ...]:
        """All of its pieces, ascending."""
        return tuple(sorted((*self.core, *self.ring)))


@dataclass(frozen=True, eq=False)
class Joining:
    """A stage of the whole, of which clusters are asked."""

    whole: Whole
    holds: Holds
    stage: str
    settings: SolverSettings

    def question(self, cluster: Cluster, x: Answer, sharing: int = 1) -> Question:
        """The stage over a cluster, started from an answer.

        What rows over several pieces leave free is divided among ``sharing`` clusters that are
        asked at once.
        """
        pieces = self.whole.pieces
        members = cluster.members
        first = dict(zip(members, np.cumsum([0, *(len(x[k]) for k in members)]), strict=False))
        n = sum(len(x[k]) for k in members)
        lower = np.concatenate([pieces[k].program.lower for k in members])
        upper = np.concatenate([pieces[k].program.upper for k in members])
        start = np.concatenate([x[k] for k in members])
        pairs = self._borders(first, x, lower, upper)
        for k in cluster.ring:
            homes = [first[k] + c for c in pieces[k].homes.values()]
            lower[homes] = upper[homes] = start[homes]
        cost = np.concatenate([self.whole.terms(self.stage, k).vector for k in members])
        more, misses = self._rows(members, first, x, sharing, n)
        matrix = block_diag([pieces[k].program.matrix for k in members], format="csr")
        program = ArrayProgram(
            csr_array(hstack([matrix, csr_array((matrix.shape[0], len(misses)))])),
            np.concatenate([pieces[k].program.row_lower for k in members]),
            np.concatenate([pieces[k].program.row_upper for k in members]),
            np.append(lower, np.zeros(len(misses))),
            np.append(upper, np.full(len(misses), np.inf)),
            np.append(
                np.concatenate([pieces[k].program.whole for k in members]),
                np.zeros(len(misses), dtype=np.bool_),
            ),
        )
        border = csr_array(
            coo_array(
                (
                    np.tile([1.0, -1.0], len(pairs)),
                    (np.repeat(np.arange(len(pairs)), 2), np.array(pairs, dtype=int).ravel()),
                ),
                shape=(len(pairs), n + len(misses)),
            )
        )
        rows, limits = more
        return Question(
            program,
            np.append(cost, [cost for _, cost, _ in misses]),
            csr_array(vstack([border, rows])) if len(pairs) else rows,
            np.append(np.zeros(len(pairs)), limits),
            self.settings,
            np.append(start, [now for _, _, now in misses]),
        )

    def answered(self, cluster: Cluster, x: Answer, values: Floats) -> Answer:
        """The answer with what was found for a cluster."""
        found, at = list(x), 0
        for k in cluster.members:
            found[k] = values[at : at + len(x[k])]
            at += len(x[k])
        return found

    def _borders(
        self, first: dict[int, int], x: Answer, lower: Floats, upper: Floats
    ) -> list[tuple[int, int]]:
        """Pairs (copy, home) inside the cluster; what crosses its edge becomes a bound."""
        pairs = []
        for border in self.whole.borders:
            inside = border.part in first, border.home in first
            if all(inside):
                pairs.append(
                    (first[border.part] + border.column, first[border.home] + border.home_column)
                )
            elif inside[0]:
                here = first[border.part] + border.column
                upper[here] = min(upper[here], x[border.home][border.home_column])
            elif inside[1] and x[border.part][border.column] > 0.5:
                lower[first[border.home] + border.home_column] = 1.0
        return pairs

    def _rows(
        self, members: tuple[int, ...], first: dict[int, int], x: Answer, sharing: int, n: int
    ) -> tuple[tuple[csr_array, Floats], list[tuple[str, float, float]]]:
        """Rows of the cluster besides those of its pieces, and columns for what they miss.

        A column is the tier of its row, its cost, its value now.
        """
        rows: list[Floats] = []
        limits: list[float] = []
        found = self.holds.joint_rows(self.stage)
        bending = [(row, cost) for row, cost in found if cost is not None]
        width = n + len(bending)
        misses: list[tuple[str, float, float]] = []
        held: dict[str, Floats] = {}
        for row, cost in found:
            vector = np.zeros(width)
            for k in members:
                if k in row.amounts:
                    vector[first[k] : first[k] + len(x[k])] = row.amounts[k]
            now, slack = _within(row, members, x)
            if cost is not None:
                step = step_of(row.scale)
                at = n + len(misses)
                vector[at] = -step
                misses.append((row.tier, cost * step / row.scale, max(0.0, -slack) / step))
                held.setdefault(row.tier, np.zeros(width))[at] = step / row.scale
            rows.append(vector)
            # A row that bends is as far from its limit as it is; what is free is shared out.
            limits.append(now + (slack / sharing if slack > 0 or cost is not None else 0.0))
        for tier, most in self.holds.together.items():
            vector = held.get(tier, np.zeros(width))
            inside = 0.0
            for k in members:
                terms = self.whole.terms(tier, k)
                vector[first[k] : first[k] + len(x[k])] += terms.vector
                inside += float(terms.vector @ x[k])
            inside += sum(row.missed(x) / row.scale for row in self.whole.rows_of(tier))
            free = max(0.0, most - self.whole.value(tier, x))
            rows.append(vector)
            limits.append(inside + free / sharing)
        for k in members:
            own, most_of = self.holds.rows_of(k)
            for vector, limit in zip(own.toarray(), most_of, strict=True):
                wide = np.zeros(width)
                wide[first[k] : first[k] + len(x[k])] = vector
                rows.append(wide)
                limits.append(max(limit, float(vector @ x[k])))
        matrix = csr_array(np.array(rows).reshape(-1, width))
        return (matrix, np.array(limits)), misses


def _within(row: Joint, members: tuple[int, ...], x: Answer) -> tuple[float, float]:
    """A row's left-hand side inside a cluster, and what it leaves free in all (< 0: missed by)."""
    inside = sum(float(row.amounts[k] @ x[k]) for k in members if k in row.amounts)
    return inside, row.rhs - row.left(x)

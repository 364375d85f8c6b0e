"""Neighbouring pieces as one: fewer sites are shared, and the bound is tighter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, coo_array, csr_array, vstack

from allocator.lp.matrices import ArrayProgram
from allocator.planning.parts.coupling import Coupling
from allocator.planning.parts.holds import Holds
from allocator.planning.parts.piece import Expression, Missed, PartsShare, Piece
from allocator.planning.parts.whole import Answer, Whole
from allocator.planning.tasks import Task

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Groups:
    """Parts that are asked together when prices are sought.

    Attributes
    ----------
    members
        Parts of each group, ascending.
    whole
        The whole with one piece per group: its columns are those of the members, one after another.
    """

    members: list[list[int]]
    whole: Whole

    @classmethod
    def of(cls, fine: Whole, task: Task, coupling: Coupling, most_sites: int) -> "Groups":
        """Put neighbours together; ``most_sites`` are decided in one group at the most."""
        parts = members(fine.pieces, most_sites)
        pieces = [_one([fine.pieces[k] for k in some], at) for at, some in enumerate(parts)]
        return cls(parts, Whole.of(pieces, task, coupling))

    def holds(self, fine: Holds) -> Holds:
        """The same for groups: what members may have together."""
        found = Holds(self.whole, together=dict(fine.together))
        for tier, most in fine.apart.items():
            found.apart[tier] = [sum(most[k] for k in some) for some in self.members]
        return found

    def joined(self, x: Answer) -> Answer:
        """Values by group."""
        return [np.concatenate([x[k] for k in some]) for some in self.members]

    def parted(self, fine: Whole, x: Sequence[Floats]) -> Answer:
        """Values by part."""
        found: Answer = [np.empty(0)] * len(fine.pieces)
        for some, values in zip(self.members, x, strict=True):
            ends = np.cumsum([len(fine.pieces[k].program.lower) for k in some])
            for k, own in zip(some, np.split(values, ends[:-1]), strict=True):
                found[k] = own
        return found


def members(pieces: Sequence[Piece], most_sites: int) -> list[list[int]]:
    """Groups of parts, those with the most sites in common first; a large part stays alone."""
    size = [len(_free(p)) for p in pieces]
    shared: dict[tuple[int, int], int] = {}
    at_home = {j: k for k, p in enumerate(pieces) for j in _free(p)}
    for k, piece in enumerate(pieces):
        for site in piece.copies:
            if (home := at_home.get(site)) is not None:
                pair = (min(k, home), max(k, home))
                shared[pair] = shared.get(pair, 0) + 1
    group = list(range(len(pieces)))
    while pairs := [p for p in shared if size[p[0]] + size[p[1]] <= most_sites]:
        # Small ones first among those that share as much: groups of like size.
        a, b = min(pairs, key=lambda p: (-shared[p] / (size[p[0]] + size[p[1]]), p))
        size[a] += size[b]
        group = [a if g == b else g for g in group]
        moved: dict[tuple[int, int], int] = {}
        for (c, d), n in shared.items():
            low, high = sorted((a if c == b else c, a if d == b else d))
            if low != high:
                moved[low, high] = moved.get((low, high), 0) + n
        shared = moved
    return [[k for k, g in enumerate(group) if g == name] for name in dict.fromkeys(group)]


def _free(piece: Piece) -> list[int]:
    return [j for j, c in piece.homes.items() if piece.program.lower[c] < 1]


def _one(pieces: Sequence[Piece], part: int) -> Piece:
    """One piece of several; what they share among them becomes rows."""
    sizes = [len(p.program.lower) for p in pieces]
    first = np.cumsum([0, *sizes]).tolist()
    n = first[-1]
    homes = {j: first[i] + c for i, p in enumerate(pieces) for j, c in p.homes.items()}
    inner: list[tuple[int, int]] = []
    copies: dict[int, int] = {}
    doubles: list[tuple[int, int]] = []
    for i, piece in enumerate(pieces):
        for site, column in piece.copies.items():
            if site in homes:
                inner.append((first[i] + column, homes[site]))
            elif site in copies:
                doubles.append((first[i] + column, copies[site]))
            else:
                copies[site] = first[i] + column
    # Two pieces that count on the same site of a third do so as one.
    pairs = inner + doubles
    count = np.repeat(np.arange(len(pairs)), 2)
    border = csr_array(
        coo_array(
            (np.tile([1.0, -1.0], len(pairs)), (count, np.array(pairs, dtype=int).ravel())),
            shape=(len(pairs), n),
        )
    )
    programs = [p.program for p in pieces]
    matrix = csr_array(block_diag([p.matrix for p in programs], format="csr"))
    program = ArrayProgram(
        csr_array(vstack([matrix, border])) if pairs else matrix,
        np.append(np.concatenate([p.row_lower for p in programs]), np.full(len(pairs), -np.inf)),
        np.append(np.concatenate([p.row_upper for p in programs]), np.zeros(len(pairs))),
        np.concatenate([p.lower for p in programs]),
        np.concatenate([p.upper for p in programs]),
        np.concatenate([p.whole for p in programs]),
    )

    def joined(expressions: Sequence[Expression | None]) -> Expression:
        vectors = [
            np.zeros(size) if e is None else e.vector
            for e, size in zip(expressions, sizes, strict=True)
        ]
        return Expression(
            np.concatenate(vectors), sum(0.0 if e is None else e.constant for e in expressions)
        )

    tiers = dict.fromkeys(name for p in pieces for name in p.tiers)
    keys = dict.fromkeys(key for p in pieces for key in p.shares)
    return Piece(
        part=part,
        program=program,
        tiers={name: joined([p.tiers.get(name) for p in pieces]) for name in tiers},
        homes=homes,
        copies=copies,
        shares={
            key: PartsShare(
                joined([p.shares[key].amount if key in p.shares else None for p in pieces]),
                *(
                    sum(getattr(p.shares[key], what) for p in pieces if key in p.shares)
                    for what in ("allowed", "scale", "beyond")
                ),
            )
            for key in keys
        },
        missed=tuple(
            Missed(
                m.rule, tuple(first[i] + c for c in m.columns), m.coefficients, m.constant, m.scale
            )
            for i, p in enumerate(pieces)
            for m in p.missed
        ),
        asked=frozenset().union(*(p.asked for p in pieces)),
        amounts=_moved([p.amounts for p in pieces], first),
        attributes=_moved([p.attributes for p in pieces], first),
        branches=_moved([p.branches for p in pieces], first),
    )


def _moved(columns: Sequence[dict[Any, int]], first: Sequence[int]) -> dict[Any, int]:
    return {
        key: at + c for found, at in zip(columns, first, strict=False) for key, c in found.items()
    }

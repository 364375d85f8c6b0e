"""Pieces of a cover problem that share nothing, each to be solved apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from allocator.location.engines.set_cover.problem import CoverProblem


@dataclass(frozen=True, eq=False)
class Piece:
    """One part: its problem, and the position of each of its sites in the whole."""

    problem: CoverProblem
    sites: NDArray[np.int64]


def pieces_of(problem: CoverProblem) -> list[Piece]:
    """Split into connected parts, smallest first; rows and sites keep their order within."""
    n_rows, n_sites = problem.n_rows, problem.n_sites
    if not n_rows:
        return []
    row = np.repeat(np.arange(n_rows), problem.rows.degree)
    pairs = (np.ones(problem.n_pairs), (row, problem.rows.site + n_rows))
    links = csr_array(pairs, shape=(n_rows + n_sites, n_rows + n_sites))
    _, label = connected_components(links, directed=False)
    rows_of, sites_of = _members(label[:n_rows]), _members(label[n_rows:])
    found = [
        Piece(problem.part(rows_of[k], sites_of[k]), sites_of[k]) for k in rows_of if k in sites_of
    ]
    return sorted(found, key=lambda piece: piece.problem.n_pairs)


def _members(label: NDArray[np.int32]) -> dict[int, NDArray[np.int64]]:
    order = np.argsort(label, kind="stable")
    names, first = np.unique(label[order], return_index=True)
    return dict(zip(names.tolist(), np.split(order, first[1:]), strict=True))

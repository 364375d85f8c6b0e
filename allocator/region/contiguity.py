"""Which cells lie together: clusters of neighbours, smoothed edges, filled gaps.

Two forms of the same thing. A :class:`Board` is an image of equal squares in rows and columns. A
:class:`CellGraph` is any set of cells (hexagons, rectangles, cells of a few sizes), whose
neighbours are found by the distance of their centres.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

EDGE_REACH, CORNER_REACH = 1.2, 1.6
"""Cells share an edge (a corner) if their centres are at most this many cell sides apart.

The side is the root of the mean area. Squares lie 1 side apart over an edge and 1.41 over a corner,
hexagons 1.07 over an edge; the next ring begins at 2 and 1.86.
"""
_AROUND = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)]
_MAJORITY = len(_AROUND) // 2 + 1


class Places(Protocol):
    """A set of places, in which cells lie; labels are 0 outside all clusters, then 1, 2, 3 ..."""

    @property
    def of_cell(self) -> Labels:
        """The place of each cell, shape ``(n_cells,)``."""

    @property
    def n_places(self) -> int:
        """How many places there are, those without a cell included."""

    def clusters(self, chosen: Mask, *, corners: bool) -> Labels:
        """Label what lies together of the chosen places, over edges or over corners too."""

    def smoothed(self, label: Labels) -> Labels:
        """Give a place to the cluster that most of the places around it belong to; repeat."""

    def filled(self, label: Labels, area_km2: Floats, below_km2: float) -> Labels:
        """Give each cluster the gaps inside it that are smaller than a limit."""


@dataclass(frozen=True, eq=False)
class Board:
    """Squares in rows and columns, with an empty rim on all sides; places run row by row."""

    row: Labels
    col: Labels

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, the rim included."""
        return int(self.row.max()) + 3, int(self.col.max()) + 3

    @property
    def n_places(self) -> int:
        """How many places there are, those without a cell included."""
        return self.shape[0] * self.shape[1]

    @property
    def of_cell(self) -> Labels:
        """The place of each cell, shape ``(n_cells,)``."""
        return (self.row + 1) * self.shape[1] + self.col + 1

    def clusters(self, chosen: Mask, *, corners: bool) -> Labels:
        """Label what lies together of the chosen places, over edges or over corners too."""
        structure = ndimage.generate_binary_structure(2, 2 if corners else 1)
        label = ndimage.label(chosen.reshape(self.shape), structure)[0]
        return np.asarray(label, dtype=np.int64).ravel()

    def smoothed(self, label: Labels) -> Labels:
        """Give a place to the cluster that at least 5 of its 8 neighbours belong to; repeat."""
        board = label.reshape(self.shape).copy()
        while True:
            near = ndimage.binary_dilation(board > 0, np.ones((3, 3), dtype=np.bool_)) & (
                board == 0
            )
            near[[0, -1], :] = near[:, [0, -1]] = False
            row, col = np.nonzero(near)
            around = np.sort([board[row + r, col + c] for r, c in _AROUND], axis=0)
            # Sorted, a label that comes 5 times among 8 also stands 4 places farther on.
            same = (around[: -_MAJORITY + 1] == around[_MAJORITY - 1 :]) & (
                around[_MAJORITY - 1 :] > 0
            )
            taken = np.where(same, around[_MAJORITY - 1 :], 0).max(axis=0, initial=0)
            if not taken.any():
                return board.ravel()
            board[row, col] = taken

    def filled(self, label: Labels, area_km2: Floats, below_km2: float) -> Labels:
        """Give each cluster the gaps inside it that are smaller than a limit."""
        board, area = label.reshape(self.shape).copy(), area_km2.reshape(self.shape)
        for name, box in enumerate(ndimage.find_objects(board), start=1):
            if box is None:
                continue
            # The box of a cluster, widened by one, so that all outside of it is one piece.
            wide = tuple(slice(part.start - 1, part.stop + 1) for part in box)
            pieces, n = ndimage.label(label.reshape(self.shape)[wide] != name)
            sizes = np.bincount(pieces.ravel(), weights=area[wide].ravel(), minlength=n + 1)
            small = sizes < below_km2 * (1 - 1e-9)
            small[[0, pieces[0, 0]]] = False
            board[wide][small[pieces] & (board[wide] == 0)] = name
        return board.ravel()


@dataclass(frozen=True, eq=False)
class CellGraph:
    """Cells anywhere in the plane; every cell is a place.

    Cells smaller than the median count as cut by the coast: whole, they would be as large.
    """

    xy_m: Floats
    area_km2: Floats

    @property
    def n_places(self) -> int:
        """How many cells there are."""
        return len(self.xy_m)

    @property
    def of_cell(self) -> Labels:
        """The place of each cell, shape ``(n_cells,)``."""
        return np.arange(self.n_places)

    def clusters(self, chosen: Mask, *, corners: bool) -> Labels:
        """Label what lies together of the chosen cells, over edges or over corners too."""
        pairs = self._corners if corners else self._edges
        both = chosen[pairs[:, 0]] & chosen[pairs[:, 1]]
        part = connected_components(self._matrix(pairs[both]), directed=False)[1]
        label = np.zeros(self.n_places, dtype=np.int64)
        label[chosen] = np.unique(part[chosen], return_inverse=True)[1] + 1
        return label

    def smoothed(self, label: Labels) -> Labels:
        """Give a cell to the cluster that more than half of the cells around it belong to.

        Missing neighbours count as none: of hexagons it takes 4 of 6, of squares 5 of 8.
        """
        label = label.copy()
        pairs = np.concatenate([self._corners, self._corners[:, ::-1]])
        ring = np.bincount(pairs[:, 0], minlength=self.n_places)
        usual = int(np.bincount(ring).argmax()) if len(pairs) else 0
        needed = np.maximum(ring, usual) // 2 + 1
        while True:
            open_ = (label[pairs[:, 0]] == 0) & (label[pairs[:, 1]] > 0)
            seen = pd.Series(1, index=[pairs[open_, 0], label[pairs[open_, 1]]])
            votes = seen.groupby(level=[0, 1]).sum()
            cell, name = (votes.index.get_level_values(i).to_numpy(np.int64) for i in (0, 1))
            won = votes.to_numpy() >= needed[cell]
            if not won.any():
                return label
            label[cell[won]] = name[won]

    def filled(self, label: Labels, area_km2: Floats, below_km2: float) -> Labels:
        """Give each cluster the gaps inside it that are smaller than a limit.

        A gap that holds a cell with fewer neighbours than usual may be open to the outside, and is
        left.
        """
        filled = label.copy()
        degree = np.bincount(self._edges.ravel(), minlength=self.n_places)
        rim = degree < (int(np.bincount(degree).argmax()) if len(self._edges) else 0)
        for name in range(1, int(label.max(initial=0)) + 1):
            piece = self.clusters(label != name, corners=False)
            sizes = np.bincount(piece, weights=area_km2)
            small = sizes < below_km2 * (1 - 1e-9)
            small[np.unique(piece[rim])] = False
            small[0] = False
            filled[small[piece] & (filled == 0)] = name
        return filled

    @cached_property
    def _corners(self) -> Labels:
        return self._within(CORNER_REACH)

    @cached_property
    def _edges(self) -> Labels:
        return self._within(EDGE_REACH)

    def _within(self, reach: float) -> Labels:
        """Pairs of neighbours, the smaller position first, shape ``(n_pairs, 2)``."""
        area_m2 = np.maximum(self.area_km2, np.median(self.area_km2)) * 1e6
        tree = cKDTree(self.xy_m)
        pairs = tree.query_pairs(reach * float(np.sqrt(area_m2.max())), output_type="ndarray")
        one, other = pairs[:, 0], pairs[:, 1]
        apart_m = np.hypot(*(self.xy_m[one] - self.xy_m[other]).T)
        side_m = np.sqrt((area_m2[one] + area_m2[other]) / 2)
        return np.asarray(pairs[apart_m <= reach * side_m], dtype=np.int64)

    def _matrix(self, pairs: Labels) -> csr_array:
        shape = (self.n_places, self.n_places)
        ones = np.ones(len(pairs), dtype=np.int8)
        return coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=shape).tocsr()

"""Coverage: reach as compressed rows, and exact aggregation."""

import numpy as np
import pytest

from allocator.travel.coverage import Coverage


def coverage_of(sets, n_sites):
    cell = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    site = np.array([j for s in sets for j in s], dtype=np.int64)
    return Coverage.from_pairs(cell, site, len(sets), n_sites)


def rows_by_dictionary(coverage):
    """The obvious way to aggregate."""
    rows = {}
    sets = [tuple(coverage.sites_of(i)) for i in range(coverage.n_cells)]
    row_of_cell = [rows.setdefault(s, len(rows)) for s in sets]
    return list(rows), row_of_cell


def random_coverage(rng, n_cells, n_sites, n_pairs):
    return Coverage.from_pairs(
        rng.integers(0, n_cells, n_pairs), rng.integers(0, n_sites, n_pairs), n_cells, n_sites
    )


def test_pairs_in_any_order_give_rows_in_order():
    """Rows are ascending, each site once, cells without sites empty."""
    coverage = Coverage.from_pairs(
        np.array([2, 0, 2, 0, 2]), np.array([3, 1, 0, 1, 3]), n_cells=4, n_sites=5
    )
    assert coverage.start.tolist() == [0, 1, 1, 3, 3]
    assert coverage.site.tolist() == [1, 0, 3]
    assert coverage.degree.tolist() == [1, 0, 2, 0]
    assert coverage.sites_of(2).tolist() == [0, 3]


def test_covered_by_open_sites():
    """A cell is covered when one of its sites is open."""
    coverage = coverage_of([[0, 1], [1], [], [2]], 3)
    is_open = np.array([True, False, False])
    assert coverage.covered_by(is_open).tolist() == [True, False, False, False]


def test_choice_of_cells_keeps_their_order():
    """Cells may be chosen in any order, and more than once."""
    chosen = coverage_of([[0, 1], [1], [], [2]], 3).of_cells(np.array([3, 0, 0, 2]))
    assert [chosen.sites_of(i).tolist() for i in range(4)] == [[2], [0, 1], [0, 1], []]


def test_choice_of_sites_renumbers_them():
    """Cells stay, those that lose every site too; sites are numbered anew."""
    chosen = coverage_of([[0, 1, 3], [1], [], [2, 3]], 4).of_sites(np.array([0, 3]))
    assert chosen.n_sites == 2
    assert [chosen.sites_of(i).tolist() for i in range(4)] == [[0, 1], [], [], [1]]


@pytest.mark.parametrize("seed", range(5))
def test_aggregation_is_exact(seed):
    """Cells share a row when, and only when, they reach the same sites; rows by first cell."""
    coverage = random_coverage(np.random.default_rng(seed), 300, 6, 700)
    rows, row_of_cell = coverage.aggregate()
    expected_rows, expected_row_of_cell = rows_by_dictionary(coverage)
    assert [tuple(rows.sites_of(i)) for i in range(rows.n_cells)] == expected_rows
    assert row_of_cell.tolist() == expected_row_of_cell
    assert rows.n_sites == coverage.n_sites


def test_aggregation_survives_colliding_signatures(monkeypatch):
    """Signatures only speed things up: when all are alike, sets still decide."""
    coverage = random_coverage(np.random.default_rng(9), 100, 5, 200)
    rows, row_of_cell = coverage.aggregate()
    monkeypatch.setattr(Coverage, "_signatures", lambda self: np.zeros(self.n_cells, np.uint64))
    again, row_of_cell_again = coverage.aggregate()
    assert np.array_equal(row_of_cell, row_of_cell_again)
    assert np.array_equal(rows.start, again.start)
    assert np.array_equal(rows.site, again.site)


def test_aggregation_of_a_large_grid():
    """200,000 cells under 40 sites become the few hundred regions that the circles cut out."""
    rng = np.random.default_rng(1)
    side = 450
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    cells = np.stack([x.ravel(), y.ravel()], axis=1)
    sites = rng.uniform(0, side, (40, 2))
    near = [np.flatnonzero(((cells - s) ** 2).sum(axis=1) <= 50**2) for s in sites]
    coverage = Coverage.from_pairs(
        np.concatenate(near), np.repeat(np.arange(40), [len(n) for n in near]), side * side, 40
    )
    rows, row_of_cell = coverage.aggregate()
    assert rows.n_cells == len(rows_by_dictionary(coverage)[0])
    assert np.array_equal(rows.degree[row_of_cell], coverage.degree)


def test_aggregation_of_nothing():
    """No cells, or cells without sites, aggregate too."""
    nobody = Coverage.from_pairs(np.empty(0, int), np.empty(0, int), n_cells=0, n_sites=3)
    rows, row_of_cell = nobody.aggregate()
    assert (rows.n_cells, len(row_of_cell)) == (0, 0)
    nowhere = Coverage.from_pairs(np.empty(0, int), np.empty(0, int), n_cells=4, n_sites=0)
    rows, row_of_cell = nowhere.aggregate()
    assert (rows.n_cells, row_of_cell.tolist()) == (1, [0, 0, 0, 0])

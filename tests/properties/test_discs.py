"""Discs: the same reach as pair by pair, down to the last bit at the radius."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from allocator.travel.discs import straight_line_cover
from allocator.travel.distance import straight_line_km

METRES = 500_000.0


def same_as_by_pairs(cells, sites, **options):
    """Rows, their order and the row of each cell are what the long way gives."""
    merged = straight_line_cover(cells, sites, **options)
    radius = options.pop("radius_km")
    pairs = straight_line_km(cells, sites, max_km=radius, **options).within(radius)
    expected = pairs.aggregated()
    assert merged.rows.start.tolist() == expected.rows.start.tolist()
    assert merged.rows.site.tolist() == expected.rows.site.tolist()
    assert merged.row_of_cell.tolist() == expected.row_of_cell.tolist()
    assert merged.n_sites == expected.n_sites
    return merged, pairs


@st.composite
def rasters(draw):
    """Cells and sites on one lattice of 250 m: many pairs lie exactly on the radius."""
    places = st.tuples(st.integers(0, 20), st.integers(0, 20))
    cells = draw(st.lists(places, min_size=1, max_size=60))
    sites = draw(st.lists(places, min_size=1, max_size=8))
    return METRES + 250.0 * np.array(cells), METRES + 250.0 * np.array(sites)


@given(rasters(), st.integers(0, 16), st.sampled_from([0.0, 0.19, 1.0]))
def test_equals_pair_by_pair_on_a_raster(drawn, quarters, intra_cell_km):
    """Radii that are multiples of the raster: the cells on the rim count."""
    same_as_by_pairs(*drawn, radius_km=quarters / 4, intra_cell_km=intra_cell_km)


@given(
    st.integers(0, 2**32),
    st.integers(1, 3000),
    st.integers(1, 40),
    st.sampled_from([0.0, 0.01, 0.7, 2.5, 9.0, 40.0]),
    st.sampled_from([1.0, 30.0, 4000.0]),
)
def test_equals_pair_by_pair_anywhere(seed, n_cells, n_sites, radius_km, spread_km):
    """Scattered or crowded, with discs of any size, on land or off it."""
    rng = np.random.default_rng(seed)
    cells = METRES + rng.normal(0, 1000 * spread_km, (n_cells, 2))
    near = cells[rng.integers(0, n_cells, n_sites)]
    sites = near + rng.choice([0.0, 1.0], n_sites)[:, None] * rng.normal(0, 3e3, (n_sites, 2))
    same_as_by_pairs(cells, sites, radius_km=radius_km)


@given(st.integers(0, 2**32), st.sampled_from([0.92, 1.23, 3.5, 7.0]))
def test_equals_pair_by_pair_within_a_hair_of_the_limit(seed, radius_km):
    """Cells some units in the last place to either side of where the tolerance ends."""
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0, 2 * np.pi, 200)
    limit_m = radius_km * (1 + 1e-9) * 1000 * (1 + rng.integers(-6, 7, 200) * 2.0**-52)
    cells = (limit_m * np.array([np.cos(turn), np.sin(turn)])).T
    cells = np.concatenate([cells, 1e5 + cells[:3]])
    sites = np.array([[0.0, 0.0], [1e5, 1e5], [limit_m[0], 0.0]])
    _, pairs = same_as_by_pairs(cells, sites, radius_km=radius_km)
    assert pairs.degree[:200].sum() > 0

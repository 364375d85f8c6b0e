"""Small location instances for property tests, in plain numpy and in the package's own form."""

import numpy as np
from hypothesis import strategies as st

from allocator.travel.coverage import Coverage
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes

PEOPLE = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 12.5, 100.0])
SOME_PEOPLE = st.sampled_from([1.0, 2.0, 3.0, 5.0, 8.0, 12.5, 100.0])


def coverage_from(reach):
    """Coverage of a dense matrix of cells by sites."""
    cell, site = np.nonzero(reach)
    return Coverage.from_pairs(cell, site, *reach.shape)


def times_from(away, people=None, **sites):
    """Travel times of a dense matrix in minutes; infinite where there is no way."""
    cell, site = np.nonzero(np.isfinite(away))
    demand = None if people is None else Demand(np.asarray(people, dtype=float))
    known = None if not sites else SiteSet([str(j) for j in range(away.shape[1])], **sites)
    return TravelTimes(
        *away.shape, cell, site, away[cell, site].astype(float), demand=demand, sites=known
    )


@st.composite
def reaches(draw, most_cells=7, most_sites=5):
    """Who reaches what; some cells reach the same, some reach nothing."""
    n_sites = draw(st.integers(1, most_sites))
    row = st.lists(st.booleans(), min_size=n_sites, max_size=n_sites)
    rows = draw(st.lists(row, min_size=1, max_size=most_cells))
    if draw(st.booleans()):
        rows.append(rows[0])
    return np.array(rows, dtype=bool)


@st.composite
def peopled(draw, reach, people=PEOPLE):
    """People in each cell of a reach."""
    n = len(reach)
    return np.array(draw(st.lists(people, min_size=n, max_size=n)))


@st.composite
def roles_of(draw, n_sites):
    """Given and barred sites, as the oracles name them, and as the package does."""
    word = st.sampled_from(["", "", "", "", "open", "required", "barred", "may_close"])
    words = draw(st.lists(word, min_size=n_sites, max_size=n_sites))
    at = {name: [j for j, w in enumerate(words) if w == name] for name in set(words)}
    opened, required = at.get("open", []), at.get("required", [])
    barred, closing = at.get("barred", []), at.get("may_close", [])
    plain = {"given": sorted(opened + required), "barred": barred}
    named = {
        "open_sites": opened, "required": required, "forbidden": barred, "may_close": closing,
    }  # fmt: skip
    return plain, named


@st.composite
def places(draw, least_cells=2, most_cells=7, most_sites=5):
    """Cells and sites on a small map, in metres."""
    place = st.tuples(st.integers(0, 16), st.integers(0, 16))
    cells = draw(st.lists(place, min_size=least_cells, max_size=most_cells, unique=True))
    sites = draw(st.lists(place, min_size=2, max_size=most_sites, unique=True))
    return 500_000.0 + 250.0 * np.array(cells), 500_000.0 + 250.0 * np.array(sites)


def away_km(cells, sites):
    """Straight-line distances in km, dense."""
    return np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1)) / 1000.0

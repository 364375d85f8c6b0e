"""Small instances of the covering models that count people, with any roles and costs."""

import numpy as np
from hypothesis import strategies as st

COSTS = st.sampled_from([0.0, 1.0, 1.0, 2.0, 2.5, 7.0])


@st.composite
def instances(draw):
    """Up to 8 cells and 7 sites with any roles; people whole or not, none in some cells."""
    n_sites = draw(st.integers(1, 7))
    site = st.integers(0, n_sites - 1)
    sets = [sorted(s) for s in draw(st.lists(st.sets(site), min_size=1, max_size=8))]
    number = draw(st.sampled_from([st.integers(0, 9), st.sampled_from([0.0, 0.1, 2.7, 1e5])]))
    people = draw(st.lists(number, min_size=len(sets), max_size=len(sets)))
    kinds = st.sampled_from(["", "", "", "open_sites", "may_close", "required", "forbidden"])
    words = draw(st.lists(kinds, min_size=n_sites, max_size=n_sites))
    roles = {
        name: [j for j, word in enumerate(words) if word == name]
        for name in ("open_sites", "may_close", "required", "forbidden")
    }
    prices = [draw(st.lists(COSTS, min_size=n_sites, max_size=n_sites)) for _ in range(3)]
    return sets, np.array(people, dtype=float), n_sites, roles, prices

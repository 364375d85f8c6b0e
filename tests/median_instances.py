"""Small instances of the distance models, with roles, for property tests."""

import numpy as np
from hypothesis import strategies as st

LENGTH = st.sampled_from([0.0, 0.0, 1.0, 1.0, 2.0, 2.5, 4.0, 7.0, 9.5, np.inf])
PEOPLE = st.sampled_from([0.0, 1.0, 1.0, 3.0, 12.5])


@st.composite
def instances(draw, lengths=LENGTH):
    """Up to 8 cells and 7 sites; ties, zeros, missing arcs, cells without people, roles."""
    n_cells, n_sites = draw(st.integers(1, 8)), draw(st.integers(1, 7))
    row = st.lists(lengths, min_size=n_sites, max_size=n_sites)
    away = np.array(draw(st.lists(row, min_size=n_cells, max_size=n_cells)))
    people = draw(st.lists(PEOPLE, min_size=n_cells, max_size=n_cells))
    named = draw(site_roles(n_sites))
    return away, np.array(people), draw(st.integers(1, 6)), named


@st.composite
def site_roles(draw, n_sites):
    """Positions by role, as the models take them; most sites have none."""
    role = st.sampled_from(["", "", "", "", "open_sites", "required", "forbidden", "may_close"])
    roles = draw(st.lists(role, min_size=n_sites, max_size=n_sites))
    return {
        name: [j for j, word in enumerate(roles) if word == name]
        for name in ("open_sites", "required", "forbidden", "may_close")
    }


def asked(roles):
    """The roles as the oracles know them."""
    return {
        "given": sorted(roles["open_sites"] + roles["required"]),
        "forbidden": roles["forbidden"],
    }

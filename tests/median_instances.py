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
    role = st.sampled_from(["", "", "", "", "open", "required", "forbidden", "may close"])
    roles = draw(st.lists(role, min_size=n_sites, max_size=n_sites))
    named = {
        name: [j for j, r in enumerate(roles) if r == word]
        for name, word in (
            ("open_sites", "open"), ("required", "required"), ("forbidden", "forbidden"),
            ("may_close", "may close"),
        )
    }  # fmt: skip
    return away, np.array(people), draw(st.integers(1, 6)), named


def asked(roles):
    """The roles as the oracles know them."""
    return {
        "given": sorted(roles["open_sites"] + roles["required"]),
        "forbidden": roles["forbidden"],
    }

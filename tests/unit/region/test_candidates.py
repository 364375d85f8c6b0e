"""Candidates in settled cells: one for every block, where the most people live."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from allocator.region.candidates import candidate_sites
from allocator.region.grid import PopulationGrid
from allocator.region.sites import CandidateRule

SETTLED = 300.0


def _grid(people, urban):
    row, col = (at.ravel() for at in np.indices((6, 6)))
    table = pd.DataFrame(
        {"x_m": 500.0 * (col - 3) + 250, "y_m": 500.0 * (row - 3) + 250,
         "people": np.array(people, dtype=float), "urban": urban,
         "unit": np.where(col < 5, "A", ""), "area_km2": 0.25},
        index=[f"c{i:02d}" for i in range(36)],
    )  # fmt: skip
    return PopulationGrid(table, 500.0)


GRIDS = st.builds(
    _grid,
    st.lists(st.sampled_from([1, 74, 75, 76, 400]), min_size=36, max_size=36),
    st.lists(st.booleans(), min_size=36, max_size=36),
)


@given(
    grid=GRIDS, cells=st.sampled_from(["all", "urban", "rural"]), km=st.sampled_from([0, 1, 1.5])
)
def test_every_block_with_settled_cells_has_its_fullest_one(grid, cells, km):
    """Settled cells of the group, in units: one for every square block, with the most people."""
    sites = candidate_sites((CandidateRule("clinic", cells, km),), grid, SETTLED)
    table = grid.table
    may = (table["people"] / 0.25 >= SETTLED) & (table["unit"] != "")
    if cells != "all":
        may &= table["urban"] == (cells == "urban")
    open_ = table[may]
    if km == 0:
        assert sites.index.tolist() == [f"clinic:{name}" for name in open_.index]
        return
    block = list(zip(open_["x_m"] // (1000 * km), open_["y_m"] // (1000 * km), strict=True))
    best = open_.assign(block=block).groupby("block")["people"].max().to_dict()
    found = list(zip(sites["x_m"] // (1000 * km), sites["y_m"] // (1000 * km), strict=True))
    assert sorted(found) == sorted(best)
    chosen = [name.split(":")[1] for name in sites.index]
    assert [table["people"][name] for name in chosen] == [best[at] for at in found]
    assert (sites["unit"] == "A").all()


def test_the_first_rule_of_a_kind_wins_on_the_same_cell():
    """Two rules of one kind give a cell once; two kinds give it twice."""
    grid = _grid([400] * 36, [True] * 36)
    once = candidate_sites(
        (CandidateRule("clinic"), CandidateRule("clinic", "urban")), grid, SETTLED
    )
    assert len(once) == 30
    twice = candidate_sites((CandidateRule("clinic"), CandidateRule("school")), grid, SETTLED)
    assert len(twice) == 60

"""The region as it is planned for."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import small_region
from hypothesis import given
from hypothesis import strategies as st
from region_folders import GRID, POPULATIONS, TOML, UNITS, swapped, tiny_folder

from allocator.assumptions import Assumptions
from allocator.errors import PolicyError
from allocator.region.folder import read_region
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.region.sites import CandidateRule
from allocator.region.stock import Stock
from allocator.region.units import GROUPS

DEFAULTS = Assumptions()
LATER = "A,later,1500,,,,,\nB,later,1500,,,,,\n"


def with_later_figures(tmp_path: Path) -> Region:
    """The tiny region with a second basis, in which both districts are equal."""
    toml = swapped(TOML, '"populations.csv"', '"populations.csv"\nbasis = "census"')
    toml = swapped(toml, 'name = "Tiny"', 'name = "Tiny"\ndefault_basis = "later"')
    files = {"region.toml": toml, "populations.csv": POPULATIONS + LATER}
    return read_region(tiny_folder(tmp_path, files))


def test_the_policy_figure_is_split_by_the_default_basis(tmp_path: Path) -> None:
    """5,001 people over two equal districts are 2,501 and 2,500, whole and exact."""
    planned = for_planning(with_later_figures(tmp_path), DEFAULTS, Fraction(5001))
    assert planned.units.table["total"].to_dict() == {"R": 5001, "A": 2501, "B": 2500}
    assert any("split by the later people" in note for note in planned.notes)


def test_another_basis_can_split_it(tmp_path: Path) -> None:
    """``population_shares`` names the basis."""
    region = with_later_figures(tmp_path)
    planned = for_planning(region, Assumptions({"population_shares": "census"}), 7200)
    assert planned.units.table["total"].to_dict() == {"R": 7200, "A": 2000, "B": 5200}


def test_a_basis_that_nobody_stated_is_refused(tmp_path: Path) -> None:
    """An unknown basis names the known ones."""
    region = with_later_figures(tmp_path)
    with pytest.raises(PolicyError, match=r"'latr'; did you mean 'later'\?"):
        for_planning(region, Assumptions({"population_shares": "latr"}), 7200)


@pytest.mark.parametrize(
    ("population", "stated", "total"),
    [
        ("policy", 7200, 7200),
        ("policy", None, 3600),
        ("region", 7200, 3600),
        (1800.0, 7200, 1800),
    ],
)
def test_who_says_for_how_many_people(
    tmp_path: Path, population: str | float, stated: float | None, total: float
) -> None:
    """The policy's figure, the region's own, or the planner's number."""
    region = read_region(tiny_folder(tmp_path))
    planned = for_planning(region, Assumptions({"population": population}), stated)
    assert planned.units.people("R") == total
    assert planned.grid.people.sum() == total


def test_groups_keep_their_share_and_urban_and_rural_make_the_total(tmp_path: Path) -> None:
    """Age groups scale with the unit; urban + rural is the total exactly."""
    planned = for_planning(read_region(tiny_folder(tmp_path)), DEFAULTS, 3601)
    table = planned.units.table
    assert (table["urban"] + table["rural"] == table["total"]).all()
    assert table.loc["B", "age60"] == 520
    for group in GROUPS:
        assert table.loc["R", group] == table.loc[["A", "B"], group].sum()


def test_towns_scale_with_their_county(tmp_path: Path) -> None:
    """Towns are whole and sum to the planning unit that contains them."""
    towns = "T1,North,town,B\nT2,South,town,B\n"
    figures = "T1,census,1500,1000,500,,,\nT2,census,1100,600,500,,,\n"
    files = {"units.csv": UNITS + towns, "populations.csv": POPULATIONS + figures}
    planned = for_planning(read_region(tiny_folder(tmp_path, files)), DEFAULTS, 5555)
    people = planned.units.people
    assert people("T1") + people("T2") == people("B")
    assert people("T1") / people("B") == pytest.approx(1500 / 2600, abs=1e-3)
    assert people("T1", "urban") + people("T1", "rural") == people("T1")


@given(st.integers(1, 20_000))
def test_cells_are_whole_and_sum_to_their_unit(total: int) -> None:
    """Whatever the forecast, cells of a planning unit sum to the unit, the units to the total."""
    region = small_region(people=[3.7, 0.2, 90, 11, 5, 600, 7.5, 8])
    planned = for_planning(region, Assumptions({"population": float(total)}), None)
    assert planned.units.people("R") == total
    assert (planned.grid.people == np.round(planned.grid.people)).all()
    sums = planned.grid.table.groupby("unit")["people"].sum()
    for unit in planned.units.planning:
        assert sums[unit] == planned.units.people(unit)


def test_sparse_country_keeps_its_people() -> None:
    """Cells with a fraction of a person keep theirs together, also beside a town."""
    sparse, x_km = [0.2] * 40 + [7.9] * 10, [*np.arange(40) * 0.1 + 10, *np.arange(10) * 0.1]
    region = small_region(
        people=sparse, x_km=x_km, y_km=[0.5] * 50, urban=[False], side_km=0.1,
        units={"R": ("city", ""), "A": ("county", "R")}, cell_units=["A"] * 50,
    )  # fmt: skip
    planned = for_planning(region, Assumptions({"population": 87.0}), None)
    assert planned.grid.people[:40].sum() == 8
    assert planned.grid.people.sum() == 87


def test_what_people_cause_grows_with_them() -> None:
    """Visits grow as residents do, and are then modelled; villages and beds stay as counted."""
    stock = {(u, r): 900.0 for u in ("A", "R") for r in ("visits", "villages", "public_beds")}
    region = small_region(people=[1000, 3000], stock=stock)
    assert for_planning(region, DEFAULTS, None).stock is region.stock
    basis = region.stock.table.assign(basis="measured")
    planned = for_planning(replace(region, stock=Stock(basis)), DEFAULTS, 5000)
    found = planned.stock.table.set_index(["unit", "resource"])
    assert [found.loc[(u, "visits"), "have"] for u in "AR"] == [1125, 1125]
    assert found.loc[("A", "visits"), "basis"] == "modelled"
    for name in ("villages", "public_beds"):
        assert list(found.loc[("A", name), ["have", "basis"]]) == [900, "measured"]
    assert any("visits" in note for note in planned.notes)
    assert for_planning(planned, DEFAULTS, 5000).stock is planned.stock


def test_a_second_call_changes_nothing(tmp_path: Path) -> None:
    """Planning and audit may both prepare the region."""
    region = read_region(tiny_folder(tmp_path))
    once = for_planning(region, DEFAULTS, 5000)
    twice = for_planning(once, DEFAULTS, 5000)
    pd.testing.assert_frame_equal(once.grid.table, twice.grid.table)
    pd.testing.assert_frame_equal(pd.DataFrame(once.units.table), pd.DataFrame(twice.units.table))
    pd.testing.assert_frame_equal(once.sites.table, twice.sites.table)
    assert once.notes == twice.notes


def test_the_region_that_was_read_stays_as_it_is(tmp_path: Path) -> None:
    """Nothing of the input region is changed."""
    region = read_region(tiny_folder(tmp_path))
    for_planning(region, DEFAULTS, 5000)
    assert region.units.people("R") == 3600
    assert region.grid.people.sum() == 3600
    assert len(region.sites) == 2
    assert len(region.candidates) == 1


def test_candidates_stand_in_settled_cells_of_the_forecast(tmp_path: Path) -> None:
    """Cells with at least 300 people per km2 under the forecast become candidate sites."""
    region = read_region(tiny_folder(tmp_path))
    today = for_planning(region, Assumptions({"population": "region"}), None).sites.table
    later = for_planning(region, DEFAULTS, 7200).sites.table
    new = [i for i in today.index if i.startswith("health_station:")]
    assert new == [f"health_station:c{i}" for i in (3, 4, 5, 6, 7, 8)]
    assert sum(later["status"] == "candidate") == 7
    row = today.loc["health_station:c8"]
    assert (row["unit"], row["x_m"], row["y_m"], row["status"]) == (
        "B", 303500, 3401500, "candidate",
    )  # fmt: skip
    assert np.isnan(row["opening_cost"])
    assert row["attributes"] == ()


def test_spacing_keeps_the_most_populated_cell_of_a_block() -> None:
    """With a spacing of 2 km one of every four 1 km cells stays: the fullest settled one."""
    region = small_region(
        people=[900, 800, 700, 600, 500, 400, 300, 1200],
        candidates=[CandidateRule("ems_station", "all", 2.0)],
    )
    sites = for_planning(region, Assumptions({"population": "region"}), None).sites.table
    cells = region.grid.table.index
    assert sites.index.tolist() == [f"ems_station:{cells[0]}", f"ems_station:{cells[7]}"]


def test_candidates_in_urban_or_rural_cells_only() -> None:
    """A rule for rural cells leaves urban ones alone, and cells outside all units as well."""
    region = small_region(candidates=[CandidateRule("village_clinic", "rural")])
    sites = for_planning(region, Assumptions({"population": "region"}), None).sites.table
    rural = region.grid.table.index[~region.grid.urban & (region.grid.density_per_km2 >= 300)]
    assert set(sites.index) == {f"village_clinic:{cell}" for cell in rural}


def test_cells_outside_all_units_are_not_scaled_and_told() -> None:
    """People outside all planning units keep their number, and a note says so."""
    region = small_region()
    cells = region.grid.table.assign(unit=["", *region.grid.table["unit"][1:]])
    grid = type(region.grid)(cells, region.grid.side_m)
    outside = Region(**{**vars(region), "grid": grid})
    planned = for_planning(outside, Assumptions({"population": 9000.0}), None)
    assert planned.grid.people[0] == region.grid.people[0]
    assert any("900 people in cells outside all planning units" in n for n in planned.notes)


def test_settlement_by_density_follows_the_assumption(tmp_path: Path) -> None:
    """Without a settlement layer the planner's threshold decides which cells are urban."""
    files = {"region.toml": swapped(TOML, 'settlement = "urban"\n', "")}
    region = read_region(tiny_folder(tmp_path, files))
    assert region.grid.urban.sum() == 0
    planned = for_planning(region, Assumptions({"urban_density_per_km2": 450.0}), None)
    assert planned.grid.urban.tolist() == [False] * 4 + [True] * 4


def test_a_gap_between_urban_cells_and_urban_figures_is_noted(tmp_path: Path) -> None:
    """Urban cells that hold over 2 % more than the unit's urban people are told."""
    files = {"grid.csv": swapped(GRID, ",500,0,B\nc6", ",500,1,B\nc6")}
    planned = for_planning(read_region(tiny_folder(tmp_path, files)), DEFAULTS, 3600)
    assert any("East: 2,100 people in urban cells, 1,600 urban" in n for n in planned.notes)

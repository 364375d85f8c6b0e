"""Regions with the people of some units multiplied."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import small_region
from hypothesis import given
from hypothesis import strategies as st
from region_folders import POPULATIONS, tiny_folder
from strategies import regions, some

from allocator.assumptions import Assumptions
from allocator.errors import InputError
from allocator.region.checks import grid_by_planning_unit
from allocator.region.folder import read_region
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.region.population_factors import with_factors_and_forecast, with_population_factors
from allocator.region.units import GROUPS

FACTORS = st.floats(0.25, 4.0, allow_nan=False).map(lambda x: round(x, 3))


def assert_same(one: Region, other: Region) -> None:
    """People everywhere are equal."""
    pd.testing.assert_frame_equal(one.units.table, other.units.table)
    pd.testing.assert_frame_equal(one.grid.table, other.grid.table)
    pd.testing.assert_frame_equal(one.populations, other.populations)
    pd.testing.assert_frame_equal(one.stock.table, other.stock.table)


def test_a_factor_multiplies_people_wherever_they_are_told() -> None:
    """Groups, cells, figures, the parent's sums and what people cause; nothing elsewhere."""
    stock = {("A", "visits"): 500.0, ("A", "public_beds"): 10.0}
    region = small_region(stock=stock)
    scaled = with_population_factors(region, {"A": 1.5})
    before, after = region.units, scaled.units
    for group in GROUPS:
        assert after.people("A", group) == before.people("A", group) * 1.5
        assert after.people("B", group) == before.people("B", group)
        assert after.people("R", group) == after.people("A", group) + after.people("B", group)
    in_cells = grid_by_planning_unit(scaled.grid, after)["total"]
    assert in_cells.to_dict() == {"A": after.people("A"), "B": after.people("B")}
    figures = scaled.populations.set_index("unit")["total"]
    assert figures.to_dict() == {u: after.people(u) for u in ("R", "A", "B")}
    assert scaled.stock.have("A", "visits") == 750.0
    assert scaled.stock.have("A", "public_beds") == 10.0
    assert any("people are multiplied: unit A x 1.5" in note for note in scaled.notes)


def test_all_is_for_the_units_that_are_not_named() -> None:
    """A factor of one's own goes first."""
    region = small_region()
    scaled = with_population_factors(region, {"all": 2.0, "B": 1.0})
    assert scaled.units.people("A") == 2 * region.units.people("A")
    assert scaled.units.people("B") == region.units.people("B")


def test_people_of_units_below_follow_and_those_outside_stay() -> None:
    """Towns go with their county; a cell in no planning unit keeps its people."""
    units = {"R": ("city", ""), "A": ("county", "R"), "T": ("town", "A"), "B": ("county", "R")}
    region = small_region(units=units, people=[10, 20, 30, 40], cell_units=["T", "T", "B", "R"])
    scaled = with_population_factors(region, {"A": 3})
    assert scaled.units.people("T") == 3 * region.units.people("T")
    assert scaled.grid.people.tolist() == [30, 60, 30, 40]
    assert scaled.units.people("R") == region.units.people("R") + 2 * region.units.people("A")
    assert scaled.units.people("R") == scaled.grid.people.sum()


def test_groups_that_only_the_whole_states_grow_with_its_people() -> None:
    """age60 is known for R alone: it grows by the share by which R's people grow."""
    region = small_region()
    table = region.units.table.copy()
    table.loc[["A", "B"], "age60"] = np.nan
    table.loc["R", "age60"] = 1000.0
    region = replace(region, units=replace(region.units, table=table))
    scaled = with_population_factors(region, {"A": 1.5})
    grown = scaled.units.people("R") / region.units.people("R")
    assert scaled.units.people("R", "age60") == pytest.approx(1000 * grown)
    assert np.isnan(scaled.units.people("A", "age60"))


def test_figures_of_every_basis_are_multiplied(tmp_path: Path) -> None:
    """Also of one that names only some units; rows keep their order and other columns."""
    later = "B,later,1500,,,,,\n"
    files = {
        "populations.csv": POPULATIONS + later,
        "region.toml": (tiny_folder(tmp_path / "a") / "region.toml")
        .read_text("utf-8")
        .replace('"populations.csv"', '"populations.csv"\nbasis = "census"'),
    }
    region = read_region(tiny_folder(tmp_path / "b", files))
    scaled = with_population_factors(region, {"B": 2})
    assert list(scaled.populations.columns) == list(region.populations.columns)
    keys = ["unit", "basis"]
    pd.testing.assert_frame_equal(scaled.populations[keys], region.populations[keys])
    figures = scaled.populations.set_index(keys)["total"]
    assert figures["B", "later"] == 3000
    assert (figures["A", "census"], figures["R", "census"]) == (1000, 6200)


def test_all_problems_are_told_at_once() -> None:
    """Units that are none, those that are no planning units, and factors that are none."""
    with pytest.raises(InputError) as caught:
        with_population_factors(
            small_region(),
            {"AA": 1.0, "R": 1.0, "A": 0.0, "B": float("nan"), "all": True},
        )
    told = caught.value.problems
    assert told[0] == "no planning units: 'AA', 'R'; did you mean 'A'?"
    assert [p.split(":")[0] for p in told[1:]] == ["A", "B", "all"]
    assert "must be a factor > 0, as 1.05 for 5 % more people, got 0.0" in told[1]


def test_a_stated_forecast_is_multiplied_too() -> None:
    """Shares alone would leave the stated total: 10 % more people everywhere are 10 % more."""
    region, stated = small_region(), Fraction(10_000)
    assumptions = Assumptions({"detour": 1.5})
    scaled, changed = with_factors_and_forecast(region, assumptions, stated, {"all": 1.1})
    planned = for_planning(scaled, changed, stated)
    assert planned.units.people("R") == 11_000
    assert changed["detour"] == 1.5
    before = for_planning(region, assumptions, stated).units
    scaled, changed = with_factors_and_forecast(region, assumptions, stated, {"A": 1.25})
    after = for_planning(scaled, changed, stated).units
    assert after.people("A") == pytest.approx(1.25 * before.people("A"), abs=1)
    assert after.people("B") == pytest.approx(before.people("B"), abs=1)


def test_without_a_forecast_assumptions_stay() -> None:
    """The region's own people are what is planned for."""
    assumptions = Assumptions({"population": "region"})
    _, same = with_factors_and_forecast(small_region(), assumptions, 10_000.0, {"all": 1.1})
    assert same is assumptions


@some
@given(region=regions(stocked=True), factors=st.lists(FACTORS, min_size=4, max_size=4))
def test_totals_stay_consistent(region: Region, factors: list[float]) -> None:
    """Cells sum to units, groups to totals, planning units to the whole; the input stays."""
    before = region.units.table.copy()
    by_unit = dict(zip([*region.units.planning, "all"], factors, strict=False))
    scaled = with_population_factors(region, by_unit)
    units, planning = scaled.units, list(region.units.planning)
    in_cells = grid_by_planning_unit(scaled.grid, units)["total"]
    for unit in planning:
        factor = by_unit.get(unit, by_unit.get("all", 1.0))
        assert units.people(unit) == pytest.approx(region.units.people(unit) * factor)
        assert in_cells[unit] == pytest.approx(units.people(unit))
    for unit in units.table.index:
        split = units.people(unit, "urban") + units.people(unit, "rural")
        assert split == pytest.approx(units.people(unit))
    for group in GROUPS:
        sums = sum(units.people(u, group) for u in planning)
        assert units.people("R", group) == pytest.approx(sums, nan_ok=True)
    pd.testing.assert_frame_equal(region.units.table, before)


@some
@given(region=regions(stocked=True))
def test_factors_of_one_change_nothing(region: Region) -> None:
    """All of them, or none, give the region itself; of some, the other units stay exactly."""
    same = with_population_factors(region, dict.fromkeys(region.units.planning, 1.0))
    assert same is region
    assert with_population_factors(region, {"all": 1}) is region
    first, *others = region.units.planning
    back = with_population_factors(with_population_factors(region, {first: 2.0}), {first: 0.5})
    for unit in others:
        assert (back.units.table.loc[unit, list(GROUPS)].to_numpy() ==
                region.units.table.loc[unit, list(GROUPS)].to_numpy()).all()  # fmt: skip


@some
@given(
    region=regions(stocked=True), stated=st.integers(1000, 10**6),
    factors=st.lists(FACTORS, min_size=4, max_size=4),
)  # fmt: skip
def test_a_unit_is_planned_for_its_forecast_times_its_factor(
    region: Region, stated: int, factors: list[float]
) -> None:
    """Whole people, to one person: its share is rounded before and after."""
    by_unit = dict(zip(region.units.planning, factors, strict=False))
    before = for_planning(region, Assumptions(), stated).units
    scaled, assumptions = with_factors_and_forecast(region, Assumptions(), stated, by_unit)
    after = for_planning(scaled, assumptions, stated).units
    for unit, factor in by_unit.items():
        bound = 1 + 2 * factor  # a person of rounding on either side, and that of the whole
        assert after.people(unit) == pytest.approx(factor * before.people(unit), abs=bound)

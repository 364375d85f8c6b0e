"""The maker of the Chinese examples: the same files again, figures kept, rules as they say."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parents[3] / "data"
REGIONS = ["jiaxing", "xihu", "gongshu", "yulin", "zhengzhou"]
MADE = {"population.tif", "urban.tif", "populations.csv", "sites.csv", "stock.csv", "units.gpkg"}


@pytest.fixture
def part(monkeypatch):
    """A module of the maker, which is no part of the package."""
    monkeypatch.syspath_prepend(str(DATA))
    return lambda name: importlib.import_module(f"region_maker.{name}")


@pytest.mark.slow
@pytest.mark.parametrize("name", REGIONS)
def test_the_same_files_are_made_again(name, tmp_path):
    """Csv and tif byte for byte, and the same outlines."""
    made, shipped = tmp_path / "made", DATA / name
    subprocess.run(
        [sys.executable, str(DATA / "make_region.py"), name, "--out", str(made)],
        check=True, cwd=tmp_path,
    )  # fmt: skip
    assert {p.name for p in made.iterdir()} == MADE
    for file in MADE - {"units.gpkg"}:
        assert (made / file).read_bytes() == (shipped / file).read_bytes(), file
    again, units = (gpd.read_file(f / "units.gpkg") for f in (made, shipped))
    assert again.crs == units.crs
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.drop(columns="geometry")), pd.DataFrame(units.drop(columns="geometry"))
    )
    assert np.array(again.geometry.geom_equals_exact(units.geometry, tolerance=0)).all()


def ground(part, people, urban=None):
    """Two counties of one street and one town each, their cells in a row 1 km apart."""
    n = len(people)
    units = np.array(["110001001", "110001100", "110002001", "110002100"]).repeat(n // 4)
    cells = pd.DataFrame(
        {
            "x_m": 1000.0 * np.arange(n), "y_m": 0.0, "people": people, "unit": units,
            "county": [u[:6] for u in units], "urban": np.ones(n, bool) if urban is None else urban,
        }
    )  # fmt: skip
    towns = pd.DataFrame(
        {
            "code": ["110001001", "110001100", "110002001", "110002100"],
            "county": ["110001", "110001", "110002", "110002"],
            "name": list("甲乙丙丁"), "level": ["street", "town"] * 2,
            "x_m": [0.0, 2000.0, 4000.0, 6000.0], "y_m": 0.0,
        }
    )  # fmt: skip
    counties = pd.DataFrame(
        {"name": ["东", "西"], "level": ["district", "county"],
         "seat": ["110001001", "110002001"]},
        index=["110001", "110002"],
    )  # fmt: skip
    return part("spots").Ground(cells, counties, towns, pd.DataFrame(columns=["x_m", "y_m"]))


def test_sites_of_units_stand_at_their_points(part):
    """One in every town, at its point; only the most populous where so many are asked for."""
    spots, here = part("spots").spots_of, ground(part, [5, 1, 2, 9, 1, 1, 3, 4])
    towns = list(spots({"each": "unit", "levels": ["town"]}, here))
    assert [(s.unit, s.cell) for s in towns] == [("110001100", 2), ("110002100", 6)]
    [largest] = spots({"each": "unit", "levels": ["town"], "most": 1}, here)
    assert largest.unit == "110001100"
    assert [s.unit for s in spots({"each": "unit", "counties": ["110002"]}, here)] == [
        "110002001", "110002100",
    ]  # fmt: skip


def test_sites_of_counties_stand_where_most_live(part):
    """In the seat or in the most populous town, by rank of people."""
    spots, here = part("spots").spots_of, ground(part, [5, 1, 2, 9, 1, 1, 3, 4])
    first = [s.cell for s in spots({"each": "county", "at": "seat"}, here)]
    second = [s.cell for s in spots({"each": "county", "at": "seat", "rank": 1}, here)]
    assert (first, second) == ([0, 4], [1, 5])
    assert [s.cell for s in spots({"each": "county", "at": "town 1"}, here)] == [3, 7]
    # There is no second street: the next unit of any level stands in for it.
    assert [s.unit for s in spots({"each": "county", "at": "street 1"}, here)] == [
        "110001100", "110002100",
    ]  # fmt: skip
    [one] = spots({"at": "110002 town 1"}, here)
    assert one.unit == "110002100"


def test_spread_sites_follow_the_people(part):
    """Shares of counties by people, only in the cells that are served; as many as asked for."""
    spots = part("spots").spots_of
    here = ground(part, [30, 30, 0, 0, 0, 0, 10, 10], np.array([True] * 4 + [False] * 4))
    spread = list(spots({"spread": 8}, here))
    assert [s.county for s in spread] == ["110001"] * 6 + ["110002"] * 2
    assert {s.cell for s in spread} <= {0, 1, 6, 7}
    rural = list(spots({"spread": 3, "among": "rural"}, here))
    assert {s.county for s in rural} == {"110002"}
    assert not list(spots({"spread": 0}, here))


def test_marks_are_even_and_exact(part):
    """So many of a rule's sites as the figure says, not the first ones."""
    evenly = part("sites")._evenly
    assert evenly(15, 9) == sorted(set(evenly(15, 9)))
    assert len(evenly(15, 9)) == 9
    assert evenly(4, 2) == [1, 3]
    assert evenly(3, 5) == [0, 1, 2]
    assert evenly(3, 0) == []


@pytest.mark.parametrize(
    ("split", "number", "expected"),
    [
        ("total", 10, [4, 6]), ("urban", 5, [4, 1]), ("own:households", 40, [10, 30]),
        ("part:households:urban", 15, [10, 5]), ("part:households:rural", 25, [0, 25]),
        ("sites:general_hospital:2", 70, [20, 50]), ("sites:general_hospital:3A", 8, [8, 0]),
    ],
)  # fmt: skip
def test_stock_is_shared_out_as_stated(part, monkeypatch, split, number, expected):
    """By people of a group, own figures, or beds of a grade; the parts sum to the number."""
    stock = part("stock")
    counties = pd.DataFrame(
        {"total": [40, 60], "urban": [40, 10], "rural": [0, 50], "age_0": [1, 1],
         "age_1_4": [4, 4], "households": [10, 30]},
        index=["110001", "110002"],
    )  # fmt: skip
    sites = pd.DataFrame(
        {"kind": "general_hospital", "grade": ["2", "2A", "3A", "2", "2"],
         "status": ["existing"] * 4 + ["candidate"], "run_by": ["county", "", "city", "", ""],
         "unit": ["110001001", "110002001", "110001001", "110002100", "110002100"],
         "beds": [20, 30, "", 20, 900]},
    )  # fmt: skip
    typed = pd.DataFrame([{"resource": "visits", "number": str(number), "split": split,
                           "basis": "assumed", "source": "s"}])  # fmt: skip
    monkeypatch.setattr(stock, "read_table", lambda model, name: typed)
    model = SimpleNamespace(root={"id": "1100"}, one_county=lambda counties: False)
    table = stock.stock_table(pd.DataFrame(), counties, sites, model)
    assert table["have"].tolist() == expected
    assert table["unit"].tolist() == ["110001", "110002"]


def test_own_figures_must_sum_to_the_number(part, monkeypatch):
    """A typed number that its parts do not sum to is refused."""
    stock = part("stock")
    counties = pd.DataFrame({"total": [1], "urban": [1], "households": [10]}, index=["110001"])
    with pytest.raises(SystemExit, match="sums to 10, not 11"):
        stock._weights("own:households", counties, counties, pd.DataFrame(), 11)

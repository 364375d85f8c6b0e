"""``allocator locate --roads``: minutes and km along streets, and who is off them."""

import json

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner

from allocator.cli.app import app

CRS = "EPSG:32650"
X, Y = 400_000.0, 3_400_000.0
PLACES = {"w": 0, "m": 2000, "e": 4000}


@pytest.fixture
def locate(tmp_path):
    """Three cells and a site in the middle on a street of 4 km; a fourth cell is 9 km off."""
    rows = ["id,people,x,y", *(f"{name},100,{X + x},{Y}" for name, x in PLACES.items())]
    (tmp_path / "sites.csv").write_text(f"id,x,y\nS,{X + 2000},{Y}\n", encoding="utf-8")
    line = shapely.LineString([(X, Y), (X + 2000, Y), (X + 4000, Y)])
    table = gpd.GeoDataFrame({"highway": ["residential"]}, geometry=[line], crs=CRS)
    table.to_file(tmp_path / "roads.gpkg")

    def run(*arguments, far=True):
        cells = [*rows, f"far,5,{X},{Y + 9000}"] if far else rows
        (tmp_path / "cells.csv").write_text("\n".join(cells), encoding="utf-8")
        ends = [
            "--demand", tmp_path / "cells.csv", "--sites", tmp_path / "sites.csv", "--crs", CRS,
            "--roads", tmp_path / "roads.gpkg", "--json", tmp_path / "a.json",
        ]  # fmt: skip
        done = CliRunner().invoke(app, [str(a) for a in ("locate", *arguments, *ends)])
        assert done.exit_code in (0, 4), done.output
        return done, json.loads((tmp_path / "a.json").read_text("utf-8"))

    return run


@pytest.mark.parametrize(
    ("options", "people"),
    [
        (("--within-minutes", 4), 300),  # 2 km at 30 km/h
        (("--within-minutes", 3.9), 100),
        (("--radius-km", 2), 300),
        (("--radius-km", 1.9), 100),
        (("--within-minutes", 25, "--mode", "walk"), 300),
        (("--within-minutes", 24, "--mode", "walk"), 100),
    ],
)
def test_minutes_and_km_along_the_street(locate, options, people):
    """Limits are inclusive; the far cell is off the roads and told."""
    _, told = locate("mclp", "--p", 1, *options)
    assert told["people_covered"] == people
    assert any("farther than 1000 m from any road" in note for note in told["notes"])
    assert told["question"]["travel"]["source"] == "roads"
    assert told["question"]["reach_unit"] == ("km" if "--radius-km" in options else "minutes")
    assert "roads.gpkg" in [one["file"] for one in told["inputs"]]


def test_who_is_on_no_road_makes_a_cover_impossible(locate):
    """The cell is listed; leaving it out answers for the rest."""
    done, told = locate("lscp", "--within-minutes", 4)
    assert done.exit_code == 4
    assert "1 of them have no road to a permitted site at all" in done.output
    assert told["status"] == "infeasible"
    done, told = locate("lscp", "--within-minutes", 4, "--skip-unreachable")
    assert (done.exit_code, told["sites"]) == (0, ["S"])


@pytest.mark.parametrize(
    ("option", "farther"), [("--within-minutes", "--minutes2"), ("--radius-km", "--radius2-km")]
)
def test_which_limit_would_do_is_measured_along_the_roads(locate, option, farther):
    """From the ends of the street it is 4 minutes, or 2 km."""
    done, _ = locate("dsm", "--p", 1, "--alpha", 0.1, option, 1, farther, 1.5, far=False)
    assert done.exit_code == 4
    enough = 4 if option == "--within-minutes" else 2
    assert f"{option} {enough} would reach every cell" in done.output

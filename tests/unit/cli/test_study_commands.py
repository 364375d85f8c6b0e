"""``allocator trade-off``, ``robust`` and ``curve``: files in, files out, and what is refused."""

import json

import pandas as pd
import pytest
from region_folders import SITES, tiny_folder
from typer.testing import CliRunner

from allocator.cli.app import app
from allocator.studies import front_search

POLICY = """
id = "mine"
title = "Mine"
[[rules]]
id = "BEDS"
kind = "quota"
strength = "must"
sense = ">="
number = 12.5
per = 1000
resources = ["public_beds"]
clause = "c"
line = 1
meaning = "12.5 beds per 1,000."
[[rules]]
id = "WALK"
kind = "coverage"
strength = "must"
within_km = 1.2
sites = { kinds = ["health_station"] }
clause = "c"
line = 2
meaning = "Everybody within 1.2 km."
"""
SCENARIO = """
name = "tiny"
region = "."
policy = "mine.toml"
[assumptions]
settled_density_per_km2 = 50
[outputs]
map = false
"""
CELLS = "id,people,x,y\n" + "".join(
    f"c{i},{100 + i},{300000 + 1000 * (i % 5)},{3400000 + 1000 * (i // 5)}\n" for i in range(20)
)
POSTS = "id,x,y\n" + "".join(
    f"s{i},{300000 + 1000 * i},{3400000 + 1000 * (i % 4)}\n" for i in range(5)
)


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def folder(tmp_path):
    """A tiny region, a policy and a scenario."""
    tiny = tiny_folder(tmp_path / "tiny", {"sites.csv": SITES})
    (tiny / "mine.toml").write_text(POLICY, encoding="utf-8")
    (tiny / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    (tiny / "cells.csv").write_text(CELLS, encoding="utf-8")
    (tiny / "posts.csv").write_text(POSTS, encoding="utf-8")
    return tiny


def test_trade_off_writes_a_front(folder):
    """Coverage against money: table, picture and a folder per plan."""
    out = folder / "front"
    done = call("trade-off", folder / "scenario.toml", "--between", "coverage", "budget",
                "--points", 4, "--plans", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out / "front.csv")
    assert (out / "front.png").stat().st_size > 10_000
    assert "people covered (WALK) (people)" in table.columns
    assert table["people covered (WALK) (people)"].is_monotonic_increasing
    for number in table["point (number)"]:
        assert (out / f"point-{number}" / "plan.json").exists()
    assert "note: these rules state a figure and ask for nothing: WALK" in done.stdout


def test_trade_off_speaks_json(folder):
    """One document with figures, points and files."""
    done = call("trade-off", folder / "scenario.toml", "--between", "beds", "gini", "--points", 3,
                "--out", folder / "front", "--json")  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [f["name"] for f in told["figures"]] == ["beds", "gini"]
    assert told["points"]
    assert len(told["files"]) == 6


@pytest.mark.parametrize(
    ("between", "words"),
    [
        (("coverage", "mean_response"), "no response rule"),
        (("coverage", "money"), "is no figure that can be traded"),
    ],
)
def test_trade_off_says_what_it_lacks(folder, between, words):
    """Exit code 2, nothing written."""
    done = call("trade-off", folder / "scenario.toml", "--between", *between, "--out",
                folder / "front")  # fmt: skip
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())
    assert not (folder / "front").exists()


def test_trade_off_interrupted_writes_what_there_is(folder, monkeypatch):
    """Exit code 130; both ends are in the table."""

    def stop(self, limit):
        raise KeyboardInterrupt

    monkeypatch.setattr(front_search.Search, "at", stop)
    done = call("trade-off", folder / "scenario.toml", "--out", folder / "front")
    assert done.exit_code == 130
    assert len(pd.read_csv(folder / "front" / "front.csv")) == 2


def test_robust_plans_the_samples_of_a_file(folder):
    """Tables, picture and the chosen plan in a folder of its own."""
    text = SCENARIO.replace("[assumptions]", "budget = 1e7\n[assumptions]") + (
        "[samples]\ncount = 3\nspread = 0.2\nseed = 1\n"
    )
    (folder / "forecasts.toml").write_text(text, encoding="utf-8")
    out = folder / "robust"
    done = call("robust", folder / "forecasts.toml", "--criterion", "regret", "--out", out)
    assert done.exit_code == 0, done.output
    assert (out / "plan" / "plan.json").exists()
    samples = pd.read_csv(out / "samples.csv")
    assert len(samples) == 3
    assert samples["people times, A (factor)"].nunique() == 3
    assert len(pd.read_csv(out / "candidates.csv")) == 5
    assert "best by regret" in done.stdout
    told = json.loads((out / "plan" / "plan.json").read_text("utf-8"))
    assert set(told["provenance"]["population_factors"]) >= {"A", "B"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "no table [samples]"),
        ('[samples]\ncount = 2\nspread = 0.1\n[sweep]\n"assumptions.detour" = [1.2, 1.4]\n',
         "also varies assumptions.detour"),
    ],
)  # fmt: skip
def test_robust_wants_forecasts_and_nothing_else(folder, more, words):
    """What a sweep varies is no uncertainty."""
    (folder / "other.toml").write_text(SCENARIO + more, encoding="utf-8")
    done = call("robust", folder / "other.toml", "--out", folder / "robust")
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())


def test_curve_over_p_and_over_radii(folder):
    """Tables with a row per point; kilometres, and minutes at a speed."""
    files = ("--demand", folder / "cells.csv", "--sites", folder / "posts.csv", "--crs",
             "EPSG:32651")  # fmt: skip
    done = call("curve", *files, "--radius-km", "1.5", "--p", "1:4", "--out", folder / "a")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(folder / "a" / "curve.csv")
    assert table["open sites (sites)"].tolist() == [1, 2, 3, 4]
    assert table["people covered at best (people)"].is_monotonic_increasing
    assert (folder / "a" / "curve.svg").exists()
    done = call("curve", *files, "--radius-km", "1:3:0.5", "--p", 2, "--out", folder / "b")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(folder / "b" / "curve.csv")
    assert table["radius (km)"].tolist() == [1, 1.5, 2, 2.5, 3]
    done = call("curve", *files, "--within-minutes", "3,6", "--speed-kmh", 30, "--p", 2, "--out",
                folder / "c")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert pd.read_csv(folder / "c" / "curve.csv")["radius (minutes)"].tolist() == [3, 6]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--radius-km", "6:2", "--p", "0:4"), "2 problems"),
        (("--radius-km", "2", "--p", "1:x"), "--p 1:x: must be a number, a list"),
        (("--p", "1:3"), "give --radius-km"),
        (("--radius-km", "1:3", "--within-minutes", "5", "--p", "2"), "two limits"),
        (("--radius-km", "-1", "--p", "2"), "must be >= 0"),
    ],
)
def test_curve_refuses_what_is_no_range(folder, arguments, words):
    """Every slip of the options in one message."""
    done = call("curve", "--demand", folder / "cells.csv", "--sites", folder / "posts.csv",
                "--out", folder / "a", *arguments)  # fmt: skip
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.stderr.split())

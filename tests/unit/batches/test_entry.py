"""``al.batch``: a row per scenario, whatever happens to one of them."""

import pandas as pd
import pytest
from batch_builders import tiny_scenarios, written
from plans_for_tests import small_plan

import allocator as al
from allocator.batches.entry import batch
from allocator.errors import InputError
from allocator.files.results import COLUMNS
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.variants import Variant


def read(out):
    return pd.read_csv(out / "results.csv", keep_default_na=False)


def test_a_row_per_scenario_in_the_order_given(tmp_path, write, planner):
    """Whoever ends first, the table keeps the order; each plan stands in its folder."""
    paths = [write("z"), write("b"), write("c")]
    table = batch(paths, tmp_path / "out", workers=3, plans=True)
    assert [c for c in table.columns if not c.startswith("covered:")] == list(COLUMNS)
    assert table["name"].tolist() == ["z", "b", "c"]
    assert table["scenario"].tolist() == [str(p) for p in paths]
    for name in table["name"]:
        assert (tmp_path / "out" / name / "units.csv").is_file()
    row = table.iloc[0]
    assert (row["must_met"], row["must_failed"], row["must_not_evaluated"]) == (1, 1, 1)
    assert (row["cost"], row["exit_code"], row["status"]) == (42.0, 3, "feasible")
    assert (row["gap"], row["attempts"]) == (small_plan().gap, 1)
    assert (row["covered:COV-U"], row["covered:COV-R"]) == (9 * 125.0, 12 * 75.0)
    assert read(tmp_path / "out")["name"].tolist() == ["z", "b", "c"]
    again = pd.read_parquet(tmp_path / "out" / "results.parquet")
    pd.testing.assert_frame_equal(again, table, check_dtype=False)


def test_one_bad_scenario_never_stops_the_others(tmp_path, write, planner):
    """Bad input, no answer, a defect, no such file: each has its row, the rest their plans."""
    paths = [write(n) for n in ("bad", "impossible", "defect", "half", "stopped", "good")]
    paths += [write("unreadable", "nonsense", file="unreadable"), tmp_path / "nowhere.toml"]
    said = []
    table = batch(paths, tmp_path / "out", workers=2, plans=True, progress=said.append)
    table = table.set_index("name")
    assert table["exit_code"].to_dict() == {
        "bad": 2, "impossible": 4, "defect": 1, "half": 130, "stopped": 130, "good": 3,
        "unreadable": 2, "nowhere": 2,
    }  # fmt: skip
    assert table.loc["bad", "error"] == "first | second"
    assert table.loc["impossible", "status"] == "infeasible"
    assert "ZeroDivisionError: oops" in table.loc["defect", "error"]
    assert "cannot be read" in table.loc["nowhere", "error"]
    for name in ("good", "half"):
        assert table.loc[name, "folder"] == str(tmp_path / "out" / name)
        assert al.read_plan(table.loc[name, "folder"]).region == name
    assert not (tmp_path / "out" / "bad").exists()
    assert table.loc["bad", "folder"] == ""
    assert said[0] == "2 of 8 cannot be read: their rows say why"
    assert any("bad: error" in line and "first | second" in line for line in said)
    assert len(said) == 7
    assert "left" in said[1]
    assert "left" not in said[-1]


def test_what_a_sweep_varies_has_columns_of_its_type(tmp_path, planner, monkeypatch):
    """The union over all files; empty where a scenario does not vary a key."""
    scenarios = read_scenario(tiny_scenarios(tmp_path / "tiny", "a")[0])

    def variants(path):
        if path.stem == "plain":
            return [Variant("plain", scenarios)]
        return [
            Variant(f"{path.stem}-{n}", scenarios.changed(name=f"{path.stem}-{n}"),
                    {"budget": n, "assumptions.detour": n / 2, "policy": "mine", "deep": [n]})
            for n in (1, 2)
        ]  # fmt: skip

    monkeypatch.setattr("allocator.batches.jobs.variants", variants)
    paths = [tmp_path / "plain.toml", tmp_path / "swept.toml"]
    table = batch(paths, tmp_path / "out")
    assert table["name"].tolist() == ["plain", "swept-1", "swept-2"]
    assert list(table.columns[:7]) == [
        "name", "scenario", "budget", "assumptions.detour", "policy", "deep", "status",
    ]  # fmt: skip
    assert str(table["budget"].dtype) == "Int64"
    assert table["budget"].isna().tolist() == [True, False, False]
    assert table["assumptions.detour"].tolist()[1:] == [0.5, 1.0]
    assert table["deep"].tolist()[1:] == ["[1]", "[2]"]
    kept = pd.read_parquet(tmp_path / "out" / "results.parquet")
    assert kept["budget"].tolist()[1:] == [1, 2]


def test_scenarios_themselves_and_one_alone(tmp_path, planner):
    """No folder, no file: only the table."""
    scenario = read_scenario(tiny_scenarios(tmp_path / "tiny", "a")[0])
    before = sorted(tmp_path.rglob("*"))
    table = batch(scenario, workers=1)
    assert table["name"].tolist() == ["a"]
    assert batch(Variant("v", scenario, {"budget": 3}))["budget"].tolist() == [3]
    assert sorted(tmp_path.rglob("*")) == before


def test_outputs_follow_the_scenario(tmp_path, write, planner):
    """map = false leaves the picture out; without plans there is no folder at all."""
    paths = [write("plain"), write("drawn", 'region = "."\npolicy = "jiaxing-2025"\n')]
    batch(paths, tmp_path / "none")
    assert not (tmp_path / "none" / "plain").exists()
    batch(paths, tmp_path / "out", plans=True)
    assert (tmp_path / "out" / "plain" / "plan.json").is_file()
    assert not (tmp_path / "out" / "plain" / "plan.png").exists()
    assert (tmp_path / "out" / "drawn" / "plan.png").is_file()


@pytest.mark.parametrize(
    ("settings", "messages"),
    [
        ({"scenarios": []}, ["at least one scenario"]),
        ({"scenarios": ["x", 3, None]}, ["got int at position 1", "NoneType at position 2"]),
        ({"workers": 0, "retries": -1}, ["workers must be >= 1", "retries must be >= 0"]),
        ({"workers": 2, "cluster": "local:2"}, ["not both"]),
        ({"out": None, "plans": True}, ["give out"]),
    ],
)
def test_bad_arguments_are_told_up_front(tmp_path, settings, messages):
    """All at once, and nothing is written."""
    with pytest.raises(InputError) as told:
        batch(**{"scenarios": ["x"], "out": tmp_path / "out", **settings})
    assert [m for m in messages if m not in str(told.value)] == []
    assert list(tmp_path.iterdir()) == []


def test_an_out_that_is_a_file_is_refused_up_front(tmp_path, write):
    """Before any scenario runs."""
    out = written(tmp_path / "out", "mine")
    with pytest.raises(InputError, match="is a file"):
        batch([write("a")], out)
    assert out.read_text() == "mine"


def test_the_lazy_name_is_the_function():
    """`al.batch` is what this module has."""
    assert al.batch is batch

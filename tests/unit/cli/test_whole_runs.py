"""The command end to end on a tiny region: files in, files out, and nothing put in between."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from region_folders import SITES, tiny_folder
from tiny_policies import TINY
from typer.testing import CliRunner

from allocator.cli.app import app
from allocator.files.reading import read_plan

POLICY = f"""{TINY}
[[rules]]
id = "MCH"
kind = "share"
strength = "must"
part = "mch_technicians"
whole = "mch_staff"
sense = ">="
number = 0.8
clause = "c"
line = 3
meaning = "Technicians among them."
"""
SCENARIO = 'name = "tiny"\nregion = "."\npolicy = "mine.toml"\n'
SETTLED = "[assumptions]\nsettled_density_per_km2 = 50\n[outputs]\nmap = false\n"


@pytest.fixture
def scenario(tmp_path):
    """A folder with a region, a policy and a scenario in which every rule can hold."""
    folder = tiny_folder(tmp_path / "tiny")
    (folder / "mine.toml").write_text(POLICY, encoding="utf-8")
    (folder / "scenario.toml").write_text(SCENARIO + SETTLED, encoding="utf-8")
    return folder / "scenario.toml"


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(a) for a in arguments])


def compliance(folder):
    return pd.read_csv(folder / "compliance.csv", keep_default_na=False, dtype=str)


def test_a_plan_is_written_and_its_audit_agrees(scenario, tmp_path):
    """What the plan says is what the audit recomputes from the tables alone."""
    out = tmp_path / "out"
    done = call("plan", scenario, "--out", out)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "Every evaluated rule holds." in done.stdout
    assert "stock.csv has no 'mch_technicians'" in done.stdout
    audited = call("audit", scenario, "--plan", out, "--out", tmp_path / "audit")
    assert audited.exit_code == 0, audited.stdout + audited.stderr
    assert "edited by hand" not in audited.stdout
    # What one more is worth only the solver knows.
    one, two = (compliance(f).drop(columns="price") for f in (out, tmp_path / "audit"))
    pd.testing.assert_frame_equal(one, two)


def test_strict_counts_what_could_not_be_evaluated(scenario, tmp_path):
    """The share of technicians has no data: 3 with --strict."""
    assert call("plan", scenario, "--out", tmp_path / "out", "--strict").exit_code == 3


def test_a_rule_that_cannot_hold_gives_way_and_the_exit_code_is_3(scenario, tmp_path):
    """Cells below the settled density get no site: people there stay uncovered, and it is said."""
    done = call("plan", scenario, "--out", tmp_path / "out", "--assume",
                "settled_density_per_km2=300")  # fmt: skip
    assert done.exit_code == 3
    assert "Rules that gave way:" in done.stdout
    assert "WALK" in done.stdout


def test_today_is_audited_without_a_plan(scenario, tmp_path):
    """30 beds where 45 are required, no station at all."""
    done = call("audit", scenario, "--out", tmp_path / "audit", "--json")
    assert done.exit_code == 3
    said = json.loads(done.stdout)
    assert said["of"] == "today"
    (beds,) = [c for c in said["compliance"] if (c["rule"], c["area"]) == ("BEDS", "all")]
    assert (beds["required"], beds["achieved"], beds["slack"], beds["met"]) == (45, 30, -15, False)


def test_an_edited_table_is_audited_as_edited(scenario, tmp_path):
    """Taking beds away by hand makes the must rule fail, and the audit says who edited what."""
    out = tmp_path / "out"
    call("plan", scenario, "--out", out)
    table = pd.read_csv(out / "units.csv")
    beds = table["resource"] == "public_beds"
    table.loc[beds & (table["unit"] != "B"), "allocated"] -= 1
    table.to_csv(out / "units.csv", index=False)
    done = call("audit", scenario, "--plan", out, "--out", tmp_path / "audit")
    assert done.exit_code == 3
    assert "edited by hand: units" in done.stdout
    assert "BEDS" in done.stdout


def test_every_form_is_written_for_a_region_without_outlines(scenario, tmp_path):
    """The tiny region has no outlines; the map and the layers are there all the same."""
    text = scenario.read_text("utf-8").replace("map = false", "map = true")
    scenario.write_text(text, encoding="utf-8")
    call("plan", scenario, "--out", tmp_path / "out", "--chinese")
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"plan.png", "plan.gpkg", "plan.xlsx", "plan.json"} <= names
    told = json.loads((tmp_path / "out" / "plan.json").read_text("utf-8"))["provenance"]
    assert told["scenario"] == "tiny"
    assert told["rules"]["BEDS"]["clause"] == "每千人12.5张"


def test_the_same_scenario_gives_the_same_tables(scenario, tmp_path):
    """Twice the same bytes, but for the seconds."""
    for name in ("one", "two"):
        call("plan", scenario, "--out", tmp_path / name)
    for path in (tmp_path / "one").glob("*.csv"):
        if path.name != "tiers.csv":
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    one, two = (read_plan(tmp_path / n) for n in ("one", "two"))
    assert one.tiers.drop(columns="seconds").equals(two.tiers.drop(columns="seconds"))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("scenario.toml", 'region = "."', 'region = "nowhere"', "nowhere"),
        ("scenario.toml", "mine.toml", "yours.toml", "yours.toml"),
        ("mine.toml", '"public_beds"', '"publik_beds"', "publik_beds"),
        ("region.toml", "cell_m = 1000", "cel_m = 1000", "cell_m"),
        ("sites.csv", "ems_station", "ems_stations", "ems_stations"),
        ("sites.csv", SITES, "", "sites.csv"),
        ("grid.csv", "people", "peple", "people"),
        ("populations.csv", "R,census,3600", "R,census,-1", "-1"),
        ("stock.csv", "public_beds,10", "public_beds,ten", "ten"),
    ],
)
def test_bad_input_is_2_with_one_message_and_no_output(scenario, tmp_path, file, old, new, message):
    """Whatever file is wrong, the error names it on stderr; nothing is written."""
    path = scenario.parent / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    done = call("plan", scenario, "--out", tmp_path / "out")
    assert done.exit_code == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_batch_in_real_processes(scenario, tmp_path):
    """Two good scenarios and a bad one, through the shell: three rows, two plans."""
    dense = scenario.with_name("dense.toml")
    dense.write_text(SCENARIO.replace("tiny", "dense") + "[outputs]\nmap = false\n")
    bad = scenario.with_name("bad.toml")
    bad.write_text(SCENARIO.replace("mine.toml", "yours.toml"))
    command = [sys.executable, "-m", "allocator", "batch", scenario, bad, dense, "--out",
               tmp_path / "out", "--workers", "2", "--plans"]  # fmt: skip
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "out" / "results.csv", keep_default_na=False)
    assert table["name"].tolist() == ["tiny", "tiny-2", "dense"]
    assert table["exit_code"].tolist() == [0, 2, 3]
    assert "yours.toml" in table["error"][1]
    assert float(table["cost"][0]) > 0
    assert read_plan(tmp_path / "out" / "tiny").meets_musts
    assert "3 of 3" in done.stderr

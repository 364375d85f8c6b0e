"""``allocator scenario``: check, variants, schema."""

import json

import pytest
from scenario_files import beside_a_tiny_region
from typer.testing import CliRunner

from allocator.cli.app import app
from allocator.scenarios.hashing import content_hash
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.schema import scenario_schema

LEAST = 'region = "."\npolicy = "xihu-2020"\n'
SWEEP = LEAST + "[sweep]\n'assumptions.detour' = { from = 1.1, to = 1.3, step = 0.1 }\n"


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, ["scenario", *map(str, arguments)])


@pytest.fixture
def write(tmp_path):
    """Write a scenario beside a tiny region and give its path."""
    return beside_a_tiny_region(tmp_path)


def test_sound_files_are_counted(write):
    """One line for each; the same as JSON."""
    plain, sweep = write(LEAST), write(SWEEP, "sweep.toml")
    done = call("check", plain, sweep)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        f"{plain}: 1 scenario, no problems", f"{sweep}: 3 scenarios, no problems"
    ]  # fmt: skip
    told = json.loads(call("check", plain, sweep, "--json").stdout)
    assert [one["variants"] for one in told["files"]] == [1, 3]


def test_all_problems_of_all_files_are_told(write):
    """Of keys, variants, policies, regions, units and figures; exit code 2."""
    own = write(LEAST.replace("xihu-2020", "xihu-2002") + "[population]\nC = 1.1\n", "own.toml")
    sweep = write(SWEEP.replace("1.3", "9.3").replace("0.1 }", "4 }") + "x = 1\n", "sweep.toml")
    shares = write(LEAST + "[assumptions]\npopulation_shares = 'censsu'\n", "shares.toml")
    (own.parent / "broken").mkdir()
    (own.parent / "broken" / "region.toml").write_text("name = 'x'\n", encoding="utf-8")
    broken = write(LEAST.replace('"."', '"broken"'), "broken.toml")
    done = call("check", own, sweep, write(LEAST), shares, broken, own.parent / "nowhere.toml")
    assert done.exit_code == 2
    for expected in (
        f"scenario {own}: policy: no built-in policy and no file 'xihu-2002'",
        f"scenario {own}: population.C: no planning unit of region Tiny; known: A, B, all",
        f"scenario {sweep}: sweep: x: must be a list of values",
        f"scenario {sweep}: assumption detour: must lie in [1, 5] road km per straight km, got 5.1",
        f"scenario {shares}: assumptions.population_shares: region Tiny has no figures of basis "
        "'censsu'; known: census",
        f"scenario {broken}: region x: region.toml: the section [units] is missing",
        "nowhere.toml: cannot be read",
    ):
        assert expected in done.stderr, (expected, done.stderr)
    told = json.loads(call("check", own, "--json").stdout)
    assert (told["exit_code"], len(told["error"]["problems"])) == (2, 2)


def test_variants_are_listed_with_their_hashes(write):
    """In a table, and whole as JSON."""
    path = write(SWEEP)
    done = call("variants", path)
    assert done.exit_code == 0, done.output
    assert "3 scenarios" in done.stdout
    assert "base detour=1.2" in done.stdout
    told = json.loads(call("variants", path, "--json").stdout)["variants"]
    assert [one["varied"] for one in told] == [{"assumptions.detour": d} for d in (1.1, 1.2, 1.3)]
    assert len({one["content_sha256"] for one in told}) == 3
    assert all(one["content_sha256"][:12] in done.stdout for one in told)


def test_samples_show_their_numbers_only(write):
    """Factors of a hundred counties are no table; the JSON has them."""
    path = write(LEAST + "[samples]\ncount = 2\nspread = 0.1\n[sweep]\nbudget = ['none', 5]\n")
    done = call("variants", path)
    assert "population" not in done.stdout
    assert "none" in done.stdout
    told = json.loads(call("variants", path, "--json").stdout)["variants"]
    assert set(told[0]["varied"]) == {"budget", "sample", "population.A", "population.B"}
    assert told[0]["varied"]["budget"] is None


def test_the_schema_is_printed_or_written(tmp_path):
    """The same both ways; a folder that is none is told."""
    printed = json.loads(call("schema").stdout)
    out = tmp_path / "scenario.schema.json"
    done = call("schema", "--out", out)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"Written: {out}\n"
    assert json.loads(out.read_text("utf-8")) == printed == scenario_schema()
    assert call("schema", "--out", out / "below.json").exit_code == 2


@pytest.mark.parametrize("command", ["check", "variants", "schema"])
def test_help_has_an_example(command):
    """A line to copy."""
    done = call(command, "--help")
    assert done.exit_code == 0
    assert f"allocator scenario {command}" in done.stdout


def test_variants_can_be_written_as_files_of_their_own(write, tmp_path):
    """Read again, each is the same question; what varies has no sweep any more."""
    text = SWEEP + "'overrides.J031.number' = [6]\npopulation = [{ A = 1.1 }, 'none']\n"
    path = write(text.replace("xihu-2020", "jiaxing-2025"))
    done = call("variants", path, "--out", tmp_path / "each" / "one", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)["variants"]
    assert len(told) == 6
    for one in told:
        alone = read_scenario(tmp_path / "each" / "one" / f"{one['name']}.toml")
        assert alone.name == one["name"]
        assert content_hash(alone) == one["content_sha256"]
    assert call("variants", path, "--out", path).exit_code == 2

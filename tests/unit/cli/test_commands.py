"""The command: what it prints, writes and tells the shell."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from plans_for_tests import line, small_plan
from typer.testing import CliRunner

from allocator.cli import audit_command, plan_command, printing
from allocator.cli.app import app
from allocator.errors import InfeasibleError, InputError, SolverError
from allocator.files.exporting import export
from allocator.files.reading import read_plan
from allocator.plan_tables import compliance_table
from allocator.scenarios.scenario import Scenario

SCENARIO = 'name = "test"\nregion = "."\npolicy = "jiaxing-2025"\n[assumptions]\ndetour = 1.4\n'
FILES = ["assumptions.csv", "cells.csv", "compliance.csv", "conflicts.csv", "facilities.csv",
         "fairness.csv", "marginals.csv", "plan.gpkg", "plan.html", "plan.json", "plan.png",
         "plan.xlsx", "summary.md", "summary.zh.md",
         "tiers.csv", "units.csv"]  # fmt: skip
POLICY = """
id = "mine"
title = "Mine"
[[rules]]
id = "A"
kind = "quota"
strength = "must"
sense = ">="
number = 5
per = 1000
resources = ["nurses"]
clause = "c"
line = 1
meaning = "m"
"""


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def scenario(tmp_path):
    """A scenario file."""
    (tmp_path / "test.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path / "test.toml"


@pytest.fixture
def out(tmp_path):
    """A folder that is not there yet."""
    return tmp_path / "out"


@pytest.fixture
def answer(monkeypatch):
    """Put an answer, or an error, in the place of the planner; see what it was asked."""
    asked: list[Scenario] = []

    def set_answer(what):
        def run(scenario, progress=None, *, models=None, workers=1):
            asked.append(scenario)
            if progress:
                progress("solving [tier must]")
            if isinstance(what, BaseException):
                raise what
            return what

        monkeypatch.setattr(plan_command, "run", run)
        return asked

    return set_answer


@pytest.fixture
def audited(monkeypatch):
    """Put a table in the place of the audit; see what it was asked."""
    asked = {}

    class Named:
        name, id = "small", "jiaxing-2025"

    def set_table(table):
        def audit(region, policy, plan=None, *, assumptions=None, travel=None):
            asked.update(plan=plan, assumptions=assumptions, travel=travel)
            return table

        def load(scenario):
            from allocator.assumptions import Assumptions

            return Named(), Named(), Assumptions(dict(scenario.assumptions))

        monkeypatch.setattr(audit_command, "load", load)
        monkeypatch.setattr("allocator.auditing.compliance.audit", audit)
        return asked

    return set_table


def rules(*lines):
    """A compliance table of (rule, strength, met)."""
    return compliance_table(
        [line(r, strength=s, met=m, evaluated=m is not None, required=2, achieved=1, slack=-1)
         for r, s, m in lines]
    )  # fmt: skip


HOLDS = rules(("A", "must", True), ("B", "target", False), ("C", "must", None))


def test_plan_writes_every_form_and_prints_what_holds(scenario, out, answer):
    """Counts by strength, what gave way, the first assumptions, where the files are."""
    answer(small_plan())
    done = call("plan", scenario, "--out", out)
    assert done.exit_code == 3
    assert sorted(p.name for p in out.iterdir()) == FILES
    said = done.stdout
    assert "small, small-2025: feasible; minimise cost" in said
    counts = [row.split() for row in said.splitlines() if row.strip().startswith("must ")]
    assert ["must", "1", "1", "1"] in counts
    assert "Rules that gave way:" in said
    assert "COV-U" in said
    assert "stock of psychiatrists is missing" in said
    names = [n for n in ("staff_inflow_cap", "population_shares", "detour") if n in said]
    assert names == ["staff_inflow_cap", "population_shares", "detour"]
    assert said.index("staff_inflow_cap") < said.index("detour")
    assert str(out) in said
    assert "plan.xlsx" in said
    assert "solving [tier must]" in done.stderr
    assert "solving" not in said


@pytest.mark.parametrize(
    ("plan", "options", "code"),
    [
        (small_plan(compliance=HOLDS), [], 0),
        (small_plan(compliance=HOLDS), ["--strict"], 3),
        (small_plan(), [], 3),
        (small_plan(interrupted=True), [], 130),
        (small_plan(compliance=HOLDS, interrupted=True), ["--strict"], 130),
    ],
)
def test_plan_exit_codes(scenario, out, answer, plan, options, code):
    """0, 3, and 130 for an interrupted plan, which is written all the same."""
    answer(plan)
    done = call("plan", scenario, "--out", out, "--no-map", *options)
    assert done.exit_code == code
    assert (out / "plan.json").is_file()


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError(["first", "second"], where="region"), 2, "error: region: 2 problems"),
        (InfeasibleError("rules A and B clash"), 4, "no answer: rules A and B clash"),
        (SolverError("recheck disagrees"), 1, "recheck disagrees"),
        (ZeroDivisionError("oops"), 1, "a defect of the program"),
        (KeyboardInterrupt(), 130, "interrupted before there was an answer"),
    ],
)
def test_errors_are_one_message_on_stderr_and_a_code(scenario, out, answer, error, code, message):
    """A traceback only for defects; nothing is written; stdout stays empty."""
    answer(error)
    done = call("plan", scenario, "--out", out)
    assert done.exit_code == code
    assert message in done.stderr
    assert ("Traceback" in done.stderr) == (code == 1)
    assert done.stdout == ""
    assert not out.exists()


def test_options_change_the_scenario(scenario, out, answer):
    """Every option arrives at the planner."""
    asked = answer(small_plan())
    call("plan", scenario, "--out", out, "--assume", "detour=1.2", "--assume",
         "staff_inflow_cap=none", "--assume", "rounding = per_unit", "--maximise", "coverage",
         "--budget", "5e6", "--time-limit", "9", "--gap", "0.05", "--solver", "COIN_CMD",
         "--no-map", "--no-report")  # fmt: skip
    (question,) = asked
    assert question.assumptions == {
        "detour": 1.2, "staff_inflow_cap": None, "rounding": "per_unit",
    }  # fmt: skip
    assert (question.minimise, question.maximise, question.budget) == (None, "coverage", 5e6)
    assert question.solver.time_limit_seconds == 9
    assert (question.solver.gap, question.solver.name) == (0.05, "COIN_CMD")
    assert not (out / "plan.png").exists()
    assert not (out / "plan.html").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--assume", "detuor=1.4"], "did you mean 'detour'?"),
        (["--assume", "detour"], "expected name=value"),
        (["--assume", "detour=99"], "must lie in"),
        (["--minimise", "cost", "--maximise", "coverage"], "not both"),
        (["--minimise", "money"], "minimise"),
        (["--budget", "-5"], "budget"),
        (["--budget", "much"], "--budget"),
        (["--gap", "2"], "gap"),
        (["--time-limit", "0"], "time_limit_seconds"),
    ],
)
def test_bad_options_are_2_before_anything_runs(scenario, out, answer, options, message):
    """One message that names the option; the planner is not asked; nothing is written."""
    asked = answer(small_plan())
    done = call("plan", scenario, "--out", out, *options)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert asked == []
    assert not out.exists()


def test_an_objective_on_the_command_line_replaces_that_of_the_file(tmp_path, out, answer):
    """--minimise wins over maximise in the file."""
    (tmp_path / "s.toml").write_text("maximise = 'coverage'\n" + SCENARIO)
    asked = answer(small_plan())
    call("plan", tmp_path / "s.toml", "--out", out, "--minimise", "change", "--no-map")
    assert (asked[0].minimise, asked[0].maximise) == ("change", None)


def test_an_out_that_is_a_file_is_refused_before_solving(scenario, out, answer):
    """The planner is not asked, the file stays."""
    out.write_text("mine")
    asked = answer(small_plan())
    done = call("plan", scenario, "--out", out)
    assert done.exit_code == 2
    assert "is a file" in done.stderr
    assert asked == []
    assert out.read_text() == "mine"


def test_other_files_in_out_are_left_alone(scenario, out, answer):
    """Only files that the command writes are replaced."""
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "units.csv").write_text("old")
    answer(small_plan())
    call("plan", scenario, "--out", out, "--no-map")
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "units.csv").read_text().startswith("unit,name")


@pytest.mark.parametrize("name", ["nowhere.toml", "broken.toml"])
def test_a_scenario_that_cannot_be_read_is_2(tmp_path, out, name):
    """Missing, or not TOML."""
    (tmp_path / "broken.toml").write_text("region = ")
    done = call("plan", tmp_path / name, "--out", out)
    assert done.exit_code == 2
    assert name in done.stderr
    assert not out.exists()


def test_json_is_one_document_and_nothing_else(scenario, out, answer):
    """Heads, rules, lines and files; progress stays on stderr."""
    answer(small_plan(bound=float("-inf")))
    done = call("plan", scenario, "--out", out, "--json")
    said = json.loads(done.stdout)
    assert said["exit_code"] == done.exit_code == 3
    assert said["command"] == "plan"
    assert said["bound"] == "-inf"
    assert said["rules"]["must"]["not_met"] == 1
    assert said["compliance"][0]["rule"] == "AMB"
    assert said["compliance"][5]["achieved"] is None
    assert sorted(f.rsplit("/", 1)[-1] for f in said["files"]) == FILES


@pytest.mark.parametrize(
    ("error", "code", "kind", "problems"),
    [
        (InputError(["a", "b"], where="w"), 2, "InputError", ["a", "b"]),
        (InfeasibleError("clash"), 4, "InfeasibleError", ["clash"]),
        (ZeroDivisionError("oops"), 1, "defect", ["oops"]),
        (KeyboardInterrupt(), 130, "KeyboardInterrupt", ["KeyboardInterrupt"]),
    ],
)
def test_json_tells_errors_too(scenario, out, answer, error, code, kind, problems):
    """Also when nothing can be planned, stdout is one document."""
    answer(error)
    done = call("plan", scenario, "--out", out, "--json")
    said = json.loads(done.stdout)
    assert (said["exit_code"], done.exit_code) == (code, code)
    assert said["error"]["kind"] == kind
    assert said["error"]["problems"] == problems


def test_chinese_from_the_option_or_the_file(tmp_path, scenario, out, answer):
    """Either asks for Chinese sheets."""
    import openpyxl

    answer(small_plan())
    call("plan", scenario, "--out", out, "--chinese", "--no-map")
    assert "合规性检查" in openpyxl.load_workbook(out / "plan.xlsx").sheetnames
    (tmp_path / "zh.toml").write_text(SCENARIO + "[outputs]\nchinese = true\nmap = false\n")
    call("plan", tmp_path / "zh.toml", "--out", tmp_path / "zh")
    assert "合规性检查" in openpyxl.load_workbook(tmp_path / "zh" / "plan.xlsx").sheetnames
    assert not (tmp_path / "zh" / "plan.png").exists()


def test_audit_of_today_writes_compliance(scenario, out, audited):
    """Without a plan the scenario's assumptions hold; one table is written."""
    asked = audited(HOLDS)
    done = call("audit", scenario, "--out", out)
    assert done.exit_code == 0
    assert [p.name for p in out.iterdir()] == ["compliance.csv"]
    assert asked["plan"] is None
    assert asked["assumptions"]["detour"] == 1.4
    assert "small, jiaxing-2025: today" in done.stdout
    assert "Rules that do not hold:" in done.stdout


@pytest.mark.parametrize(
    ("table", "options", "code"),
    [(HOLDS, [], 0), (HOLDS, ["--strict"], 3), (rules(("A", "must", False)), [], 3)],
)
def test_audit_exit_codes(scenario, out, audited, table, options, code):
    """The same as those of a plan."""
    audited(table)
    assert call("audit", scenario, "--out", out, *options).exit_code == code


def test_audit_of_a_plan_uses_its_tables_and_assumptions(tmp_path, scenario, out, audited):
    """The plan's own assumptions, with --assume on top; differences are said."""
    export(small_plan(), tmp_path / "plan")
    (tmp_path / "s.toml").write_text(SCENARIO.replace("1.4", "1.3"))
    asked = audited(HOLDS)
    done = call("audit", tmp_path / "s.toml", "--plan", tmp_path / "plan", "--out", out,
                "--assume", "walking_kmh=4")  # fmt: skip
    assert done.exit_code == 0
    assert asked["assumptions"]["detour"] == 1.4
    assert asked["assumptions"]["walking_kmh"] == 4
    assert asked["plan"].units["allocated"].tolist() == small_plan().units["allocated"].tolist()
    assert "detour = 1.4 (scenario: 1.3)" in done.stdout
    assert "edited by hand" not in done.stdout


def test_audit_says_which_tables_were_edited(tmp_path, scenario, out, audited):
    """In words and in JSON."""
    export(small_plan(), tmp_path / "plan")
    path = tmp_path / "plan" / "units.csv"
    path.write_text(path.read_text("utf-8").replace("6,7,8", "6,7,9"), encoding="utf-8")
    audited(HOLDS)
    arguments = ["audit", scenario, "--plan", tmp_path / "plan", "--out", out]
    assert "edited by hand: units" in call(*arguments).stdout
    said = json.loads(call(*arguments, "--json").stdout)
    assert said["edited_by_hand"] == ["units"]
    assert said["rules"]["not_met"] == {"target": 1}
    assert said["assumptions"]["detour"] == 1.4
    assert said["compliance"][0]["met"] is True


def test_audit_does_not_overwrite_the_plan_it_audits(tmp_path, scenario, audited):
    """--out may not be the plan's folder."""
    export(small_plan(), tmp_path / "plan")
    audited(HOLDS)
    done = call("audit", scenario, "--plan", tmp_path / "plan" / "plan.json", "--out",
                tmp_path / "plan")  # fmt: skip
    assert done.exit_code == 2
    assert "choose another" in done.stderr
    assert "edited_by_hand" not in read_plan(tmp_path / "plan").provenance


def test_audit_of_a_folder_that_is_no_plan_is_2(tmp_path, scenario, out, audited):
    """Missing tables are listed; nothing is written."""
    audited(HOLDS)
    (tmp_path / "empty").mkdir()
    done = call("audit", scenario, "--plan", tmp_path / "empty", "--out", out)
    assert done.exit_code == 2
    assert "units.csv is missing" in done.stderr
    assert not out.exists()


def test_policy_list_and_show():
    """The built-in pack, its rules, in words and in JSON."""
    done = call("policy", "list")
    assert done.exit_code == 0
    assert "jiaxing-2025" in done.stdout
    assert "unverified copy" in done.stdout
    listed = json.loads(call("policy", "list", "--json").stdout)
    assert "jiaxing-2025" in {p["id"] for p in listed["policies"]}
    assert "J058" in call("policy", "show", "jiaxing-2025").stdout
    shown = json.loads(call("policy", "show", "jiaxing-2025", "--json").stdout)
    rules = {r["id"]: r for r in shown["rules"]}
    assert list(rules["J031"])[:8] == [
        "id", "kind", "number", "unit", "strength", "level", "clause", "line"
    ]  # fmt: skip
    assert (rules["J031"]["number"], rules["J031"]["unit"]) == (
        "5.75", "public beds per 1,000 residents",
    )  # fmt: skip
    assert rules["J006"]["number"] == "3..5"
    assert rules["J060"]["number"] == "1/3"
    assert [b["id"] for b in rules["J025"]["branches"]] == ["J025.street", "J025.people"]
    assert call("policy", "show", "jiaxing-2052").exit_code == 2


def test_policy_check_lists_every_problem(tmp_path):
    """A sound file is 0; a broken one is 2 and says all that is wrong."""
    path = tmp_path / "mine.toml"
    path.write_text(POLICY)
    done = call("policy", "check", path)
    assert done.exit_code == 0
    assert done.stdout == "mine: 1 rules, no problems; warnings: 0\n"
    path.write_text(POLICY.replace("number", "nmber").replace('"nurses"', '"nurse"'))
    done = call("policy", "check", path)
    assert done.exit_code == 2
    assert "nmber" in done.stderr
    assert "'nurse'" in done.stderr
    said = json.loads(call("policy", "check", path, "--json").stdout)
    assert len(said["error"]["problems"]) >= 2


def test_policy_check_warns(tmp_path):
    """Two rules about one thing: told, and still 0."""
    path = tmp_path / "mine.toml"
    second = POLICY.split("[[rules]]")[1].replace('"A"', '"B"').replace("number = 5", "number = 4")
    path.write_text(POLICY + "[[rules]]" + second)
    done = call("policy", "check", path)
    assert done.exit_code == 0
    assert "A implies B" in done.stdout
    said = json.loads(call("policy", "check", path, "--json").stdout)
    assert len(said["warnings"]) == 1
    assert "-> both lines are kept; A is the stricter and decides" in done.stdout
    assert said["findings"][0]["rules"] == ["A", "B"]


def test_policy_check_of_a_plan_names_what_is_done():
    """A pack may be checked by its id; that its text was not compared is said."""
    done = call("policy", "check", "xihu-2020")
    assert done.exit_code == 0
    assert "X007 implies X006 where at least 75 % of the people are urban" in done.stdout
    assert "not compared with the published text" in done.stdout
    done = call("policy", "check", "jiaxing-2025", "--over", "national")
    assert "N001 (target, national)" in done.stdout
    assert call("policy", "check", "jiaxing-2025", "--over", "natioanl").exit_code == 2


def test_policy_check_on_a_region(tmp_path):
    """Levels that a region has not are told; a region that cannot be read is an error."""
    folder = Path(__file__).parents[3] / "data" / "alachua"
    done = call("policy", "check", "gongshu-2025", "--region", folder, "--json")
    levels = {f["rules"][0] for f in json.loads(done.stdout)["findings"] if f["topic"] == "level"}
    assert "G042" in levels
    assert call("policy", "check", "gongshu-2025", "--region", tmp_path).exit_code == 2


def test_batch_exits_0_when_the_table_is_complete(tmp_path, out):
    """Whatever the rows say; the errors are printed."""
    done = call("batch", tmp_path / "nowhere.toml", "--out", out, "--workers", "1")
    assert done.exit_code == 0
    assert (out / "results.csv").is_file()
    assert "nowhere: cannot be read" in done.stdout
    said = json.loads(call("batch", tmp_path / "nowhere.toml", "--out", out, "--json").stdout)
    assert said["results"][0]["exit_code"] == 2
    assert said["results"][0]["gap"] is None


def test_batch_with_bad_arguments_is_2(tmp_path, out):
    """No workers at all."""
    done = call("batch", tmp_path / "x.toml", "--out", out, "--workers", "0")
    assert done.exit_code == 2
    assert "workers must be >= 1" in done.stderr


def test_batch_interrupted_is_130(tmp_path, out, monkeypatch):
    """With a word on where the finished part is."""

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("allocator.batches.entry.batch", stop)
    done = call("batch", tmp_path / "x.toml", "--out", out)
    assert done.exit_code == 130
    assert "what was finished is in" in done.stderr


@pytest.mark.parametrize(
    "command",
    [["plan"], ["audit"], ["batch"], ["policy", "list"], ["policy", "show"], ["policy", "check"]],
)
def test_every_help_has_an_example(command):
    """--help shows a line to copy."""
    done = call(*command, "--help")
    assert done.exit_code == 0
    assert f"allocator {' '.join(command)}" in done.stdout.split("Example:")[1]


def test_version_and_module():
    """`allocator --version`, and `python -m allocator` is the same command."""
    assert call("--version").stdout == f"allocator {version('allocator-health')}\n"
    done = subprocess.run(
        [sys.executable, "-m", "allocator", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == call("--version").stdout


def test_usage_errors_are_2():
    """An unknown command, a missing option."""
    assert call("paln").exit_code == 2
    assert call("plan", "x.toml").exit_code == 2


def test_help_is_light():
    """--help loads neither plotting nor Excel."""
    code = (
        "import sys\nfrom allocator.cli.app import app\n"
        "heavy = {'matplotlib', 'openpyxl', 'dask'} & sys.modules.keys()\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_text_with_brackets_is_printed_as_it_is(capsys):
    """Area names such as J058[330481] are no markup."""
    printing.print_table(["rule"], [["J058[330481]"], ["[bold]x[/bold]"]])
    said = capsys.readouterr().out
    assert "J058[330481]" in said
    assert "[bold]x[/bold]" in said


def test_a_band_shows_both_ends(capsys, monkeypatch):
    """A rule with a lower and an upper end that does not hold."""
    monkeypatch.setenv("COLUMNS", "120")  # parallel test runs set 80, where the cell wraps
    table = compliance_table(
        [line("BAND", sense="band", required=1234.5, required_upper=2, achieved=3, met=False)]
    )
    printing.print_rules(table, "Rules:")
    assert "1,234.50 to 2" in capsys.readouterr().out


def test_when_all_rules_hold_it_says_so(capsys):
    """No empty table."""
    printing.print_rules(rules(("A", "must", True)), "Rules:")
    assert capsys.readouterr().out == "Every evaluated rule holds.\n"


def test_a_reader_that_stops_is_no_defect():
    """`allocator policy show ... | head` ends quietly."""
    command = f"set -o pipefail; {sys.executable} -m allocator policy show jiaxing-2025 | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("jiaxing-2025")
    assert done.stderr == ""


def test_what_a_terminal_cannot_show_is_replaced():
    """Chinese names on an ASCII terminal do not end in an error."""
    code = "from allocator.cli.printing import tolerate_any_terminal as t\nt()\nprint('嘉兴 ok')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.stdout == "?? ok\n"


def test_a_region_is_planned_in_parts(scenario, out, answer):
    """--by takes the place of what the scenario says."""
    asked = answer(small_plan())
    done = call("plan", scenario, "--out", out, "--by", "county", "--workers", "2", "--no-map")
    assert done.exit_code == 3
    assert asked[0].by == "county"

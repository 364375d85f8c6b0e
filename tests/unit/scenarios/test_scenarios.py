"""Scenarios: one TOML file, read strictly, written back."""

import hashlib
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from plans_for_tests import line, small_plan
from region_folders import tiny_folder

from allocator.auditing.compliance import audit
from allocator.errors import InfeasibleError, InputError, PolicyError, SolverError
from allocator.plan_tables import Tally, compliance_table
from allocator.policy.policies import read_policy
from allocator.scenarios.exit_codes import ExitCode
from allocator.scenarios.reading import read_scenario, write_scenario
from allocator.scenarios.running import load, run
from allocator.scenarios.scenario import Scenario, SolverTable

FULL = """
name = "嘉兴 test"
region = "data"
policy = "jiaxing-2025"
maximise = "coverage"
budget = 250_000_000

[assumptions]
detour = 1.4
staff_inflow_cap = "none"
population = "region"
cost_years = 2

[solver]
name = "highs"
gap = 0.01
time_limit_seconds = 60
node_limit = 1000
seed = 7
threads = 2

[outputs]
chinese = true
map = false
"""
LEAST = 'region = "."\npolicy = "jiaxing-2025"\n'


@pytest.fixture
def write(tmp_path):
    """Write a scenario file and give its path."""

    def written(text, name="question.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


def test_every_field_is_read(write):
    """A scenario file with everything in it."""
    scenario = read_scenario(write(FULL))
    assert (scenario.name, scenario.maximise, scenario.minimise) == ("嘉兴 test", "coverage", None)
    assert scenario.budget == 250_000_000.0
    assert scenario.assumptions == {
        "detour": 1.4, "staff_inflow_cap": None, "population": "region", "cost_years": 2.0,
    }  # fmt: skip
    assert scenario.solver == SolverTable(
        gap=0.01, time_limit_seconds=60.0, node_limit=1000, seed=7, threads=2
    )
    assert (scenario.outputs.chinese, scenario.outputs.map) == (True, False)


def test_region_and_policy_are_enough(write):
    """Everything else has a default; the name is that of the file."""
    scenario = read_scenario(write(LEAST))
    assert scenario == Scenario(
        name="question", region=".", policy="jiaxing-2025", file=scenario.file
    )
    assert scenario.outputs.map


def test_paths_are_relative_to_the_file(write, tmp_path):
    """Wherever the command is run, region and policy lie beside the scenario."""
    scenario = read_scenario(write('region = "data"\npolicy = "mine.toml"\n'))
    assert scenario.region_path == tmp_path / "data"
    assert scenario.policy_source == tmp_path / "mine.toml"
    assert read_scenario(write(LEAST)).policy_source == "jiaxing-2025"


OWN_RULES = """
region = "."
policy = "jiaxing-2025"
over = "national"

[overrides.J031]
number = 6.25
strength = "must"

[overrides."J025.people"]
upper = 80_000

[[rules]]
id = "mine"
kind = "coverage"
strength = "wish"
meaning = "a station within 8 minutes"
sites = { kinds = ["ems_station"], new = false }
within_minutes = 8
"""


def test_own_rules_and_overrides_are_read(write):
    """The policy that is planned for has them, each with its origin."""
    policy = read_scenario(write(OWN_RULES)).read_policy()
    assert policy.origin_of("J031") == "override of jiaxing-2025"
    assert policy.origin_of("J025.people") == "override of jiaxing-2025"
    assert policy.origin_of("mine") == "own rule"
    assert policy.origin_of("N001") == "national"
    assert policy.origin_of("J012") == "jiaxing-2025"
    rules = {r.id: r for r in policy.rules}
    assert rules["J031"].number == Fraction(25, 4)
    assert rules["mine"].sites.new is False


def test_problems_of_own_rules_are_told(write):
    """With the name of the policy that they were to change."""
    scenario = read_scenario(write(OWN_RULES.replace("J031", "J31")))
    with pytest.raises(InputError, match=r"policy jiaxing-2025: overrides.J31: no rule of this id"):
        scenario.read_policy()


def test_a_policy_without_changes_is_the_pack_itself(write):
    """Nothing is merged where nothing is asked for."""
    assert read_scenario(write(LEAST)).read_policy() == read_policy("jiaxing-2025")


def test_absolute_paths_stay(write, tmp_path):
    """An absolute region is not put below the scenario's folder."""
    scenario = read_scenario(write(f"region = '{tmp_path / 'x'}'\npolicy = 'p'\n"))
    assert scenario.region_path == tmp_path / "x"


@pytest.mark.parametrize("text", [FULL, LEAST, OWN_RULES])
def test_written_and_read_again_it_is_the_same(write, tmp_path, text):
    """Scenario -> TOML -> Scenario."""
    scenario = read_scenario(write(text))
    write_scenario(scenario, tmp_path / "again.toml")
    again = read_scenario(tmp_path / "again.toml")
    assert again == scenario.changed(file=again.file)


def test_written_elsewhere_it_names_the_same_region(write, tmp_path):
    """Relative paths follow the file."""
    scenario = read_scenario(write('region = "data"\npolicy = "mine.toml"\n'))
    (tmp_path / "below").mkdir()
    write_scenario(scenario, tmp_path / "below" / "again.toml")
    again = read_scenario(tmp_path / "below" / "again.toml")
    assert again.region == "../data"
    assert again.region_path.resolve() == scenario.region_path.resolve()
    assert again.policy_source.resolve() == scenario.policy_source.resolve()


def test_difficult_names_survive(write, tmp_path):
    """Quotes, backslashes, line ends and control characters in a name."""
    scenario = read_scenario(write(LEAST)).changed(name='a "b" \\ c\n\x7f\x01 嘉')
    write_scenario(scenario, tmp_path / "again.toml")
    assert read_scenario(tmp_path / "again.toml").name == scenario.name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nam = 'x'\n" + LEAST, "unknown key 'nam'; did you mean 'name'?"),
        ("file = 'x'\n" + LEAST, "unknown key 'file'"),
        (LEAST + "[solver]\ngapp = 1", "unknown key 'solver.gapp'; did you mean 'solver.gap'?"),
        (LEAST + "[solver]\nzzz = 1", "known: name, gap, time_limit_seconds"),
        (LEAST + "[outputs]\nchinees = true", "did you mean 'outputs.chinese'?"),
        (LEAST + "[assumptions]\ndetuor = 1.4", "unknown assumption 'detuor'"),
        (LEAST + "[assumptions]\ndetour = 'far'", "assumption detour: must be a number, got 'far'"),
        (LEAST + "[assumptions]\ndetour = 99", r"detour: must lie in \[1, 5\]"),
        (LEAST + "[assumptions]\ndetour = true", "assumption detour: must be a number, got True"),
        (LEAST + "[assumptions]\ndetour = [1]", r"assumption detour: must be a number, got \[1\]"),
        (LEAST + "[assumptions]\ndetour = 'none'", "assumption detour: must be a number, got None"),
        ("policy = 'p'\n", "missing key 'region'"),
        ("region = ''\npolicy = 'p'\n", "region: String should have at least 1 character"),
        ("region = 3\npolicy = 'p'\n", "region: Input should be a valid string, got 3"),
        ("minimise = 'money'\n" + LEAST, "minimise: Input should be 'cost', 'change' or 'travel'"),
        ("minimise = 'cost'\nmaximise = 'coverage'\n" + LEAST, "minimise or maximise, not both"),
        ("budget = -1\n" + LEAST, "budget: Input should be greater than or equal to 0, got -1"),
        ("budget = nan\n" + LEAST, "budget: Input should be a finite number"),
        ("budget = '5 m'\n" + LEAST, "budget: Input should be a valid number, got '5 m'"),
        ("budget = true\n" + LEAST, "budget: Input should be a valid number, got True"),
        (LEAST + "[solver]\ngap = 1", "solver.gap: Input should be less than 1"),
        (LEAST + "[solver]\nthreads = 0", "solver.threads: Input should be greater"),
        (LEAST + "[solver]\nseed = 1.5", "solver.seed: Input should be a valid integer"),
        ("solver = 'highs'\n" + LEAST, "solver: Input should be"),
        ("assumptions = 3\n" + LEAST, "assumptions: Input should be a valid dictionary"),
        (LEAST + "[outputs]\nmap = 1", "outputs.map: Input should be a valid boolean, got 1"),
        ("region = \n", "not valid TOML"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_in_words(write, text, message):
    """Unknown keys name the nearest known one; values say what was expected."""
    with pytest.raises(InputError, match=message):
        read_scenario(write(text))


def test_all_mistakes_are_told_at_once(write):
    """Unknown keys, types and assumptions in one error."""
    with pytest.raises(InputError) as caught:
        read_scenario(write("nam = 1\nbudget = 'x'\n[assumptions]\ndetuor = 1\ndetour = 9\n"))
    assert len(caught.value.problems) == 6


def test_a_missing_file_is_told_with_what_comes_near(tmp_path):
    """What was looked for and in which folder; names there that are like it, or all there are."""
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "scenario.toml").write_text("", encoding="utf-8")
    for asked, wanted, near in (
        ("city/scenaro.toml", "no file 'scenaro.toml' in", "did you mean '{}/city/scenario.toml'?"),
        ("city/x.toml", "no file 'x.toml' in", "there are scenario.toml"),
        ("ctiy/scenario.toml", "no folder 'ctiy' in", "did you mean '{}/city'?"),
        ("city/a/b.toml", "no folder 'a' in", "it has no such folder at all"),
        ("city", "it is a folder", "give one of its files: scenario.toml"),
    ):
        with pytest.raises(InputError) as caught:
            read_scenario(tmp_path / asked)
        assert wanted in str(caught.value)
        assert near.format(tmp_path.as_posix()) in str(caught.value)


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path):
    """Missing, a folder, or not UTF-8."""
    with pytest.raises(InputError, match=r"nowhere\.toml: cannot be read: there is no file"):
        read_scenario(tmp_path / "nowhere.toml")
    with pytest.raises(InputError, match=r"it is a folder; give a \.toml file"):
        read_scenario(tmp_path)
    (tmp_path / "gbk.toml").write_bytes('name = "嘉兴"'.encode("gbk"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_scenario(tmp_path / "gbk.toml")


def test_with_assumptions_changes_a_copy():
    """The old scenario stays; the new one is checked."""
    scenario = Scenario(name="a", region="r", policy="p", assumptions={"detour": 1.4})
    other = scenario.with_assumptions({"walking_kmh": 4.0, "staff_inflow_cap": None})
    assert other.assumptions == {"detour": 1.4, "walking_kmh": 4.0, "staff_inflow_cap": None}
    assert scenario.assumptions == {"detour": 1.4}
    with pytest.raises(InputError, match="unknown assumption"):
        scenario.with_assumptions({"walking": 4.0})


def test_load_tells_the_problems_of_region_and_policy_together(write):
    """Both are missing: one error says both."""
    scenario = read_scenario(write('region = "nowhere"\npolicy = "jiaxing-2052"\n'))
    with pytest.raises(InputError) as caught:
        load(scenario)
    told = "\n".join(caught.value.problems)
    assert "nowhere" in told
    assert "did you mean 'jiaxing-2025'?" in told


def test_run_hands_everything_to_the_planner(write, monkeypatch):
    """Objective, budget, assumptions and solver settings arrive; the scenario is recorded."""
    seen = {}

    def planner(region, policy, **options):
        seen.update(options, region=region, policy=policy)
        return small_plan()

    monkeypatch.setattr("allocator.region.folder.read_region", lambda path: f"region {path.name}")
    monkeypatch.setattr("allocator.planning.optimisation.plan", planner)
    path = write(FULL)
    plan = run(read_scenario(path), progress=print, models=Path("programs"))
    assert (seen["region"], seen["policy"].id) == ("region data", "jiaxing-2025")
    assert (seen["minimise"], seen["maximise"], seen["budget"]) == (None, "coverage", 250_000_000.0)
    assert seen["assumptions"]["detour"] == 1.4
    assert (seen["solver"].gap, seen["solver"].seed, seen["solver"].threads) == (0.01, 7, 2)
    assert (seen["progress"], seen["models"]) == (print, Path("programs"))
    assert plan.provenance["scenario"] == "嘉兴 test"
    assert plan.provenance["scenario_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert plan.provenance["attribution"] == small_plan().provenance["attribution"]


@pytest.mark.parametrize(
    ("strengths", "strict", "code"),
    [
        ([("must", True), ("target", False)], False, 0),
        ([("must", True), ("must", False)], False, 3),
        ([("must", None)], False, 0),
        ([("must", None)], True, 3),
        ([("target", None), ("wish", False)], True, 0),
        ([("info", False)], True, 0),
    ],
)
def test_exit_codes_of_rules(strengths, strict, code):
    """Only must rules decide; those not evaluated only when asked to be strict."""
    lines = [
        line(f"R{i}", strength=strength, met=met, evaluated=met is not None)
        for i, (strength, met) in enumerate(strengths)
    ]
    assert ExitCode.of_tally(Tally.of(compliance_table(lines)), strict=strict) == code


def test_exit_codes_of_plans_and_errors():
    """An interrupted plan is 130, whatever its rules say; errors by kind."""
    assert ExitCode.of_plan(small_plan()) == 3
    assert ExitCode.of_plan(small_plan(interrupted=True)) == 130
    assert ExitCode.of_error(PolicyError("x")) == 2
    assert ExitCode.of_error(InfeasibleError("x")) == 4
    assert ExitCode.of_error(SolverError("x")) == 1
    assert ExitCode.of_error(KeyError("x")) == 1
    assert ExitCode.of_error(KeyboardInterrupt()) == 130


def test_people_are_multiplied_before_planning(write, tmp_path, monkeypatch):
    """Region and forecast arrive multiplied; the factors are recorded."""
    tiny_folder(tmp_path)
    seen = {}

    def planner(region, policy, **options):
        seen.update(options, region=region)
        return small_plan()

    monkeypatch.setattr("allocator.planning.optimisation.plan", planner)
    factors = LEAST.replace("jiaxing-2025", "xihu-2020") + "[population]\nA = 1.5\n"
    plan = run(read_scenario(write(factors)))
    assert plan.provenance["population_factors"] == {"A": 1.5}
    assert seen["region"].units.people("A") == 1500
    assert seen["assumptions"]["population"] == "policy"
    plan = run(read_scenario(write(factors + "[assumptions]\npopulation = 7200\n")))
    assert seen["assumptions"]["population"] == 2000 * 1.5 + 5200
    with pytest.raises(InputError, match="population: no planning units: 'C'"):
        run(read_scenario(write(factors.replace("A =", "C ="))))
    assert "population_factors" not in run(read_scenario(write(LEAST))).provenance


@pytest.mark.parametrize("value", ["0", "-1", "true", "'x'", "inf", "[1]"])
def test_a_factor_that_is_none_is_told_once(write, value):
    """By the unit's name, in one line."""
    with pytest.raises(InputError) as caught:
        read_scenario(write(LEAST + f"[population]\nA = {value}\n"))
    (problem,) = caught.value.problems
    assert problem.startswith("population.A: must be a factor > 0, as 1.05 for 5 % more people")


def test_none_stands_for_nothing(write):
    """As TOML has no null: limits, tables and objectives."""
    text = 'budget = "none"\nminimise = "none"\ntravel = "none"\nyears = "none"\n' + LEAST
    limit = '[solver]\ntime_limit_seconds = "none"\n'
    assert read_scenario(write(text + limit)) == read_scenario(write(LEAST))
    tables = ("over", "population", "assumptions", "solver", "outputs", "overrides", "rules")
    text += "".join(f'{name} = "none"\n' for name in tables)
    assert read_scenario(write(text)) == read_scenario(write(LEAST))


POLICY = """
id = "mine"
title = "Mine"
[[rules]]
id = "people"
kind = "parameter"
strength = "info"
number = 7200
clause = "c"
line = 1
meaning = "people of the plan's year"
[[rules]]
id = "beds"
kind = "quota"
strength = "must"
sense = ">="
number = 5
per = 1000
resources = ["public_beds"]
clause = "c"
line = 1
meaning = "beds per 1,000 residents"
"""


def test_a_plan_for_multiplied_people_passes_its_audit(write, tmp_path):
    """The forecast of 7,200 grows with A's people, and whoever loads the scenario sees the same."""
    tiny_folder(tmp_path)
    write(POLICY, "mine.toml")
    text = 'region = "."\npolicy = "mine.toml"\nminimise = "cost"\n[population]\nA = 1.5\n'
    scenario = read_scenario(write(text))
    plan = run(scenario)
    required = plan.units[plan.units["resource"] == "public_beds"].set_index("unit")["required"]
    assert required[["A", "B"]].tolist() == [15, 26]  # 5 per 1,000 of 3,000 and of 5,200 people
    region, policy, assumptions = load(scenario)
    audited = audit(region, policy, plan, assumptions=assumptions)
    columns = ["rule", "area", "required", "achieved", "met"]
    made = plan.compliance[columns].astype(object).reset_index(drop=True)
    pd.testing.assert_frame_equal(audited[columns].astype(object).reset_index(drop=True), made)

"""The JSON schema of scenario files: what it takes, the reader takes; what it tells, is true."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from region_folders import tiny_folder
from scenario_strategies import SCENARIOS

from allocator.assumptions import CATALOGUE
from allocator.errors import InputError
from allocator.files.toml import write_toml
from allocator.files.travel_keys import keys_of_modes
from allocator.scenarios.checking import checked_variants
from allocator.scenarios.docstrings import described_fields, plain_words
from allocator.scenarios.reading import KEYS
from allocator.scenarios.schema import scenario_schema

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path
    for place in ("data", "examples", "tests/places")
    for path in (ROOT / place).rglob("*.toml")
    if "scenario" in path.stem or "sweep" in path.stem
)
LEAST = 'region = "."\npolicy = "jiaxing-2025"\n'


@pytest.fixture(scope="module")
def validator():
    """The schema, itself checked."""
    schema = scenario_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def told(validator, text):
    """What is wrong with a scenario file by its schema."""
    return [error.message for error in validator.iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_scenario_of_the_project_fits(validator, path):
    """Of data, examples and places."""
    assert told(validator, path.read_text("utf-8")) == []


def test_there_are_scenarios_to_check():
    """The list above is not empty by mistake."""
    assert len(FILES) >= 11


@pytest.mark.parametrize(
    "text",
    [
        'budget = "none"\nminimise = "none"\nyears = "none"\ntravel = "none"\n' + LEAST,
        'minimise = "cost"\nmaximise = "none"\n' + LEAST,
        'over = "none"\npopulation = "none"\nassumptions = "none"\nrules = "none"\n' + LEAST,
        'extends = "base.toml"\n[travel.drive]\ncongestion = 0.5\n[samples]\nseed = 3\n',
        'sweep = "none"\nsamples = "none"\nextends = "base.toml"\n',
        '[[sweep.zip]]\nregion = [".", "b"]\npolicy = ["national", "x.toml"]\n',
        LEAST + '[solver]\ntime_limit_seconds = "none"\nthreads = 2\n',
        LEAST + '[overrides.J031]\nnumber = "1/3"\n[overrides."J025.people"]\nupper = "none"\n',
        LEAST + "[years]\nfirst = 2021\nlast = 2025\nbudget_per_year = [1, 2, 3, 4, 5]\n"
        "hires_per_year = { nurses = 5 }\nattrition = { nurses = 0.04 }\nshortfall = 'even'\n",
        LEAST + "[travel]\nkm_along = 'drive'\n[travel.drive]\nroads = 'a.osm.pbf'\n"
        "[travel.walk]\nrural_by = 'drive'\n[travel.ambulance]\ntable = 't.csv'\nmissing = [9]\n",
        LEAST + "[assumptions]\nstaff_inflow_cap = 'none'\npopulation = 5e6\ndetour = 1.5\n",
        LEAST + "[sweep]\n'assumptions.detour' = [1.2]\n'overrides.J025.people.upper' = [3]\n"
        "budget = { from = 1, to = 2, step = 0.5 }\n'travel.drive.roads' = ['x.graphml']\n"
        "'population.all' = [1.1]\n'years.attrition.nurses' = [0.1]\n'rules.a.b.number' = [1]\n"
        "'travel.walk' = ['none', { friction = 'x.tif' }]\nminimise = ['cost', 'none']\n"
        "[[sweep.exclude]]\nbudget = 1\n",
        LEAST + "[sweep]\nassumptions.detour = [1.2]\nyears.attrition.nurses = [0.1]\n"
        "overrides.J025.people.upper = [3]\npopulation.A = { from = 1, to = 2, count = 2 }\n",
        LEAST + "[samples]\ncount = 3\nspread = { all = 0.1, A = 0.2 }\nlevel = 'city'\n",
        LEAST + "[[rules]]\nid = 'a'\nkind = 'quota'\nstrength = 'wish'\nmeaning = 'm'\n"
        "resources = ['nurses']\nsense = '>='\nnumber = 6\nper = 1000\n",
    ],
)  # fmt: skip
def test_what_is_sound_fits(validator, text):
    """Everything that the documentation shows."""
    assert told(validator, text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('policy = "national"\n', "is not valid under any of the given schemas"),
        ("nam = 'x'\n" + LEAST, "'nam' was unexpected"),
        ("minimise = 'money'\n" + LEAST, "'money' is not one of"),
        ("minimise = 'cost'\nmaximise = 'coverage'\n" + LEAST, "should not be valid under"),
        ("budget = -1\n" + LEAST, "-1 is less than the minimum of 0"),
        ("budget = 'much'\n" + LEAST, "'much' does not match '^none$'"),
        ('region = "."\npolicy = "jiaxing-2052"\n', "is not valid under any of the given schemas"),
        (LEAST + "[assumptions]\ndetuor = 1.4\n", "'detuor' was unexpected"),
        (LEAST + "[assumptions]\ndetour = 99\n", "99 is greater than the maximum of 5"),
        (LEAST + "[assumptions]\nrounding = 'x'\n", "'x' is not one of"),
        (LEAST + "[solver]\ngap = 1\n", "1 is greater than or equal to the maximum of 1"),
        (LEAST + "[population]\nA = 0\n", "0 is less than or equal to the minimum of 0"),
        (LEAST + "[years]\nfrist = 2021\n", "'frist' was unexpected"),
        (LEAST + "[years]\nattrition = { nurse = 0.1 }\n", "'nurse' was unexpected"),
        (LEAST + "[travel.drve]\nroads = 'x'\n", "'drve' was unexpected"),
        (LEAST + "[travel.drive]\nroads = 'x'\nfriction = 'y'\n", "is not valid under any"),
        (LEAST + "[overrides.J031]\nnmber = 1\n", "'nmber' was unexpected"),
        (LEAST + "[[rules]]\nid = 'a'\nkind = 'qota'\n", "'qota' is not one of"),
        (LEAST + "[[rules]]\nid = 'a'\nkind = 'quota'\n", "'strength' is a required property"),
        (LEAST + "[sweep]\ndetour = [1]\n", "'detour' does not match any of the regexes"),
        (LEAST + "[sweep]\n'assumptions.detour' = [9]\n", "9 is greater than the maximum of 5"),
        (LEAST + "[sweep.assumptions]\ndetuor = [1.2]\n", "'detuor' was unexpected"),
        (LEAST + "[sweep]\nbudget = { from = 1, step = 1 }\n", "'to' is a required property"),
        (LEAST + "[sweep]\nbudget = { from = 1, to = 2, step = 1, count = 2 }\n",
         "should not be valid under"),
        (LEAST + "[sweep]\nbudget = []\n", "[] should be non-empty"),
        (LEAST + "[samples]\ncount = 0\n", "0 is less than the minimum of 1"),
        (LEAST + "[samples]\ndistribution = 'beta'\n", "'beta' is not one of"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_the_editor(validator, tmp_path, text, message):
    """Each at its place, and the reader refuses them all, too."""
    found = told(validator, text)
    assert any(message in one for one in found), found
    tiny_folder(tmp_path)
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        checked_variants(tmp_path / "s.toml")


def test_every_key_and_assumption_is_in_it(validator):
    """With its meaning; and what docstrings say is told in plain words."""
    properties = validator.schema["properties"]
    assert set(properties) == {*KEYS, "extends", "sweep", "samples"}
    assert set(properties["assumptions"]["properties"]) == {one.name for one in CATALOGUE}
    for name, schema in properties.items():
        assert schema.get("description"), name
    for schema in properties["assumptions"]["properties"].values():
        assert "Source: " in schema["description"]
    text = json.dumps(validator.schema)
    assert ":class:" not in text
    assert "``" not in text
    assert len(keys_of_modes()) == len(set(keys_of_modes()))


def test_docstrings_are_read_by_field():
    """Several names of one entry, and none of another section."""

    class Told:
        """Something.

        Attributes
        ----------
        one, two
            The :func:`allocator.plan` of ``both``,
            on two lines.
        three
            Alone.

        Notes
        -----
        four
            Not a field.
        """

    assert described_fields(Told) == {
        "one": "The plan of both, on two lines.", "two": "The plan of both, on two lines.",
        "three": "Alone.",
    }  # fmt: skip
    assert described_fields(int) == {}
    assert plain_words("a\n  b") == "a b"


@given(scenario=SCENARIOS)
def test_what_the_reader_takes_fits(validator, tmp_path_factory, scenario):
    """Scenarios at random, written and read again."""
    path = tmp_path_factory.mktemp("schema") / "s.toml"
    write_toml(scenario, path)
    assert told(validator, path.read_text("utf-8")) == []

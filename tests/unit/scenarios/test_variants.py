"""Files that stand for many scenarios."""

import itertools
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from region_folders import tiny_folder
from scenario_files import beside_a_tiny_region

from allocator.errors import InputError
from allocator.files.toml import write_toml
from allocator.scenarios.hashing import content_hash
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.variants import variants

LEAST = 'region = "."\npolicy = "jiaxing-2025"\n'
OWN_RULE = """
[[rules]]
id = "mine.own"
kind = "quota"
strength = "wish"
meaning = "nurses"
resources = ["nurses"]
sense = ">="
number = 6
per = 1000
"""


@pytest.fixture
def write(tmp_path):
    """Write a scenario beside a tiny region and give its path."""
    return beside_a_tiny_region(tmp_path)


def varied(path):
    """What every variant of a file varies."""
    return [dict(variant.varied) for variant in variants(path)]


def problems(path):
    """Everything that is wrong with a file."""
    with pytest.raises(InputError) as caught:
        variants(path)
    return list(caught.value.problems)


def test_a_plain_file_is_one_scenario(write):
    """With nothing varied, and a name for a folder."""
    path = write('name = "a/b: c"\n' + LEAST)
    (one,) = variants(path)
    assert (one.name, dict(one.varied)) == ("a_b_ c", {})
    assert one.scenario == read_scenario(path)


def test_every_combination_is_a_variant(write):
    """The last path varies fastest; a value reaches the scenario wherever its key is."""
    text = (
        LEAST
        + OWN_RULE
        + (
            "[years]\nfirst = 2021\nlast = 2025\n[sweep]\n"
            '"assumptions.detour" = [1.2, 1.3]\n'
            "budget = { from = 1e8, to = 2e8, count = 2 }\n"
            '"overrides.J025.people.upper" = [80_000]\n'
            '"overrides.J031.number" = { from = 5.5, to = 6, step = 0.5 }\n'
            '"rules.mine.own.number" = [7]\n'
            '"years.attrition.nurses" = [0.05]\n'
            '"years.last" = [2024]\n'
            '"population.A" = [1.1]\n'
            '"solver.seed" = [3]\n'
        )
    )
    found = variants(write(text))
    assert len(found) == 8
    assert [v.varied["overrides.J031.number"] for v in found[:3]] == [5.5, 6.0, 5.5]
    last = found[-1].scenario
    assert (last.budget, last.assumptions) == (2e8, {"detour": 1.3})
    assert last.overrides == {"J025.people": {"upper": 80_000}, "J031": {"number": 6.0}}
    assert last.rules[0]["number"] == 7
    assert last.years == {"first": 2021, "last": 2024, "attrition": {"nurses": 0.05}}
    assert (last.population, last.solver.seed) == ({"A": 1.1}, 3)
    assert (
        found[0].name
        == (
            "base detour=1.2 budget=100000000 J025.people.upper=80000 J031.number=5.5 "
            "mine.own.number=7 attrition.nurses=0 d9c9"
        )[: len(found[0].name)]
        or found[0].name
    )
    assert len({v.name for v in found}) == 8
    assert all(v.scenario.name == v.name for v in found)


def test_keys_may_stand_in_tables(write):
    """Dots without quotes make tables; ranges, zips and exclusions stay what they are."""
    quoted = (
        "[sweep]\n'assumptions.detour' = [1.2, 1.3]\n'overrides.J031.number' = [5, 6]\n"
        "'population.A' = { from = 1, to = 1.2, step = 0.1 }\n"
        "[[sweep.zip]]\n'solver.seed' = [1, 2]\n'assumptions.walking_kmh' = [3, 4]\n"
        "[[sweep.exclude]]\n'assumptions.detour' = 1.2\n'solver.seed' = 1\n"
    )
    found = variants(write(LEAST + quoted))
    assert found == variants(write(LEAST + quoted.replace("'", "")))
    assert len(found) == 18
    tables = quoted[: quoted.index("'overrides")].replace("'assumptions.detour'", "detour")
    tables = tables.replace("[sweep]", "[sweep.assumptions]")
    assert [v.varied for v in variants(write(LEAST + tables))] == [
        {"assumptions.detour": 1.2}, {"assumptions.detour": 1.3},
    ]  # fmt: skip


def test_zipped_lists_vary_together(write):
    """Row by row, in a product with all else."""
    text = LEAST + (
        "[sweep]\n'assumptions.detour' = [1.2, 1.3]\n"
        "[[sweep.zip]]\nbudget = [1e8, 2e8, 'none']\n"
        "'assumptions.walking_kmh' = { from = 3, to = 5, step = 1 }\n"
    )
    rows = [(v["budget"], v["assumptions.walking_kmh"]) for v in varied(write(text))]
    assert rows == [(1e8, 3), (2e8, 4), (None, 5)] * 2


def test_combinations_can_be_left_out(write):
    """All of an exclusion's keys must match; a list is any of its values."""
    text = LEAST + (
        "[sweep]\n'assumptions.detour' = [1.2, 1.3, 1.4]\nbudget = [1, 2]\n"
        "[[sweep.exclude]]\nbudget = 1.0\n'assumptions.detour' = [1.3, 1.4]\n"
    )
    rows = [(v["assumptions.detour"], v["budget"]) for v in varied(write(text))]
    assert rows == [(1.2, 1), (1.2, 2), (1.3, 2), (1.4, 2)]


def test_objectives_take_the_place_of_each_other(write):
    """A base that maximises can be minimised; both in one file vary together."""
    base = 'maximise = "coverage"\nbudget = 1e8\n' + LEAST
    found = variants(write(base + "[sweep]\nminimise = ['cost', 'change']\n"))
    assert [(v.scenario.minimise, v.scenario.maximise) for v in found] == [
        ("cost", None), ("change", None),
    ]  # fmt: skip
    both = "[[sweep.zip]]\nminimise = ['cost', 'none']\nmaximise = ['none', 'worst_county']\n"
    found = variants(write(base + both))
    assert [(v.scenario.minimise, v.scenario.maximise) for v in found] == [
        ("cost", None), (None, "worst_county"),
    ]  # fmt: skip
    assert found[1].varied == {"minimise": None, "maximise": "worst_county"}
    (told,) = problems(write(base + "[sweep]\nminimise = ['cost']\nmaximise = ['coverage']\n"))[:1]
    assert "minimise and maximise: one takes the place of the other" in told


def test_sources_of_travel_take_the_place_of_each_other(write, tmp_path):
    """A mode as a whole, its source, and an option of it whichever stands first."""
    for name in ("a.graphml", "b.graphml", "f.tif"):
        (tmp_path / name).write_text("", encoding="utf-8")
    base = LEAST + '[travel.drive]\nfriction = "f.tif"\nmargin_km = 3\n[sweep]\n'
    text = "'travel.drive.congestion' = [0.5]\n'travel.drive.roads' = ['a.graphml', 'b.graphml']\n"
    assert [v.scenario.travel for v in variants(write(base + text))] == [
        {"drive": {"roads": name, "congestion": 0.5}} for name in ("a.graphml", "b.graphml")
    ]
    text = "'travel.drive' = [{ roads = 'a.graphml' }, { friction = 'f.tif' }, 'none']\n"
    assert [v.scenario.travel for v in variants(write(base + text))] == [
        {"drive": {"roads": "a.graphml"}}, {"drive": {"friction": "f.tif"}}, {},
    ]  # fmt: skip
    text = "'travel.drive.roads' = ['a.graphml']\n'travel.drive.friction' = ['f.tif']\n"
    assert any("vary 'travel.drive' as a whole" in p for p in problems(write(base + text)))


def test_policies_and_regions_can_be_varied(write, tmp_path):
    """Each with its own rules: a rule that one of them lacks is told for that one."""
    other = tiny_folder(tmp_path / "other")
    text = LEAST + "[sweep]\nregion = ['.', 'other']\nover = ['', 'national']\n"
    found = variants(write(text))
    assert {v.scenario.region_path.resolve() for v in found} == {tmp_path, other}
    text += "'overrides.N001.within_km' = [4]\n"
    (told,) = problems(write(text))
    assert told.startswith("policy jiaxing-2025: overrides.N001: no rule of this id")
    assert told.endswith("[with over = '']")


def test_all_problems_of_all_variants_are_told(write):
    """Of the file, of the sweep and of single values, each once with the values that have it."""
    text = (
        "nam = 1\nbudget = -1\n"
        + LEAST
        + (
            "[sweep]\n'assumptions.detour' = [1.2, 9, 10]\nregoin = ['.']\n"
            "'overrides.J031.number' = [6, -6]\npolicy = ['jiaxing-2025', 'jiaxing-2052']\n"
            "'assumptions.walking_kmh' = 3\n'solver.gap' = []\n'solver.seed' = [1, 1.0]\n"
            "'years.frist' = [1]\nrules = [1]\n'file' = ['x']\n"
        )
    )
    told = problems(write(text))
    for expected in (
        "unknown key 'nam'; did you mean 'name'?",
        "sweep: unknown key 'regoin'; did you mean 'region'?",
        "sweep: assumptions.walking_kmh: must be a list of values, or a range",
        "sweep: solver.gap: must be a list of values",
        "sweep: solver.seed: 1 comes twice; keep one",
        "sweep: unknown key 'years.frist'; did you mean 'years.first'?",
        "sweep: unknown key 'rules'",
        "sweep: unknown key 'file'",
        "budget: Input should be greater than or equal to 0, got -1",
    ):
        assert any(one.startswith(expected) for one in told), (expected, told)
    assert any("got 9 [with assumptions.detour = 9]" in one for one in told)
    assert any("got 10 [with assumptions.detour = 10]" in one for one in told)
    assert any(one.startswith("policy: no built-in policy") and
               one.endswith("[with policy = 'jiaxing-2052']") for one in told)  # fmt: skip
    assert any("J031" in one and "-6" in one and "variants, the first with" in one for one in told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweep = 3\n" + LEAST, "sweep: must be a table of key paths, got 3"),
        (LEAST + "[sweep]\n", "sweep: varies nothing"),
        (LEAST + "[sweep]\nzip = [3]\n", r"sweep: zip: must be tables, \[\[sweep.zip\]\], got"),
        (LEAST + "[[sweep.zip]]\n", "sweep: zip: must be tables"),
        (LEAST + "[[sweep.zip]]\nbudget = [1, 2]\nover = ['']\n",
         "sweep: zip 1: lists that vary together must be of one length; budget has 2, over has 1"),
        (LEAST + "[[sweep.zip]]\nbudget = [1, 1]\n", "sweep: zip 1: .* comes twice"),
        (LEAST + "[sweep]\nbudget = [1]\n[[sweep.zip]]\nbudget = [2]\n", "budget: is varied twice"),
        (LEAST + "[sweep]\nbudget = [1]\n[[sweep.exclude]]\nover = ''\n",
         "exclude: over is not varied; varied are budget"),
        (LEAST + "[sweep]\nbudget = [1]\n[[sweep.exclude]]\nbudget = 2\n",
         "exclude: no combination has"),
        (LEAST + "[sweep]\nbudget = [1]\n[[sweep.exclude]]\nbudget = 1\n",
         "exclude: leaves nothing to plan"),
        (LEAST + "[sweep]\nbudget = { from = 1, to = 2 }\n",
         "sweep: budget: a range needs one of step and count"),
        (LEAST + "[sweep]\nbudget = { from = 1, to = 200, step = 1 }\n"
         "'solver.seed' = { from = 1, to = 100, step = 1 }\n",
         "sweep: 20,000 combinations, at most 10,000 can be one file's"),
        (LEAST + "[sweep]\n'overrides.J31.number' = [1]\n", "no rule of the policy is called so"),
        (LEAST + "[sweep]\n'overrides.J031' = [1]\n", "unknown key 'overrides.J031'"),
        (LEAST + "[sweep]\n'rules.J031.number' = [1]\n", "is changed by 'overrides.ID.FIELD'"),
        (LEAST + "[sweep]\n'travel.drive.raods' = [1]\n", "did you mean 'travel.drive.roads'?"),
        ("rules = [{ id = 'a' }, 3]\n" + LEAST + "[sweep]\n'rules.a.number' = [1]\n",
         "rules.1: Input should be a valid dictionary, got 3"),
        (LEAST + "[sweep]\n'budget.' = [1]\n", "a key is missing beside a dot"),
        (LEAST + "[sweep]\nregion = ['nowhere']\n", "region: there is no region.toml in"),
        (LEAST + "[samples]\n", "missing key 'samples.count'"),
        (LEAST + "[sweep]\nbudget = { from = 1, step = 1 }\n", "budget: a range needs from and to"),
        ("overrides = 3\n" + LEAST + "[sweep]\n'overrides.J031.number' = [5]\n",
         "overrides: Input should be a valid dictionary, got 3"),
        (LEAST + "[population]\nZ = 2\n[samples]\ncount = 1\nspread = 0.1\n",
         "population.Z: no planning unit of"),
        ("samples = 3\n" + LEAST, "samples: must be a table, got 3"),
    ],
)  # fmt: skip
def test_each_mistake_of_a_sweep_is_told(write, text, message):
    """In words that say what to do."""
    with pytest.raises(InputError, match=message):
        variants(write(text))


def test_one_scenario_is_not_read_from_a_file_of_many(write):
    """``allocator plan`` says which command takes such a file."""
    path = write(LEAST + "[sweep]\nbudget = [1, 2]\n")
    with pytest.raises(InputError, match=r"'allocator batch .*' plans them all"):
        read_scenario(path)


def test_samples_are_a_product_with_the_sweep(write):
    """Every forecast of every combination, times the factors that the scenario states."""
    text = LEAST + (
        "[population]\nA = 2.0\n[sweep]\nbudget = [1, 2]\n"
        "[samples]\ncount = 12\nspread = 0.1\nseed = 4\n"
    )
    found = variants(write(text))
    assert len(found) == 24
    assert [v.varied["sample"] for v in found[:12]] == list(range(1, 13))
    assert found[0].name == "base budget=1 sample=01"
    one, same = found[2], found[14]
    assert one.scenario.population == same.scenario.population
    assert one.varied["population.A"] == one.scenario.population["A"]
    assert 1.2 < one.scenario.population["A"] < 3
    assert len({content_hash(v.scenario) for v in found}) == 24


def test_too_many_samples_are_refused(write):
    """Before any is drawn."""
    text = LEAST + "[sweep]\nbudget = { from = 1, to = 200, step = 1 }\n[samples]\ncount = 60\n"
    with pytest.raises(InputError, match="12,000 variants, at most 10,000"):
        variants(write(text + "spread = 0.1\n"))


LISTS = st.dictionaries(
    st.sampled_from(["budget", "assumptions.detour", "solver.seed", "population.A"]),
    st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True),
    min_size=1,
)


@given(lists=LISTS)
def test_variants_are_the_cartesian_product(tmp_path_factory, lists):
    """No more and no less, in the order of nested loops; names and contents all differ."""
    folder = tiny_folder(tmp_path_factory.mktemp("sweep"))
    write_toml({"region": ".", "policy": "national", "sweep": lists}, folder / "s.toml")
    assert tomllib.loads((folder / "s.toml").read_text("utf-8"))["sweep"] == lists
    found = variants(folder / "s.toml")
    wanted = [dict(zip(lists, row, strict=True)) for row in itertools.product(*lists.values())]
    assert [dict(v.varied) for v in found] == wanted
    assert len({v.name for v in found}) == len(found)
    for variant in found:
        scenario = variant.scenario
        reached = {
            "budget": scenario.budget, "assumptions.detour": scenario.assumptions.get("detour"),
            "solver.seed": scenario.solver.seed, "population.A": scenario.population.get("A"),
        }  # fmt: skip
        assert all(reached[path] == value for path, value in variant.varied.items())


def test_many_policies_are_checked_override_by_override(write):
    """364 combinations of two rates: what is wrong with one is told for all that have it."""
    text = LEAST + (
        "[sweep]\n'overrides.J031.number' = { from = 5, to = 5.9, step = 0.01 }\n"
        "'overrides.J001.number' = [1, 2, 3, -4]\n"
    )
    (told,) = problems(write(text))
    assert "J001" in told
    assert told.endswith("[with overrides.J001.number = -4]")
    assert len(variants(write(text.replace("-4", "4")))) == 364

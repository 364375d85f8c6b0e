"""Scenario files that extend others."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_strategies import SCENARIOS

from allocator.errors import InputError
from allocator.files.toml import write_toml
from allocator.scenarios.inheritance import merged_tables, read_written
from allocator.scenarios.reading import read_scenario, write_scenario
from allocator.scenarios.relocation import relocated
from allocator.scenarios.variants import variants

BASE = """
name = "base"
region = "data"
policy = "jiaxing-2025"
over = "mine.toml"
maximise = "coverage"
budget = 250

[assumptions]
detour = 1.4
walking_kmh = 4.0

[[rules]]
id = "one"
number = 1

[[rules]]
id = "two"
number = 2
"""


@pytest.fixture
def write(tmp_path):
    """Write a file below the test's folder and give its path."""

    def written(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_tables_merge_and_values_are_replaced(write):
    """What the file says goes first; all else is the base's, but its name."""
    write("base.toml", BASE)
    own = write("dense.toml", 'extends = "base.toml"\nbudget = 300\n[assumptions]\ndetour = 1.2\n')
    scenario = read_scenario(own)
    assert (scenario.name, scenario.budget) == ("dense", 300.0)
    assert scenario.assumptions == {"detour": 1.2, "walking_kmh": 4.0}
    assert (scenario.region, scenario.maximise) == ("data", "coverage")
    assert scenario.file == own


def test_rules_are_replaced_by_id_and_others_added(write):
    """In the base's order, then the file's own."""
    write("base.toml", BASE)
    own = write(
        "own.toml",
        'extends = "base.toml"\n[[rules]]\nid = "three"\nnumber = 3\n'
        '[[rules]]\nid = "one"\nnumber = 11\n',
    )
    rules = [(rule["id"], rule["number"]) for rule in read_scenario(own).rules]
    assert rules == [("one", 11), ("two", 2), ("three", 3)]


def test_an_objective_takes_the_place_of_the_other(write):
    """Else a base that maximises could never be minimised."""
    write("base.toml", BASE)
    own = read_scenario(write("own.toml", 'extends = "base.toml"\nminimise = "cost"\n'))
    assert (own.minimise, own.maximise) == ("cost", None)


def test_none_drops_what_the_base_says(write):
    """A budget, a table, and an objective."""
    write("base.toml", BASE + "[years]\nfirst = 2021\nlast = 2025\n")
    text = 'extends = "base.toml"\nbudget = "none"\nyears = "none"\nmaximise = "none"\n'
    own = read_scenario(write("own.toml", text))
    assert (own.budget, own.years, own.maximise) == (None, None, None)


def test_another_source_of_travel_takes_nothing_over(write):
    """The speeds of roads mean nothing on a surface; the same source merges."""
    write("roads.graphml", "")
    write("friction.tif", "")
    roads = '[travel.drive]\nroads = "roads.graphml"\ncongestion = 0.5\n'
    write("base.toml", BASE + roads)
    other = write("own.toml", 'extends = "base.toml"\n[travel.drive]\nfriction = "friction.tif"\n')
    assert read_scenario(other).travel == {"drive": {"friction": "friction.tif"}}
    same = write("own.toml", 'extends = "base.toml"\n[travel.drive]\nsnap_limit_m = 3\n')
    assert read_scenario(same).travel == {
        "drive": {"roads": "roads.graphml", "congestion": 0.5, "snap_limit_m": 3}
    }
    none = write("own.toml", 'extends = "base.toml"\n[travel]\ndrive = "none"\n')
    assert read_scenario(none).travel == {}


def test_paths_stay_relative_to_the_file_that_says_them(write, tmp_path):
    """Over two folders; ids of packs and absolute paths stay as they are."""
    write("a/roads.graphml", "")
    travel = '[travel.drive]\nroads = "roads.graphml"\n'
    sweep = "[sweep]\n'travel.drive.roads' = ['roads.graphml']\npolicy = ['x.toml', 'national']\n"
    write("a/base.toml", BASE + travel + sweep + f"region = ['{tmp_path.as_posix()}/far', 'near']")
    write("b/middle.toml", 'extends = "../a/base.toml"\n')
    written = read_written(write("b/c/own.toml", 'extends = "../middle.toml"\npolicy = "p.toml"\n'))
    table = written.table
    assert (table["region"], table["over"]) == ("../../a/data", "../../a/mine.toml")
    assert table["policy"] == "p.toml"
    assert table["travel"]["drive"]["roads"] == "../../a/roads.graphml"
    assert table["sweep"] == {
        "travel.drive.roads": ["../../a/roads.graphml"],
        "policy": ["../../a/x.toml", "national"],
        "region": [f"{tmp_path.as_posix()}/far", "../../a/near"],
    }


def test_folders_may_be_links(write, tmp_path):
    """The base's and the file's own: both lead to where the region is."""
    write("far/away/base.toml", BASE)
    write("far/away/data/region.toml", "")
    (tmp_path / "link").symlink_to(tmp_path / "far" / "away", target_is_directory=True)
    write("deep/er/x", "")
    (tmp_path / "own").symlink_to(tmp_path / "deep" / "er", target_is_directory=True)
    own = write("own/own.toml", 'extends = "../../link/base.toml"\nover = ""\n')
    assert (read_scenario(own).region_path / "region.toml").is_file()


def test_problems_name_the_file_that_they_come_from(write):
    """The file's own stand as they are."""
    base = write("base.toml", BASE.replace("detour = 1.4", "detour = 99\nwalkin = 1"))
    text = 'extends = "base.toml"\nbudgt = 1\n[solver]\ngap = 2\n[years]\nfirst = 2021\n'
    with pytest.raises(InputError) as caught:
        read_scenario(write("own.toml", text))
    assert sorted(caught.value.problems) == sorted([
        "unknown key 'budgt'; did you mean 'budget'?",
        "years: last is missing: a calendar year, as 2021",
        f"unknown assumption 'walkin'; did you mean 'walking_kmh'? (from {base})",
        f"assumption detour: must lie in [1, 5] road km per straight km, got 99 (from {base})",
        "solver.gap: Input should be less than 1, got 2",
    ])  # fmt: skip


def test_circles_are_told(write):
    """Of one file, and of three."""
    alone = write("alone.toml", 'extends = "alone.toml"\n')
    with pytest.raises(InputError, match=r"extends: goes in a circle: .*alone\.toml extends .*"):
        read_scenario(alone)
    first = write("a.toml", 'extends = "b.toml"\n')
    write("b.toml", 'extends = "sub/c.toml"\n')
    write("sub/c.toml", 'extends = "../a.toml"\n')
    with pytest.raises(InputError, match=r"a\.toml extends .*b\.toml extends .*c\.toml extends "):
        read_scenario(first)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('extends = "bse.toml"\n', "did you mean '.*base.toml'"),
        ("extends = 3\n", "extends: must be the path of a scenario file, got 3"),
        ('extends = ""\n', "extends: must be the path of a scenario file, got ''"),
        ('extends = ["base.toml"]\n', "extends: must be the path of a scenario file"),
        ('extends = "broken.toml"\n', r"extends .*broken\.toml: not valid TOML"),
    ],
)
def test_bases_that_cannot_be_read_are_told(write, text, message):
    """With the file that extends them."""
    write("base.toml", BASE)
    write("broken.toml", "x = \n")
    own = write("own.toml", text)
    with pytest.raises(InputError, match=message) as caught:
        read_scenario(own)
    assert str(own) in str(caught.value)


VALUES = st.one_of(st.integers(-5, 5), st.booleans(), st.lists(st.integers(0, 3), max_size=2))
TABLES = st.recursive(
    VALUES, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=6
)


def by_hand(base, own):
    """Merge as the documentation says, in another way than the package: leaf by leaf."""

    def leaves(table, above=()):
        for key, value in table.items():
            if isinstance(value, dict):
                yield (*above, key), {}
                yield from leaves(value, (*above, key))
            else:
                yield (*above, key), value

    found = {}
    for path, value in [*leaves(base), *leaves(own)]:
        at = found
        for key in path[:-1]:
            at = at[key] if isinstance(at.get(key), dict) else at.setdefault(key, {})
        if value != {} or not isinstance(at.get(path[-1]), dict):
            at[path[-1]] = value
    return found


@given(base=st.dictionaries(st.sampled_from("abc"), TABLES, max_size=3),
       own=st.dictionaries(st.sampled_from("abc"), TABLES, max_size=3))  # fmt: skip
def test_merged_tables_are_those_merged_by_hand(base, own):
    """Tables key by key, all else replaced; neither is changed."""
    before = (repr(base), repr(own))
    if not any(_clash(base, own)):
        assert merged_tables(base, own) == by_hand(base, own)
    assert (repr(base), repr(own)) == before


def _clash(base, own):
    """Whether one says a value where the other says a table: then there is nothing to merge."""
    for key in base.keys() & own.keys():
        yield isinstance(base[key], dict) != isinstance(own[key], dict)
        if isinstance(base[key], dict) and isinstance(own[key], dict):
            yield from _clash(base[key], own[key])


@given(base=SCENARIOS, own=SCENARIOS)
def test_extending_is_writing_the_merged_file(tmp_path_factory, base, own):
    """The scenario read is that of one file with everything in it."""
    folder = tmp_path_factory.mktemp("extends")
    write_toml(base, folder / "base.toml")
    write_toml({"extends": "base.toml", "name": "x", **own}, folder / "own.toml")
    write_toml({"name": "x", **by_hand(base, own)}, folder / "whole.toml")
    whole = read_scenario(folder / "whole.toml")
    assert read_scenario(folder / "own.toml") == whole.model_copy(
        update={"file": folder / "own.toml"}
    )


@given(scenario=SCENARIOS)
def test_relocated_there_and_back_it_is_the_same(scenario):
    """Paths that have moved away come back."""
    scenario = {**scenario, "region": "data", "travel": {"walk": {"roads": "r.graphml"}}}
    there = relocated(scenario, Path("a/b"), Path("c"))
    assert there["travel"] == {"walk": {"roads": "../a/b/r.graphml"}}
    assert relocated(there, Path("c"), Path("a/b")) == scenario


def test_a_scenario_that_is_written_elsewhere_keeps_its_travel(write, tmp_path):
    """Travel files are relative to the new file then; absolute ones stay."""
    write("roads.graphml", "")
    travel = (
        f'[travel.drive]\nroads = "roads.graphml"\n[travel.walk]\nroads = "{tmp_path.as_posix()}'
    )
    scenario = read_scenario(write("base.toml", BASE + travel + '/roads.graphml"\n'))
    write_scenario(scenario, write("below/again.toml", ""))
    again = tomllib.loads((tmp_path / "below" / "again.toml").read_text("utf-8"))
    assert again["travel"]["drive"] == {"roads": "../roads.graphml"}
    assert again["travel"]["walk"] == {"roads": f"{tmp_path.as_posix()}/roads.graphml"}


def test_a_sweep_of_the_base_is_swept(write):
    """Its values replaced one by one; a range of one file never mixes with that of another."""
    write("data/region.toml", "")
    sweep = "[sweep]\nbudget = { from = 1, to = 3, step = 1 }\n'assumptions.detour' = [1.1, 1.2]\n"
    text = BASE.replace("mine.toml", "national")
    write("base.toml", text[: text.index("[[rules]]")] + sweep)
    own = write(
        "own.toml", 'extends = "base.toml"\n[sweep]\nbudget = { from = 1, to = 2, count = 2 }'
    )
    assert [v.name for v in variants(own)] == [
        "own budget=1 detour=1.1", "own budget=1 detour=1.2",
        "own budget=2 detour=1.1", "own budget=2 detour=1.2",
    ]  # fmt: skip
    none = write("none.toml", 'extends = "base.toml"\nsweep = "none"\n')
    assert [v.varied for v in variants(none)] == [{}]

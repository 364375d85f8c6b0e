"""Names of variants, which are names of folders too."""

from hypothesis import given
from hypothesis import strategies as st

from allocator.scenarios.sweeps import spelled
from allocator.scenarios.variant_names import folder_name, names_of

PATHS = st.sampled_from(["budget", "assumptions.detour", "overrides.J031.number", "policy", "over"])
VALUES = st.one_of(
    st.integers(-5, 10**12), st.floats(allow_nan=False, allow_infinity=False), st.none(),
    st.booleans(), st.text(max_size=200), st.lists(st.integers(), max_size=30),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
)  # fmt: skip
ROWS = st.lists(
    st.dictionaries(PATHS, VALUES, min_size=1), min_size=1, max_size=8, unique_by=spelled
)


def test_names_say_what_is_varied_in_short():
    """Without the table of a key, with numbers as decimals, with files by their stems."""
    files = {"policy": "../packs/local plan.toml", "travel.drive.roads": "a/roads.osm.pbf"}
    assert names_of("base", [files]) == ["base policy=local plan drive.roads=roads.osm"]
    assert names_of("base", [{"region": "."}]) == ["base region=here"]
    numbers = {"assumptions.detour": 1.25, "budget": 2e8, "overrides.J031.number": 6.0}
    assert names_of("base", [numbers]) == ["base detour=1.25 budget=200000000 J031.number=6"]
    others = {"years.budget_per_year": [1e6, 2.5], "outputs.map": False, "over": None,
              "population.all": 1.05}  # fmt: skip
    assert names_of("base", [others]) == [
        "base budget_per_year=1000000-2.5 map=false over=none population.all=1.05"
    ]
    (long,) = names_of("base", [{**files, **numbers, **others}])
    assert long.startswith("base policy=local plan drive.roads=roads.osm detour=1.25 budget=20")
    assert len(long) == 120


def test_a_key_keeps_its_table_where_another_has_the_same_name():
    """``seed`` of the solver is not a ``seed`` of something else."""
    rows = [{"solver.gap": 1, "assumptions.gap": 2}]
    assert names_of("x", rows) == ["x solver.gap=1 assumptions.gap=2"]


def test_samples_are_numbered_in_one_width_and_hide_their_factors():
    """So that folders sort as the samples do."""
    rows = [{"budget": 1, "sample": n, "population.A": 1.0 + n} for n in range(1, 11)]
    names = names_of("x", rows)
    assert (names[0], names[9]) == ("x budget=1 sample=01", "x budget=1 sample=10")


def test_what_looks_the_same_is_told_apart():
    """By a mark of the values that stays when other values come and go."""
    rows = [{"budget": 1.00000000001}, {"budget": 1.00000000002}, {"budget": 2}]
    first, second, third = names_of("x", rows)
    assert third == "x budget=2"
    assert first != second
    assert first.startswith("x budget=1 ")
    assert names_of("x", rows[:2][::-1]) == [second, first]
    assert len({name.casefold() for name in names_of("x", [{"over": "a"}, {"over": "A"}])}) == 2


def test_names_that_no_system_takes_are_changed():
    """Reserved words, dots and blanks at the ends, signs of paths; letters of every script stay."""
    assert folder_name("嘉兴 2025") == "嘉兴 2025"
    assert folder_name("a\\b|c?d*e\n f") == "a_b_c_d_e_ f"
    assert folder_name("nul.txt") == "nul.txt_"
    assert folder_name(" . ") == "scenario"
    assert len(folder_name("嘉" * 300).encode()) <= 120


@given(rows=ROWS)
def test_names_are_names_of_folders_and_all_differ(rows):
    """Also where case does not count; and they are the same at every reading."""
    names = names_of("base", rows)
    assert len({name.casefold() for name in names}) == len(rows)
    assert names == names_of("base", rows)
    for name in names:
        assert folder_name(name) == name

"""A row of a batch says what the same scenario says when it is planned alone."""

import pytest
from batch_builders import InlineWorkers, answers, tiny_scenarios
from hypothesis import given
from hypothesis import strategies as st
from region_folders import STOCK, swapped
from strategies import few

from allocator.batches import entry, inputs
from allocator.batches.entry import batch
from allocator.batches.rows import row_of_error, row_of_plan, versions
from allocator.errors import AllocatorError
from allocator.files.results import results_table
from allocator.scenarios.hashing import content_hash
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import run


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    """The same question of two regions that differ in their beds of today."""
    folder = tmp_path_factory.mktemp("batch")
    paths = [tiny_scenarios(folder / name, "a")[0] for name in ("poor", "rich")]
    more = swapped(STOCK, "public_beds,10", "public_beds,17")
    (paths[1].parent / "stock.csv").write_text(more, encoding="utf-8")
    return [read_scenario(path) for path in paths]


CHANGES = st.fixed_dictionaries(
    {
        "which": st.integers(0, 1),
        "budget": st.sampled_from([None, 0.0, 5_000.0, 12_000.0, 1e6]),
        "objective": st.sampled_from([("minimise", "cost"), ("minimise", "change"),
                                      ("maximise", "coverage"), ("maximise", "worst_county")]),
        "overrides": st.sampled_from([{}, {"BEDS": {"number": 20}}, {"WALK": {"within_km": 2}},
                                      {"WALK": {"strength": "wish"}}]),
        "assumptions": st.sampled_from([{}, {"detour": 1.0}, {"population": "region"}]),
    }
)  # fmt: skip


def scenario_of(bases, name, drawn):
    """A scenario as it was drawn."""
    base = bases[drawn["which"]]
    field, value = drawn["objective"]
    return base.changed(
        name=name, budget=drawn["budget"], overrides=drawn["overrides"],
        assumptions={**base.assumptions, **drawn["assumptions"]}, **{field: value},
    )  # fmt: skip


def alone(scenario):
    """The row of a scenario that is planned with nothing read before."""
    try:
        row = row_of_plan(run(scenario))
    except AllocatorError as error:
        row = row_of_error(error)
    return {**row, **versions(), "name": scenario.name, "scenario": str(scenario.file),
            "input_hash": content_hash(scenario)}  # fmt: skip


@few
@given(drawn=st.lists(CHANGES, min_size=2, max_size=3), workers=st.integers(1, 2))
def test_a_row_is_that_of_the_scenario_planned_alone(bases, drawn, workers):
    """Whatever was planned before it in the same process, and with how many workers."""
    scenarios = [scenario_of(bases, f"s{n}", one) for n, one in enumerate(drawn)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(entry, "LocalWorkers", lambda count: InlineWorkers(count))
        together = batch(scenarios, workers=workers)
    inputs.REGIONS.clear()
    apart = results_table([alone(scenario) for scenario in scenarios])
    columns = [c for c in answers(together).columns if c in apart.columns]
    assert set(together.columns) == set(apart.columns)
    for column in columns:
        assert together[column].equals(apart[column]), column

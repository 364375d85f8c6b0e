"""What no row couples is solved apart."""

from hypothesis import given
from hypothesis import strategies as st

from allocator.lp.solvers import SolverSettings
from allocator.planning.years.drafts import Draft
from allocator.planning.years.stages import Stage, solve_parts


def test_rows_couple_and_nothing_else_does():
    """Rows a-b, b-c and d alone; e is in no row."""
    draft = Draft()
    a, b, c, d, e = (draft.integer(name, 0, 9) for name in "abcde")
    draft.require("ab", [(1.0, a), (1.0, b)], ">=", 3)
    draft.require("bc", [(1.0, b), (-1.0, c)], "==", 0)
    draft.require("d", [(1.0, d)], ">=", 1)
    parts = [set(part.variables) for part in draft.split("test")]
    assert sorted(map(sorted, parts)) == sorted([[a, b, c], [d], [e]])
    assert [len(part) for part in parts] == [1, 1, 3]
    assert Draft().split("empty") == []


ROW = st.tuples(st.sets(st.integers(0, 5), min_size=1, max_size=3), st.integers(0, 6))


@given(st.lists(ROW, max_size=5), st.lists(ROW, max_size=2))
def test_parts_together_are_as_good_as_all_at_once(rows, later):
    """x_i in 0..6, sums at least so many: the least of x, in stages, by hand and in parts."""

    def drafted(count):
        draft = Draft()
        columns = [draft.integer(f"x{i}", 0, 6) for i in range(6)]
        for at, (inside, least) in enumerate([*rows, *later][:count]):
            draft.require(f"r{at}", [(1.0, columns[i]) for i in inside], ">=", least)
        return draft, columns

    def stages(columns):
        even = [(1.0, v) for i, v in enumerate(columns) if i % 2 == 0]
        return [Stage("even", even), Stage("all", [(1.0, v) for v in columns])]

    draft, columns = drafted(len(rows))
    first = solve_parts(draft, stages(columns), SolverSettings(), None)
    for at, (inside, least) in enumerate(later, len(rows)):
        draft.require(f"r{at}", [(1.0, columns[i]) for i in inside], ">=", least)
    again = solve_parts(draft, stages(columns), SolverSettings(), None, first)
    whole, columns = drafted(len(rows) + len(later))
    whole.require("coupled", [(1.0, v) for v in columns], ">=", 0)
    together = solve_parts(whole, stages(columns), SolverSettings(), None)
    assert [round(r.objective, 6) for r in again.records] == [
        round(r.objective, 6) for r in together.records
    ]
    assert all(r.bound <= r.objective + 1e-9 for r in again.records)
    for inside, least in [*rows, *later]:
        assert sum(again.whole(columns[i]) for i in inside) >= least

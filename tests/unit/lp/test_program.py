"""Programs with named rows: what is refused, what stays apart, what is solved."""

import math

import highspy
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs_for_tests import knapsack, market_split

from allocator.errors import SolverError
from allocator.lp.program import Program
from allocator.lp.rows import Row
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status

EASY = SolverSettings()
NAMES = ["J058[A]", "J058(A)", "J058 A", "J058-A", "J058_A", "嘉兴", "嘉善", "海盐", "J058", "J058"]
AWKWARD = ["e5", "E7", "7", "2A", "inf", "free", "st", "end", "OBJ", "x" * 150, "x" * 150, "", "-"]


def solved(program, terms, **options):
    return program.solve(terms, EASY, **options)


# ---------------------------------------------------------------- names


def test_names_that_differ_only_in_punctuation_or_script_stay_apart():
    """Each of ten like-named variables keeps its own row: 1 + 2 + ... + 10 is 55."""
    program = Program("names")
    terms = []
    for number, name in enumerate(NAMES, 1):
        variable = program.integer(name)
        program.require(name, [(1.0, variable)], ">=", number)
        terms.append((1.0, variable))
    assert program.size == (10, 10)
    assert solved(program, terms).objective == 55


def test_equal_names_of_different_programs_do_not_meet():
    """A name is unique within its program only, so two programs never share a variable."""
    values = []
    for floor in (3, 8):
        program = Program("twin")
        x = program.integer("x")
        program.require("r", [(1.0, x)], ">=", floor)
        values.append(solved(program, [(1.0, x)]).whole(x))
    assert values == [3, 8]


@pytest.mark.parametrize("suffix", [".lp", ".mps"])
def test_a_written_model_gives_the_same_optimum_elsewhere(tmp_path, suffix):
    """Another reader finds the optimum in the file, whatever rules and places are called."""
    program = Program("计划")
    terms = []
    for number, name in enumerate(NAMES + AWKWARD, 1):
        variable = program.integer(name)
        program.require(name, [(2.0, variable)], ">=", 2 * number - 1)
        terms.append((1.0, variable))
    here = solved(program, terms).objective
    program.write(tmp_path / f"model{suffix}")
    reader = highspy.Highs()
    reader.setOptionValue("output_flag", False)
    assert reader.readModel(str(tmp_path / f"model{suffix}")) == highspy.HighsStatus.kOk
    reader.run()
    n = len(NAMES + AWKWARD)
    assert here == n * (n + 1) / 2
    assert reader.getInfo().objective_function_value == here


@pytest.mark.parametrize("suffix", [".lp", ".mps"])
def test_a_model_without_objective_or_rows_can_be_read_elsewhere(tmp_path, suffix):
    """Variables in no row and an empty objective are in the file, with their bounds."""
    program = Program("bare")
    x, lonely = program.integer("x", 0, 9), program.integer("lonely", 4, 8)
    program.require("r", [(1.0, x)], ">=", 2)
    for terms in ([], [(1.0, lonely)], []):
        solved(program, terms)
        program.write(tmp_path / f"model{suffix}")
        reader = highspy.Highs()
        reader.setOptionValue("output_flag", False)
        assert reader.readModel(str(tmp_path / f"model{suffix}")) == highspy.HighsStatus.kOk
        reader.run()
        assert reader.getNumCol() == 2
        assert reader.getInfo().objective_function_value == (4 if terms else 0)


def test_pulp_reads_a_written_mps_model_back(tmp_path):
    """The .mps file is PuLP's own: read back by PuLP and solved, it gives the same optimum."""
    program, terms = knapsack()
    here = solved(program, terms).objective
    program.write(tmp_path / "model.mps")
    _, again = pulp.LpProblem.fromMPS(str(tmp_path / "model.mps"))
    again.solve(pulp.HiGHS(msg=False))
    assert pulp.value(again.objective) == here == 2


def test_any_other_suffix_is_refused(tmp_path):
    """Writing a model as .txt is an error, not an empty file."""
    program, _ = knapsack()
    with pytest.raises(SolverError, match=r"\.lp or \.mps"):
        program.write(tmp_path / "model.txt")
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- rows that are refused


@pytest.mark.parametrize(
    ("sense", "rhs", "holds"),
    [(">=", 1, False), (">=", 0, True), ("<=", -1, False), ("<=", 0, True), ("==", 2, False),
     ("==", 0, True), (">=", -3, True), ("<=", 3, True)],
)  # fmt: skip
def test_a_row_without_variables_must_hold(sense, rhs, holds):
    """0 >= 1 is refused with the row's name; 0 <= 3 is no row at all."""
    program = Program("empty")
    if holds:
        program.require("J001[A]", [], sense, rhs)
        assert program.size == (0, 0)
    else:
        with pytest.raises(SolverError, match=r"J001\[A\]"):
            program.require("J001[A]", [], sense, rhs)


def test_a_row_whose_terms_cancel_is_not_forgotten():
    """x - x >= 1 can never hold, and the program says so."""
    program = Program("cancel")
    x = program.integer("x", 0, 9)
    program.require("nothing", [(1.0, x), (-1.0, x)], ">=", 1)
    assert solved(program, [(1.0, x)]).status is Status.INFEASIBLE


def test_the_same_variable_twice_in_a_row_counts_twice():
    """2 x + 3 x >= 10 asks for x >= 2."""
    program = Program("twice")
    x = program.integer("x")
    program.require("r", [(2.0, x), (3.0, x)], ">=", 10)
    assert solved(program, [(1.0, x), (1.0, x)]).objective == 4


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(bad):
    """NaN and infinity are refused as coefficient and as right-hand side, with the row's name."""
    program = Program("bad")
    x = program.integer("x")
    with pytest.raises(SolverError, match="J058"):
        program.require("J058", [(bad, x)], ">=", 1)
    with pytest.raises(SolverError, match="J058"):
        program.require("J058", [(1.0, x)], "<=", bad)


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("sense", "best"), [(">=", 4.0), ("==", 4.0), ("<=", 0.0)]
)  # fmt: skip
def test_each_sense_is_what_it_says(sense, best):
    """Least x under x >= 4, x = 4 and x <= 4."""
    program = Program("senses")
    x = program.continuous("x")
    program.require("r", [(1.0, x)], sense, 4)
    assert solved(program, [(1.0, x)]).objective == pytest.approx(best)


def test_integers_are_whole_and_bounds_hold():
    """2 x >= 5 with x whole is x = 3; a variable fixed to yes is 1 though it costs."""
    program = Program("whole")
    x, fixed = program.integer("x"), program.binary("fixed", 1)
    program.require("r", [(2.0, x)], ">=", 5)
    answer = solved(program, [(1.0, x), (10.0, fixed)])
    assert answer.status is Status.OPTIMAL
    assert (answer.values[x], answer.values[fixed]) == (3.0, 1.0)
    assert answer.objective == 13
    assert answer.value([(1.0, x), (10.0, fixed)]) == 13


def test_a_variable_that_no_row_names_keeps_its_bounds():
    """A yes/no fixed to yes is 1 in the answer even if no row and no objective speaks of it."""
    program = Program("lonely")
    x, lonely = program.integer("x"), program.binary("lonely", 1)
    program.require("r", [(1.0, x)], ">=", 1)
    assert solved(program, [(1.0, x)]).values[lonely] == 1.0


def test_the_constant_counts_in_objective_and_bound():
    """A constant of 100 stands in the objective and in the bound, also without any variable."""
    program = Program("constant")
    x = program.integer("x")
    program.require("r", [(1.0, x)], ">=", 6)
    answer = solved(program, [(1.0, x)], constant=100.0)
    assert (answer.objective, answer.bound, answer.gap) == (106.0, 106.0, 0.0)
    nothing = solved(program, [], constant=100.0)
    assert (nothing.objective, nothing.bound) == (100.0, 100.0)
    empty = Program("empty").solve([], EASY, constant=7.0)
    assert (empty.status, empty.objective, empty.bound) == (Status.OPTIMAL, 7.0, 7.0)


def test_shift_moves_a_row_from_its_first_value():
    """Shifted by 2 and then by 1, a floor of 6 is 8 and then 7: shifts do not add up."""
    program = Program("shift")
    x = program.integer("x")
    row = program.require("r", [(1.0, x)], ">=", 6)
    found = []
    for by in (0.0, 2.0, 1.0, -3.0):
        program.shift(row, by)
        found.append(solved(program, [(1.0, x)]).objective)
    assert found == [6, 8, 7, 3]


def test_a_ceiling_shifts_too():
    """x <= 6 shifted by 2 lets x grow to 8."""
    program = Program("shift")
    x = program.integer("x")
    row = program.require("r", [(1.0, x)], "<=", 6)
    program.shift(row, 2.0)
    assert solved(program, [(-1.0, x)]).objective == -8


def test_cuts_are_added_until_none_is_violated():
    """x + y >= 7 is handed over one row at a time, each time the answer violates it."""
    program = Program("cuts")
    x, y = program.integer("x", 0, 5), program.integer("y", 0, 5)
    rounds = []

    def separate(answer):
        total = answer.values[x] + answer.values[y]
        rounds.append(total)
        return [Row("cut", ((1.0, x), (1.0, y)), ">=", total + 1)] if total < 7 else []

    answer = solved(program, [(1.0, x), (1.0, y)], separate=separate)
    assert (answer.objective, answer.bound) == (7, 7)
    assert rounds == [0, 1, 2, 3, 4, 5, 6, 7, 7]  # the last once more, in whole numbers
    assert program.size == (7, 2)


def test_a_warm_start_is_where_a_stopped_solve_begins():
    """Stopped at once, the solver still has the answer that it was given, and none better."""
    program, price = market_split(5, 40, soft=True)
    early = SolverSettings(node_limit=1)
    cold = program.solve(price, early)
    good = program.solve(price, SolverSettings(node_limit=2000))
    assert good.objective < cold.objective
    warm = program.solve(price, early, start=good.values)
    assert warm.status is Status.FEASIBLE
    assert warm.objective == pytest.approx(good.objective)


def test_a_start_that_breaks_rows_does_no_harm():
    """An impossible start is set aside, and the optimum found all the same."""
    program, terms = knapsack()
    wrong = {v: 0.0 for _, v in terms}
    assert solved(program, terms, start=wrong).objective == 2


def test_solving_twice_gives_the_same_answer():
    """The same program solved again gives the same values, not only the same objective."""
    answers = [solved(*knapsack()) for _ in range(2)]
    assert list(answers[0].values.values()) == list(answers[1].values.values())


@given(
    weights=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    costs=st.lists(st.integers(1, 9), min_size=5, max_size=5),
    share=st.integers(1, 100),
)
def test_small_knapsacks_equal_enumeration(weights, costs, share):
    """Cheapest choice that weighs enough, against every choice there is; the floor binds."""
    floor = max(1, sum(weights) * share // 100)
    program = Program("knapsack")
    yes = [program.binary(f"x{i}") for i in range(len(weights))]
    program.require("weigh", list(zip(map(float, weights), yes, strict=True)), ">=", floor)
    answer = program.solve([(float(c), v) for c, v in zip(costs, yes, strict=False)], EASY)
    best = min(
        sum(c for i, c in enumerate(costs[: len(weights)]) if choice >> i & 1)
        for choice in range(2 ** len(weights))
        if sum(w for i, w in enumerate(weights) if choice >> i & 1) >= floor
    )
    assert answer.status is Status.OPTIMAL
    assert answer.objective == best
    assert answer.bound <= answer.objective


def test_only_whole_numbers_are_whole_and_a_fixed_variable_has_one_value():
    """2 x + 2 y >= 5 with x whole and at most 1: y is 1.5; and 2.5 where x is fixed to 0."""
    program = Program("mixed")
    x, y = program.integer("x", 0, 1), program.continuous("y")
    program.require("enough", [(2.0, x), (2.0, y)], ">=", 5)
    assert program.solve([(1.0, y)], SolverSettings()).values[y] == 1.5
    program.fix(x, 0)
    assert program.solve([(1.0, y)], SolverSettings()).values[y] == 2.5

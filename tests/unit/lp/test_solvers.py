"""Outcomes of a solve: never more than was proven."""

import math
import os
import signal
import threading
import time

import highspy
import pulp
import pytest
from programs_for_tests import knapsack, market_split

from allocator.errors import InputError
from allocator.lp import solvers, unclear
from allocator.lp.program import Program
from allocator.lp.solvers import SolverSettings, versions
from allocator.lp.status import Status

CBC = "PULP_CBC_CMD"
LONGER = (0.5, 2.0, 8.0, 32.0)
"""Seconds after which a solve is stopped, until it has an incumbent: a busy machine is slow."""
SOLVERS = ["highs", "HiGHS", *([CBC] if CBC in pulp.listSolvers(onlyAvailable=True) else [])]


def impossible(kind):
    """x <= 5 and x >= 6; or, for whole numbers, 2 x + 2 y = 3."""
    program = Program("impossible")
    x, y = program.integer("x", 0, 5), program.integer("y", 0, 5)
    if kind == "bounds":
        program.require("r", [(1.0, x)], ">=", 6)
    else:
        program.require("r", [(2.0, x), (2.0, y)], "==", 3)
    return program, [(1.0, x)]


@pytest.mark.parametrize("kind", ["bounds", "whole numbers"])
@pytest.mark.parametrize("name", SOLVERS)
def test_what_cannot_hold_is_infeasible(name, kind):
    """Proven impossible: no answer, no objective, no stale values."""
    program, terms = impossible(kind)
    answer = program.solve(terms, SolverSettings(name=name))
    assert answer.status is Status.INFEASIBLE
    assert math.isnan(answer.objective)
    assert answer.values == {}


def test_an_infeasible_solve_after_a_good_one_leaves_no_stale_values():
    """Values of an earlier optimum do not survive into an infeasible answer."""
    program = Program("stale")
    x = program.integer("x", 0, 5)
    assert program.solve([(1.0, x)], SolverSettings()).status is Status.OPTIMAL
    program.require("r", [(1.0, x)], ">=", 6)
    assert program.solve([(1.0, x)], SolverSettings()).values == {}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("name", SOLVERS)
def test_what_has_no_limit_is_unbounded_not_infeasible(name, whole):
    """An objective without a limit is told as such, also for whole numbers after presolve."""
    program = Program("unbounded")
    x = program.integer("x") if whole else program.continuous("x")
    program.require("r", [(1.0, x)], ">=", 1)
    answer = program.solve([(-1.0, x)], SolverSettings(name=name))
    assert answer.status is Status.UNBOUNDED
    assert answer.values == {}


@pytest.mark.parametrize("limit", [1, 20])
def test_a_node_limit_leaves_an_incumbent_with_its_bound(limit):
    """Stopped by work: feasible, not optimal; the bound is below, and the run can be repeated."""
    program, price = market_split(5, 40, soft=True)
    answer = program.solve(price, SolverSettings(node_limit=limit), constant=10.0)
    assert answer.status is Status.FEASIBLE
    assert answer.bound <= answer.objective
    assert answer.bound >= 10.0
    assert answer.gap == pytest.approx((answer.objective - answer.bound) / answer.objective)
    assert answer.gap > 1e-4
    assert answer.reproducible
    again, same_price = market_split(5, 40, soft=True)
    repeated = again.solve(same_price, SolverSettings(node_limit=limit), constant=10.0)
    assert repeated.objective == answer.objective


def test_a_node_limit_without_an_incumbent_is_no_solution():
    """Stopped by work with nothing found: no solution, which is neither infeasible nor zero."""
    program, _ = market_split(5, 40, soft=False)
    answer = program.solve([], SolverSettings(node_limit=20))
    assert answer.status is Status.NO_SOLUTION
    assert math.isnan(answer.objective)
    assert answer.values == {}
    assert answer.reproducible


@pytest.mark.parametrize("name", SOLVERS)
def test_the_clock_leaves_an_incumbent_and_says_that_it_was_the_clock(name):
    """Stopped by time with an answer: feasible with a bound below, and not reproducible."""
    for seconds in LONGER:
        program, price = market_split(5, 40, soft=True)
        answer = program.solve(price, SolverSettings(name=name, time_limit_seconds=seconds))
        if answer.status.has_answer:
            break
    assert answer.status is Status.FEASIBLE
    assert 0 <= answer.bound <= answer.objective
    assert answer.gap > 1e-4
    assert not answer.reproducible


@pytest.mark.parametrize("name", SOLVERS)
def test_the_clock_without_an_incumbent_is_no_solution(name):
    """Stopped by time with nothing: no solution, and not reproducible."""
    program, _ = market_split(5, 40, soft=False)
    answer = program.solve([], SolverSettings(name=name, time_limit_seconds=0.5))
    assert answer.status is Status.NO_SOLUTION
    assert answer.values == {}
    assert not answer.reproducible


def test_a_proven_optimum_is_within_the_gap_asked_for():
    """With a gap of 30 % the answer is called optimal only with a bound within 30 %."""
    program, terms = knapsack()
    answer = program.solve(terms, SolverSettings(gap=0.3))
    assert answer.status is Status.OPTIMAL
    assert answer.bound <= answer.objective
    assert answer.gap <= 0.3 + 1e-9


def test_an_answer_far_from_its_bound_is_not_called_optimal():
    """Visits that cost a sixty-millionth each are below the tolerance of HiGHS: it misses all."""
    program, need = Program("tiny costs"), 6e7
    seen = [
        (2600.0, program.continuous(f"seen {k}", 0, demand / 2600))
        for k, demand in enumerate([7e6, 8e6, 7e6, 9e6, 6e7])
    ]
    for k, (_, variable) in enumerate(seen):
        program.require(
            f"there {k}", [(1.0, variable), (-1.0, program.integer(f"staff {k}"))], "<=", 0.0
        )
    missed = program.continuous("missed")
    program.require("need", [*seen, (1.0, missed)], ">=", need)
    answer = program.solve([(1 / need, missed)], SolverSettings())
    assert (answer.status is Status.OPTIMAL) == (answer.objective < 1e-6)
    assert answer.status.has_answer


def test_an_interrupt_keeps_the_incumbent():
    """Ctrl-C during a long solve: the best so far comes back, labelled as interrupted."""
    limit = 600.0
    for seconds in LONGER:
        program, price = market_split(5, 40, soft=True)
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
        began = time.perf_counter()
        try:
            timer.start()
            answer = program.solve(price, SolverSettings(time_limit_seconds=limit))
        finally:
            timer.join()
            signal.signal(signal.SIGINT, before)
        assert time.perf_counter() - began < limit / 2
        if answer.status.has_answer:
            break
    assert answer.interrupted
    assert answer.status is Status.FEASIBLE
    assert answer.values
    assert answer.bound <= answer.objective


@pytest.mark.parametrize("name", SOLVERS)
def test_solvers_agree_on_the_objective(name):
    """Two solvers may choose other stones, but never another number of them."""
    program, terms = knapsack()
    answer = program.solve(terms, SolverSettings(name=name), constant=5.0)
    assert answer.status is Status.OPTIMAL
    assert answer.objective == pytest.approx(7.0)
    assert answer.bound <= answer.objective + 1e-9
    assert answer.gap <= 2e-4


@pytest.mark.parametrize("name", SOLVERS)
def test_any_solver_takes_empty_objectives_and_variables_in_no_row(name):
    """First nothing is asked, then something, with a variable that no row names."""
    program, terms = knapsack()
    lonely = program.integer("lonely", 4, 8)
    settings = SolverSettings(name=name)
    assert program.solve([], settings).status is Status.OPTIMAL
    answer = program.solve([*terms, (1.0, lonely)], settings)
    assert answer.objective == pytest.approx(6)
    assert answer.values[lonely] == 4


def test_the_number_of_threads_may_change_from_solve_to_solve():
    """Two threads after one, and one after two, in the same process."""
    found = []
    for threads in (1, 2, 1):
        program, terms = knapsack()
        found.append(program.solve(terms, SolverSettings(threads=threads)).objective)
    assert found == [2, 2, 2]


def test_an_unknown_solver_is_one_clear_error():
    """The error names what was asked for and what is known."""
    with pytest.raises(InputError, match=r"unknown solver 'hihgs'.*known: highs") as error:
        SolverSettings(name="hihgs")
    assert len(error.value.problems) == 1


@pytest.mark.parametrize("name", ["GLPK_CMD", "COIN_CMD", "GUROBI_CMD"])
def test_a_known_solver_that_is_not_installed_is_one_clear_error(name):
    """The error names the solvers that can be used here."""
    if name in pulp.listSolvers(onlyAvailable=True):
        program, terms = knapsack()
        assert program.solve(terms, SolverSettings(name=name)).objective == pytest.approx(2)
        return
    program, terms = knapsack()
    with pytest.raises(InputError, match=f"{name} is not installed; available here: highs"):
        program.solve(terms, SolverSettings(name=name))


def test_settings_list_every_problem():
    """Five wrong settings are five problems in one error."""
    with pytest.raises(InputError) as error:
        SolverSettings(name="x", gap=2.0, node_limit=0, threads=0, time_limit_seconds=math.nan)
    assert len(error.value.problems) == 5


@pytest.mark.parametrize(
    "wrong",
    [{"gap": -0.1}, {"gap": 1.0}, {"gap": math.nan}, {"time_limit_seconds": 0.0},
     {"node_limit": 0}, {"threads": 0}],
)  # fmt: skip
def test_each_setting_has_its_limits(wrong):
    """A setting outside its range is refused by its name."""
    with pytest.raises(InputError, match=next(iter(wrong))):
        SolverSettings(**wrong)


def test_versions_name_the_layer_and_the_solver():
    """Every plan can say which PuLP and which HiGHS made it."""
    assert set(versions()) == {"pulp", "highs"}
    assert all(v[0].isdigit() for v in versions().values())


def test_presolve_does_not_lose_the_optimum_of_an_absolute_value():
    """Little weight on |x|, much on what x lacks of 4: x is 4. HiGHS 1.14 stopped at x = 1."""
    program = Program("absolute")
    lack, size, x = program.continuous("lack"), program.continuous("size"), program.integer("x")
    program.require("whole", [(1.0, lack), (1.0, x)], "==", 4)
    program.require("above", [(1.0, x), (-1.0, size)], "<=", 0)
    program.require("below", [(-1.0, x), (-1.0, size)], "<=", 0)
    program.require("most", [(1.0, x)], "<=", 4)
    program.require("least", [(1.0, x)], ">=", 0.45)
    answer = program.solve([(100.0, lack), (0.01, size)], SolverSettings())
    assert answer.objective == pytest.approx(0.04)


def test_presolve_does_not_take_the_lighter_of_two_branches():
    """One of two places may be used; the heavier loss is avoided. HiGHS 1.14 avoided the other."""
    program = Program("branches")
    terms = []
    yes = []
    for name, weight in (("a", 10.0), ("b", 8.0)):
        taken, served = (
            program.binary(f"{name} taken"),
            program.continuous(f"{name} served", 0, 500),
        )
        lost = program.continuous(f"{name} lost", 0, 500)
        program.require(f"{name} if taken", [(1.0, served), (-500.0, taken)], "<=", 0)
        program.require(f"{name} all", [(1.0, served), (1.0, lost)], "==", 500)
        terms.append((weight, lost))
        yes.append((1.0, taken))
    program.require("one", yes, "<=", 1)
    assert program.solve(terms, SolverSettings()).objective == pytest.approx(4000)


def test_numerical_trouble_is_tried_once_more(monkeypatch):
    """Told that the first end is none to trust, it solves again from nothing: the same answer."""
    runs = []
    honest = solvers._Highs._run

    def counted(self, model):
        runs.append(model.getOptionValue("presolve")[1])
        return honest(self, model)

    program, terms = knapsack()
    expected = program.solve(terms, SolverSettings()).objective
    monkeypatch.setattr(solvers._Highs, "_run", counted)
    monkeypatch.setattr(unclear, "UNCLEAR", {highspy.HighsModelStatus.kOptimal})
    assert program.solve(terms, SolverSettings()).objective == pytest.approx(expected)
    assert runs == ["choose", "off"]

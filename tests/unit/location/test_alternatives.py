"""The k best sets of sites: what counts, how it ends, what is said of the proof."""

from dataclasses import replace

import numpy as np
import pytest
from cover_instances import coverage_of, lattice_sets

from allocator.errors import InputError
from allocator.location import set_cover
from allocator.location.alternatives import k_best
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status, relative_gap

SETS = [[0, 1], [1, 2], [2, 3], [0, 3]]
"""Four cells on a ring of four sites: {0, 2} and {1, 3} are the best covers."""


def sets_of(answers):
    """Open sites of each answer."""
    return [set(s.open_sites.tolist()) for s in answers]


def test_ties_come_one_by_one_and_then_larger_covers():
    """Two covers of two sites, then all four of three, then the whole; no more after that."""
    answers = k_best(set_cover.lscp, coverage_of(SETS, 4), k=20)
    found = sets_of(answers)
    assert [s.objective for s in answers] == [2, 2, 3, 3, 3, 3, 4]
    assert {frozenset(s) for s in found[:2]} == {frozenset({0, 2}), frozenset({1, 3})}
    assert len({frozenset(s) for s in found}) == 7
    assert all(s.status is Status.OPTIMAL and s.gap == 0 and s.verify() == [] for s in answers)
    assert answers[2].notes[-1] == "number 3 of the 20 best different sets of open sites"
    assert answers[6].notes[-1] == "no other set of sites answers the question"


def test_the_model_may_be_named():
    """By its name, also as the command writes it."""
    assert [s.objective for s in k_best("LSCP", coverage_of(SETS, 4), k=1)] == [2]


@pytest.mark.parametrize(
    ("model", "k", "words"),
    [("mexclp", 2, "model must be one of"), ("lscp", 0, "k must be"), ("lscp", 2.0, "k must be"),
     ("p-center", True, "k must be")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(model, k, words):
    """Models without a list of sets, numbers that count nothing."""
    with pytest.raises(InputError, match=words):
        k_best(model, coverage_of(SETS, 4), k=k)


def test_no_answer_is_one_siting_that_says_so():
    """A cell that nobody reaches."""
    (only,) = k_best("lscp", coverage_of([[0], []], 1), k=3)
    assert only.status is Status.INFEASIBLE
    assert only.uncoverable.tolist() == [1]


def test_what_is_left_out_stays_the_same_in_every_answer():
    """A cell that only a forgone site reaches is not excused."""
    answers = k_best("lscp", coverage_of([[0], [1], []], 2), k=5, skip_unreachable=True)
    assert sets_of(answers) == [{0, 1}]
    assert answers[0].uncoverable.tolist() == [2]
    assert any("left out" in note for note in answers[0].notes)


def test_roles_stay_and_closing_is_paid():
    """Existing and required sites are in every set; closing an old site costs what it costs."""
    options = {"open_sites": [0], "may_close": [1], "closing_cost": [0, 5, 0, 0], "forbidden": [3]}
    answers = k_best("lscp", coverage_of(SETS, 4), k=9, **options)
    # {0, 1, 2} opens 2; {0, 1} leaves cell 2 out; {0, 2} closes 1 for 5 and opens 2.
    assert sets_of(answers) == [{0, 1, 2}, {0, 2}]
    assert [s.objective for s in answers] == [1, 6]
    assert all(s.verify() == [] for s in answers)


def lscp(reach, **options):
    """A model that proves less than it could: its bound is one too low."""
    siting = set_cover.lscp(reach, **options)
    if not siting.status.has_answer:
        return siting
    bound = siting.bound - 1
    return replace(siting, status=Status.FEASIBLE, bound=bound,
                   gap=relative_gap(siting.objective, bound))  # fmt: skip


def test_an_unproven_model_gives_unproven_alternatives():
    """Bounds never lie above the true k-th best, and gaps are those of the bounds."""
    answers = k_best(lscp, coverage_of(SETS, 4), k=7)
    true = [2, 2, 3, 3, 3, 3, 4]
    assert sorted(s.objective for s in answers) == true
    assert len({frozenset(s) for s in sets_of(answers)}) == 7
    for siting, best in zip(answers, true, strict=True):
        assert siting.bound <= best
        assert siting.gap == relative_gap(siting.objective, siting.bound)
        proven = siting.status is Status.OPTIMAL
        assert proven == (siting.gap <= 1e-6)
    assert answers[0].status is Status.FEASIBLE


def test_a_time_limit_holds_for_all_answers_together(monkeypatch):
    """What is in hand comes out with a bound that counts what was not asked."""
    asked = []

    def lscp(reach, **options):
        asked.append(options["settings"].time_limit_seconds)
        return set_cover.lscp(reach, **options)

    monkeypatch.setattr(
        "allocator.location.engines.limits.Limits.out_of_time",
        lambda self: self.note_clock(len(asked) >= 3) or len(asked) >= 3,
    )
    settings = SolverSettings(gap=0, time_limit_seconds=1000)
    answers = k_best(lscp, coverage_of(SETS, 4), k=7, settings=settings)
    assert asked[0] == 1000
    assert all(0 < left <= 1000 for left in asked[1:])
    assert len(asked) == 3
    assert len(answers) >= 3
    true = [2, 2, 3, 3, 3, 3, 4]
    assert all(s.bound <= best for s, best in zip(answers, true, strict=False))
    assert not answers[-1].reproducible


@pytest.mark.parametrize("question", [2, 3])
def test_an_interrupt_ends_the_search_with_what_is_in_hand(question):
    """Ctrl-C in the second or third question: no error, marked, bounds still true."""
    asked = []

    def lscp(reach, **options):
        asked.append(1)
        if len(asked) == question:
            raise KeyboardInterrupt
        return set_cover.lscp(reach, **options)

    answers = k_best(lscp, coverage_of(SETS, 4), k=7)
    assert len(asked) == question
    assert answers
    assert answers[-1].notes[-1].startswith("interrupted before") or len(answers) == 7
    assert answers[-1].interrupted
    assert all(s.bound <= best for s, best in zip(answers, [2, 2, 3, 3, 3, 3, 4], strict=False))


def test_a_hundred_covers_of_a_lattice_cost_few_questions():
    """Parts that cannot hold a better set than those in hand are not asked."""
    asked = []

    def lscp(reach, **options):
        asked.append(1)
        return set_cover.lscp(reach, **options)

    answers = k_best(lscp, coverage_of(lattice_sets(7, 6), 42), k=100)
    assert len({tuple(s.open_sites.tolist()) for s in answers}) == 100
    objectives = np.array([s.objective for s in answers])
    assert (np.diff(objectives) >= 0).all()
    assert all(s.status is Status.OPTIMAL for s in answers)
    assert len(asked) < 400

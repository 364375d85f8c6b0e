"""Policies from rules written in Python are those of a file, with the same checks."""

from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from allocator.errors import PolicyError
from allocator.policy.policies import make_policy, parse_policy
from allocator.policy.rules import EitherOr, Quota

BEDS: dict[str, Any] = {
    "id": "beds", "kind": "quota", "strength": "must", "meaning": "beds for residents",
    "resources": ["public_beds"], "sense": ">=", "number": 2.45, "per": 1000,
}  # fmt: skip
EITHER: dict[str, Any] = {
    "id": "either", "kind": "either_or", "strength": "target", "meaning": "one of the two",
    "branches": [{**BEDS, "id": "more"}, {**BEDS, "id": "less", "number": "1/3"}],
}  # fmt: skip
TOML = """
id = "own"
title = "Own rules"
document = "Letter of 2024"

[[rules]]
id = "beds"
kind = "quota"
strength = "must"
clause = "own rule, not from a text"
line = 0
meaning = "beds for residents"
resources = ["public_beds"]
sense = ">="
number = 2.45
per = 1000
"""


def test_rules_in_python_are_those_of_a_file():
    """The same rule, typed in Python or in TOML, is the same value."""
    made = make_policy("own", "Own rules", [BEDS], document="Letter of 2024")
    read = parse_policy(TOML, where="policy own")
    assert made.rules == read.rules
    assert (made.id, made.title, made.document) == (read.id, read.title, read.document)
    assert made.sha256 == "", "a hash is that of a file"


def test_numbers_are_exact():
    """2.45 as a Python float is 245/100, and texts may be fractions."""
    beds, either = make_policy("own", "Own", (BEDS, EITHER)).rules
    assert isinstance(beds, Quota)
    assert isinstance(either, EitherOr)
    assert beds.number == Fraction(245, 100)
    assert [branch.number for branch in either.branches] == [Fraction(245, 100), Fraction(1, 3)]


def test_own_rules_need_no_clause_and_no_line():
    """Rules and branches that name no text say so; a clause that is given stays."""
    own, either, quoted = make_policy(
        "own", "Own", [BEDS, EITHER, {**BEDS, "id": "q", "clause": "2.45 beds", "line": 7}]
    ).rules
    assert (own.clause, own.line) == ("own rule, not from a text", 0)
    assert (quoted.clause, quoted.line) == ("2.45 beds", 7)
    assert isinstance(either, EitherOr)
    assert {branch.line for branch in either.branches} == {0}


def test_rules_stay_as_they_are():
    """What is given is not changed, nested branches included."""
    rules = [deepcopy(BEDS), deepcopy(EITHER)]
    make_policy("own", "Own", rules)
    assert rules == [BEDS, EITHER]


@pytest.mark.parametrize(
    ("rules", "phrase"),
    [
        ([{**BEDS, "resources": ["bedz"]}], "rule beds: resources #1: unknown resource 'bedz'"),
        ([{**BEDS, "kind": "quotas"}], "unknown kind 'quotas'; did you mean 'quota'?"),
        ([{**BEDS, "pre": 3}], "unknown key 'pre'; did you mean 'per'?"),
        ([{k: v for k, v in BEDS.items() if k != "meaning"}], "missing key 'meaning'"),
        ([{**BEDS, "number": float("nan")}], "number: expected a number"),
        ([{**BEDS, "number": -1}], "number must be >= 0"),
        ([BEDS, BEDS], "rule id 'beds' is used twice"),
        (["beds"], "rule number 1: must be a table, got 'beds'"),
        ("beds", "rules must be a list"),
        ([], "has no rules"),
    ],
)
def test_bad_rules_are_refused_as_in_a_file(rules: Any, phrase: str):
    """The message names rule, field and value."""
    with pytest.raises(PolicyError) as caught:
        make_policy("own", "Own", rules)
    assert phrase in str(caught.value)
    assert str(caught.value).startswith("policy own")


def test_every_problem_comes_out_at_once():
    """Head and all rules are checked before anything is refused."""
    with pytest.raises(PolicyError) as caught:
        make_policy("own", "", [{**BEDS, "per": 0}, {**BEDS, "id": "b", "strength": "should"}])
    assert len(caught.value.problems) == 3

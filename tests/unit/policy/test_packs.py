"""Every built-in pack can be traced to its text."""

import re

import pytest
from catalogue_rows import PLANS, leaves

from allocator.policy.policies import list_policies, read_policy


def test_the_five_plans_and_the_national_references_are_built_in():
    """No pack without a test that knows its catalogue."""
    assert set(list_policies()) == {*PLANS, "national"}


@pytest.mark.parametrize("pack", list_policies())
def test_every_pack_can_be_traced(pack):
    """Every rule names its phrase, meaning and document, and its line where a copy is kept."""
    policy = read_policy(pack)
    assert policy.id == pack
    assert policy.title
    assert policy.document
    assert policy.source
    assert policy.note
    assert not policy.verified
    assert len(policy.sha256) == 64
    rules = [*policy.rules, *leaves(policy)]
    assert len({r.id for r in rules}) == len(set(rules))
    for rule in rules:
        assert rule.clause.strip()
        assert rule.meaning.isascii()
        assert rule.meaning.endswith(".")
        assert rule.note.isascii()
        if pack == "national":
            assert rule.line == 0
            assert rule.document != policy.document
        else:
            assert rule.line >= 1
            assert rule.document == policy.document


def test_national_references_name_where_they_were_found():
    """A reference that is only remembered has no place in the pack."""
    for rule in read_policy("national").rules:
        assert re.match(r"Found: [\w.]+\.(?:com|cn)\b", rule.note), rule.id
        assert rule.strength in {"target", "info"}


def test_an_older_national_reference_binds_nobody():
    """What held before 2020, and what is no norm, is information."""
    for rule in read_policy("national").rules:
        assert (rule.strength == "target") == (rule.year == "2025"), rule.id

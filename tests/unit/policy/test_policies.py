"""Policies: reading, listing and showing."""

from pathlib import Path

import pytest

from allocator.errors import PolicyError
from allocator.policy.policies import Policy, list_policies, parse_policy, read_policy

RULE = """
[[rules]]
id = "{id}"
kind = "{kind}"
strength = "must"
clause = "<b>c</b>"
line = 1
meaning = "m"
{body}
"""
QUOTA = 'resources = ["ambulances"]\nsense = ">="\nnumber = 1\nper = 30000'


def text(*rules: str, head: str = "") -> str:
    return f'id = "own"\ntitle = "Own rules"\n{head}\n' + "".join(rules)


def test_reads_a_file_with_a_byte_order_mark(tmp_path: Path):
    """A file saved by an editor on Windows is read like any other."""
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text(RULE.format(id="A", kind="quota", body=QUOTA)).encode())
    assert read_policy(path).id == "own"


def test_reading_twice_gives_the_same_policy():
    """A pack is a value: equal, with the same fingerprint, every time."""
    first, second = read_policy("jiaxing-2025"), read_policy("jiaxing-2025")
    assert first == second
    assert first.sha256 == second.sha256


def test_fingerprint_changes_with_the_text():
    """Any change of the text shows in the fingerprint."""
    rule = RULE.format(id="A", kind="quota", body=QUOTA)
    one = parse_policy(text(rule), where="policy own")
    other = parse_policy(text(rule, head="# a remark"), where="policy own")
    assert one.rules == other.rules
    assert one.sha256 != other.sha256


def test_rules_and_branches_name_the_policys_document():
    """A rule that names no document takes the policy's; one that does keeps its own."""
    branches = "".join(
        RULE.format(id=i, kind="quota", body=QUOTA).replace("[[rules]]", "[[rules.branches]]")
        for i in ("B.1", "B.2")
    )
    rules = (
        RULE.format(id="A", kind="quota", body=QUOTA + '\ndocument = "other"'),
        RULE.format(id="B", kind="either_or", body=branches),
    )
    policy = parse_policy(text(*rules, head='document = "D"'), where="policy own")
    assert [r.document for r in policy.rules] == ["other", "D"]
    assert [b.document for b in policy.rules[1].branches] == ["D", "D"]


def test_stated_population_is_the_last_one_stated():
    """Without a stated figure there is none; of several the last holds."""
    quota = RULE.format(id="A", kind="quota", body=QUOTA)
    stated = [RULE.format(id=f"P{n}", kind="parameter", body=f"number = {n}") for n in (5, 6)]
    assert parse_policy(text(quota), where="policy own").stated_population is None
    assert parse_policy(text(quota, *stated), where="policy own").stated_population == 6


def test_lists_the_packs_in_order():
    """Ids are sorted and each can be read."""
    assert list_policies() == sorted(list_policies())
    assert "jiaxing-2025" in list_policies()


def test_table_has_a_row_per_rule():
    """The table shows number, unit, strength, level, year, line, meaning and clause."""
    policy = read_policy("jiaxing-2025")
    table = policy.table().set_index("id")
    assert len(table) == len(policy.rules)
    assert table.loc["J007", "level"] == "county"
    assert table.loc["J031", "level"] == "region"
    assert table.loc["J045", "level"] == "district/county"
    assert table.loc["J045", "number"] == "1..1.5"
    assert table.loc["J058", "unit"] == "ambulances per 30,000 residents"


def test_shows_itself_in_a_line_and_in_a_notebook():
    """The line counts rules by strength; the notebook form escapes what a clause may contain."""
    policy = parse_policy(text(RULE.format(id="A", kind="quota", body=QUOTA)), where="policy own")
    assert repr(policy) == "<Policy own: Own rules; 1 rules (1 must); unverified copy>"
    assert "&lt;b&gt;c" in policy._repr_html_()
    assert "<b>" not in policy._repr_html_()


def test_a_policy_cannot_be_changed():
    """Policy and rules are frozen."""
    policy = read_policy("jiaxing-2025")
    with pytest.raises(AttributeError):
        policy.title = "other"
    with pytest.raises(ValueError, match="frozen"):
        policy.rules[0].strength = "wish"


def test_built_from_objects_it_is_checked_too():
    """A policy built in Python is checked like one from a file."""
    rule = read_policy("jiaxing-2025").rules[0]
    with pytest.raises(PolicyError, match="used twice"):
        Policy(id="own", title="Own", rules=(rule, rule))
    with pytest.raises(PolicyError, match="has no rules"):
        Policy(id="own", title="Own", rules=())

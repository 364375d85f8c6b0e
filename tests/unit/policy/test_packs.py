"""Every built-in pack can be traced to its text."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from catalogue_rows import PLANS, ROWS, leaves

from allocator.policy.policies import list_policies, read_policy
from allocator.scenarios.scenario import Scenario

PACKS = Path(__file__).parents[3] / "allocator" / "policy" / "packs"
PAGE = (PACKS / "README.md").read_text("utf-8")


def test_the_five_plans_and_the_national_references_are_built_in():
    """Whatever else may come."""
    assert set(list_policies()) >= {*PLANS, "national"}


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


def _tables() -> dict[str, list[list[str]]]:
    """First head -> rows of each table of the page on the packs."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in PAGE.splitlines():
        if not line.startswith("|"):
            rows = []
            continue
        cells = [cell.strip().strip("*") for cell in line.strip("|").split("|")]
        if not rows:
            rows = found.setdefault(cells[0], [])
        rows.append(cells)
    return {head: [r for r in rows if set("".join(r)) - {"-"}] for head, rows in found.items()}


def test_the_page_counts_what_is_there():
    """Figures by strength, report-only ones, rules and branches of every pack."""
    counts = {row[0]: row[1:] for row in _tables()["pack"][1:6]}
    for plan, letter in PLANS.items():
        rows = [row for i, row in ROWS.items() if i[0] == letter]
        strengths = [sum(row["strength"] == s for row in rows) for s in "HTSI"]
        reported = sum(row["kind"] == "report-only indicator" for row in rows)
        rules = read_policy(plan).rules
        stated = [len(rows), *strengths, reported, len(rules), len(list(leaves(read_policy(plan))))]
        assert counts[plan] == [str(n) for n in stated], plan
    sums = _tables()["pack"][6]
    assert sums[0] == "five plans"
    assert sums[1:] == [str(sum(int(counts[p][k]) for p in PLANS)) for k in range(8)]
    assert _tables()["pack"][7][7] == str(len(read_policy("national").rules))


def test_the_page_counts_rules_by_kind():
    """The table of kinds is that of the packs."""
    heads, *rows = _tables()["kind of rule"]
    stated = {
        (row[0], pack): int(n) for row in rows for pack, n in zip(heads[1:], row[1:], strict=True)
    }
    for pack in heads[1:]:
        kinds = Counter(rule.kind for rule in read_policy(pack).rules)
        assert {k: n for (k, p), n in stated.items() if p == pack and n} == dict(kinds), pack


def test_the_page_names_every_correction_of_the_catalogue():
    """The errors that were found are listed there."""
    corrected = {i for i, row in ROWS.items() if row["corrected"]}
    assert corrected == {
        i for row in _tables()["figure"] for i in row[0].split(", ") if i in corrected
    }
    told = {i for row in _tables()["figure"][-6:] for i in row[0].split(", ")}
    assert told == corrected


def test_the_page_adds_up_what_plans_say():
    """Every figure is met, given way, told, reported or not evaluated; with one basis each."""
    _, *rows = _tables()["plan made of"]
    numbers = {row[0]: [int(cell.strip("*")) for cell in row[1:]] for row in rows}
    assert list(numbers) == [*PLANS, "five plans"]
    for figures, enforced, met, gave, told, reported, unknown, *basis in numbers.values():
        assert met + gave + told + reported + unknown == figures
        assert met + gave + told == sum(basis)
        assert enforced <= met + gave + told
    sums = [sum(numbers[plan][k] for plan in PLANS) for k in range(11)]
    assert numbers["five plans"] == sums
    assert sums[0] == len(ROWS)


def test_the_toml_of_the_page_is_a_scenario():
    """What it tells a planner to write can be read, and does what it says."""
    text = PAGE.split("```toml")[1].split("```")[0]
    scenario = Scenario(name="page", region=".", **tomllib.loads(text))
    policy = scenario.read_policy()
    assert policy.origin_of("J031") == "override of jiaxing-2025"
    assert policy.origin_of("nurses") == "own rule"
    assert policy.origin_of("N001") == "national"

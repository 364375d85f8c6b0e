"""Every phrase of a pack stands on the line of the document that its rule names."""

from pathlib import Path

import pytest
from catalogue_rows import LEAVES, PHRASES, PLANS, ROWS

SOURCES = Path(__file__).parents[4] / "shared" / "policy" / "sources"
NUMBERS = {"J": "001", "X": "000", "Z": "002", "Y": "003", "G": "004"}
"""Documents are numbered; the rest of a file's name is its hash."""

pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the documents are not here")


@pytest.fixture(scope="module")
def lines():
    """Letter of a plan -> lines of its document."""
    found = {}
    for letter, number in NUMBERS.items():
        (path,) = SOURCES.glob(f"{number}_*.txt")
        found[letter] = path.read_text("utf-8").split("\n")
    return found


@pytest.mark.parametrize("plan", PLANS)
def test_every_clause_is_on_its_line(plan, lines):
    """Word for word, punctuation included."""
    letter = PLANS[plan]
    astray = [
        rule_id
        for rule_id, rule in LEAVES.items()
        if rule_id[0] == letter and rule.clause not in lines[letter][rule.line - 1]
    ]
    assert astray == []


def test_phrases_of_the_catalogue_are_on_their_lines(lines):
    """So the copy of the catalogue that the packs are compared with is right as well."""
    rows = [(i[0], row["line"], row["phrase"]) for i, row in ROWS.items()]
    rows += [(i[0], own["line"], own["phrase"]) for i, own in PHRASES.items()]
    assert [r for r in rows if r[2] not in lines[r[0]][int(r[1]) - 1]] == []

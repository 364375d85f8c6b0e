"""No note of the engine is without its Chinese: the catalogue is held against the source."""

import re
from pathlib import Path

import pytest
from engine_sentences import PLACE, Said, Source

import allocator
from allocator.files.sentences.catalogue import pairs
from allocator.files.sentences.templates import Template
from allocator.files.sentences.vocabularies import vocabularies
from allocator.region.sites import ATTRIBUTES

ROOT = Path(allocator.__file__).parent
MAKERS = (
    "auditing", "planning", "region", "travel", "policy/merging.py", "policy/policies.py",
    "files/counties.py", "files/reading.py", "files/outlines.py", "location/answering.py",
)  # fmt: skip
"""Where the engine makes notes."""
NOT_SHOWN = {
    "PHYSICAL.years, \0", "start and end", "budget \0",  # names of lines
    "not taken", "any kind", " and no ", "given up",  # words, in labels and places
    "worst county", "worst covered county", "\0, worst unit",  # names of aims
    "as planned \0[\0]", "\0 is at most \0",  # names of rows
    "put together from \0 cells of \0 m to \0 m",  # the note of a grid, in no table
    "[\0] \0", "\0 (given as WKT)", "\0; use \0, or leave crs out",  # in errors
    "rule number \0: must be a table, got \0", "number \0", "\0 must be finite and >= 0, got \0",
}  # fmt: skip
"""Texts that are no notes; whoever adds to them says why."""


def known() -> list[str]:
    """Every English sentence of the catalogue, with a sign for each place, and every label."""
    tables = pairs().values()
    found = [PLACE.join(Template(e, c).literals) for table in tables for e, c in table.items()]
    labels = [english for words in vocabularies().values() for english in words]
    return [*found, *labels, *(english for english, _ in ATTRIBUTES.values())]


def words(text: str) -> list[str]:
    """What a text says between its places, without the unit of a limit at its end."""
    plain = re.sub(r"\{[^}]*\}", PLACE, re.sub(r" \((money|vehicles)\)$", "", text))
    found = [part.strip() for part in plain.split(PLACE)]
    return [part for part in found if re.search("[A-Za-z]{2}", part)]


def is_known(text: str, catalogue: list[str]) -> bool:
    """Whether all words of a text stand, in their order, in one sentence of the catalogue."""
    said = re.compile(".*".join(re.escape(part) for part in words(text)), re.DOTALL)
    return any(said.search(sentence) for sentence in catalogue)


def lacking(found: list[Said]) -> list[str]:
    """Texts without a sentence in the catalogue, and where they stand."""
    catalogue = known()
    return [
        f"{one.where}: {one.text.replace(PLACE, '{}')!r}"
        for one in found
        if one.text not in NOT_SHOWN and " " in one.text.strip()
        if not is_known(one.text, catalogue)
        and not all(is_known(part, catalogue) for part in one.text.split("; "))
    ]


@pytest.fixture(scope="module")
def found() -> list[Said]:
    """All texts that the engine gives to makers of notes."""
    return Source(ROOT, MAKERS).said()


def test_every_note_of_the_engine_has_its_chinese(found):
    """A new note needs its line in the catalogue."""
    assert not lacking(found), (
        "add these notes, with their Chinese, to allocator/files/sentences/catalogue.toml"
    )


@pytest.mark.parametrize(
    "text",
    [
        "\0 people are out of reach of every site, candidates too",
        "\0: \0 \0, but its parts are \0",
        "networks of sites were solved",
        "taken: \0",
        "no permitted site lies within reach",
        "until an ambulance is there",
    ],
)
def test_the_scan_sees_notes_however_they_are_made(found, text):
    """F-strings, constants, generators of defects, words of effects."""
    assert any(text.lower() in one.text.lower() for one in found)


def test_a_note_that_nobody_translated_is_named(tmp_path):
    """The check fails for a note that the catalogue does not have, and says where it stands."""
    (tmp_path / "new.py").write_text(
        "def look(found, people):\n"
        "    why = 'a reason' if people else 'no reason at all'\n"
        "    found.note(f'{people} people swim there: {why}')\n"
    )
    assert lacking(Source(tmp_path, ["new.py"]).said()) == [
        "new.py:2: 'a reason'", "new.py:2: 'no reason at all'",
        "new.py:3: '{} people swim there: {}'",
    ]  # fmt: skip

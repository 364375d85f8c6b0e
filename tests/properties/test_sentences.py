"""Sentences of the catalogue, filled at random: nothing of the English is lost in the Chinese."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.files.sentences import in_chinese
from allocator.files.sentences.catalogue import SENTENCE, SENTENCES, pairs
from allocator.files.sentences.vocabularies import vocabularies
from allocator.region.sites import KINDS
from allocator.region.stock import resources

PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
DROPPED = {"rule {rule:id}, {meaning:any}": {"meaning"}}
"""Places that the Chinese leaves out: a money rule is named by its id."""
NAMES = ("南湖区 Nanhu", "unit R", "St. Mary's", "J025.street", "Ngazidja (île)", "桐乡市", "x_1")
NUMBERS = ("0", "7", "-3", "+1", "1,221,558", "0.360796", "6.3", "2025", "1e+06", "inf")
IDS = ("J012", "village_clinic:r0360c0101", "N-1/a", "CNY")
PLAIN = {"x": NAMES, "any": NAMES, "n": NUMBERS, "id": IDS, "names": NAMES, "range": ("3..5", "7")}
"""Kinds of places whose text stands in the Chinese as it is."""
OTHERS = {
    "few": ("'a'; 'b'; and 3 more", "s1"), "resources": ("gps, ambulances",),
    "kinds": ("ems_station, school",), "measure": ("people", "minutes"),
    "levels": ("town or street",), "word": ("new", "closed"), "columns": ("'a' and no 'b'", "'a'"),
    "sites": ("village clinic or ambulance station",), "networks": ("ems station + school",),
}  # fmt: skip
ALL = [
    (english, chinese)
    for group, table in pairs().items()
    if group != SENTENCES
    for english, chinese in table.items()
]


@st.composite
def filled(draw, english, depth=0):
    """A sentence with something at each place, and what must stand in its Chinese."""
    kept = []

    def fill(at):
        kind = at[2] or "x"
        if kind in PLAIN:
            kept.append(draw(st.sampled_from(PLAIN[kind])))
            return kept[-1]
        if kind in OTHERS:
            return draw(st.sampled_from(OTHERS[kind]))
        if kind in vocabularies():
            return draw(st.sampled_from(sorted(vocabularies()[kind])))
        table = sorted(pairs()[kind])
        simple = [
            e for e in table
            if e not in DROPPED and not re.search(rf"; |:(sentences?|few|any|{kind})\}}", e)
        ]  # fmt: skip
        inner, more = draw(filled(draw(st.sampled_from(simple)), depth + 1))
        kept.extend(more)
        return inner

    return PLACE.sub(fill, english), kept


def test_both_languages_have_the_same_places():
    """No place is lost, none is added, and each is named once in the English."""
    for english, chinese in ALL:
        named = [name for name, _ in PLACE.findall(english)]
        asked = {f"{{{name}}}" for name in named if name not in DROPPED.get(english, ())}
        assert set(re.findall(r"\{[^}]*\}", chinese)) == asked, english
        assert len(set(named)) == len(named), english


def test_every_chinese_is_chinese():
    """A pair that nobody translated would pass for one; names and figures alone may stay."""
    for english, chinese in ALL:
        letters = re.sub(r"\{[^}]*\}", "", english)
        assert not re.search("[A-Za-z]{3}", letters) or re.search("[\u4e00-\u9fff]", chinese), (
            english
        )


@given(data=st.data())
@pytest.mark.parametrize("group", sorted(set(pairs()) - {SENTENCES}))
def test_what_stands_in_the_english_stands_in_the_chinese(group, data):
    """Numbers, ids and names pass through, whatever the sentence; no brace is left."""
    english = data.draw(st.sampled_from(sorted(pairs()[group])))
    text, kept = data.draw(filled(english))
    said = in_chinese(text, group)
    assert said is not None, text
    if english not in DROPPED:
        assert all(part in said for part in kept), (text, said)
    assert "{" not in said


@given(data=st.data())
def test_joined_sentences_are_said_part_by_part(data):
    """What the engine joins is translated as its parts are."""
    # What is reported only is followed by a figure of its own.
    whole = [
        e for e in sorted(pairs()[SENTENCE])
        if e != "reported only" and not re.search(":(any|few|sentences)", e)
    ]  # fmt: skip
    texts = [data.draw(filled(data.draw(st.sampled_from(whole))))[0] for _ in range(2)]
    apart = [in_chinese(text) for text in texts]
    assert in_chinese("; ".join(texts)) == "; ".join(map(str, apart))


@given(text=st.text(max_size=300))
def test_any_text_gets_an_answer(text):
    """Whatever people write: Chinese text or None."""
    said = in_chinese(text)
    assert said is None or isinstance(said, str)


@given(
    words=st.lists(
        st.sampled_from([*KINDS, *resources(), "people", "; ", ": ", "1,234", " in ", "+1", "("]),
        max_size=30,
    )
)
def test_words_of_the_engine_in_any_order_get_an_answer(words):
    """Pieces that look like a sentence, thrown together."""
    assert in_chinese(" ".join(words)) is None or words

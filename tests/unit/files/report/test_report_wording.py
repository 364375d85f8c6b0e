"""Everything the report says has both languages, with the same gaps to fill."""

import re
from importlib.resources import files
from string import Formatter

import pytest

from allocator.files.report.figures import figure, measured, money, percent, signed
from allocator.files.report.inert import clean, json_island
from allocator.files.report.phrases import CHINESE, FILLED, UI
from allocator.files.report.wording import Page, Text, phrase

ROOT = files("allocator.files.report")


def phrases_of_templates():
    """Phrases that templates say, found in their text."""
    texts = [p.read_text("utf-8") for p in (ROOT / "templates").iterdir()]
    found = [m for t in texts for m in re.findall(r'(?:say|phrase)\(\s*"([^"]+)"', t)]
    found += [m for t in texts for m in re.findall(r'attributes\(\w+="([^"]+)"', t)]
    return sorted(set(found))


def test_templates_say_what_the_dictionary_knows():
    """Every phrase has its Chinese; also those of rare branches."""
    found = phrases_of_templates()
    assert len(found) > 50
    assert [p for p in found if p not in CHINESE] == []


def test_scripts_say_what_the_page_gives_them():
    """Each phrase of the scripts is among those of the page's data."""
    text = "".join(p.read_text("utf-8") for p in (ROOT / "assets").iterdir() if ".js" in p.name)
    found = set(re.findall(r'(?:say|phrase)\("([^"]+)"', text))
    assert len(found) > 10
    assert found <= set(UI)
    assert set(UI) <= set(CHINESE)


@pytest.mark.parametrize("english", sorted(CHINESE))
def test_both_languages_leave_the_same_gaps(english):
    """What is filled in in English is filled in in Chinese."""

    def gaps(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert gaps(FILLED.get(english, english)) == gaps(CHINESE[english])
    assert CHINESE[english].strip()


def test_an_unknown_phrase_is_an_error():
    """Nothing is left in one language by mistake."""
    with pytest.raises(KeyError):
        phrase("no such phrase")


def test_a_name_is_the_same_in_both_and_needs_no_number():
    """Only what has two languages is in the dictionary."""
    page = Page(chinese=False)
    assert str(page.say(Text.same("<b>"))) == "&lt;b&gt;"
    assert page.dictionary() == []
    assert str(page.say("today")) == '<span data-t="0">today</span>'
    assert page.dictionary() == [("today", "现状")]


@pytest.mark.parametrize(
    ("shown", "text"),
    [(figure(0.1 + 0.2), "0.30"), (figure(-0.0), "0"), (figure(float("nan")), ""),
     (figure(1234.5), "1,234"), (figure(0.000123456), "0.000123"), (figure(float("inf")), "∞"),
     (figure(-0.001), "-0.001"), (figure(1e15), "1,000,000,000,000,000"),
     (measured(3.0000000001, "people"), "3"), (measured(2.5, "people"), "2.50"),
     (signed(0.3), "+0.30"), (signed(None), ""), (percent(0.9996), "99.9%"), (percent(0), "0.0%"),
     (percent(-0.25), "-25.0%"), (percent(float("nan")), ""), (percent(1.5), "150.0%")],
)  # fmt: skip
def test_figures_are_for_people(shown, text):
    """Never fifteen digits; what is short of all is not rounded to all."""
    assert shown == text


def test_money_has_words_of_size_in_both_languages():
    """Billions and millions; 亿 and 万."""
    assert money(186_400_000, "CNY") == ("186.40 million CNY", "1.86亿 CNY")
    assert money(999, "") == ("999", "999")


def test_islands_and_names_hold_nothing_that_ends_them():
    """Markup is escaped, lone surrogates and control characters are replaced."""
    island = str(json_island({"a": "</script><!--\u2028\ud800&"}))
    assert not re.search("[<>&\u2028\ud800]", island)
    assert clean("a\x00b\ud800\tc") == "a\ufffdb\ufffd\tc"

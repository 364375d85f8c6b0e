"""Everything the report says, in English and in Chinese, behind one switch."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from allocator.files.labels import header, kind_label, resource_label, word
from allocator.files.report.inert import clean
from allocator.files.report.phrases import CHINESE, FILLED
from allocator.files.sentences import in_chinese
from allocator.region.stock import resources


@dataclass(frozen=True)
class Text:
    """A text in both languages."""

    english: str
    chinese: str

    @classmethod
    def same(cls, text: str) -> "Text":
        """A name or a note: the same in both."""
        return cls(text, text)

    def in_(self, *, chinese: bool) -> str:
        """The text in one of the languages."""
        return self.chinese if chinese else self.english


def phrase(english: str, **values: Any) -> Text:
    """A phrase of the report with its Chinese; ``{names}`` in it are filled in.

    A value may be a Text itself. An unknown phrase is a KeyError: every phrase has both.
    """
    chinese, english = CHINESE[english], FILLED.get(english, english)
    if not values:
        return Text(english, chinese)
    said = {k: v if isinstance(v, Text) else Text.same(str(v)) for k, v in values.items()}
    return Text(
        english.format(**{k: v.english for k, v in said.items()}),
        chinese.format(**{k: v.chinese for k, v in said.items()}),
    )


def head(column: str) -> Text:
    """Header of a column."""
    return Text(header(column, chinese=False), header(column, chinese=True))


def said(value: str) -> Text:
    """A word of the tables: strength, status, level, measure."""
    known = word(value, chinese=True)
    if known == value:
        known = CHINESE.get(value) or in_chinese(value, "counted_in") or value
    return Text(value, known)


def counted(measure: str) -> Text:
    """A measure after a number: 62,121 people, in Chinese a counting word."""
    return Text("people", "人") if measure == "people" else said(measure)


def kind(value: str) -> Text:
    """A kind of site."""
    return Text(kind_label(value, chinese=False), kind_label(value, chinese=True))


def resource(value: str) -> Text:
    """A resource, or a site kind where a table names both."""
    if value not in resources():
        return kind(value)
    return Text(resource_label(value, chinese=False), resource_label(value, chinese=True))


def sentence(english: str, group: str = "sentence") -> Text:
    """A sentence of the engine; what people wrote in their files is the same in both."""
    return Text(english, in_chinese(english, group) or english)


def joined(texts: "list[Text]", between: tuple[str, str] = (", ", "、")) -> Text:
    """Several texts as one."""
    english = between[0].join(t.english for t in texts)
    return Text(english, between[1].join(t.chinese for t in texts))


class Page:
    """The texts of one page: each gets a number by which the switch finds its other language."""

    def __init__(self, *, chinese: bool) -> None:
        self.chinese = chinese
        self._numbers: dict[Text, int] = {}

    def number(self, text: Text) -> int:
        """The text's number in the page's dictionary."""
        return self._numbers.setdefault(text, len(self._numbers))

    def dictionary(self) -> list[tuple[str, str]]:
        """All texts so far, by number."""
        return [(clean(t.english), clean(t.chinese)) for t in self._numbers]

    def shown(self, text: "Text | str") -> str:
        """The text in the language in which the page opens."""
        return clean(text if isinstance(text, str) else text.in_(chinese=self.chinese))

    def mark(self, text: "Text | str") -> Markup:
        """The attribute that names the text's number, with a space before; empty for names."""
        if isinstance(text, str) or text.english == text.chinese:
            return Markup("")
        return Markup(f' data-t="{self.number(text)}"')

    def tongue(self, text: Text) -> Markup:
        """The language of a sentence that is not in both, for screen readers."""
        if text.english != text.chinese:
            return Markup("")
        chinese = any("\u3400" <= c <= "\u9fff" for c in text.english)
        return Markup(' lang="zh"' if chinese else ' lang="en"')

    def say(self, text: "Text | str", **values: Any) -> Markup:
        """A text for the page. A plain string is a phrase that :data:`CHINESE` knows."""
        if isinstance(text, str):
            text = phrase(text, **values)
        if text.english == text.chinese:
            return escape(clean(text.english))
        return Markup("<span{}>{}</span>").format(self.mark(text), self.shown(text))

    def breakable(self, text: "Text | str") -> Markup:
        """A name that may be broken after its dots and slashes."""
        parts = str(escape(self.shown(text)))
        for sign in (".", "/"):
            parts = parts.replace(sign, f"{sign}<wbr>")
        return Markup(parts)

    def attributes(self, **texts: "Text | str") -> Markup:
        """Attributes whose texts change with the language: ``aria_label="Zoom in"``."""
        parts, numbers = [], []
        for name, value in texts.items():
            text = phrase(value) if isinstance(value, str) else value
            attribute = name.replace("_", "-")
            parts.append(Markup('{}="{}"').format(attribute, self.shown(text)))
            numbers.append(f"{attribute}:{self.number(text)}")
        parts.append(Markup('data-ta="{}"').format(" ".join(numbers)))
        return Markup(" ").join(parts)

    def pair(self, text: Text) -> list[str]:
        """Both languages, for the page's own data."""
        return [clean(text.english), clean(text.chinese)]

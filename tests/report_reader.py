"""A report read back as a reader sees it: elements, tables with their figures, data islands."""

import json
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}


@dataclass
class Element:
    """One element: its attributes, and what is in it in order, texts and elements."""

    tag: str
    attributes: dict
    inside: list = field(default_factory=list)

    def walk(self):
        yield self
        for part in self.inside:
            if isinstance(part, Element):
                yield from part.walk()

    def all(self, tag, **wanted):
        """Elements of a tag with these attributes; ``data_v`` stands for ``data-v``."""
        named = {k.rstrip("_").replace("_", "-"): v for k, v in wanted.items()}
        return [
            e for e in self.walk()
            if e.tag == tag and all(e.attributes.get(k) == v for k, v in named.items())
        ]  # fmt: skip

    def one(self, tag, **wanted):
        (found,) = self.all(tag, **wanted)
        return found

    @property
    def text(self):
        return "".join(p.text if isinstance(p, Element) else p for p in self.inside)

    @property
    def value(self):
        """The exact figure beside the shown one."""
        told = self.attributes.get("data-v")
        return None if told is None else float(told)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("page", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), f"an attribute of {tag} stands twice"
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].inside.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].inside.append(data)


def read_report(text):
    """The page as a tree; every element must be closed in its turn."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def table(page, name):
    """Rows of a table of the report: by header, (text, exact figure)."""
    box = page.one("div", data_grid=name)
    heads = [th.all("span")[0].text for th in box.one("thead").all("th")]
    rows = []
    for row in box.one("tbody").all("tr"):
        cells = [c for c in row.inside if isinstance(c, Element)]
        assert len(cells) == len(heads)
        rows.append({h: (c.text.strip(), c.value) for h, c in zip(heads, cells, strict=True)})
    return rows


def island(page, name):
    """A data island of the page."""
    return json.loads(page.one("script", id=name).text)


def tags(page):
    """How often each element occurs; where a name may be broken is no matter."""
    return Counter(e.tag for e in page.walk() if e.tag != "wbr")

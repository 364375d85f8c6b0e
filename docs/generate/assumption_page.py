"""Every assumption with its default, unit and source."""

from markdown_parts import cell, table
from repository import Site

from allocator.assumptions import CATALOGUE, Assumption

_HEAD = """# Assumptions

Every reading that a document leaves open has a name, a default and a source. A plan prints all
of them into `assumptions.csv`, with what was changed. Change one with `--assume name=value` on
the command line, in `[assumptions]` of a [scenario file](formats/scenarios.md), or with
`assumptions=al.Assumptions({"name": value})` in Python.

"""


def add_to(site: Site) -> None:
    """Make the page."""
    index = table(
        ["name", "default", "unit"],
        ([f"[`{a.name}`](#{a.name})", _default(a), a.unit] for a in CATALOGUE),
    )
    entries = "\n".join(map(_entry, CATALOGUE))
    site.pages["assumptions.md"] = f"{_HEAD}{index}\n{entries}"


def _entry(a: Assumption) -> str:
    rows = [["default", _default(a)], ["unit", a.unit], ["takes", _takes(a)], ["source", a.source]]
    facts = table(["", ""], [row for row in rows if row[1]])
    meaning = cell(a.meaning[:1].upper() + a.meaning[1:])
    return f"## `{a.name}` {{ #{a.name} }}\n\n{meaning}.\n\n{facts}"


def _default(a: Assumption) -> str:
    if a.default is None:
        return "none"
    return f"{a.default:g}" if isinstance(a.default, float) else a.default


def _takes(a: Assumption) -> str:
    words = ", ".join(f"`{word}`" for word in a.choices)
    if a.choices and not a.words_too:
        return words
    ends = f"a number from {a.lowest:g}" + (
        f" to {a.highest:g}" if a.highest < float("inf") else ""
    )
    if a.words_too:
        return f"{words or 'a word'}, or {ends}"
    return ends + (", or `none`" if a.default is None else "")

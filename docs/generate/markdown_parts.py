"""Tables and cells of generated pages."""

import re
from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, as_is: bool = False) -> str:
    """Give a Markdown table; bars, tags and line breaks in cells stay text, unless ``as_is``."""
    said = [list(row) if as_is else [cell(value) for value in row] for row in rows]
    lines = [heads, ["---"] * len(heads), *said]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def cell(text: str) -> str:
    """Give a text that cannot end its cell, nor begin a tag."""
    return re.sub(r"<(?=[A-Za-z/!])", "&lt;", " ".join(str(text).split())).replace("|", "&#124;")


def block(text: str, language: str = "text") -> str:
    """Give a fenced block."""
    return f"```{language}\n{text.strip(chr(10))}\n```\n"

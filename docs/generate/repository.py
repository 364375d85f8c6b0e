"""Texts of the repository as pages: one home for each, with links that hold in the site, too."""

import logging
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LOG = logging.getLogger("mkdocs.hooks")  # its warnings end a strict build
_FENCE = re.compile(r"(^```.*?^```[ \t]*$)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(!?\[[^\]]*\])\(([^)\s#]+)(#[^)\s]*)?\)")
_NAMED_FENCE = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)
_LIST = re.compile(r"(?<=\n)(?!\s|[*-] |\d+\. |[|#>])([^\n]+\n)(?=(?:[*-]|\d+\.) )")


@dataclass
class Site:
    """The pages of the site, and what else of the repository it carries.

    Attributes
    ----------
    homes
        File of the repository to the page that shows it.
    pages
        Page to its Markdown.
    files
        File of the site to the file of the repository that it is a copy of.
    """

    homes: dict[str, str]
    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    def show(self, source: str) -> None:
        """Add the page of a Markdown file of the repository."""
        page = self.homes[source]
        self.pages[page] = self.adapted((ROOT / source).read_text("utf-8"), source, page)

    def adapted(self, text: str, source: str, page: str) -> str:
        """Give a text of the repository as Markdown of a page: links, names of code blocks."""
        parts = _FENCE.split(text)
        for number, part in enumerate(parts):
            if number % 2:
                parts[number] = _NAMED_FENCE.sub(r'```\1 title="\2"', part)
                continue
            linked = _LINK.sub(lambda found: self._link(found, source, page), part)
            parts[number] = _LIST.sub(r"\1\n", linked)
        return "".join(parts)

    def _link(self, found: re.Match[str], source: str, page: str) -> str:
        label, target, anchor = found[1], found[2], found[3] or ""
        if re.match(r"\w+:", target):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if (ROOT / path).is_dir():
            path = f"{path}/README.md"
        return f"{label}({self.way(path, page)}{anchor})"

    def way(self, path: str, page: str) -> str:
        """Way from a page to the page, or the copy, of a file of the repository."""
        if path not in self.homes and path.startswith("docs/"):
            return _relative(path.removeprefix("docs/"), page)
        if path not in self.homes and not (ROOT / path).is_file():
            _LOG.warning("%s: shows a link to %s, which does not exist", page, path)
        elif path not in self.homes:
            self.files[f"repository/{path}"] = ROOT / path
        return _relative(self.homes.get(path, f"repository/{path}"), page)


def _relative(target: str, page: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(page) or ".")

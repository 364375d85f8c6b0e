"""All pages of the site that are made from the package and the repository."""

import re
from pathlib import Path

import api_pages
import assumption_page
import command_page
import model_pages
import notebook_pages
import picture_page
import policy_pages
import rule_pages
from repository import ROOT, Site

_FIXED = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "data/README.md": "formats/regions.md",
    "allocator/scenarios/README.md": "formats/scenarios.md",
    "allocator/policy/packs/README.md": "policies/index.md",
}
"""Homes that follow from no rule; the README's place is taken by the home page."""


def all_pages() -> Site:
    """Make them all."""
    site = Site(homes())
    for source in site.homes:
        if source != "README.md" and source.endswith(".md"):
            site.show(source)
    for maker in (
        assumption_page, command_page, rule_pages, model_pages, policy_pages, api_pages,
        notebook_pages, picture_page,
    ):  # fmt: skip
        maker.add_to(site)
    return site


def homes() -> dict[str, str]:
    """Say which page shows which text of the repository."""
    found = dict(_FIXED)
    for path in sorted((ROOT / "allocator").rglob("README.md")):
        found.setdefault(_name(path), f"how-to/{path.parent.name}.md")
    for path in sorted((ROOT / "data").glob("*/README.md")):
        found[_name(path)] = f"regions/{path.parent.name}.md"
    for path in sorted((ROOT / "tests" / "benchmarks").glob("*.md")):
        found[_name(path)] = f"performance/{path.stem.lower()}.md"
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        found[_name(path)] = f"notebooks/{path.stem}.md"
    return found


def title_of(text: str) -> str:
    """Give the first heading of a page."""
    heading = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
    return heading[1] if heading else ""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()

"""Every classic location model: formulation, paper, parameters, picture, command."""

import re

from docstring_parts import prose_of
from markdown_parts import block, table
from public_names import public_names
from repository import ROOT, Site

import allocator

SOURCE = "allocator/location/README.md"
_HEAD = """# Classic models

Each answers one question, with a proven bound. Which to take is told in
[Which model, when](../{which}); how fast they are in [Measured](../performance/index.md).

"""


def models() -> list[tuple[str, str]]:
    """Names and whole paths of the functions of the location package."""
    return [(name, path) for name, path in public_names()["location"] if name.islower()]


def add_to(site: Site) -> None:
    """Make a page for each, and one of all."""
    sections = _sections()
    rows = []
    for name, path in models():
        page = f"models/{name}.md"
        site.pages[page] = _page(name, path, page, sections, site)
        first = prose_of(getattr(allocator, name)).split("\n\n")[0]
        rows.append([f"[`{name}`]({name}.md)", first])
    head = _HEAD.format(which=site.homes[SOURCE])
    site.pages["models/index.md"] = head + table(["function", "what it does"], rows)


def _page(name: str, path: str, page: str, sections: dict[str, str], site: Site) -> str:
    told = next((text for text in sections.values() if re.search(rf"\b{name}\(", text)), "")
    parts = [f"# `{name}`"]
    parts += re.findall(r"^!\[[^\]]*\]\([^)]+\)$", told, flags=re.MULTILINE)[:1]
    commands = [
        line
        for text in re.findall(r"```text\n(.*?)```", told, flags=re.DOTALL)
        for line in text.splitlines()
        if f" {name.replace('_', '-')} " in line
    ]
    parts.append(f"::: {path}\n    options:\n      show_root_heading: false")
    if commands:
        parts.append(f"## On the command line\n\n{block(commands[0], 'sh')}")
    if told:
        anchor = next(key for key, text in sections.items() if text is told)
        parts.append(f"When to use it: [Which model, when](README.md#{anchor}).")
    else:
        parts.append("With an example: [trade-offs, curves and uncertainty](../studies/README.md).")
    return site.adapted("\n\n".join(parts) + "\n", SOURCE, page)


def _sections() -> dict[str, str]:
    """Anchor of each section of the page about models to its text."""
    text = (ROOT / SOURCE).read_text("utf-8")
    found = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"): said for title, said in found}

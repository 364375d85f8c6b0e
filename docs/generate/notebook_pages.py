"""The notebooks as pages: their texts and code."""

import json

from markdown_parts import block
from repository import ROOT, Site


def add_to(site: Site) -> None:
    """Make a page for each."""
    for source, page in site.homes.items():
        if source.endswith(".ipynb"):
            cells = json.loads((ROOT / source).read_text("utf-8"))["cells"]
            text = "\n\n".join(filter(None, map(_shown, cells)))
            name = source.rpartition("/")[2]
            site.files[f"notebooks/{name}"] = ROOT / source
            note = f"\n\n[The notebook itself]({name}), to run: it is committed without output.\n"
            site.pages[page] = site.adapted(text, source, page) + note


def _shown(cell: dict) -> str:
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown" or not text.strip():
        return text
    return block(text, "python")

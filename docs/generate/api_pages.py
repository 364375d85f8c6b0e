"""Every public name, from its docstring."""

from markdown_parts import table
from model_pages import models
from public_names import public_names
from repository import Site

_TITLES = {
    "region": "What is on the ground", "policy": "Rules", "assumptions": "Assumptions",
    "planning": "Plans", "plans": "Plans", "auditing": "Plans", "horizon": "Plans",
    "location": "Location", "travel": "Travel", "evaluate": "Access",
    "files": "Files", "scenarios": "Scenarios", "batches": "Batches", "studies": "Studies",
    "lp": "Solving", "errors": "Errors",
}  # fmt: skip
_HEAD = """# Python

`import allocator as al`; every name below is `al.NAME`. Values are frozen, options are
keyword-only, units stand in names (`_minutes`, `_km`, `_per_1000`). Bad input raises
[`InputError`](errors.md#allocator.errors.InputError) with every problem in one message.

"""
_MODELS = "The models have [pages of their own](../models/index.md).\n\n"


def add_to(site: Site) -> None:
    """Make a page for each part of the package, and one of all names."""
    pages: dict[str, list[tuple[str, str]]] = {}
    for part, names in public_names().items():
        pages.setdefault(_TITLES.get(part, part.capitalize()), []).extend(names)
    on_model_pages = dict(models())
    rows = []
    for title, names in pages.items():
        file = f"{title.split()[-1].lower()}.md"
        shown = [path for name, path in sorted(names) if name not in on_model_pages]
        entries = "\n".join(f"::: {path}\n    options:\n      heading_level: 2\n" for path in shown)
        also = _MODELS if title == "Location" else ""
        site.pages[f"api/{file}"] = f"# {title}\n\n{also}{entries}"
        for name, path in sorted(names):
            where = f"../models/{name}.md" if name in on_model_pages else f"{file}#{path}"
            rows.append([f"[`{name}`]({where})", title.lower()])
    rows.sort(key=lambda row: row[0].lower())
    site.pages["api/index.md"] = _HEAD + table(["name", "about"], rows)

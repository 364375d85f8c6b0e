"""The menu: what a reader looks for, in the order in which it is needed."""

from typing import Any

from repository import Site

Entry = dict[str, Any] | str


def menu_of(site: Site) -> list[Entry]:
    """Name every page of the site once."""

    def those(folder: str, *first: str) -> list[Entry]:
        """Pages of a folder: the ones named, then all others."""
        pages = sorted(page for page in site.pages if page.startswith(f"{folder}/"))
        named = [page for name in first if (page := f"{folder}/{name}.md") in pages]
        return [*named, *(page for page in pages if page not in named)]

    return [
        {"Home": "index.md"},
        {"Start": ["tutorial.md", *those("notebooks"), "pictures.md"]},
        {"How to": ["how-to/index.md", *those("how-to"), "errors.md"]},
        {"Rules": those("rules", "index")},
        {"Models": those("models", "index")},
        {"Policies": those("policies", "index")},
        {"Example regions": those("regions", "jiaxing")},
        {"Formats": ["formats/index.md", *those("formats")]},
        {
            "Reference": [
                "assumptions.md",
                "commands.md",
                {"Python": those("api", "index")},
            ]
        },
        {
            "Background": [
                {"Measured": ["performance/index.md", *those("performance")]},
                "comparison.md",
                "contributing.md",
                "changelog.md",
            ]
        },
    ]

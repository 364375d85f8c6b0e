"""All pictures in docs/images, as they come."""

from repository import ROOT, Site

_SORTS = {
    "report": "The report in one file", "map": "Maps", "excel": "Excel", "notebook": "Notebooks",
    "qgis": "GIS", "front": "Trade-offs", "curve": "Trade-offs",
}  # fmt: skip
_HEAD = """# Pictures

What comes out, for the example regions: all made by the program, none retouched.

"""


def add_to(site: Site) -> None:
    """Make the page; pictures that are made later appear by themselves."""
    by_sort: dict[str, list[str]] = {}
    for path in sorted((ROOT / "docs" / "images").glob("*.png")):
        sort, _, rest = path.stem.partition("_")
        title = _SORTS.get(sort, "Others")
        words = " ".join(rest.removesuffix("_zh").split("_")).capitalize()
        words += " (Chinese labels)" if rest.endswith("_zh") else ""
        by_sort.setdefault(title, []).append(f"### {words}\n\n![{words}](images/{path.name})\n")
    parts = [f"## {title}\n\n" + "\n".join(shown) for title, shown in by_sort.items()]
    site.pages["pictures.md"] = _HEAD + "\n".join(parts)

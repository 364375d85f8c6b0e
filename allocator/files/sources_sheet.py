"""The sources sheet: what the plan is made from, how, and what to know of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from allocator.files.labels import header, word
from allocator.files.provenance import document
from allocator.files.sentences import in_chinese
from allocator.plans import Plan

_OWN_SHEETS = ("rules", "coverage_rules")
"""What the rules say stands on the first sheet, line by line."""
_SECTIONS = {
    "sources": "input file", "attribution": "attribution", "notes": "note", "warnings": "warning",
    "solver": "solver", "versions": "version", "tables": "table", "travel": "travel",
}  # fmt: skip


def sources_sheet_parts(plan: Plan, *, chinese: bool) -> dict[str, Any]:
    """Headers and rows: a section and an item, its value, and for input files basis and note.

    ``input file`` and ``table`` have SHA-256 hashes as values.
    """
    heads = [header(c, chinese=chinese) for c in ("section", "item", "value", "basis", "note")]
    rows = [
        [
            word(section, chinese=chinese),
            item,
            _told(value, chinese=chinese),
            word(basis, chinese=chinese),
            _told(note, chinese=chinese),
        ]
        for section, item, value, basis, note in _rows(plan)
    ]
    formats = {(i, 2): "General" for i in range(len(rows))}
    return {"heads": [heads], "rows": rows, "formats": formats, "frozen_columns": 2}


def _told(value: Any, *, chinese: bool) -> Any:
    """A note of the engine's in Chinese where that is wanted; anything else as it is."""
    return (chinese and isinstance(value, str) and in_chinese(value)) or value


def _rows(plan: Plan) -> Iterator[list[Any]]:
    told = document(plan)
    provenance = told.pop("provenance")
    tables = told.pop("tables")
    for path, value in _flat("", told):
        yield ["plan", path, value, "", ""]
    sections = sorted(provenance, key=lambda key: list(_SECTIONS).index(key)
                      if key in _SECTIONS else -1)  # fmt: skip
    for key in sections:
        if key in _OWN_SHEETS:
            continue
        section = _SECTIONS.get(key, "plan")
        if key == "sources" and isinstance(provenance[key], list):
            yield from _files(provenance[key])
            continue
        start = "" if key in _SECTIONS else key
        yield from ([section, at, value, "", ""] for at, value in _flat(start, provenance[key]))
    for name, sha in tables.items():
        yield ["table", name, sha, "", ""]


def _files(sources: list[Any]) -> Iterator[list[Any]]:
    for source in sources:
        if not isinstance(source, Mapping):
            yield ["input file", "", source, "", ""]
            continue
        known = {"file", "sha256", "basis", "note"}
        more = "; ".join(f"{k}: {v}" for k, v in source.items() if k not in known and v)
        note = "; ".join(filter(None, [str(source.get("note") or ""), more]))
        basis = str(source.get("basis") or "")
        yield ["input file", source.get("file", ""), source.get("sha256", ""), basis, note]


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Nested values as pairs of path and value."""
    if isinstance(value, Mapping):
        pairs = [(f"{path}.{k}" if path else str(k), v) for k, v in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{path} {i}".strip(), v) for i, v in enumerate(value, 1)]
    else:
        yield path, value
        return
    for at, item in pairs:
        yield from _flat(at, item)

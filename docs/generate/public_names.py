"""The public names of the package, by the part of it that they come from."""

import ast

from repository import ROOT


def public_names() -> dict[str, list[tuple[str, str]]]:
    """First part of the path (``location``) to the names there and their whole paths."""
    found: dict[str, list[tuple[str, str]]] = {}
    tree = ast.parse((ROOT / "allocator" / "__init__.pyi").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                part = node.module.split(".")[0]
                found.setdefault(part, []).append(
                    (alias.name, f"allocator.{node.module}.{alias.name}")
                )
    return found

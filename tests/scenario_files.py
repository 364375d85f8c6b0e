"""Scenario files of tests."""

from collections.abc import Callable
from pathlib import Path

from region_folders import tiny_folder


def beside_a_tiny_region(folder: Path) -> Callable[..., Path]:
    """Make a tiny region in a folder; what is given back writes scenario files beside it."""
    tiny_folder(folder)

    def write(text: str, name: str = "base.toml") -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return write

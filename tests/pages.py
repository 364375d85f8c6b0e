"""Code blocks of the project's pages, and running them."""

import re
import subprocess
import sys
from pathlib import Path


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language, from top to bottom."""
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)


def run_python(page: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """All Python blocks together, in a fresh interpreter in which a warning is an error."""
    code = "\n".join(blocks(page, "python"))
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder,
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def named_blocks(page: str) -> dict[str, str]:
    """Blocks that are files, by name: ```csv units.csv``` and, in docs/, ```csv title="..."```."""
    found = re.findall(r'```\w+ (?:title=")?([\w-]+\.\w+)"?\n(.*?)```', page, flags=re.DOTALL)
    return dict(found)


def write_files(page: str, folder: Path) -> None:
    """Write the files that a page shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in named_blocks(page).items():
        (folder / name).write_text(text, encoding="utf-8")

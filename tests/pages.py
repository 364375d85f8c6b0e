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

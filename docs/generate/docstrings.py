"""The docstrings of the package, as the API pages show them."""

import sys
from pathlib import Path
from typing import Any

import griffe

sys.path.insert(0, str(Path(__file__).parent))
from formulas import as_markdown


class PlainDocstrings(griffe.Extension):
    """Turn what is written for Sphinx into Markdown."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of every object that was read."""
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)

"""A Python that has its libraries loaded, and runs tests in a copy of itself, list after list.

    python tests/warm_python.py < lists

Every line of the standard input is a JSON list of arguments for pytest; for each, the answer is a
line with pytest's exit code. Every list is run in a process forked from this one, which imports
nothing of the project itself: what a test loads or breaks is gone with its process. Plugins of
pytest (hypothesis) are not loaded before either: it warns of that, and a warning is an error.
"""

import importlib
import json
import os
import sys

LIBRARIES = (
    "geopandas", "highspy", "networkx", "numba", "openpyxl", "pulp",
    "pyarrow", "pydantic", "pyogrio", "pytest", "rasterio.features", "rich.table",
    "scipy.optimize", "scipy.sparse.csgraph", "scipy.spatial", "shapely", "typer.testing",
)  # fmt: skip


def tested(arguments: list[str]) -> int:
    """Run pytest in a process of its own; its exit code, -1 if the process died."""
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os._exit(int(importlib.import_module("pytest").main(arguments)))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    """Load the libraries, then answer line by line."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        sys.stdout.write(f"{tested(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

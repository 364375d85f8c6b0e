"""What goes on, on stderr: a live line on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.text import Text

Progress = Callable[[str], None]


@contextmanager
def progress_on_stderr(*, keep_lines: bool = False) -> Iterator[Progress]:
    """Give a function that tells what goes on; ``keep_lines`` leaves each line on a terminal."""
    began = time.monotonic()
    if not sys.stderr.isatty():
        yield lambda text: typer.echo(f"[{time.monotonic() - began:5.0f} s] {text}", err=True)
        return
    console = Console(stderr=True, highlight=False)
    with console.status(Text("reading")) as status:

        def tell(text: str) -> None:
            if keep_lines:
                console.print(Text(text))
            status.update(Text(f"{time.monotonic() - began:.0f} s  {text}"))

        yield tell

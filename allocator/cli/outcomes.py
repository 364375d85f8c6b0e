"""How a command ends: its exit code, and one clear message for what went wrong."""

import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

from allocator.errors import AllocatorError, InfeasibleError, InputError, SolverError
from allocator.files.provenance import plain
from allocator.scenarios.exit_codes import ExitCode


@contextmanager
def outcome(command: str, *, as_json: bool = False) -> Iterator[None]:
    """Turn whatever is raised inside into a message on stderr and an exit code.

    With ``as_json`` the same goes to stdout as the command's one JSON document.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except (Exception, KeyboardInterrupt) as error:
        code = ExitCode.of_error(error)
        typer.echo(_message(error), err=True)
        if as_json:
            told = {"command": command, "exit_code": int(code), "error": _described(error)}
            with while_read():
                print_json(told)
        raise typer.Exit(int(code)) from error


@contextmanager
def while_read() -> Iterator[None]:
    """Stop printing without complaint when nobody reads any more (``allocator ... | head``)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still to be flushed at the end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON document on stdout."""
    typer.echo(json.dumps(plain(content), ensure_ascii=False, indent=2, allow_nan=False))


def _message(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted before there was an answer; nothing was written"
    if isinstance(error, InfeasibleError):
        return f"no answer: {error}"
    if isinstance(error, InputError):
        return f"error: {error}"
    trace = "".join(traceback.format_exception(error)).rstrip()
    if isinstance(error, SolverError):
        return f"{trace}\nthe solver failed, or its answer did not pass the recheck: {error}"
    return f"{trace}\na defect of the program, not of your input; please report the lines above"


def _described(error: BaseException) -> dict[str, Any]:
    if isinstance(error, InputError):
        problems, where = list(error.problems), error.where
    else:
        problems, where = [str(error) or type(error).__name__], ""
    kind = (
        type(error).__name__ if isinstance(error, AllocatorError | KeyboardInterrupt) else "defect"
    )
    return {"kind": kind, "where": where, "problems": problems}

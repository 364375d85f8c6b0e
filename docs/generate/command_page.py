"""Every command with its help."""

from markdown_parts import block
from repository import Site
from typer.main import get_command

from allocator.cli.app import app

_HEAD = """# Commands

What `--help` says, for every command. Exit codes: 0 every evaluated must rule holds; 3 some
must rule does not; 4 no answer, with the reason; 2 bad input, with every problem listed; 130
interrupted, the best so far is written; 1 a defect of the program. With `--json` a command
prints one JSON document for machines.

"""


def add_to(site: Site) -> None:
    """Make the page."""
    parts = []
    for path, command in _commands(get_command(app), ()):
        context = command.make_context(
            " ".join(("allocator", *path)), [], resilient_parsing=True, max_content_width=86,
            terminal_width=86,
        )  # fmt: skip
        title = " ".join(("allocator", *path))
        parts.append(f"## {title}\n\n{block(command.get_help(context))}")
    site.pages["commands.md"] = _HEAD + "\n".join(parts)


def _commands(command, path):
    """Every command below this one that does something, by its words."""
    below = getattr(command, "commands", None)
    if below is None:
        return [(path, command)]
    return [found for name, sub in below.items() for found in _commands(sub, (*path, name))]

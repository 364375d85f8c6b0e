"""``python -m allocator`` and the command ``allocator``."""

from allocator.cli.app import app
from allocator.cli.printing import tolerate_any_terminal


def main() -> None:
    """Run the command."""
    tolerate_any_terminal()
    app()


if __name__ == "__main__":
    main()

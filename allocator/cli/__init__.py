"""The command ``allocator``, one subcommand per file."""

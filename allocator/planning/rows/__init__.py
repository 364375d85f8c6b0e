"""One rule kind per file: its rows in the program."""

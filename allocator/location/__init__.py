"""The classic questions of location science, on sparse reach."""

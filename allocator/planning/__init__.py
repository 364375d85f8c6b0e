"""Policy x region -> plan."""

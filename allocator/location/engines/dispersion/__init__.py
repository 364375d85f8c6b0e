"""Open sites far from each other."""

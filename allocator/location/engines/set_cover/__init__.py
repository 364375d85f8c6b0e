"""Covers at least cost."""

"""Least travel to p sites."""

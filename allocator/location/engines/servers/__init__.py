"""Servers that may be busy, and backup."""

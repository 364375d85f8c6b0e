"""Levels of sites, each offering all below it."""

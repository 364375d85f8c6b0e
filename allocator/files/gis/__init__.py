"""Layers of a plan for geographic information systems, their styles, and their forms."""

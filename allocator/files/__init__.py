"""In and out: one form per file; only draws, never solves."""

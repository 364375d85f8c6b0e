"""Nobody too far."""

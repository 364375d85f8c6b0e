"""What must hold: pure data."""

"""What makes the classic models fast."""

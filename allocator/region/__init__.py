"""What is on the ground: read, check, hold."""

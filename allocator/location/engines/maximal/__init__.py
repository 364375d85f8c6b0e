"""Most people covered, and shares of people covered at least cost."""

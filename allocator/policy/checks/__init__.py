"""What a planner should know about rules that meet: repeated, implied, contradicting, unclear."""

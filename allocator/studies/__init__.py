"""Studies of many plans: what is traded for what, and what holds whatever the future brings."""

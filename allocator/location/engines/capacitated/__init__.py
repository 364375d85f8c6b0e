"""Sites that serve so many and no more."""

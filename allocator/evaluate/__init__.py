"""How good it is: access per head, coverage by time band, service areas; of today or of a plan."""

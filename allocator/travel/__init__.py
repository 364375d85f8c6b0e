"""How long it takes: one source per file, all return TravelTimes."""

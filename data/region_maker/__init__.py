"""How the Chinese example regions are made from census figures and town points."""

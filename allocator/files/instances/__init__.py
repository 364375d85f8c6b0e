"""A classic location question from files: who needs to be reached, by which sites, how far."""

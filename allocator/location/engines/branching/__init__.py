"""What branch and cut over the space of sites has in common, whatever is to be decided."""

"""The best choice of sites for the worst of several futures."""

"""The maths: the only package that speaks to PuLP and HiGHS; it knows nothing of health."""

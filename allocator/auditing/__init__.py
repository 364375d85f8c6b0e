"""Every rule kind as plain arithmetic on a plan's tables or on today's stock.

Shares no code with :mod:`allocator.planning`: it is what a plan is checked with.
"""

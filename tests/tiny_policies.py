"""A policy for the tiny region on disk: beds per head, and a station within a walk."""

TINY = """
id = "mine"
title = "Mine"
[[rules]]
id = "BEDS"
kind = "quota"
strength = "must"
sense = ">="
number = 12.5
per = 1000
resources = ["public_beds"]
clause = "每千人12.5张"
line = 1
meaning = "12.5 beds per 1,000."
[[rules]]
id = "WALK"
kind = "coverage"
strength = "must"
group = "urban"
within_km = 1.2
sites = { kinds = ["health_station"] }
clause = "c"
line = 2
meaning = "Every urban resident within 1.2 km."
"""

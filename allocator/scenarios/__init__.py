"""Scenario: a region, a policy, assumptions, an objective and solver settings, in one TOML file.

::

    name = "Jiaxing 2025"
    region = "."                      # folder, or region.toml; relative to this file
    policy = "jiaxing-2025"           # a built-in pack, or a file relative to this one
    over = "national"                 # laid over this one; where both speak, the stricter is named
    minimise = "cost"                 # or maximise = "coverage"; budget = 250_000_000

    [assumptions]
    detour = 1.4

    [years]                           # optional: what opens when; see allocator.horizon.Years
    first = 2021
    last = 2025
    budget_per_year = 1_000_000_000   # or one amount per year
    attrition = { nurses = 0.04 }     # share that leaves in a year
    hires_per_year = { nurses = 2000 }

    [travel.drive]                    # optional: what a mode goes by; straight when missing; see
    roads = "roads.osm.pbf"           # allocator.files.travel_keys

    [solver]
    gap = 0.001

    [outputs]
    chinese = true
    also = ["shp", "csv"]             # besides the tables, plan.xlsx, plan.gpkg ...; geojson, too
    crs = "EPSG:4490"                 # of plan.gpkg and shapefiles

    [overrides.J031]                  # a rule read differently; branches have their own ids
    number = 6
    strength = "must"

    [[rules]]                         # rules of your own, as in a policy file
    id = "nurses"
    kind = "quota"
    strength = "wish"
    meaning = "6 nurses per 1,000 residents"
    resources = ["nurses"]
    sense = ">="
    number = 6
    per = 1000
"""

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

    [population]                      # more people here, fewer there: factors by planning unit
    "330402" = 1.1
    all = 1.02                        # the units that are not named

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

One file may stand for many scenarios::

    extends = "scenario.toml"         # all of another file, changed here; see
    name = "what if"                  # allocator.scenarios.inheritance

    [sweep]                           # every combination; see allocator.scenarios.sweeps
    "assumptions.detour" = [1.2, 1.3, 1.4]
    "overrides.J031.number" = { from = 5.5, to = 6.5, step = 0.25 }

    [samples]                         # forecasts at random; see allocator.scenarios.samples
    count = 50
    spread = 0.05

``allocator scenario check`` lists what is wrong with a file, ``allocator scenario variants`` what
it stands for, and ``allocator scenario schema`` writes the JSON schema for editors. The word "none"
stands for no limit, no table, nothing.
"""

"""Plan a small, made-up county from Python objects only: no files in, no files out.

Run it:  python examples/plan_from_objects.py
"""

import textwrap
from dataclasses import replace

import pandas as pd

import allocator as al


def heading(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}")


def print_broken(compliance: pd.DataFrame) -> None:
    """Print the rules that do not hold for the county as a whole (area "all")."""
    lines = compliance[(compliance["area"] == "all") & compliance["met"].eq(False)]
    for line in lines[lines["strength"] != "info"].itertuples():
        print(
            f"{line.rule:14} {line.strength:7} required {line.required:8,.1f}   "
            f"achieved {line.achieved:8,.1f}   missing {-line.slack:8,.1f}"
        )
        if line.note:
            print(textwrap.indent(textwrap.fill(line.note, 90), " " * 15))


# --- 1. What is on the ground -------------------------------------------------------------------
# One county with two towns. The towns get their own beds, staff and vehicles.
units = pd.DataFrame(
    [
        ["C", "Willow County", "county", ""],
        ["M", "Millbrook", "town", "C"],
        ["H", "Hillside", "town", "C"],
    ],
    columns=["id", "name", "level", "parent"],
)

# Who lives where: cells of 1 km. Millbrook is dense; Hillside has one village and much open land.
# x and y are metres in the local coordinate system given below (crs); lon and lat work as well.
people = {
    "M": [[4_200, 5_100, 2_400], [3_800, 4_600, 1_900]],
    "H": [[900, 650, 60], [480, 140, 25]],
}
WEST_M, SOUTH_M = 500_000, 3_400_000
cells = pd.DataFrame(
    [
        {
            "id": f"{town}{row}{column}",
            "x": WEST_M + 1_000 * column + (0 if town == "M" else 4_000) + 500,
            "y": SOUTH_M + 1_000 * row + 500,
            "people": count,
            "urban": town == "M",
            "unit": town,
        }
        for town, rows in people.items()
        for row, counts in enumerate(rows)
        for column, count in enumerate(counts)
    ]
)

# What stands there today, and one place that may become an ambulance station.
sites = pd.DataFrame(
    [
        ["County Hospital", "general_hospital", "existing", 501_600, 3_400_900],
        ["Millbrook Health Centre", "community_health_centre", "existing", 500_700, 3_400_600],
        ["Hillside Clinic", "village_clinic", "existing", 504_400, 3_400_500],
        ["Hospital ambulances", "ems_station", "existing", 501_600, 3_400_900],
        ["Hillside school", "ems_station", "candidate", 504_600, 3_400_700],
    ],
    columns=["name", "kind", "status", "x", "y"],
)

# What each town has today, and what one more costs (staff: per year).
stock = pd.DataFrame(
    [
        ["M", "public_beds", 88],
        ["H", "public_beds", 6],
        ["M", "physicians", 55],
        ["H", "physicians", 4],
        ["M", "nurses", 60],
        ["H", "nurses", 5],
        ["M", "ambulances", 1],
        ["H", "ambulances", 0],
    ],
    columns=["unit", "resource", "have"],
)
costs = pd.DataFrame(
    [
        ["public_beds", 500_000],
        ["physicians", 200_000],
        ["nurses", 120_000],
        ["ambulances", 400_000],
        ["ems_station", 1_500_000],
        ["health_station", 800_000],
        ["village_clinic", 300_000],
    ],
    columns=["item", "cost"],
)

region = al.build_region(
    "Willow County",
    units=units,
    cells=cells,
    sites=sites,
    stock=stock,
    costs=costs,
    # Beside the school: new clinics may be built in any settled cell (300 people per km2 or more).
    candidates=[
        {"kind": "health_station", "cells": "urban"},
        {"kind": "village_clinic", "cells": "rural"},
    ],
    crs="EPSG:32650",
    cell_m=1_000,
    settlement="urban",
    cells_basis="assumed",
    cells_note="made up for this example",
)

# --- 2. What must hold --------------------------------------------------------------------------
# The same keys as in a policy file. A rule of your own needs no clause and no line of a document.
policy = al.make_policy(
    "willow-2030",
    "Health plan of Willow County, 2030",
    [
        {
            "id": "beds", "kind": "quota", "strength": "must",
            "resources": ["public_beds"], "sense": ">=", "number": 4.5, "per": 1000,
            "meaning": "at least 4.5 public beds per 1,000 residents",
        },
        {
            "id": "physicians", "kind": "quota", "strength": "must",
            "resources": ["physicians"], "sense": ">=", "number": 2.8, "per": 1000,
            "meaning": "at least 2.8 physicians per 1,000 residents",
        },
        {
            "id": "nurses", "kind": "ratio", "strength": "target",
            "pairs": [{"resource": "nurses", "base": "physicians"}], "number": "1.2",
            "meaning": "1.2 nurses for each physician",
        },
        {
            "id": "ambulances", "kind": "quota", "strength": "must",
            "resources": ["ambulances"], "sense": ">=", "number": 1, "per": 10_000,
            "meaning": "one ambulance per 10,000 residents",
        },
        {
            "id": "town-15min", "kind": "coverage", "strength": "must", "group": "urban",
            "sites": {"kinds": ["community_health_centre", "health_station"]},
            "within_minutes": 15, "mode": "walk",
            "meaning": "every urban resident within 15 minutes on foot of primary care",
        },
        {
            "id": "village-20min", "kind": "coverage", "strength": "must", "group": "rural",
            "sites": {"kinds": ["village_clinic"]}, "within_minutes": 20, "mode": "walk",
            "meaning": "every rural resident within 20 minutes on foot of a clinic",
        },
        {
            "id": "response", "kind": "mean_response", "strength": "target", "group": "rural",
            "sites": {"kinds": ["ems_station"]}, "minutes": 7,
            "meaning": "rural residents wait 7 minutes for an ambulance on average",
        },
    ],
)  # fmt: skip

heading("The region and the policy")
print(region)
print(f"{policy.title}: {len(policy.rules)} rules")

# --- 3. Where do we stand today? ------------------------------------------------------------------
# The audit is plain arithmetic: a line for the county and one for each town.
heading("Today: rules that do not hold")
print_broken(al.audit(region, policy))

# --- 4. The plan ----------------------------------------------------------------------------------
# Must rules first, then targets, then the least cost.
plan = al.plan(region, policy, minimise="cost")

heading("The plan")
print(plan.summary())

heading("What gave way, even in the plan")
print_broken(plan.compliance)
print("Nobody builds a clinic where 25 people live; the plan says so instead of leaving them out.")

heading("Beds, staff and vehicles: today > planned")
today, planned = (plan.units[c].map("{:,.0f}".format) for c in ("have", "allocated"))
table = plan.units.assign(change=today + " > " + planned).pivot_table(
    index="resource", columns="name", values="change", aggfunc="first", sort=False
)
print(table.rename_axis(index=None, columns=None).to_string())

heading("Facilities")
print(plan.facilities[["name", "kind", "status", "unit", "cost"]].to_string(index=False))

heading("How well it is proven")
print(plan.tiers.drop(columns="seconds").round(4).to_string(index=False))

# --- 5. What if we change the plan by hand? -------------------------------------------------------
# Edit copies of its tables and let the audit judge them. The plan itself stays as it is.
fewer_beds = plan.units.copy()
beds = fewer_beds["resource"] == "public_beds"
fewer_beds.loc[beds & fewer_beds["name"].isin(["Millbrook", "Willow County"]), "allocated"] -= 10
without_school = plan.facilities[plan.facilities["name"] != "Hillside school"]
edited = replace(plan, units=fewer_beds, facilities=without_school)

heading("The same plan, edited: 10 beds fewer in Millbrook, no ambulance station at the school")
print_broken(al.audit(region, policy, edited))

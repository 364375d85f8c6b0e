"""The classic location models on one small, made-up county, with a picture of each family.

Run it:  python examples/location_models.py                      # prints the answers
         python examples/location_models.py --out some/folder    # draws the pictures, too
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from allocator.location.backup import bacop2, lscp_b
from allocator.location.capacitated import capacitated
from allocator.location.center import p_center
from allocator.location.curves import coverage_curve
from allocator.location.dispersion import p_dispersion
from allocator.location.double_standard import dsm
from allocator.location.expected import malp, mexclp
from allocator.location.hierarchy import Level, hierarchical
from allocator.location.maximal_cover import mclp
from allocator.location.median import p_median
from allocator.location.partial_cover import psclp
from allocator.location.set_cover import lscp
from allocator.location.siting import Siting
from allocator.travel.distance import straight_line_km
from allocator.travel.ends import Demand, SiteSet

# --- 1. A county of 26 x 16 km: five towns, villages, cells of 1 km -----------------------------
TOWNS = {  # east km, north km, people, spread km
    "Ashford": (7.5, 9.0, 62_000, 1.5),
    "Millbrook": (17.0, 11.0, 34_000, 1.2),
    "Elmstead": (20.5, 4.5, 15_000, 0.9),
    "Overton": (11.5, 3.0, 9_000, 0.8),
    "Highfield": (3.0, 3.0, 5_000, 0.7),
}
WIDE, HIGH = 26, 16


def make_county() -> tuple[Demand, SiteSet]:
    """Cells with at least 40 people, and a site every 3 km or so, a little off the grid."""
    east, north = (grid.ravel() + 0.5 for grid in np.meshgrid(np.arange(WIDE), np.arange(HIGH)))
    people = 55 + 45 * np.sin(0.9 * east) * np.cos(0.7 * north)
    for x, y, n, spread in TOWNS.values():
        near = np.exp(-((east - x) ** 2 + (north - y) ** 2) / (2 * spread**2))
        people = people + n * near / near.sum()
    people = np.floor(people)
    lived = people >= 40
    xy_m = 1000 * np.column_stack([east, north])[lived]
    demand = Demand(people[lived], xy_m=xy_m)
    spots = [(x, y) for x, y, *_ in TOWNS.values()]
    spots += [
        (x + 0.4 * np.sin(y), y + 0.4 * np.cos(x))
        for x in np.arange(2.0, WIDE, 3.6)
        for y in np.arange(2.0, HIGH, 3.0)
    ]
    names = [*TOWNS, *(f"site {i}" for i in range(len(spots) - len(TOWNS)))]
    return demand, SiteSet(names, xy_m=1000 * np.array(spots))


DEMAND, SITES = make_county()
KM = straight_line_km(DEMAND, SITES, max_km=40)
APART = straight_line_km(SITES.xy_m, SITES.xy_m, max_km=40)
NEAR, FAR = KM.within(3.5), KM.within(6)


# --- 2. Ask every model -------------------------------------------------------------------------
@dataclass(frozen=True)
class Panel:
    """What was asked, the answer and what its objective counts; radii, ways or loads to draw.

    With a level, only who reaches a site of this level or a higher one counts.
    """

    asked: str
    siting: Siting
    counts: str
    radii_km: tuple[float, ...] = ()
    ways: bool = False
    loads: bool = False
    level: int = 0


def cover_panels() -> list[Panel]:
    most = mclp(NEAR, p=3)
    return [
        Panel("LSCP: everybody within 3.5 km", lscp(NEAR), "sites", (3.5,)),
        Panel("PSCLP: 90 % of the people within 3.5 km", psclp(NEAR, share=0.9), "sites", (3.5,)),
        Panel("MCLP: as many people as 3 sites can", most, "people within 3.5 km", (3.5,)),
    ]


def backup_panels() -> list[Panel]:
    twice = "people reached twice"
    both = "people reached, once or twice, on average"
    standards = dsm(NEAR, FAR, p=9, alpha=0.85)
    return [
        Panel("LSCP-B: everybody within 6 km, many twice", lscp_b(FAR), twice, (6,)),
        Panel("BACOP2: 5 sites, once counts like twice", bacop2(NEAR, p=5), both, (3.5,)),
        Panel("DSM: all in 6 km, 85 % in 3.5 km, many twice", standards, twice, (3.5, 6)),
    ]


def busy_panels() -> list[Panel]:
    idle, busy = (mexclp(NEAR, p=9, busy=share) for share in (0.1, 0.6))
    sure = malp(NEAR, p=9, busy=0.3, reliability=0.95)
    expected = "people find one free, on average"
    return [
        Panel("MEXCLP: 9 ambulances, out 10 % of the time", idle, expected, (3.5,)),
        Panel("MEXCLP: 9 ambulances, out 60 % of the time", busy, expected, (3.5,)),
        Panel("MALP: 9, out 30 %, one free in 95 of 100 calls", sure, "people so served", (3.5,)),
    ]


def travel_panels() -> list[Panel]:
    mean, worst = p_median(KM, p=4), p_center(KM, p=4)
    apart = p_dispersion(APART, p=4)
    return [
        Panel("p-median: 4 sites, shortest way on average", mean, "people-km", ways=True),
        Panel("p-center: 4 sites, shortest longest way", worst, "km at most", ways=True),
        Panel("p-dispersion: 4 sites, far from each other", apart, "km apart at least"),
    ]


def capacity_panels() -> list[Panel]:
    least, most = (np.full(len(SITES), people) for people in (25_000.0, 45_000.0))
    fair = capacitated(KM, p=4, min_load=least, max_load=most, single_source=True)
    asked = "capacitated: 25,000 to 45,000 people each"
    return [
        Panel(
            "p-median: 4 sites, however full", p_median(KM, p=4), "people-km", ways=True, loads=True
        ),
        Panel(asked, fair, "people-km", ways=True, loads=True),
    ]


def level_panels() -> list[Panel]:
    levels = [
        Level("station", NEAR, p=5),
        Level("health centre", FAR, p=2),
        Level("hospital", KM.within(12), p=1),
    ]
    found = hierarchical(levels)
    names = ("station or more within 3.5 km", "centre or more within 6 km", "hospital within 12 km")
    people = "people, over the three levels"
    return [
        Panel(f"hierarchical: {name}", found, people, (km,), level=level)
        for level, (name, km) in enumerate(zip(names, (3.5, 6, 12), strict=True), 1)
    ]


FAMILIES = {
    "cover": cover_panels,
    "backup": backup_panels,
    "busy": busy_panels,
    "travel": travel_panels,
    "capacity": capacity_panels,
    "levels": level_panels,
}


# --- 3. Draw ------------------------------------------------------------------------------------
DARK, BLUE, ORANGE, INK, PALE = "#08447e", "#6aa5dd", "#e8862a", "#1a1a1a", "#a8a8a8"
LEVEL_MARKS = {1: ("*", 170), 2: ("s", 110), 3: ("P", 210)}


def servers_within(panel: Panel, km: float) -> np.ndarray:
    """How many servers each cell reaches."""
    siting, n = panel.siting, np.zeros(len(SITES))
    n[siting.open_sites] = 1 if siting.servers is None else siting.servers
    if siting.levels is not None:
        n[siting.open_sites[siting.levels < panel.level]] = 0
    arcs = KM.value <= km
    return np.bincount(KM.cell[arcs], weights=n[KM.site[arcs]], minlength=len(DEMAND))


def colours_of(panel: Panel) -> np.ndarray:
    """Orange: not reached; blue: once; dark blue: twice or more; grey: nobody asked about them."""
    if panel.siting.question.demand is not DEMAND:
        return np.full(len(DEMAND), PALE)
    if panel.radii_km:
        count = servers_within(panel, panel.radii_km[0])
    else:
        count = panel.siting.served.covered.astype(float)
    return np.array([ORANGE, BLUE, DARK])[np.minimum(count, 2).astype(int)]


def draw(ax: Axes, panel: Panel) -> None:
    """Cells as dots whose area says how many people; sites as crosses, open ones marked."""
    x, y = (DEMAND.xy_m / 1000).T
    site_x, site_y = (SITES.xy_m / 1000).T
    siting = panel.siting
    if panel.ways:
        goes = siting.assignment
        for i in np.flatnonzero(goes >= 0):
            ax.plot([x[i], site_x[goes[i]]], [y[i], site_y[goes[i]]], c=PALE, lw=0.5, zorder=1)
    ax.scatter(x, y, s=1 + DEMAND.people / 40, c=colours_of(panel), linewidths=0, zorder=2)
    ax.scatter(site_x, site_y, marker="+", s=16, c=INK, linewidths=0.5, zorder=3)
    for k, j in enumerate(siting.open_sites):
        level = 1 if siting.levels is None else int(siting.levels[k])
        mark, size = LEVEL_MARKS[level]
        ax.scatter(site_x[j], site_y[j], marker=mark, s=size, c=INK, ec="white", lw=1, zorder=5)
        for km, style in zip(panel.radii_km * (level >= panel.level), "-:", strict=False):
            ring = Circle((site_x[j], site_y[j]), km, fill=False, ec=INK, lw=0.7, ls=style)
            ax.add_patch(ring)
        label = f"{siting.load[k]:,.0f}" if panel.loads else ""
        if siting.servers is not None and siting.servers[k] > 1:
            label = f"x {siting.servers[k]}"
        ax.annotate(
            label,
            (site_x[j], site_y[j]),
            (5, 5),
            textcoords="offset points",
            zorder=6,
            fontsize=8,
            weight="bold",
            path_effects=[withStroke(linewidth=2.5, foreground="w")],
        )
    ax.set(xlim=(-1, WIDE + 1), ylim=(-1, HIGH + 1), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_color(PALE)
    ax.set_title(panel.asked, fontsize=9, weight="bold", loc="left")
    ax.set_xlabel(answer_line(panel), fontsize=8.5, loc="left")


def answer_line(panel: Panel) -> str:
    """Sites, what they achieve, and whether it is proven."""
    siting = panel.siting
    proof = "proven best" if siting.status == "optimal" else f"gap {siting.gap:.1%}"
    digits = ".1f" if siting.objective_unit in ("km", "minutes") else ",.0f"
    sites = "" if panel.counts == "sites" else f"{len(siting.open_sites)} sites, "
    return f"{sites}{siting.objective:{digits}} {panel.counts}, {proof}"


def legend(figure: Figure, panels: list[Panel]) -> None:
    """What colours and marks mean."""

    def dot(colour: str, text: str, mark: str = "o", size: float = 7) -> Line2D:
        return Line2D([], [], ls="", marker=mark, c=colour, ms=size, label=text)

    busy = any(panel.siting.servers is not None for panel in panels)
    twice = any((colours_of(panel) == DARK).any() for panel in panels)
    missed = any((colours_of(panel) == ORANGE).any() for panel in panels)
    entries = [dot(ORANGE, "people not reached")] * missed
    entries.append(dot(BLUE, "reached" + " once" * twice))
    entries += [dot(DARK, "reached twice or more")] * twice
    if any(panel.siting.levels is not None for panel in panels):
        names = {1: "station", 2: "health centre", 3: "hospital"}
        entries += [dot(INK, name, LEVEL_MARKS[level][0]) for level, name in names.items()]
    else:
        entries.append(dot(INK, "open site (x n: n vehicles)" if busy else "open site", "*", 11))
    entries.append(dot(INK, "possible site", "+", 5))
    figure.legend(
        handles=entries, loc="lower center", ncols=len(entries), fontsize=8.5, frameon=False
    )


def picture(panels: list[Panel]) -> Figure:
    """Panels side by side."""
    figure = Figure(figsize=(4.6 * len(panels), 3.75), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, len(panels)))
    for ax, panel in zip(axes, panels, strict=True):
        draw(ax, panel)
    figure.get_layout_engine().set(rect=(0, 0.07, 1, 0.93))
    legend(figure, panels)
    return figure


def draw_curve(curve: pd.DataFrame) -> Figure:
    """People within reach by number of sites, a line per radius."""
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    ax = figure.subplots()
    for radius, points in curve.groupby("radius"):
        colour = {3.0: ORANGE, 3.5: BLUE, 5.0: DARK}[radius]
        ax.plot(points["p"], 100 * points["share"], marker="o", c=colour, label=f"{radius:g} km")
    ax.set(xlabel="open sites", ylabel="people within reach, %", ylim=(0, 102))
    proof = "every point proven" if curve["proven"].all() else "not every point proven"
    ax.set_title(f"What one more site brings (MCLP, {proof})", fontsize=9, weight="bold",
                 loc="left")  # fmt: skip
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    return figure


def save(figure: Figure, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for the pictures")
    out = parser.parse_args().out
    print(f"{DEMAND.people.sum():,.0f} people in {len(DEMAND)} cells, {len(SITES)} sites")
    for family, ask in FAMILIES.items():
        panels = ask()
        for panel in panels:
            print(f"{family:9} {panel.asked:47} {answer_line(panel)}")
        if out:
            save(picture(panels), out / f"{family}.png")
    curve = coverage_curve(KM, p=range(1, 13), radii=[3.0, 3.5, 5.0])
    print(curve.pivot_table(index="p", columns="radius", values="share").round(3))
    if out:
        save(draw_curve(curve), out / "curve.png")


if __name__ == "__main__":
    main()

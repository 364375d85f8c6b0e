"""``allocator locate``: one classic location question on files."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.locate_forms import model_word
from allocator.cli.locate_options import Asked, check
from allocator.cli.outcomes import outcome, while_read
from allocator.cli.progress import progress_on_stderr

_EXAMPLES = """
\b
Covering (how many sites, or how much p sites cover; who is within a limit):
  allocator locate lscp   --demand cells.csv --sites sites.csv --radius-km 3.5 --json a.json
  allocator locate psclp  --demand cells.gpkg --sites sites.csv --radius-km 5 --share 90%
  allocator locate mclp   --demand cells.csv --sites sites.csv --times t.csv --within-minutes 15
                          --p 12
  allocator locate mclp   --demand cells.csv --sites posts.csv --roads city.osm.pbf
                          --direction from-site --within-minutes 10 --p 12
  allocator locate backup --demand cells.csv --sites sites.csv --radius-km 5 --p 12

\b
Ambulances (standards within two limits; vehicles that are busy part of the time):
  allocator locate dsm    --demand cells.csv --sites sites.csv --radius-km 3.5 --radius2-km 5
                          --alpha 0.9 --p 12
  allocator locate mexclp --demand cells.csv --sites sites.csv --times t.parquet
                          --within-minutes 11 --p 20 --busy 0.3
  allocator locate malp   ... --p 20 --busy 0.3 --reliability 0.9

\b
Travel (mean, worst, spread, capacities):
  allocator locate p-median     --demand cells.csv --sites sites.csv --times t.csv --p 15
  allocator locate p-center     --demand cells.csv --sites sites.csv --speed-kmh 30 --detour 1.4
                                --p 15
  allocator locate p-dispersion --sites sites.csv --p 6
  allocator locate capacitated  --demand cells.csv --sites sites.csv --min-load 30000
                                --max-load 100000

\b
Levels (each level offers what those below it do; levels.csv: name, radius_km, p):
  allocator locate hierarchical --demand cells.csv --sites sites.csv --levels levels.csv

\b
Files:
  demand  csv or xlsx with id, people and lon, lat (degrees) or x, y (in --crs); a map layer
          (gpkg, geojson, shp), polygons by their centres; or a population raster (tif).
          --share, --floor and --group may name columns with people of parts of the population.
  sites   id, coordinates, and where known status (existing, candidate, required, forbidden),
          cost, capacity, running_cost, closing_cost (an existing site with one may close),
          level (hierarchical: what an existing site is today).
  times   csv, xlsx or parquet: from_id (demand), to_id (site), minutes; what is not in it is
          unreachable.
  roads   minutes by class of road (--radius-km: km along the roads); one-way streets count, so
          say which way people go; who is off the roads is told.
  p counts every open site, existing ones that stay among them; limits are inclusive.

\b
Exit codes: 0 an answer (its status says whether it is proven); 4 no answer, with the reason;
2 bad input; 130 interrupted (the best so far is written); 1 a defect of the program.
"""


def locate_command(
    model: Annotated[str, typer.Argument(
        metavar="MODEL", show_default=False,
        help="lscp, psclp, mclp, p-median, p-center, dsm, mexclp, backup, malp, p-dispersion, "
        "capacitated or hierarchical.")],
    sites: Annotated[Path, typer.Option(help="Sites: csv, xlsx or a map layer.",
                                        show_default=False)],
    demand: Annotated[Path | None, typer.Option(
        help="Who needs to be reached: csv, xlsx, a map layer or a raster.")] = None,
    radius_km: Annotated[float | None, typer.Option(help="Limit in a straight line, km.")] = None,
    times: Annotated[Path | None, typer.Option(help="Travel times: csv, xlsx, parquet.")] = None,
    roads: Annotated[Path | None, typer.Option(
        help="Travel along roads: .osm.pbf, .graphml or a layer of lines.")] = None,
    mode: Annotated[str | None, typer.Option(
        help="With --roads: drive or walk.", show_default="drive")] = None,
    direction: Annotated[str | None, typer.Option(
        help="With --roads: to-site (people to a clinic) or from-site (ambulances).",
        show_default="to-site")] = None,
    within_minutes: Annotated[float | None, typer.Option(help="Limit in minutes.")] = None,
    speed_kmh: Annotated[float | None, typer.Option(
        help="Times from coordinates: straight line x detour / speed.")] = None,
    detour: Annotated[float | None, typer.Option(
        help="Way travelled per straight line.", show_default="1")] = None,
    crs: Annotated[str | None, typer.Option(
        help="System of columns x and y: EPSG:N.", show_default=False)] = None,
    p: Annotated[int | None, typer.Option(help="Open sites (mexclp, malp: servers).")] = None,
    share: Annotated[list[str] | None, typer.Option(
        metavar="SHARE", help="psclp: 0.9, 90% or GROUP=0.9; repeatable.")] = None,
    budget: Annotated[float | None, typer.Option(help="mclp, hierarchical: most it may cost.")
                      ] = None,
    floor: Annotated[list[str] | None, typer.Option(
        metavar="GROUP=SHARE", help="mclp: least share of a group; repeatable.")] = None,
    radius2_km: Annotated[float | None, typer.Option(help="dsm: the farther limit, km.")] = None,
    minutes2: Annotated[float | None, typer.Option(help="dsm: the farther limit, minutes.")
                        ] = None,
    alpha: Annotated[float | None, typer.Option(help="dsm: share within the nearer limit.")
                     ] = None,
    busy: Annotated[float | None, typer.Option(help="mexclp, malp: share of time a server is "
                                               "busy.")] = None,
    calls_per_hour: Annotated[float | None, typer.Option(
        help="mexclp, instead of --busy: calls of all cells.")] = None,
    hours_per_call: Annotated[float | None, typer.Option(
        help="mexclp, instead of --busy: how long a call takes.")] = None,
    reliability: Annotated[float | None, typer.Option(
        help="malp: chance that a server is free.")] = None,
    max_per_site: Annotated[int | None, typer.Option(
        help="dsm, mexclp, malp, backup: most servers at a site.")] = None,
    kind: Annotated[str | None, typer.Option(
        help="backup: lscp-b, bacop1 (with --p) or bacop2 (with --theta).")] = None,
    theta: Annotated[float | None, typer.Option(
        help="backup, bacop2: weight of being reached once.", show_default="0.5")] = None,
    min_load: Annotated[float | None, typer.Option(help="capacitated: least people per open "
                                                   "site.")] = None,
    max_load: Annotated[float | None, typer.Option(
        help="capacitated: most people per site; without it, column capacity.")] = None,
    single_source: Annotated[bool, typer.Option(
        "--single-source", help="capacitated: a cell goes to one site.")] = False,
    closest: Annotated[bool, typer.Option(
        "--closest", help="capacitated: everybody goes to the nearest open site.")] = False,
    minimise: Annotated[str | None, typer.Option(
        help="capacitated: travel or cost.", show_default="travel")] = None,
    travel_cost: Annotated[float | None, typer.Option(
        help="capacitated, cost: of a person-minute or -km.", show_default="1")] = None,
    weight_column: Annotated[str | None, typer.Option(
        help="capacitated: column by which distance is multiplied.", show_default="people")] = None,
    levels: Annotated[Path | None, typer.Option(
        help="hierarchical: name, radius_km or minutes, p, share, weight, cost.")] = None,
    skip_unreachable: Annotated[bool, typer.Option(
        "--skip-unreachable", help="Leave out cells that no site reaches, and say so.")] = False,
    k: Annotated[int | None, typer.Option(
        "--k", help="lscp, psclp, mclp, p-median: the k best sets of sites.")] = None,
    group: Annotated[list[str] | None, typer.Option(
        metavar="COLUMN", help="Report a population group by itself; repeatable.")] = None,
    people_column: Annotated[str, typer.Option(help="Column with people.")] = "people",
    grid_kind: Annotated[str | None, typer.Option(
        help="A raster's values: count (people per cell) or density (per km2).")] = None,
    demand_layer: Annotated[str | None, typer.Option(help="Layer of a map file.")] = None,
    sites_layer: Annotated[str | None, typer.Option(help="Layer of a map file.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds; the best so far counts.")
                          ] = None,
    gap: Annotated[float, typer.Option(help="Relative gap that counts as proven.")] = 0.0,
    effort: Annotated[float | None, typer.Option(
        help="Work spent on what is too large to prove.", show_default="1")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the answer there.")
                         ] = None,
    out_sites: Annotated[Path | None, typer.Option(help="Write open sites as csv.")] = None,
    out_cells: Annotated[Path | None, typer.Option(help="Write who goes where as csv.")] = None,
) -> None:  # fmt: skip
    """Answer one classic location question on files: where to put sites, with proof."""
    options = {
        "p": p, "share": tuple(share or ()), "budget": budget, "floor": tuple(floor or ()),
        "radius2_km": radius2_km, "minutes2": minutes2, "alpha": alpha, "busy": busy,
        "calls_per_hour": calls_per_hour, "hours_per_call": hours_per_call,
        "reliability": reliability, "max_per_site": max_per_site, "kind": kind, "theta": theta,
        "min_load": min_load, "max_load": max_load, "single_source": single_source,
        "closest": closest, "minimise": minimise, "travel_cost": travel_cost,
        "weight_column": weight_column, "levels": levels, "k": k, "effort": effort,
    }  # fmt: skip
    with outcome("locate"):
        asked = Asked(
            model_word(model), demand, sites, times, roads, mode, direction, radius_km,
            within_minutes, speed_kmh, detour, crs, demand_layer, sites_layer, people_column,
            tuple(group or ()), grid_kind, skip_unreachable, options,
        )  # fmt: skip
        check(asked)
        files = {"json": json_file, "sites": out_sites, "cells": out_cells}
        raise typer.Exit(_locate(asked, files, time_limit=time_limit, gap=gap))


def _locate(
    asked: Asked, files: dict[str, Path | None], *, time_limit: float | None, gap: float
) -> int:
    # Reading and solving load much; --help and a slip in the options do not wait for it.
    from allocator.cli.locate_answer import check_places, print_answer, told, write
    from allocator.cli.locate_models import solve
    from allocator.cli.locate_reach import read_instance
    from allocator.lp.solvers import SolverSettings

    check_places(files)
    settings = SolverSettings(gap=gap, time_limit_seconds=time_limit)
    with progress_on_stderr() as progress:
        progress("reading")
        instance = read_instance(asked)
        progress("solving")
        sitings, instance = solve(asked, instance, settings, progress)
        content = told(asked, instance, sitings, settings)
        written = write(content, sitings[0], files)
    with while_read():
        print_answer(content, sitings[0])
        for path in written:
            typer.echo(f"Written: {path}")
    return int(content["exit_code"])


locate_command.__doc__ = f"{locate_command.__doc__}\n{_EXAMPLES}"

"""``allocator curve``: coverage over numbers of sites and over radii."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli import printing
from allocator.cli.locate_options import Asked, check
from allocator.cli.outcomes import outcome, while_read
from allocator.cli.plan_command import OUT
from allocator.cli.progress import progress_on_stderr
from allocator.cli.ranges import numbers, whole_numbers
from allocator.errors import InputError, raise_if_any
from allocator.scenarios.exit_codes import ExitCode


def curve_command(
    demand: Annotated[Path, typer.Option(help="Who needs to be reached: csv, xlsx, a map layer or "
                                         "a raster.", show_default=False)],
    sites: Annotated[Path, typer.Option(help="Sites: csv, xlsx or a map layer.",
                                        show_default=False)],
    out: Annotated[Path, OUT],
    p: Annotated[str, typer.Option(metavar="RANGE", help="Open sites: 12, 5,10,20 or 1:30.",
                                   show_default=False)],
    radius_km: Annotated[str | None, typer.Option(
        metavar="RANGE", help="Limit in a straight line, km: 3.5, or 2:10:0.5.")] = None,
    within_minutes: Annotated[str | None, typer.Option(
        metavar="RANGE", help="Limit in minutes: 15, or 5:30:5.")] = None,
    times: Annotated[Path | None, typer.Option(help="Travel times: csv, xlsx, parquet.")] = None,
    roads: Annotated[Path | None, typer.Option(
        help="Travel along roads: .osm.pbf, .graphml or a layer of lines.")] = None,
    mode: Annotated[str | None, typer.Option(help="With --roads: drive or walk.",
                                             show_default="drive")] = None,
    direction: Annotated[str | None, typer.Option(
        help="With --roads: to-site or from-site.", show_default="to-site")] = None,
    speed_kmh: Annotated[float | None, typer.Option(
        help="Times from coordinates: straight line x detour / speed.")] = None,
    detour: Annotated[float | None, typer.Option(
        help="Way travelled per straight line.", show_default="1")] = None,
    crs: Annotated[str | None, typer.Option(help="System of columns x and y: EPSG:N.",
                                            show_default=False)] = None,
    people_column: Annotated[str, typer.Option(help="Column with people.")] = "people",
    grid_kind: Annotated[str | None, typer.Option(
        help="A raster's values: count (people per cell) or density (per km2).")] = None,
    demand_layer: Annotated[str | None, typer.Option(help="Layer of a map file.")] = None,
    sites_layer: Annotated[str | None, typer.Option(help="Layer of a map file.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds per point.")] = None,
    gap: Annotated[float, typer.Option(help="Relative gap that counts as proven.")] = 0.0,
    effort: Annotated[float, typer.Option(help="Work spent on what is too large to prove.")] = 1.0,
    chinese: Annotated[bool, typer.Option("--chinese", help="Chinese headers and labels.")] = False,
) -> None:  # fmt: skip
    """Draw how many people p sites reach at best, over p and over the radius; with proof.

    Writes curve.csv, full_cover.csv, curve.xlsx and the picture as png, svg and pdf: the best
    choice for each p and radius, the greedy one beside it, and how many sites reach everybody.

    \b
    Examples:
      allocator curve --demand cells.csv --sites sites.csv --radius-km 3.5 --p 1:30 --out curve
      allocator curve --demand cells.csv --sites sites.csv --radius-km 2:10:0.5 --p 12 --out curve
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("curve"):
        counts, given = _ranges(p, {"radius_km": radius_km, "within_minutes": within_minutes})
        # The files are read as for the question with most sites and the largest radius.
        farthest = {name: max(values) for name, values in given.items()}
        asked = Asked(
            "mclp", demand, sites, times, roads, mode, direction, farthest.get("radius_km"),
            farthest.get("within_minutes"), speed_kmh, detour, crs, demand_layer, sites_layer,
            people_column, (), grid_kind, False, {"p": max(counts), "effort": effort},
        )  # fmt: skip
        try:
            check(asked)
        except InputError as error:
            raise InputError(error.problems, where="curve") from error
        radii = next(iter(given.values()), None)
        raise typer.Exit(_curve(asked, counts, radii, out, chinese=chinese, gap=gap,
                                time_limit=time_limit, effort=effort))  # fmt: skip


def _ranges(p: str, limits: dict[str, str | None]) -> tuple[list[int], dict[str, list[float]]]:
    """Numbers of sites and limits; what is wrong with any of them in one error."""
    problems: list[str] = []
    counts: list[int] = []
    given: dict[str, list[float]] = {}
    try:
        counts = whole_numbers(p, "--p")
    except InputError as error:
        problems += error.problems
    for name, text in limits.items():
        try:
            if text is not None:
                found = numbers(text, "--" + name.replace("_", "-"))
                given[name] = [float(n) for n in found]
        except InputError as error:
            problems += error.problems
    raise_if_any(problems, where="curve")
    return counts, given


def _curve(
    asked: Asked, counts: list[int], radii: list[float] | None, out: Path, *, chinese: bool,
    gap: float, time_limit: float | None, effort: float,
) -> int:  # fmt: skip
    # Reading and solving load much; --help and a slip in the options do not wait for it.
    from allocator.cli.locate_reach import read_instance
    from allocator.files.writing import check_can_write
    from allocator.lp.solvers import SolverSettings
    from allocator.studies.curves import coverage_study

    check_can_write(out)
    settings = SolverSettings(gap=gap, time_limit_seconds=time_limit)
    with progress_on_stderr() as progress:
        progress("reading")
        instance = read_instance(asked)
        if radii is not None and instance.limit != max(radii):  # km at a speed are minutes
            radii = [radius * instance.limit / max(radii) for radius in radii]
        about = instance.times if radii is not None else instance.times.within(instance.limit)
        study = coverage_study(
            about, p=counts, radii=radii, effort=effort, settings=settings, progress=progress,
            may_close=instance.may_close if len(instance.may_close) else None,
        )  # fmt: skip
        files = study.export(out, chinese=chinese)
    with while_read():
        columns = ["p", "radius", "people", "share", "gap", "status", "greedy"]
        printing.print_table(columns, study.points[columns].astype(object).to_numpy().tolist())
        for note in instance.notes:
            typer.echo(f"note: {note}")
        printing.print_written(out, files)
    return int(ExitCode.INTERRUPTED if study.interrupted else ExitCode.DONE)

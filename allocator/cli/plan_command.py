"""``allocator plan``: optimise a scenario and write the plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from allocator.assumptions import parse_assignment
from allocator.cli import printing
from allocator.cli.export_command import BOM, CRS, NAMES
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.progress import progress_on_stderr
from allocator.cli.years_table import print_years
from allocator.scenarios.exit_codes import ExitCode
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import run
from allocator.scenarios.scenario import Scenario

SCENARIO = typer.Argument(metavar="SCENARIO", help="The scenario file (TOML).", show_default=False)
OUT = typer.Option("--out", help="Folder to write into.", show_default=False)
ASSUME = typer.Option("--assume", metavar="NAME=VALUE", help="Change an assumption; repeatable.")
JSON = typer.Option("--json", help="Print one JSON document on stdout, for machines.")
ALSO = typer.Option("--also", metavar="FORM", help="Also write shp, geojson, csv; repeatable.")
BY = typer.Option("--by", metavar="LEVELS", help="Plan in parts, one per unit: district,county.")
WORKERS = typer.Option("--workers", min=1, help="With --by: processes at once.")
STRICT = typer.Option("--strict", help="Exit 3 also for a must rule that was not evaluated.")


def plan_command(
    scenario: Annotated[Path, SCENARIO],
    out: Annotated[Path, OUT],
    assume: Annotated[list[str] | None, ASSUME] = None,
    minimise: Annotated[str | None, typer.Option(help="cost, change or travel.")] = None,
    maximise: Annotated[str | None, typer.Option(help="coverage or worst_county.")] = None,
    budget: Annotated[float | None, typer.Option(help="Most it may cost.")] = None,
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds per solve; last resort.")
    ] = None,
    gap: Annotated[float | None, typer.Option(help="Relative gap that counts as optimal.")] = None,
    solver: Annotated[str | None, typer.Option(help="highs, or a solver of PuLP.")] = None,
    by: Annotated[str | None, BY] = None,
    workers: Annotated[int, WORKERS] = 1,
    models: Annotated[
        Path | None, typer.Option(help="Folder for each block's program as .lp and .mps.")
    ] = None,
    chinese: Annotated[bool, typer.Option("--chinese", help="Chinese headers and labels.")] = False,
    no_map: Annotated[bool, typer.Option("--no-map", help="Do not draw plan.png.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Do not write plan.html.")] = False,
    also: Annotated[list[str] | None, ALSO] = None,
    crs: Annotated[str | None, CRS] = None,
    names: Annotated[str | None, NAMES] = None,
    bom: Annotated[bool, BOM] = False,
    strict: Annotated[bool, STRICT] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Turn a policy into a plan: beds, sites, vehicles, staff; with proof.

    Writes the csv tables, plan.json, plan.xlsx, plan.gpkg, plan.png and the report plan.html into
    the folder, and prints which rules hold. Options change what the scenario file says. A scenario
    with the table [years] is planned year by year: years.csv and year_rules.csv say what opens
    when.

    \b
    Example:
      allocator plan data/jiaxing/scenario.toml --out plans/jiaxing --assume detour=1.4
      allocator plan data/jiaxing/scenario.toml --out plans/jiaxing --also shp --crs EPSG:4490
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("plan", as_json=as_json):
        question = with_options(
            read_scenario(scenario), assume=assume, minimise=minimise, maximise=maximise,
            budget=budget, by=by, time_limit_seconds=time_limit, gap=gap, solver=solver,
            outputs={
                "chinese": chinese or None, "map": False if no_map else None, "also": also,
                "crs": crs, "names": names, "bom": bom or None,
            },
        )  # fmt: skip
        code = _plan(
            question, out, with_report=not no_report, strict=strict, as_json=as_json,
            models=models, workers=workers,
        )  # fmt: skip
        raise typer.Exit(int(code))


def with_options(
    scenario: Scenario,
    *,
    assume: list[str] | None = None,
    minimise: str | None = None,
    maximise: str | None = None,
    budget: float | None = None,
    by: str | None = None,
    time_limit_seconds: float | None = None,
    gap: float | None = None,
    solver: str | None = None,
    outputs: Mapping[str, Any] | None = None,
) -> Scenario:
    """The scenario with what the command line says; all of it checked together."""
    changes: dict[str, Any] = {}
    if minimise is not None or maximise is not None:
        changes |= {"minimise": minimise, "maximise": maximise}
    whole = {"budget": budget, "by": by}
    changes |= {key: value for key, value in whole.items() if value is not None}
    given = {"time_limit_seconds": time_limit_seconds, "gap": gap, "name": solver}
    settings = {k: v for k, v in given.items() if v is not None}
    changes["solver"] = {**scenario.solver.model_dump(), **settings}
    assigned = dict(parse_assignment(text) for text in assume or [])
    changes["assumptions"] = {**scenario.assumptions, **assigned}
    asked = {k: v for k, v in (outputs or {}).items() if v is not None}
    changes["outputs"] = {**scenario.outputs.model_dump(), **asked}
    return scenario.changed(**changes)


def _plan(
    scenario: Scenario, out: Path, *, with_report: bool, strict: bool, as_json: bool,
    models: Path | None, workers: int,
) -> ExitCode:  # fmt: skip
    from allocator.files.exporting import check_wanted, export_all
    from allocator.files.writing import check_can_write

    outputs = scenario.outputs
    check_wanted(out, **outputs.wanted)
    check_can_write(out)
    with progress_on_stderr() as progress:
        plan = run(scenario, progress, models=models, workers=workers)
        progress("writing")
        files = export_all(
            plan, out, with_map=outputs.map, with_report=with_report, **outputs.wanted
        )
    code = ExitCode.of_plan(plan, strict=strict)
    with while_read():
        if as_json:
            from allocator.files.provenance import document

            told = {"command": "plan", "exit_code": int(code), **document(plan)}
            lines = plan.compliance.to_dict("records")
            print_json({**told, "compliance": lines, "files": [str(f) for f in files]})
            return code
        printing.print_head(plan)
        printing.print_summary(plan.tally)
        printing.print_rules(plan.compliance, "Rules that gave way:")
        printing.print_reasons(plan)
        print_years(plan)
        printing.print_not_evaluated(plan.compliance)
        printing.print_travel(plan)
        printing.print_assumptions(plan.assumptions)
        printing.print_written(out, files)
    return code

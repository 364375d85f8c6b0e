"""``allocator trade-off``: what one figure of a plan costs in terms of another."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import ASSUME, JSON, OUT, SCENARIO, with_options
from allocator.cli.progress import progress_on_stderr
from allocator.scenarios.exit_codes import ExitCode
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import load
from allocator.scenarios.scenario import Scenario


def trade_off_command(
    scenario: Annotated[Path, SCENARIO],
    out: Annotated[Path, OUT],
    between: Annotated[tuple[str, str], typer.Option(
        metavar="FIGURE FIGURE",
        help="coverage, budget, change, beds, gini, lowest_rate, mean_response, response_p90; some "
        "with what they are about (coverage:J012, gini:ambulances).")] = ("coverage", "budget"),
    points: Annotated[int, typer.Option(help="How many points to look for.")] = 12,
    set_aside: Annotated[list[str] | None, typer.Option(
        metavar="RULE", help="A rule that is to ask for nothing; repeatable.",
        show_default="those that state a figure")] = None,
    plans: Annotated[bool, typer.Option("--plans", help="Write each point's plan in a folder.")
                     ] = False,
    assume: Annotated[list[str] | None, ASSUME] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds per solve; last resort.")
                          ] = None,
    gap: Annotated[float | None, typer.Option(help="Relative gap that counts as optimal.")] = None,
    chinese: Annotated[bool, typer.Option("--chinese", help="Chinese headers and labels.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:  # fmt: skip
    """Find plans between two figures, none of which is worse than another in both; with proof.

    Writes front.csv, removed.csv, front.xlsx and the picture as png, svg and pdf. The rules come
    first at every point; those that state one of the two figures ask for nothing.

    \b
    Example:
      allocator trade-off data/jiaxing/scenario.toml --between coverage:J012 budget --out front
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("trade-off", as_json=as_json):
        question = with_options(
            read_scenario(scenario), assume=assume, time_limit_seconds=time_limit, gap=gap
        )
        code = _trade_off(
            question, out, between, points, set_aside, chinese=chinese or question.outputs.chinese,
            with_plans=plans, as_json=as_json,
        )  # fmt: skip
        raise typer.Exit(int(code))


def _trade_off(
    scenario: Scenario, out: Path, between: tuple[str, str], points: int,
    set_aside: list[str] | None, *, chinese: bool, with_plans: bool, as_json: bool,
) -> ExitCode:  # fmt: skip
    from allocator.files.exporting import export
    from allocator.files.writing import check_can_write
    from allocator.lp.solvers import SolverSettings
    from allocator.studies.trade_offs import trade_off

    check_can_write(out)
    with progress_on_stderr() as progress:
        travel = scenario.read_travel()
        region, policy, assumptions = load(scenario)
        front = trade_off(
            region, policy, between=between, points=points, set_aside=set_aside,
            budget=None if _trades_money(between) else scenario.budget, travel=travel,
            assumptions=assumptions, solver=SolverSettings(**scenario.solver.model_dump()),
            progress=progress,
        )  # fmt: skip
        progress("writing")
        files = front.export(out, chinese=chinese)
        for number, plan in zip(front.points["point"], front.plans, strict=True):
            if with_plans:
                export(plan, out / f"point-{number}", chinese=chinese)
    code = ExitCode.INTERRUPTED if front.interrupted else ExitCode.DONE
    with while_read():
        if as_json:
            rows = front.points.astype(object).where(front.points.notna(), None)
            print_json({
                "command": "trade-off", "exit_code": int(code),
                "figures": [{"name": f.name, "label": f.label, "unit": f.unit, "best": f.best}
                            for f in front.figures],
                "points": rows.to_dict("records"), "set_aside": list(front.set_aside),
                "notes": list(front.notes), "files": [str(f) for f in files],
            })  # fmt: skip
            return code
        first, second = front.figures
        columns = ["point", first.name, second.name, "bound", "gap", "proven", "knee",
                   "must_failed"]  # fmt: skip
        printing.print_table(columns, front.points[columns].astype(object).to_numpy().tolist())
        for figure in front.figures:
            typer.echo(f"{figure.name}: {figure.label}, {figure.unit}")
        for note in front.notes:
            typer.echo(f"note: {note}")
        printing.print_written(out, files)
    return code


def _trades_money(between: tuple[str, str]) -> bool:
    """Whether the budget is one of the figures: then the scenario's own is no limit."""
    return any(word.strip().lower() in {"budget", "cost"} for word in between)

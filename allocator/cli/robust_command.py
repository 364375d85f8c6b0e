"""``allocator robust``: one plan that is good in all sampled forecasts."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import JSON, OUT, SCENARIO
from allocator.cli.progress import progress_on_stderr
from allocator.errors import InputError
from allocator.scenarios.exit_codes import ExitCode
from allocator.scenarios.running import load
from allocator.scenarios.scenario import Scenario
from allocator.scenarios.variants import Variant, variants


def robust_command(
    scenario: Annotated[Path, SCENARIO],
    out: Annotated[Path, OUT],
    criterion: Annotated[str, typer.Option(
        help="worst, expected or regret: by what the plan is chosen.")] = "worst",
    candidates: Annotated[int, typer.Option(
        help="At most so many samples' plans are tried in all samples; 0 = all.")] = 12,
    chinese: Annotated[bool, typer.Option("--chinese", help="Chinese headers and labels.")] = False,
    no_map: Annotated[bool, typer.Option("--no-map", help="Do not draw plan.png.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:  # fmt: skip
    """Plan every forecast of a scenario file with [samples], and choose the plan that stands up.

    Writes the tables of the study as csv and robust.xlsx, the picture as png, svg and pdf, and the
    chosen plan into the folder plan. Each candidate is judged in every sample by the audit; the
    bound holds for any single plan.

    \b
    Example:
      allocator robust forecasts.toml --criterion regret --out robust
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("robust", as_json=as_json):
        found = variants(scenario)
        _check(found)
        code = _robust(found, out, criterion, candidates, chinese=chinese, with_map=not no_map,
                       as_json=as_json)  # fmt: skip
        raise typer.Exit(int(code))


def _check(found: list[Variant]) -> None:
    """Forecasts only: what else is varied is no uncertainty, and what years add is not compared."""
    keys = {str(key) for variant in found for key in variant.varied}
    others = sorted(k for k in keys if k != "sample" and not k.startswith("population."))
    problems = []
    if "sample" not in keys:
        problems.append("the file has no table [samples]; it says which forecasts are drawn")
    if others:
        problems.append(
            f"the file also varies {', '.join(others)}; leave [sweep] out, or use allocator batch"
        )
    if any(variant.scenario.years is not None for variant in found):
        problems.append("[years] cannot be planned for several forecasts; leave it out")
    if problems:
        raise InputError(problems, where="robust")


def _robust(
    found: list[Variant], out: Path, criterion: str, candidates: int, *, chinese: bool,
    with_map: bool, as_json: bool,
) -> ExitCode:  # fmt: skip
    from allocator.files.exporting import export_all
    from allocator.files.writing import check_can_write
    from allocator.lp.solvers import SolverSettings
    from allocator.studies.robust_plans import robust_plan

    check_can_write(out)
    base: Scenario = found[0].scenario
    chinese = chinese or base.outputs.chinese
    with progress_on_stderr() as progress:
        travel = base.read_travel()
        region, policy, assumptions = load(base.model_copy(update={"population": {}}))
        robust = robust_plan(
            region, policy, [v.scenario.population for v in found],
            criterion=criterion,  # type: ignore[arg-type]
            candidates=candidates or None, minimise=base.minimise, maximise=base.maximise,
            budget=base.budget, travel=travel, assumptions=assumptions,
            solver=SolverSettings(**base.solver.model_dump()), progress=progress,
        )  # fmt: skip
        progress("writing")
        files = robust.export(out, chinese=chinese)
        files += export_all(robust.plan, out / "plan", chinese=chinese,
                            with_map=with_map and base.outputs.map)  # fmt: skip
    code = ExitCode.INTERRUPTED if robust.interrupted else ExitCode.of_plan(robust.plan)
    with while_read():
        criteria = robust.criteria
        if as_json:
            rows = criteria.astype(object).where(criteria.notna(), None).to_dict("records")
            print_json({
                "command": "robust", "exit_code": int(code), "chosen": robust.chosen,
                "criterion": robust.criterion, "criteria": rows, "notes": list(robust.notes),
                "files": [str(f) for f in files],
            })  # fmt: skip
            return code
        typer.echo(robust.summary())
        columns = ["criterion", "candidate", "value", "bound", "gap", "status", "keeps_rules"]
        printing.print_table(columns, criteria[columns].astype(object).to_numpy().tolist())
        for note in robust.notes:
            typer.echo(f"note: {note}")
        printing.print_written(out, files)
    return code

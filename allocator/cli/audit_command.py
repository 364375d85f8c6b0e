"""``allocator audit``: check today, or a written plan, against a policy; no optimisation."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from allocator.assumptions import Assumptions, parse_assignment
from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import ASSUME, JSON, OUT, SCENARIO, STRICT
from allocator.errors import InputError
from allocator.scenarios.exit_codes import ExitCode
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import load
from allocator.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from allocator.plan_tables import Tally
    from allocator.plans import Plan

COMPLIANCE = "compliance.csv"


def audit_command(
    scenario: Annotated[Path, SCENARIO],
    out: Annotated[Path, OUT],
    plan: Annotated[
        Path | None, typer.Option(help="Folder of a written plan; without it, today is audited.")
    ] = None,
    assume: Annotated[list[str] | None, ASSUME] = None,
    strict: Annotated[bool, STRICT] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Check every rule by plain arithmetic: today's stock, or a plan, also one edited by hand.

    Writes compliance.csv into the folder. A plan is audited under its own assumptions
    (assumptions.csv), with --assume on top.

    \b
    Example:
      allocator audit data/jiaxing/scenario.toml --plan plans/jiaxing --out audits/jiaxing
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("audit", as_json=as_json):
        code = _audit(
            read_scenario(scenario), out, plan, assume=assume, strict=strict, as_json=as_json
        )
        raise typer.Exit(int(code))


def _audit(
    scenario: Scenario,
    out: Path,
    folder: Path | None,
    *,
    assume: list[str] | None,
    strict: bool,
    as_json: bool,
) -> ExitCode:
    from allocator.auditing.compliance import audit
    from allocator.files.reading import read_plan
    from allocator.files.writing import check_can_write
    from allocator.plan_tables import Tally

    _check_out(out, folder)
    check_can_write(out)
    plan = None if folder is None else read_plan(folder)
    travel = scenario.read_travel()
    region, policy, stated = load(scenario)
    assumptions, notes = _assumptions(stated, plan, assume)
    compliance = audit(region, policy, plan, assumptions=assumptions, travel=travel)
    _write(compliance, out)
    edited = [] if plan is None else list(plan.provenance.get("edited_by_hand", []))
    if edited:
        notes = [f"edited by hand: {', '.join(edited)}; the tables are used as they are", *notes]
    tally = Tally.of(compliance)
    code = ExitCode.of_tally(tally, strict=strict)
    told = {
        "command": "audit",
        "exit_code": int(code),
        "region": region.name,
        "policy": policy.id,
        "of": "today" if folder is None else str(folder),
        "edited_by_hand": edited,
        "notes": notes,
        "assumptions": dict(assumptions),
        "files": [str(out / COMPLIANCE)],
    }
    with while_read():
        if as_json:
            rules = {"met": tally.met, "not_met": tally.failed,
                     "not_evaluated": tally.not_evaluated}  # fmt: skip
            print_json({**told, "rules": rules, "compliance": compliance.to_dict("records")})
        else:
            _print(told, compliance, tally)
    return code


def _write(compliance: pd.DataFrame, out: Path) -> None:
    from allocator.files.tables import TABLES, to_csv
    from allocator.files.writing import staged_folder

    columns = next(t.columns for t in TABLES if t.file == COMPLIANCE)
    with staged_folder(out) as staged:
        (staged / COMPLIANCE).write_bytes(to_csv(compliance[list(columns)]))


def _print(told: Mapping[str, Any], compliance: pd.DataFrame, tally: "Tally") -> None:
    of = told["of"] if told["of"] == "today" else f"plan {told['of']}"
    typer.echo(f"{told['region']}, {told['policy']}: {of}")
    for note in told["notes"]:
        typer.echo(note)
    printing.print_summary(tally)
    printing.print_rules(compliance, "Rules that do not hold:")
    printing.print_not_evaluated(compliance)
    typer.echo(f"Written: {', '.join(told['files'])}")


def _check_out(out: Path, folder: Path | None) -> None:
    """A plan's own compliance.csv is part of the plan, and is not overwritten."""
    if folder is None:
        return
    inside = folder.parent if folder.name == "plan.json" else folder
    if inside.resolve() == out.resolve():
        raise InputError(
            "is the plan's own folder; choose another, so that the plan stays as it was written",
            where=f"--out {out}",
        )


def _assumptions(
    stated: Assumptions, plan: "Plan | None", assume: list[str] | None
) -> tuple[Assumptions, list[str]]:
    """The assumptions in force, and where a plan's differ from the scenario's."""
    from allocator.auditing.compliance import recorded

    notes = []
    base = stated
    if plan is not None:
        base = recorded(plan.assumptions)
        apart = [n for n in stated if base[n] != stated[n]]
        if apart:
            said = ", ".join(f"{n} = {base[n]} (scenario: {stated[n]})" for n in apart)
            notes.append(f"audited under the plan's own assumptions: {said}")
    assigned: dict[str, Any] = dict(parse_assignment(text) for text in assume or [])
    return Assumptions({**base.changed, **assigned}), notes

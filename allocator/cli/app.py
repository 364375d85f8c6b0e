"""The command ``allocator`` and its subcommands."""

from typing import Annotated

import typer

from allocator.cli.audit_command import audit_command
from allocator.cli.batch_command import batch_command
from allocator.cli.compare_command import compare_command
from allocator.cli.curve_command import curve_command
from allocator.cli.export_command import export_command
from allocator.cli.locate_command import locate_command
from allocator.cli.map_command import map_command
from allocator.cli.plan_command import plan_command
from allocator.cli.policy_command import policy_app
from allocator.cli.robust_command import robust_command
from allocator.cli.scenario_command import scenario_app
from allocator.cli.summary_command import summary_command
from allocator.cli.trade_off_command import trade_off_command
from allocator.files.provenance import package_version

app = typer.Typer(
    name="allocator",
    help="Policy into plan: beds, clinics and ambulances from published health standards, with "
    "proof.",
    epilog="Exit codes: 0 every evaluated must rule holds; 3 some must rule does not; 4 no answer; "
    "2 bad input; 130 interrupted (the best so far is written); 1 a defect of the program.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("plan")(plan_command)
app.command("audit")(audit_command)
app.command("batch")(batch_command)
app.command("compare")(compare_command)
app.command("locate")(locate_command)
app.command("curve")(curve_command)
app.command("trade-off")(trade_off_command)
app.command("robust")(robust_command)
app.command("map")(map_command)
app.command("summary")(summary_command)
app.command("export")(export_command)
app.add_typer(policy_app, name="policy")
app.add_typer(scenario_app, name="scenario")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"allocator {package_version()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version,
                     is_eager=True),
    ] = False,
) -> None:  # fmt: skip
    """Policy into plan, with proof."""

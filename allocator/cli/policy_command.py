"""``allocator policy``: list, show and check policies."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import JSON
from allocator.cli.policy_claims import policy_warnings
from allocator.policy.policies import list_policies, read_policy

policy_app = typer.Typer(
    help="List, show and check policies.", no_args_is_help=True, rich_markup_mode=None
)


@policy_app.command("list")
def list_command(as_json: Annotated[bool, JSON] = False) -> None:
    """List the built-in policies.

    \b
    Example:
      allocator policy list
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("policy list", as_json=as_json), while_read():
        packs = [read_policy(name) for name in list_policies()]
        if as_json:
            print_json(
                {
                    "policies": [
                        {"id": p.id, "title": p.title, "rules": len(p.rules), "source": p.source,
                         "verified": p.verified}
                        for p in packs
                    ]
                }
            )  # fmt: skip
            return
        rows = [[p.id, p.title, len(p.rules), _verified(p.verified)] for p in packs]
        printing.print_table(["id", "title", "rules", "text"], rows)


@policy_app.command("show")
def show_command(
    policy: Annotated[str, typer.Argument(metavar="ID", help="A built-in id, or a file.")],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show the rules of a policy, each with its strength, level and meaning.

    \b
    Example:
      allocator policy show jiaxing-2025
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("policy show", as_json=as_json), while_read():
        found = read_policy(policy)
        if as_json:
            head = {k: v for k, v in vars(found).items() if k != "rules"}
            rules = [{"id": r.id, "kind": r.kind, **r.model_dump()} for r in found.rules]
            print_json({**head, "rules": rules})
            return
        typer.echo(f"{found.id}: {found.title} ({_verified(found.verified)})")
        for text in (found.title_zh, found.document, found.source, found.note):
            if text:
                typer.echo(text)
        table = found.table()[["id", "kind", "strength", "level", "year", "meaning"]]
        printing.print_table(list(table.columns), table.to_numpy().tolist())


@policy_app.command("check")
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy file (TOML).")],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Check a policy file: list every problem, and rules that repeat or contradict one another.

    Exits with 2 if there are problems; warnings do not change the exit code.

    \b
    Example:
      allocator policy check my-county.toml
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("policy check", as_json=as_json), while_read():
        # A pack may be checked by its id too.
        found = read_policy(file)
        warnings = policy_warnings(found)
        if as_json:
            print_json({"command": "policy check", "exit_code": 0, "id": found.id,
                        "rules": len(found.rules), "problems": [],
                        "warnings": warnings})  # fmt: skip
            return
        typer.echo(f"{found.id}: {len(found.rules)} rules, no problems; warnings: {len(warnings)}")
        for warning in warnings:
            typer.echo(f"  - {warning}")


def _verified(verified: bool) -> str:
    return "checked against the published text" if verified else "unverified copy"

"""``allocator policy``: list, show and check policies."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import JSON
from allocator.cli.policy_table import rule_fields, rule_rows
from allocator.policy.checks.checking import check_policy
from allocator.policy.checks.findings import Finding
from allocator.policy.checks.region_checks import check_on_region
from allocator.policy.merging import merged
from allocator.policy.policies import Policy, list_policies, read_policy

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
    """Show the rules of a policy: number, strength, level, and the clause with its line.

    \b
    Example:
      allocator policy show jiaxing-2025
      allocator policy show my-county.toml --json
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("policy show", as_json=as_json), while_read():
        found = read_policy(policy)
        if as_json:
            head = {k: v for k, v in vars(found).items() if k != "rules"}
            print_json({**head, "rules": [rule_fields(r) for r in found.rules]})
            return
        typer.echo(f"{found.id}: {found.title} ({_verified(found.verified)})")
        for text in (found.title_zh, found.document, found.source, found.note):
            if text:
                typer.echo(text)
        heads, rows = rule_rows(found)
        printing.print_table(heads, rows)


@policy_app.command("check")
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy file (TOML), or an id.")],
    over: Annotated[
        str, typer.Option("--over", metavar="ID", help="Lay it over this policy first.")
    ] = "",
    region: Annotated[
        Path | None, typer.Option("--region", metavar="DIR", help="Check it on a region, too.")
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Check a policy file: list every problem, and what a plan does where rules meet.

    Problems are unknown units, resources, kinds and keys, numbers that are none. Warnings are
    rules that repeat, imply or contradict one another, with what is done about each.
    Exits with 2 if there are problems; warnings do not change the exit code.

    \b
    Example:
      allocator policy check my-county.toml
      allocator policy check xihu-2020 --over national --region data/xihu
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("policy check", as_json=as_json), while_read():
        found = read_policy(file)
        if over:
            found = merged(found, over=read_policy(over))
        findings = check_policy(found)
        if region is not None:
            findings += _on_region(found, region)
        if as_json:
            print_json({"command": "policy check", "exit_code": 0, "id": found.id,
                        "rules": len(found.rules), "problems": [],
                        "warnings": [f.sentence for f in findings],
                        "findings": [asdict(f) for f in findings]})  # fmt: skip
            return
        typer.echo(f"{found.id}: {len(found.rules)} rules, no problems; warnings: {len(findings)}")
        for finding in findings:
            typer.echo(f"  - {finding.topic}: {finding.text}")
            typer.echo(f"    -> {finding.treatment}")
        if found.source and not found.verified:
            typer.echo(f"  (not compared with the published text: {found.source})")


def _on_region(policy: Policy, folder: Path) -> list[Finding]:
    from allocator.region.folder import read_region

    return check_on_region(policy, read_region(folder))


def _verified(verified: bool) -> str:
    return "checked against the published text" if verified else "unverified copy"

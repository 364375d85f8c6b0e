"""``allocator scenario``: check scenario files, list their variants, write their schema."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import JSON, SCENARIO
from allocator.errors import InputError, raise_if_any

if TYPE_CHECKING:
    from allocator.scenarios.variants import Variant

scenario_app = typer.Typer(
    help="Check scenario files, list the variants of a sweep, write the schema for editors.",
    no_args_is_help=True, rich_markup_mode=None,
)  # fmt: skip
_HASH_SHOWN = 12


@scenario_app.command("check")
def check_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files (TOML).")],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Check scenario files with all their variants, policies and regions; plan nothing.

    Lists every problem of every file: unknown keys with the nearest known one, values, units and
    rules that there are none of, files that are missing, and the variants of a sweep that have
    them. Exits with 2 if there are any.

    \b
    Example:
      allocator scenario check data/jiaxing/scenario.toml examples/sweep.toml
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("scenario check", as_json=as_json), while_read():
        from allocator.scenarios.checking import checked_variants

        problems: list[str] = []
        counts: dict[str, int] = {}
        for file in files:
            try:
                counts[str(file)] = len(checked_variants(file))
            except InputError as error:
                where = error.where or f"scenario {file}"
                problems += [f"{where}: {problem}" for problem in error.problems]
        raise_if_any(problems, where="")
        if as_json:
            told = [{"file": name, "variants": count} for name, count in counts.items()]
            print_json({"command": "scenario check", "exit_code": 0, "files": told})
            return
        for name, count in counts.items():
            what = "1 scenario" if count == 1 else f"{count:,} scenarios"
            typer.echo(f"{name}: {what}, no problems")


@scenario_app.command("variants")
def variants_command(
    file: Annotated[Path, SCENARIO],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write each as a scenario file of its own."),
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the scenarios that a file stands for: names, varied values, and a hash of the content.

    The hash changes if, and only if, the plan could: with a value, a file that is read, or the
    version of the program. Factors of samples are in the JSON only.

    \b
    Example:
      allocator scenario variants examples/sweep.toml
      allocator scenario variants examples/sweep.toml --out scenarios
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("scenario variants", as_json=as_json), while_read():
        from allocator.scenarios.hashing import content_hash
        from allocator.scenarios.variants import variants

        found = variants(file)
        hashes = [content_hash(variant.scenario) for variant in found]
        if out is not None:
            _write(found, out)
        if as_json:
            told = [
                {"name": variant.name, "varied": dict(variant.varied), "content_sha256": digest}
                for variant, digest in zip(found, hashes, strict=True)
            ]
            print_json({"command": "scenario variants", "exit_code": 0, "file": str(file),
                        "variants": told})  # fmt: skip
            return
        heads, rows = _table(found, hashes)
        printing.print_table(heads, rows)
        typer.echo(f"{len(found):,} scenarios")


def _write(found: "Sequence[Variant]", out: Path) -> None:
    """Each variant as a file of its name; what else lies in the folder stays."""
    from allocator.files.writing import check_can_write
    from allocator.scenarios.reading import write_scenario

    check_can_write(out)
    out.mkdir(parents=True, exist_ok=True)
    for variant in found:
        write_scenario(variant.scenario, out / f"{variant.name}.toml")


def _table(found: "Sequence[Variant]", hashes: Sequence[str]) -> tuple[list[str], list[list[Any]]]:
    from allocator.scenarios.variant_names import short_paths

    paths = short_paths(path for variant in found for path in variant.varied)
    rows = [
        [variant.name, *(_shown(variant.varied.get(path)) for path in paths), digest[:_HASH_SHOWN]]
        for variant, digest in zip(found, hashes, strict=True)
    ]
    return ["name", *paths.values(), "content"], rows


def _shown(value: Any) -> Any:
    """Numbers as they are written: what rounds them would hide a step of a range."""
    if value is None:
        return "none"
    return str(value) if isinstance(value, float) and not value.is_integer() else value


@scenario_app.command("schema")
def schema_command(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there; else print it.")
    ] = None,
) -> None:
    """Write the JSON schema of scenario files: editors complete and check keys by it.

    Even Better TOML and Taplo take it by a first line in a scenario file, as in
    #:schema scenario.schema.json

    \b
    Example:
      allocator scenario schema --out scenario.schema.json
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("scenario schema"), while_read():
        from allocator.files.provenance import to_json
        from allocator.files.writing import staged_file
        from allocator.scenarios.schema import scenario_schema

        text = to_json(scenario_schema())
        if out is None:
            typer.echo(text, nl=False)
            return
        with staged_file(out) as staged:
            staged.write_text(text, encoding="utf-8", newline="\n")
        typer.echo(f"Written: {out}")

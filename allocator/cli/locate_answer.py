"""What ``allocator locate`` says and writes about an answer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from allocator.cli import printing
from allocator.cli.locate_options import Asked
from allocator.cli.locate_reach import Instance
from allocator.cli.locate_unreached import what_would_do
from allocator.errors import raise_if_any
from allocator.files.instances.answers import document, write_document, write_table
from allocator.scenarios.exit_codes import ExitCode

if TYPE_CHECKING:
    from allocator.location.siting import Siting
    from allocator.lp.solvers import SolverSettings

_SITES_SHOWN = 30
_WEIGHTED = "weighted people"
_CELLS_SHOWN, _CELLS_SHOWN_BESIDE_AN_ANSWER = 100, 10


def exit_code(sitings: "Sequence[Siting]") -> ExitCode:
    """130 when the user stopped it, 4 without an answer, else 0."""
    if any(s.interrupted for s in sitings):
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if sitings[0].status.has_answer else ExitCode.NO_ANSWER


def told(
    asked: Asked, instance: Instance, sitings: "Sequence[Siting]", settings: "SolverSettings"
) -> dict[str, Any]:
    """The JSON document of an answer."""
    best = sitings[0]
    content = document(
        asked.model, sitings, demand=instance.demand, sites=instance.sites,
        left_out=instance.left_out, settings=settings,
    )  # fmt: skip
    if content["levels"] is not None:
        names = [row.name for row in instance.levels]
        content["levels"] = {site: names[level - 1] for site, level in content["levels"].items()}
    if content["objective_unit"] == _WEIGHTED:
        content["objective_unit"] = "people"
        content["notes"].append("a person counts once per level reached, times the level's weight")
    content["notes"] = [*instance.notes, *content["notes"], *_notes(asked, instance, best)]
    content["command"] = "locate"
    content["exit_code"] = int(exit_code(sitings))
    content["question"] = _question(asked, instance)
    content["inputs"] = [{"file": file, "sha256": digest} for file, digest in instance.inputs]
    return content


def write(
    content: Mapping[str, Any], best: "Siting", files: Mapping[str, Path | None]
) -> list[Path]:
    """Write the JSON, and the tables of an answer, each where it was asked for; give the files."""
    written = []
    for of in ("sites", "cells"):
        path = files[of]
        if path is not None and best.status.has_answer:
            write_table(best, path, of=of)
            written.append(path)
    json_file = files["json"]
    if json_file is not None:
        write_document(content, json_file)
        written.append(json_file)
    return written


def check_places(files: Mapping[str, Path | None]) -> None:
    """Before the work begins: each file's folder is there, and the file is no folder."""
    problems = []
    for name, path in files.items():
        option = "--json" if name == "json" else f"--out-{name}"
        if path is not None and path.is_dir():
            problems.append(f"{option} {path}: is a folder; name a file")
        elif path is not None and not path.parent.is_dir():
            problems.append(f"{option} {path}: the folder {path.parent} does not exist; make it")
    raise_if_any(problems, where="locate")


def print_answer(content: Mapping[str, Any], best: "Siting") -> None:
    """A short summary for people, on stdout; why there is no answer, on stderr."""
    if not best.status.has_answer:
        _print_no_answer(content)
        return
    typer.echo(f"{content['name']}: {_proven(content)}")
    _print_people(content)
    table = best.site_table
    rows = table.head(_SITES_SHOWN).astype(object).to_numpy().tolist()
    printing.print_table(list(table.columns), rows)
    if len(table) > _SITES_SHOWN:
        typer.echo(f"... and {len(table) - _SITES_SHOWN} more (--json or --out-sites: all)")
    if content["alternatives"]:
        _print_alternatives(content)
    for note in content["notes"]:
        typer.echo(f"note: {note}")
    _print_unreached(content, err=False)


def _proven(content: Mapping[str, Any]) -> str:
    """Status, objective, bound and gap in one line."""
    bound = "unknown" if content["bound"] is None else f"{content['bound']:,.10g}"
    gap = "unknown" if content["gap"] is None else f"{content['gap']:.4%}"
    status = content["status"] + (" (interrupted)" if content["interrupted"] else "")
    return (
        f"{status}; objective {content['objective']:,.10g} {content['objective_unit']}, "
        f"bound {bound}, gap {gap}; {len(content['sites'])} sites open "
        f"({len(content['new_sites'])} new); {content['seconds']:.2f} s"
    )


def _print_people(content: Mapping[str, Any]) -> None:
    total, covered = content["people_total"], content["people_covered"]
    if total is None or covered is None:
        return
    share = covered / total if total else 1.0
    typer.echo(f"people served: {covered:,.0f} of {total:,.0f} ({share:.2%})")
    groups = {g: n for g, n in content["people_uncovered"].items() if g != "total"}
    for group, people in groups.items():
        typer.echo(f"  not served, {group}: {people:,.0f}")


def _print_alternatives(content: Mapping[str, Any]) -> None:
    answers = [content, *content["alternatives"]]
    rows = [
        [rank, a["objective"], "" if a["gap"] is None else f"{a['gap']:.4%}", a["status"],
         ", ".join(a["sites"])]
        for rank, a in enumerate(answers, 1)
    ]  # fmt: skip
    printing.print_table(["rank", content["objective_unit"], "gap", "status", "sites"], rows)


def _print_no_answer(content: Mapping[str, Any]) -> None:
    typer.echo(f"no answer: {content['name']}: {content['status']}", err=True)
    for note in content["notes"]:
        typer.echo(f"  {note}", err=True)
    _print_unreached(content, err=True)


def _print_unreached(content: Mapping[str, Any], *, err: bool) -> None:
    """The cells that no site reaches, those with most people first."""
    cells = content["unreached"]
    if not cells:
        return
    typer.echo(
        f"{len(cells):,} cells with {content['unreached_people']:,.0f} people reach no permitted "
        "site:",
        err=err,
    )
    most = _CELLS_SHOWN if err else _CELLS_SHOWN_BESIDE_AN_ANSWER
    for cell in cells[:most]:
        typer.echo(f"  {cell['id']}: {cell['people']:,.6g} people", err=err)
    if len(cells) > most:
        typer.echo(f"  ... and {len(cells) - most:,} more (--json: all)", err=err)


def _notes(asked: Asked, instance: Instance, best: "Siting") -> list[str]:
    """What the files and the limit mean for the answer."""
    notes = []
    if asked.form.needs == "reach" and instance.limit == float("inf"):
        notes.append("no --within-minutes: every pair in the table of times counts as in reach")
    beyond = len(instance.left_out) or len(best.uncoverable)
    if instance.demand is not None and beyond == len(instance.demand):
        notes.append("no permitted site reaches anybody: check the limit and the coordinates")
    if len(instance.left_out):
        people = 0.0 if instance.demand is None else instance.demand.people[instance.left_out].sum()
        notes.append(
            f"{len(instance.left_out)} cells with {people:,.0f} people reach no permitted site and "
            "are left out"
        )
    elif asked.skip_unreachable and not len(best.uncoverable):
        notes.append("--skip-unreachable: nothing was left out")
    if not best.status.has_answer and asked.serves_all and len(best.uncoverable):
        would = what_would_do(asked, instance, best.uncoverable)
        notes.append(f"{would}; --skip-unreachable answers for the rest")
    return notes


def _question(asked: Asked, instance: Instance) -> dict[str, Any]:
    """What was asked: limits, options of the model, how travel was measured."""
    options = {n: v for n, v in asked.options.items() if v not in (None, (), False)}
    finite = instance.limit != float("inf")
    return {
        "demand": None if asked.demand is None else asked.demand.name,
        "sites": asked.sites.name,
        "cells": 0 if instance.demand is None else len(instance.demand),
        "candidates": len(instance.sites),
        "reach_unit": instance.times.unit,
        "within": instance.limit if finite else None,
        "crs": instance.sites.crs or None,
        "skip_unreachable": asked.skip_unreachable,
        "travel": dict(instance.times.provenance),
        **options,
    }

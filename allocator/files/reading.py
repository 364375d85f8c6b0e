"""A written plan, read back: the csv tables are the plan, ``plan.json`` says how it was made."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.files.outlines import outlines_beside
from allocator.files.parsing import parse_csv
from allocator.files.places import place_facilities
from allocator.files.provenance import PLAN_JSON, sha256
from allocator.files.tables import TABLES, to_csv
from allocator.lp.status import Status
from allocator.plans import Plan, no_year_rules, no_years


def read_plan(path: str | Path) -> Plan:
    """Read a plan from its folder of csv files.

    The tables are the plan. ``plan.json`` only tells where it came from: a missing or broken one
    is noted in ``plan.provenance["notes"]``. Tables that differ from what was written are listed
    in ``plan.provenance["edited_by_hand"]``; nothing is proven of such a plan, so its bound is
    NaN and its gap infinite.

    Parameters
    ----------
    path
        The folder, or its ``plan.json``.

    Returns
    -------
    Plan
        ``outlines`` has the shapes of the units where ``plan.gpkg`` lies beside the tables, else
        the units without geometry.

    Raises
    ------
    InputError
        Listing every problem of every table: missing files, wrong columns, cells that are no
        numbers, ids that stand twice.
    """
    path = Path(path)
    folder = path.parent if path.name == PLAN_JSON else path
    if not folder.is_dir():
        raise InputError(
            "there is no such folder; name the folder of a written plan", where=f"plan {path}"
        )
    frames, problems = {}, []
    for table in TABLES:
        if table.optional and not (folder / table.file).exists():
            continue
        frame, found = parse_csv(folder / table.file, table)
        problems += found
        if frame is not None:
            frames[table.name] = frame[[*table.columns, *_others(frame, table.columns)]]
    head, note = _read_head(folder / PLAN_JSON)
    crs = _text(head, "crs")
    if "facilities" in frames:
        frames["facilities"], found = place_facilities(frames["facilities"], crs)
        problems += found
    raise_if_any(problems, where=f"plan {folder}")
    outlines, said = outlines_beside(folder, frames["units"], crs)
    notes = [n for n in (note, said) if n]
    return _plan(frames, head, _edited(folder, frames, head), outlines, notes)


def _others(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    return [c for c in map(str, frame.columns) if c not in columns]


def _read_head(path: Path) -> tuple[dict[str, Any], str]:
    """What ``plan.json`` says, and a note if it says nothing that can be used."""
    try:
        head = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}, "plan.json is missing: how the plan was made is not known"
    except (OSError, ValueError) as error:
        return {}, f"plan.json cannot be read ({error}): how the plan was made is not known"
    if not isinstance(head, dict):
        return {}, "plan.json is not what was written: how the plan was made is not known"
    return head, ""


def _edited(folder: Path, frames: Mapping[str, pd.DataFrame], head: Mapping[str, Any]) -> list[str]:
    """Tables whose content differs from what was written.

    A table that was only saved again by another program (other line ends, TRUE for true) is
    written anew in the plan's own way before it is compared.
    """
    hashes = head.get("tables")
    known = hashes if isinstance(hashes, dict) else {}
    edited = []
    for table in TABLES:
        written = known.get(table.file)
        if table.name not in frames:
            edited += [table.name] if written else []
            continue
        same = written in {
            sha256((folder / table.file).read_bytes()),
            sha256(to_csv(frames[table.name].drop(columns="geometry", errors="ignore"))),
        }
        if not same:
            edited.append(table.name)
    return edited


def _plan(
    frames: dict[str, pd.DataFrame],
    head: Mapping[str, Any],
    edited: list[str],
    outlines: gpd.GeoDataFrame,
    own_notes: list[str],
) -> Plan:
    said = head.get("provenance")
    provenance = dict(said) if isinstance(said, dict) else {}
    if edited:
        provenance["edited_by_hand"] = edited
    if own_notes:
        notes = provenance.get("notes")
        provenance["notes"] = [*(notes if isinstance(notes, list) else []), *own_notes]
    proven = not edited
    status = _status(head) if proven else Status.FEASIBLE
    return Plan(
        region=_text(head, "region"),
        crs=_text(head, "crs"),
        policy=_text(head, "policy"),
        objective=_text(head, "objective"),
        status=status,
        objective_value=_number(head, "objective_value") if proven else math.nan,
        objective_unit=_text(head, "objective_unit"),
        bound=_number(head, "bound") if proven else math.nan,
        gap=_number(head, "gap", math.inf) if proven else math.inf,
        compliance=frames["compliance"],
        units=frames["units"],
        facilities=gpd.GeoDataFrame(frames["facilities"]),
        tiers=frames["tiers"],
        conflicts=frames["conflicts"],
        marginals=frames["marginals"],
        fairness=frames["fairness"],
        assumptions=frames["assumptions"],
        years=frames.get("years", no_years()),
        year_rules=frames.get("year_rules", no_year_rules()),
        cells=frames["cells"].set_index("cell"),
        outlines=outlines,
        seconds=_number(head, "seconds", 0.0),
        reproducible=proven and head.get("reproducible") is True,
        interrupted=head.get("interrupted") is True,
        provenance=provenance,
    )


def _status(head: Mapping[str, Any]) -> Status:
    said = head.get("status")
    return Status(said) if said in set(Status) else Status.FEASIBLE


def _text(head: Mapping[str, Any], key: str) -> str:
    value = head.get(key, "")
    return value if isinstance(value, str) else ""


def _number(head: Mapping[str, Any], key: str, otherwise: float = math.nan) -> float:
    """A number of ``plan.json``; infinities are written there as words."""
    value = head.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return otherwise
    try:
        return float(value)
    except ValueError:
        return otherwise

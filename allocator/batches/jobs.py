"""Jobs: every scenario of a batch, with a name and a folder of its own."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from allocator.batches.rows import Row, row_of_error
from allocator.errors import InputError
from allocator.files.results import CSV, PARQUET
from allocator.scenarios.hashing import content_hash
from allocator.scenarios.scenario import Scenario
from allocator.scenarios.variants import Variant, variants

JOURNAL = "journal.jsonl"
Given = str | Path | Scenario | Variant
"""A scenario file with all its variants, or a single scenario."""


@dataclass(frozen=True)
class Job:
    """One scenario to be planned.

    Attributes
    ----------
    position
        Its row in the table.
    name
        Unique in the batch, and a name for a folder on every system.
    path
        The scenario's file as it was named, empty for a scenario without one.
    scenario
        What is planned, None where the file cannot be read; ``problem`` then is the row's part.
    varied
        Key path -> value, of what the sweep sets.
    input_hash
        Of all that the plan depends on; empty where it cannot be told.
    folder
        Where the plan is written, empty for nowhere.
    shared
        A folder that all workers of the batch may use.
    run
        Set where workers can outlive the batch: they stop once ``shared`` names another run.
    """

    position: int
    name: str
    path: str
    scenario: Scenario | None
    varied: Mapping[str, Any] = field(default_factory=dict)
    problem: Row = field(default_factory=dict)
    input_hash: str = ""
    folder: str = ""
    shared: str = ""
    run: str = ""

    @property
    def affinity(self) -> str:
        """Jobs that share this share what takes long to read: the region, and what people go by."""
        if self.scenario is None:
            return ""
        travel = json.dumps(self.scenario.travel, sort_keys=True, default=str)
        return f"{self.scenario.region_path} {travel}"


def jobs_of(
    scenarios: Iterable[Given], *, plans_in: Path | None, say: Callable[[str], None] | None = None
) -> list[Job]:
    """Every scenario as a job, in the order given; a file that cannot be read is one, too.

    Parameters
    ----------
    plans_in
        Where each plan gets a folder of its own; None to write none.
    say
        Called with a line where the files take long to read.

    Raises
    ------
    InputError
        Naming everything that is neither a file nor a scenario.
    """
    given = list(scenarios)
    problems = [
        f"scenarios: expected files, Scenario or Variant objects, got {type(one).__name__} at "
        f"position {at}"
        for at, one in enumerate(given)
        if not isinstance(one, Given)
    ]
    if problems or not given:
        raise InputError(problems or ["name at least one scenario file"], where="batch")
    found: list[Job] = []
    for one in given:
        found += _read(one)
    if say and len(found) > len(given):
        say(f"{len(found)} scenarios")
    names = distinct_names([job.name for job in found])
    folders = ["" if plans_in is None else str(plans_in.absolute() / name) for name in names]
    return [
        replace(job, position=at, name=name, folder=folder)
        for at, (job, name, folder) in enumerate(zip(found, names, folders, strict=True))
    ]


def _read(one: Given) -> list[Job]:
    """The jobs of what was given once, names as they are said."""
    if isinstance(one, Scenario):
        one = Variant(one.name, one)
    if isinstance(one, Variant):
        return [_job(one, "" if one.scenario.file is None else str(one.scenario.file))]
    try:
        return [_job(variant, str(one)) for variant in variants(one)]
    except Exception as error:
        # Told in a row of its own: what is wrong with one file never stops the others.
        return [Job(0, Path(one).stem, str(one), None, problem=row_of_error(error))]


def _job(variant: Variant, path: str) -> Job:
    scenario = _at_home(variant.scenario)
    try:
        known = content_hash(scenario)
    except (InputError, OSError):
        known = ""  # whoever reads the input says what is wrong with it
    return Job(0, variant.name, path, scenario, dict(variant.varied), input_hash=known)


def _at_home(scenario: Scenario) -> Scenario:
    """The same scenario for a process that works in another folder."""
    # A scenario without a file takes relative paths from the folder of its (missing) file.
    file = Path("no file") if scenario.file is None else scenario.file
    return scenario.model_copy(update={"file": file.absolute()})


def distinct_names(said: Iterable[str]) -> list[str]:
    """Names of folders on every system, no two the same where case does not count.

    >>> distinct_names(["base", "Base", "a/b", ".."])
    ['base', 'Base-2', 'a_b', 'scenario']
    """
    taken = {CSV, PARQUET, JOURNAL}
    names = []
    for one in said:
        base = re.sub(r"[^\w.\- ]+", "_", one).strip(". ") or "scenario"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names

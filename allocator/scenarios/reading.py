"""Scenario files: read strictly, written back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator.errors import InputError, raise_if_any
from allocator.files.toml import unknown_keys, write_toml
from allocator.scenarios.inheritance import NONE, Written, read_written
from allocator.scenarios.relocation import relocated
from allocator.scenarios.scenario import OutputTable, Scenario, SolverTable, tried

SWEEP, SAMPLES = "sweep", "samples"
MANY = (SWEEP, SAMPLES)
"""Tables that make one file stand for many scenarios."""
KEYS = tuple(name for name in Scenario.model_fields if name != "file")


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario file with what it extends, its keys known.

    Attributes
    ----------
    written
        What the files say.
    table
        The known keys of one scenario, with a name and the file; values are not checked.
    many
        The tables ``sweep`` and ``samples``, where they stand.
    problems
        Keys that are not known.
    """

    written: Written
    table: Mapping[str, Any]
    many: Mapping[str, Any]
    problems: tuple[str, ...]

    @property
    def where(self) -> str:
        """The file, to begin an error with."""
        return f"scenario {self.written.path}"

    def told(self, problems: Iterable[str]) -> list[str]:
        """Problems, each with the file that it comes from where that is another one."""
        return [self.written.told(problem) for problem in problems]


def read_file(path: str | Path) -> ScenarioFile:
    """Read a scenario file with what it extends.

    Raises
    ------
    InputError
        A file that cannot be read.
    """
    path = Path(path)
    written = read_written(path)
    tables = {
        "solver": list(SolverTable.model_fields), "outputs": list(OutputTable.model_fields)
    }  # fmt: skip
    problems, data = unknown_keys(written.table, [*KEYS, *MANY, "extends"], tables)
    many = {key: data.pop(key) for key in MANY if key in data}
    many = {key: value for key, value in many.items() if value != NONE}
    table = {"name": path.stem, **data, "file": path}
    return ScenarioFile(written, table, many, tuple(problems))


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario file, with what it extends.

    Raises
    ------
    InputError
        Listing every problem: unknown keys with the nearest known one, wrong types, unknown
        assumptions and values out of range; and a file with a sweep or samples, which stands for
        many scenarios (:func:`allocator.scenarios.variants.variants` reads those).
    """
    file = read_file(path)
    scenario, found = tried(file.table)
    problems = [*file.problems, *found]
    problems += [
        f"{key}: stands for many scenarios; 'allocator batch {path}' plans them all, "
        f"'allocator scenario variants {path}' lists them"
        for key in file.many
    ]
    raise_if_any(file.told(problems), where=file.where)
    if scenario is None:
        raise InputError("could not be read", where=file.where)
    return scenario


def write_scenario(scenario: Scenario, path: str | Path) -> None:
    """Write a scenario as TOML; relative paths are made relative to the new file."""
    path = Path(path)
    data = scenario.model_dump(exclude={"file"}, exclude_defaults=True)
    write_toml(relocated(data, scenario.folder, path.parent), path)

"""Scenario files: read strictly, written back."""

from pathlib import Path

from allocator.files.toml import read_toml, relative_to, unknown_keys, write_toml
from allocator.scenarios.scenario import OutputTable, Scenario, SolverTable, checked


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    InputError
        Listing every problem: unknown keys with the nearest known one, wrong types, unknown
        assumptions and values out of range.
    """
    path = Path(path)
    where = f"scenario {path}"
    keys = [k for k in Scenario.model_fields if k != "file"]
    tables = {
        "solver": list(SolverTable.model_fields), "outputs": list(OutputTable.model_fields)
    }  # fmt: skip
    problems, data = unknown_keys(read_toml(path, where=where), keys, tables)
    return checked({"name": path.stem, **data, "file": path}, where, problems)


def write_scenario(scenario: Scenario, path: str | Path) -> None:
    """Write a scenario as TOML; relative paths are made relative to the new file."""
    path = Path(path)
    data = scenario.model_dump(exclude={"file"}, exclude_defaults=True)
    data["region"] = relative_to(scenario.region_path, path.parent)
    for name, source in (("policy", scenario.policy_source), ("over", scenario.over_source)):
        if isinstance(source, Path):
            data[name] = relative_to(source, path.parent)
    if scenario.travel is not None:
        from allocator.files.travel_keys import moved

        data["travel"] = moved(scenario.travel, scenario.folder, path.parent)
    write_toml(data, path)

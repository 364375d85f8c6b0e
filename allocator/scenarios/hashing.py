"""One hash of everything that a scenario's plan depends on."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from allocator.assumptions import Assumptions
from allocator.files.digests import MISSING, digest, digests
from allocator.files.provenance import package_version
from allocator.files.travel_keys import SOURCES
from allocator.horizon import Years
from allocator.region.population_factors import ALL
from allocator.scenarios.scenario import Scenario

_NOT_HASHED = {"name", "file", "outputs", "region", "policy", "over", "travel", "assumptions",
               "population", "years"}  # fmt: skip


def content_hash(scenario: Scenario) -> str:
    """SHA-256 over all that the plan of a scenario is made from.

    These are the scenario's values (a default counts the same whether it is written or not, and 6
    the same as 6.0), the bytes of every file that it reads, and the version of this package. Its
    name, its outputs and where its files lie do not change the plan, and do not count.

    Files are hashed once per process as long as their sizes and times stay the same.
    """
    values = scenario.model_dump(exclude=_NOT_HASHED)
    content = {
        "version": package_version(),
        "values": values,
        "assumptions": dict(Assumptions(dict(scenario.assumptions))),
        "population": _factors(scenario.population),
        "years": None if scenario.years is None else Years.of(scenario.years).as_table(),
        "region": region_hash(scenario.region_path),
        "policy": policy_hash(scenario.policy_source),
        "over": policy_hash(scenario.over_source) if scenario.over else "",
        "travel": _of_travel(scenario.travel, scenario.folder),
    }
    text = json.dumps(_canonical(content), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _factors(population: Mapping[str, float]) -> dict[str, float]:
    """Factors that multiply anything: what is as ``all``, or 1 without it, says nothing."""
    other = population.get(ALL, 1.0)
    own = {unit: factor for unit, factor in population.items() if factor != other}
    return own if other == 1 else {**own, ALL: other}


def region_hash(path: Path) -> list[str]:
    """Hashes of ``region.toml`` and of the files beside it that it names.

    Other files of the folder, plans among them, are no part of the region.
    """
    toml = path / "region.toml" if path.is_dir() else path
    own = digest(toml)
    named = [name for name in _texts_in(toml, own) if _is_file(toml.parent / name)]
    return [own, *digests(toml.parent / name for name in named)]


@lru_cache(maxsize=256)
def _texts_in(toml: Path, _digest: str) -> tuple[str, ...]:
    """Every text of a settings file, in order; none where it cannot be read."""
    try:
        settings = tomllib.loads(toml.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ()  # whoever reads it tells what is wrong with it
    return tuple(sorted(set(_texts(settings))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a note is no name of a file
        return False


def policy_hash(source: str | Path) -> str:
    """The hash of a policy file, or of a built-in pack."""
    if isinstance(source, Path):
        return digest(source)
    pack = files("allocator.policy").joinpath("packs", f"{source}.toml")
    return hashlib.sha256(pack.read_bytes()).hexdigest() if pack.is_file() else MISSING


def _of_travel(table: Mapping[str, Any] | None, folder: Path) -> Any:
    """The table with the hashes of its files in the place of their paths."""
    if not table:
        return None
    return {name: _of_mode(given, folder) for name, given in table.items()}


def _of_mode(given: Any, folder: Path) -> Any:
    if not isinstance(given, Mapping):
        return given
    return {
        key: [Path(str(value)).suffix, *digests([folder / str(value)])] if key in SOURCES else value
        for key, value in given.items()
    }


def _canonical(value: Any) -> Any:
    """The same value in one spelling: 6.0 as 6, all that JSON does not know as text."""
    if isinstance(value, Mapping):
        return {str(key): _canonical(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(one) for one in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else repr(value)
    return value

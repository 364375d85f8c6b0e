"""Variants: every scenario that a file stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allocator.scenarios.reading import read_scenario
from allocator.scenarios.scenario import Scenario


@dataclass(frozen=True)
class Variant:
    """One of the scenarios that a file stands for.

    Attributes
    ----------
    name
        Unique among the variants of its file, the same at every reading, and a name for a folder.
    scenario
        The scenario itself, which has the same name.
    varied
        Key path -> value, of what the sweep sets: ``{"assumptions.detour": 1.3}``; empty for a
        file that holds one scenario.
    """

    name: str
    scenario: Scenario
    varied: Mapping[str, Any] = field(default_factory=dict)


def variants(path: str | Path) -> list[Variant]:
    """Read a scenario file with all its variants; one, with nothing varied, for a plain file.

    Raises
    ------
    InputError
        Listing every problem.
    """
    scenario = read_scenario(path)
    return [Variant(scenario.name, scenario)]

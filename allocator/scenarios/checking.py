"""Scenario files checked as far as it goes without planning: keys, variants, policies, regions."""

from pathlib import Path
from typing import TYPE_CHECKING

from allocator.assumptions import Assumptions
from allocator.errors import InputError, raise_if_any
from allocator.region.findings import listed, nearest
from allocator.region.population_factors import ALL
from allocator.scenarios.scenario import Scenario
from allocator.scenarios.variants import Variant, variants

if TYPE_CHECKING:
    from allocator.region.ground import Region


def checked_variants(path: str | Path) -> list[Variant]:
    """Every scenario of a file, checked with its policy and its region.

    Raises
    ------
    InputError
        Listing every problem of the file, of its variants, of their policies and regions, and of
        the units and figures of a region that they name.
    """
    found = variants(path)
    problems: dict[str, None] = {}
    regions: dict[Path, Region | None] = {}
    policies: set[tuple[str, str]] = set()
    for variant in found:
        scenario = variant.scenario
        place = scenario.region_path
        if place not in regions:
            regions[place] = _read(scenario, problems)
        if not variant.varied and (key := (scenario.policy, scenario.over)) not in policies:
            policies.add(key)
            _read_policy(scenario, problems)
        region = regions[place]
        if region is not None:
            problems |= dict.fromkeys(_problems_on(region, scenario))
    raise_if_any(list(problems), where=f"scenario {path}")
    return found


def _read(scenario: Scenario, problems: dict[str, None]) -> "Region | None":
    from allocator.region.folder import read_region  # much to load

    try:
        return read_region(scenario.region_path)
    except InputError as error:
        problems |= dict.fromkeys(f"{error.where}: {problem}" for problem in error.problems)
    return None


def _read_policy(scenario: Scenario, problems: dict[str, None]) -> None:
    """Those of a sweep have been read with it."""
    try:
        scenario.read_policy()
    except InputError as error:
        problems |= dict.fromkeys(f"{error.where}: {problem}" for problem in error.problems)


def _problems_on(region: "Region", scenario: Scenario) -> list[str]:
    """What of a scenario does not fit its region: units, and the basis of a forecast."""
    known = [*region.units.planning, ALL]
    problems = [
        f"population.{unit}: no planning unit of region {region.name}; {nearest(unit, known)}"
        for unit in scenario.population
        if unit not in known
    ]
    basis = Assumptions(dict(scenario.assumptions)).word("population_shares")
    bases = [] if region.populations.empty else list(dict.fromkeys(region.populations["basis"]))
    if basis not in ("default", "", *bases):
        problems.append(
            f"assumptions.population_shares: region {region.name} has no figures of basis "
            f"{basis!r}; known: {listed(bases) or 'none'}"
        )
    return problems

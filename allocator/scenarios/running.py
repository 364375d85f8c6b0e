"""Scenarios planned: what one names is read, and handed to the planner."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.assumptions import Assumptions
from allocator.errors import InputError
from allocator.horizon import Years
from allocator.policy.policies import Policy
from allocator.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from allocator.planning.answers import Answers
    from allocator.plans import Plan
    from allocator.region.ground import Region
    from allocator.travel.journeys import Travel

Progress = Callable[[str], None]
Load = Callable[[Scenario], "tuple[Region, Policy, Assumptions]"]


def read_region_of(scenario: Scenario) -> "Region":
    """Read the region that a scenario names."""
    from allocator.region.folder import read_region  # much to load; not all need a region

    return read_region(scenario.region_path)


def load(
    scenario: Scenario,
    *,
    read_region: "Callable[[Scenario], Region]" = read_region_of,
    read_policy: Callable[[Scenario], Policy] = Scenario.read_policy,
) -> "tuple[Region, Policy, Assumptions]":
    """Read what a scenario names; the problems of region and policy are told together."""
    problems: list[InputError] = []
    region, policy = None, None
    try:
        region = read_region(scenario)
    except InputError as error:
        problems.append(error)
    try:
        policy = read_policy(scenario)
    except InputError as error:
        problems.append(error)
    if region is None or policy is None:
        if len(problems) == 1:
            raise problems[0]
        raise InputError(
            [f"{e.where}: {p}" for e in problems for p in e.problems],
            where=f"scenario {scenario.name}",
        )
    region, assumptions = _with_its_people(scenario, region, policy)
    return region, policy, assumptions


def _with_its_people(
    scenario: Scenario, region: "Region", policy: Policy
) -> "tuple[Region, Assumptions]":
    """The region with the scenario's factors on people, and assumptions with such a forecast."""
    assumptions = Assumptions(dict(scenario.assumptions))
    if not scenario.population:
        return region, assumptions
    from allocator.region.population_factors import with_factors_and_forecast

    stated = policy.stated_population
    return with_factors_and_forecast(region, assumptions, stated, scenario.population)


def run(
    scenario: Scenario,
    progress: Progress | None = None,
    *,
    models: Path | None = None,
    load: Load = load,
    read_travel: Callable[[Scenario], "Travel | None"] = Scenario.read_travel,
    explain: bool = True,
    answers: "Answers | None" = None,
    workers: int = 1,
) -> "Plan":
    """Plan a scenario; ``models`` is a folder for the programs as .lp and .mps.

    ``explain``, ``answers`` and ``workers`` are those of :func:`allocator.plan`. ``load`` reads
    the scenario's region, policy and assumptions, ``read_travel`` its travel; a batch reads those
    of many scenarios once.
    """
    from allocator.lp.solvers import SolverSettings

    settings = SolverSettings(**scenario.solver.model_dump())
    travel = read_travel(scenario)
    region, policy, assumptions = load(scenario)
    from allocator.planning.optimisation import plan

    found = plan(
        region,
        policy,
        minimise=scenario.minimise,
        maximise=scenario.maximise,
        budget=scenario.budget,
        years=None if scenario.years is None else Years.of(scenario.years),
        travel=travel,
        assumptions=assumptions,
        solver=settings,
        progress=progress,
        models=models,
        explain=explain,
        answers=answers,
        by=scenario.by,
        workers=workers,
    )
    told: dict[str, Any] = {
        "scenario": scenario.name, "scenario_sha256": _sha256(scenario.file),
    }  # fmt: skip
    if scenario.population:
        told["population_factors"] = dict(scenario.population)
    return replace(found, provenance={**told, **found.provenance})


def _sha256(file: Path | None) -> str:
    if file is None or not file.is_file():
        return ""
    return hashlib.sha256(file.read_bytes()).hexdigest()

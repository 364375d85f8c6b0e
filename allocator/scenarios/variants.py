"""Variants: every scenario that a file stands for, all of them checked before any is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allocator.errors import InputError, raise_if_any
from allocator.policy.policies import read_policy
from allocator.region.findings import listed
from allocator.region.population_factors import ALL
from allocator.scenarios.file_checks import FileChecks
from allocator.scenarios.inheritance import NONE
from allocator.scenarios.key_paths import names_source, with_value
from allocator.scenarios.reading import SAMPLES, SWEEP, ScenarioFile, read_file, read_scenario
from allocator.scenarios.relocation import is_policy_file
from allocator.scenarios.samples import DIGITS, SamplesTable, factors_of, read_samples, sharing_of
from allocator.scenarios.scenario import Scenario, tried
from allocator.scenarios.sweeps import MOST, Sweep, read_sweep, spelled
from allocator.scenarios.variant_names import SAMPLE, folder_name, names_of

_OF_FILES = ("name", "file", "region", "policy", "over", "overrides", "rules")
_TOLD = 5
"""Values named with a problem; of the others the number is told."""


@dataclass(frozen=True)
class Variant:
    """One of the scenarios that a file stands for.

    Attributes
    ----------
    name
        Unique among the variants of its file, the same at every reading, and a name for a folder.
    scenario
        The scenario itself; that of a sweep has the same name.
    varied
        Key path -> value, of what the sweep sets: ``{"assumptions.detour": 1.3}``; with samples
        also ``sample`` (1, 2 ...) and the factors it has drawn, ``population.330402``. Empty for a
        file that holds one scenario.
    """

    name: str
    scenario: Scenario
    varied: Mapping[str, Any] = field(default_factory=dict)


def variants(path: str | Path) -> list[Variant]:
    """Read a scenario file with all its variants; one, with nothing varied, for a plain file.

    A file with ``[sweep]`` (:mod:`allocator.scenarios.sweeps`) stands for every combination of
    what it varies, one with ``[samples]`` (:mod:`allocator.scenarios.samples`) for as many
    forecasts, one with both for every forecast of every combination. All variants are checked,
    their policies too, before the first is given.

    Raises
    ------
    InputError
        Listing every problem, with the variants that have it.
    """
    file = read_file(path)
    if not file.many:
        scenario = read_scenario(path)
        return [Variant(folder_name(scenario.name), scenario)]
    sweep, found = _sweep(file)
    problems = [*file.problems, *found]
    samples = None
    if SAMPLES in file.many:
        samples, wrong = read_samples(file.many[SAMPLES])
        problems += wrong
    if samples is not None and not problems and len(sweep) * samples.count > MOST:
        problems.append(
            f"{len(sweep):,} combinations with {samples.count:,} samples each are "
            f"{len(sweep) * samples.count:,} variants, at most {MOST:,} can be one file's"
        )
    varied: list[Mapping[str, Any]] = list(sweep.combinations()) if len(sweep) <= MOST else [{}]
    scenarios, wrong = _scenarios(file, sweep, varied)
    raise_if_any([*file.told(problems), *wrong], where=file.where)
    if samples is not None:
        scenarios, varied = _sampled(file, samples, scenarios, varied)
    names = names_of(scenarios[0].name, varied)
    return [
        Variant(name, scenario.model_copy(update={"name": name}), _without_words(values))
        for name, scenario, values in zip(names, scenarios, varied, strict=True)
    ]


def _sweep(file: ScenarioFile) -> tuple[Sweep, list[str]]:
    if SWEEP not in file.many:
        return Sweep(), []
    return read_sweep(file.many[SWEEP], _rule_ids(file))


def _rule_ids(file: ScenarioFile) -> dict[str, set[str]]:
    """Ids that may follow ``overrides`` and ``rules`` in a key path."""
    own = file.table.get("rules", [])
    rules = [rule for rule in own if isinstance(rule, Mapping)] if isinstance(own, list) else []
    sweep = file.many[SWEEP] if isinstance(file.many[SWEEP], Mapping) else {}
    overridden = file.table.get("overrides", {})
    found = set(overridden) if isinstance(overridden, Mapping) else set()
    for source in _policies(file.table, sweep):
        name = file.written.path.parent / source if is_policy_file(source) else source
        try:
            policy = read_policy(name)
        except InputError:
            # Told with the variants that it is the policy of; until then any id may be its.
            found |= {p[len("overrides.") :].rpartition(".")[0] for p in sweep
                      if p.startswith("overrides.")}  # fmt: skip
            continue
        found |= {r.id for rule in policy.rules for r in (rule, *getattr(rule, "branches", ()))}
    return {"overrides": found, "rules": {str(rule.get("id")) for rule in rules}}


def _policies(table: Mapping[str, Any], sweep: Mapping[str, Any]) -> list[str]:
    """Every policy that a variant may name."""
    zips = sweep.get("zip", [])
    places = [sweep, *(zips if isinstance(zips, list) else [])]
    named = [table.get(key) for key in ("policy", "over")]
    for place in places:
        for key in ("policy", "over"):
            values = place.get(key, []) if isinstance(place, Mapping) else []
            named += values if isinstance(values, list) else []
    return [name for name in dict.fromkeys(named) if isinstance(name, str) and name]


def _scenarios(
    file: ScenarioFile, sweep: Sweep, varied: Sequence[Mapping[str, Any]]
) -> tuple[list[Scenario], list[str]]:
    """The scenario of every combination, and all that is wrong with any of them."""
    scenarios: list[Scenario] = []
    problems: dict[str, list[int]] = {}
    files = FileChecks()
    for at, values in enumerate(varied):
        table = _table(file, sweep, values)
        scenario, wrong = tried(table)
        if scenario is not None:
            scenarios.append(scenario)
        else:  # its files can be looked at, whatever else is wrong
            scenario, _ = tried({key: table[key] for key in _OF_FILES if key in table})
        if scenario is not None:
            wrong = [*wrong, *files.problems(scenario)]
        for problem in wrong:
            problems.setdefault(problem, []).append(at)
    of_all = [problem for problem, at in problems.items() if len(at) == len(varied)]
    of_some = [
        f"{problem} [{_which(at, varied)}]"
        for problem, at in problems.items()
        if len(at) < len(varied)
    ]
    return scenarios, [*file.told(of_all), *of_some]


def _table(file: ScenarioFile, sweep: Sweep, values: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario's table with the values of one combination."""
    table = dict(file.table)
    steps = sweep.steps or {}
    # Whole tables first, then what a mode goes by: both take the place of what stands there.
    known = [path for path in values if path in steps]
    for path in sorted(known, key=lambda p: (len(steps[p]), not names_source(steps[p]))):
        table = with_value(table, steps[path], values[path])
    return table


def _sampled(
    file: ScenarioFile,
    samples: SamplesTable,
    scenarios: Sequence[Scenario],
    varied: Sequence[Mapping[str, Any]],
) -> tuple[list[Scenario], list[Mapping[str, Any]]]:
    """Every scenario with the factors of every sample, times its own."""
    drawn: dict[Path, list[dict[str, float]]] = {}
    found: list[Scenario] = []
    values: list[Mapping[str, Any]] = []
    for scenario, one in zip(scenarios, varied, strict=True):
        region = scenario.region_path
        if region not in drawn:
            drawn[region] = _draws(file, samples, region)
        strangers = [u for u in scenario.population if u != ALL and u not in drawn[region][0]]
        raise_if_any(
            [f"population.{unit}: no planning unit of {region}" for unit in strangers],
            where=file.where,
        )
        for number, factors in enumerate(drawn[region], 1):
            people = _times(factors, scenario.population)
            found.append(scenario.model_copy(update={"population": people}))
            told = {f"population.{unit}": factor for unit, factor in people.items()}
            values.append({**one, SAMPLE: number, **told})
    return found, values


def _draws(file: ScenarioFile, samples: SamplesTable, region: Path) -> list[dict[str, float]]:
    try:
        sharing = sharing_of(samples, region)
    except InputError as error:
        where = f"{error.where}: " if error.where else ""
        raise InputError(file.told([f"{where}{p}" for p in error.problems]),
                         where=file.where) from error  # fmt: skip
    return [factors_of(samples, sharing, number) for number in range(1, samples.count + 1)]


def _times(factors: Mapping[str, float], population: Mapping[str, float]) -> dict[str, float]:
    """Drawn factors times those that the scenario states."""
    other = population.get(ALL, 1.0)
    return {
        unit: round(factor * population.get(unit, other), DIGITS)
        for unit, factor in factors.items()
    }  # fmt: skip


def _without_words(varied: Mapping[str, Any]) -> dict[str, Any]:
    """What is varied, with nothing for the word that stands for it."""
    return {path: None if value == NONE else value for path, value in varied.items()}


def _which(at: Sequence[int], varied: Sequence[Mapping[str, Any]]) -> str:
    """Which variants have a problem: by the values of one key path, where these alone say it."""
    for path in varied[at[0]]:
        values = {spelled(varied[i][path]): varied[i][path] for i in at}
        if sum(spelled(one[path]) in values for one in varied) == len(at):
            return f"with {path} = {listed(map(repr, values.values()), most=_TOLD)}"
    first = ", ".join(f"{path} = {value!r}" for path, value in varied[at[0]].items())
    return f"{len(at):,} of {len(varied):,} variants, the first with {first}"

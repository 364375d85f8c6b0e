"""Regions, policies and travel, read once per process as long as their files stay the same."""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.assumptions import Assumptions
from allocator.policy.policies import Policy
from allocator.region.ground import Region
from allocator.scenarios.hashing import policy_hash, region_hash
from allocator.scenarios.running import load
from allocator.scenarios.scenario import Scenario
from allocator.travel.journeys import Travel

if TYPE_CHECKING:
    from allocator.planning.answers import Answers

KEPT = 4
"""Regions, and policies, of which a process keeps the last ones that it used."""


class Recent:
    """The values made last, by key; at most ``kept`` of them."""

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of a key, made if it is not there; what cannot be made is not kept."""
        if key not in self._values:
            self._values[key] = make()
        self._values.move_to_end(key)
        while len(self._values) > self.kept:
            self._values.popitem(last=False)
        return self._values[key]

    def __len__(self) -> int:
        return len(self._values)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()


REGIONS, POLICIES, TRAVELS, ANSWERS = Recent(), Recent(kept=64), Recent(), Recent(kept=1)


def load_once(scenario: Scenario) -> tuple[Region, Policy, Assumptions]:
    """What :func:`allocator.scenarios.running.load` reads, read once per content of the files."""
    return load(scenario, read_region=_region, read_policy=_policy)


def travel_once(scenario: Scenario) -> Travel | None:
    """The travel of a scenario: roads, surfaces and what is reached along them are found once.

    A travel knows by itself whether its files are still those that it has read.
    """
    key = json.dumps([str(scenario.folder.absolute()), scenario.travel], default=str)
    travel: Travel | None = TRAVELS.get(key, scenario.read_travel)
    return travel


def answers_in(shared: str) -> "Answers":
    """Answers of networks that the workers of a batch, and batches before it, have found."""
    from allocator.planning.answers import Answers  # much to load; a broken scenario needs none

    folder = Path(shared) / "answers" if shared else None
    if folder is not None:
        with suppress(OSError):  # without room, each process keeps its own
            folder.mkdir(parents=True, exist_ok=True)
    answers: Answers = ANSWERS.get(shared, lambda: Answers(folder))
    return answers


def _region(scenario: Scenario) -> Region:
    from allocator.region.folder import read_region  # much to load; a broken scenario needs none

    path = scenario.region_path
    key = (str(path.absolute()), *region_hash(path))
    region: Region = REGIONS.get(key, lambda: read_region(path))
    return region


def _policy(scenario: Scenario) -> Policy:
    own = json.dumps([scenario.rules, scenario.overrides], sort_keys=True, default=str)
    sources = [s for s in (scenario.policy_source, scenario.over_source) if s]
    key = (own, *(f"{s} {policy_hash(s)}" for s in sources))
    policy: Policy = POLICIES.get(key, scenario.read_policy)
    return policy

"""Policies and regions of many variants, each of them looked at once."""

import json
from functools import cache
from itertools import chain

from allocator.errors import InputError
from allocator.policy.policies import read_policy
from allocator.scenarios.scenario import Scenario

_MOST_POLICIES = 200
"""Policies that are checked whole, with all their overrides at once."""


class FileChecks:
    """What is wrong with policies and regions; each of them is looked at once."""

    def __init__(self) -> None:
        self._read = cache(read_policy)
        self._policies: dict[str, list[str]] = {}

    def problems(self, scenario: Scenario) -> list[str]:
        """Of the scenario's policy, and whether there is a region."""
        region = scenario.region_path
        found = region.is_file() or (region / "region.toml").is_file()
        lost = [] if found else [f"region: there is no region.toml in {region}; mend the path"]
        if len(self._policies) < _MOST_POLICIES:
            return [*self._of_policy(scenario), *lost]
        # Each override by itself, which takes little however they are combined.
        alone = [{name: fields} for name, fields in scenario.overrides.items()] or [{}]
        each = [self._of_policy(scenario.model_copy(update={"overrides": one})) for one in alone]
        return [*dict.fromkeys(chain.from_iterable(each)), *lost]

    def _of_policy(self, scenario: Scenario) -> list[str]:
        rules = [scenario.policy, scenario.over, scenario.overrides, scenario.rules]
        key = json.dumps(rules, sort_keys=True, default=str)
        if key not in self._policies:
            self._policies[key] = []
            try:
                scenario.read_policy(self._read)
            except InputError as error:
                self._policies[key] = [f"{error.where}: {problem}" for problem in error.problems]
        return self._policies[key]

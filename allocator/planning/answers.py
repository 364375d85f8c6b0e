"""Answers of networks of sites, used again by plans that ask the same.

Scenarios that differ in money or in rates of beds and staff ask the same of their networks. What
an answer hangs on is in its key: the region as planned for, the readings, the travel, the rules
of the network, the projects of the policy, the objective, the settings, and the versions.
"""

import hashlib
import pickle
import uuid
from collections import OrderedDict
from collections.abc import Callable
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar, cast

from allocator.lp.solvers import versions
from allocator.planning.tasks import Task
from allocator.policy.rules import ForcedSite
from allocator.region.ground import Region

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_KEPT = 200
_REGIONS = 4


class Answers:
    """Answers by key: the last ones in memory, and all of them in a folder where one is given.

    Processes that share the folder share what it holds: it must be one that only they write to.
    An answer is used as it was found, so that a plan is the same with and without it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: OrderedDict[str, object] = OrderedDict()
        self._regions: OrderedDict[int, tuple[Region, str]] = OrderedDict()
        self.used = 0
        """How many answers were there already."""

    def get(
        self, task: Task, solve: Callable[[Task], _Value], is_final: Callable[[_Value], bool]
    ) -> _Value:
        """The answer to a task, solved if nobody has asked it yet; kept if it is final."""
        key = self._key(task, solve.__qualname__)
        if key is None:
            return solve(task)
        found = self._known.get(key) or self._read(key)
        self.used += found is not None
        if found is None:
            found = solve(task)
            if not is_final(found):
                return found
            self._write(key, found)
        _keep(self._known, key, found, _KEPT)
        return cast(_Value, deepcopy(found))

    def _key(self, task: Task, question: str) -> str | None:
        """Changes whenever the answer could; None for what is asked of too much."""
        case = task.case
        if task.stocks or task.offers or task.models is not None:
            return None
        travel = b"" if case.journeys is None else case.journeys.key
        if travel is None:
            return None
        projects = [rule for rule in case.policy.rules if isinstance(rule, ForcedSite)]
        asked = (
            question, self._region(case.region), case.assumptions.table(), travel,
            sorted(case.equipment.items()), projects, task.name, task.rules,
            [sorted(kinds) for kinds in task.kinds], task.about, task.budget,
            sorted(task.before.opened.items()), sorted(task.before.attributes), task.settings,
            task.placed, sorted(task.spent.items()), task.may_miss, task.told_why, versions(),
            version("allocator-health"),
        )  # fmt: skip
        return hashlib.sha256(repr(asked).encode()).hexdigest()

    def _region(self, region: Region) -> str:
        """A digest of the region as planned for; taken once per object."""
        known = self._regions.get(id(region))
        if known is None:
            digest = hashlib.sha256(pickle.dumps(region, protocol=5)).hexdigest()
            known = (region, digest)
        _keep(self._regions, id(region), known, _REGIONS)
        return known[1]

    def _read(self, key: str) -> object:
        """An answer that another process, or a batch before, has left."""
        if self._folder is None:
            return None
        try:
            return pickle.loads((self._folder / f"{key}.answer").read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError):
            return None

    def _write(self, key: str, found: object) -> None:
        """Leave an answer for others; without room for it, nobody has it but this process."""
        if self._folder is None:
            return
        staged = self._folder / f".{uuid.uuid4().hex}"
        try:
            staged.write_bytes(pickle.dumps(found, protocol=5))
            staged.replace(self._folder / f"{key}.answer")
        except OSError:
            staged.unlink(missing_ok=True)


def _keep(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    """Put a value last, and forget those that nobody has used for longest."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)

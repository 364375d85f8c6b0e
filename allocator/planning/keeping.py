"""Whether other open sites keep the rules of a network as well as the plan's do."""

from dataclasses import dataclass, field, replace

from allocator.errors import InfeasibleError
from allocator.planning.blocks import Block
from allocator.planning.decided import Decided
from allocator.planning.families import leaves
from allocator.planning.tasks import Task
from allocator.planning.tiers import Tiers

_ROOM = 1e-6


@dataclass(frozen=True, eq=False)
class Keeping:
    """A network whose rules are asked about open sites.

    Attributes
    ----------
    task, decided
        The network with its rules, and the plan.
    positions
        Of the sites whose choice may differ from the plan's.
    own
        Id of a rule that may be left aside.
    """

    task: Task
    decided: Decided
    positions: list[int]
    own: str
    _known: dict[tuple[frozenset[int], bool], list[float]] = field(default_factory=dict, init=False)

    def kept(
        self, planned: frozenset[int], opened: frozenset[int], *, with_own: bool = True
    ) -> bool:
        """Whether each strength is missed no more with ``opened`` than with ``planned``."""
        now, then = (self._missed(sites, with_own) for sites in (planned, opened))
        return len(then) == len(now) and all(a <= b + _ROOM for a, b in zip(then, now, strict=True))

    def _missed(self, opened: frozenset[int], with_own: bool) -> list[float]:
        """What the rules miss at the least with these sites, in shares, by strength."""
        if (opened, with_own) in self._known:
            return self._known[opened, with_own]
        before = {j: j in opened for j in self.positions}
        rules = [
            rule for rule in self.task.rules
            if with_own or self.own not in {leaf.id for leaf in leaves(rule)}
        ]  # fmt: skip
        task = replace(
            self.task, rules=rules, placed=True, progress=None, models=None,
            before=Decided(opened={**self.decided.opened, **before}),
        )  # fmt: skip
        block = Block(task)
        tiers = Tiers(task.name, block.program, task.settings, block.separate)
        try:
            tiers.rules(block.shortfalls)
        except InfeasibleError:
            return []
        if tiers.interrupted:
            raise KeyboardInterrupt
        self._known[opened, with_own] = [record.objective for record in tiers.records]
        return self._known[opened, with_own]

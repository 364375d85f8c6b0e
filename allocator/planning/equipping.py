"""Where sites stand is decided first, what they get there afterwards, where that loses nothing.

A share of all stations that must have something touches every station, and would keep a network of
ten thousand candidates from being solved as a cover.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocator.lp.status import Status, relative_gap
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.equipment import for_all, needed_by_some
from allocator.planning.families import (
    areas_of_count,
    closable,
    kinds_of,
    leaves,
    networks,
    positions_of,
)
from allocator.planning.full_cover import fits_full_cover, other_rules
from allocator.planning.tasks import Task
from allocator.policy.rules import Count, ForcedSite, Rule, SiteShare
from allocator.region.sites import FOUND_ATTRIBUTES

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Steps:
    """Tasks that place sites, and the one that equips them.

    Attributes
    ----------
    equipment
        Of each candidate, by position, what it costs to equip as every site must be: paid with its
        opening, where it is decided.
    least
        What equipping those that stand costs whatever else is decided.
    """

    placing: list[Task]
    equipping: Task
    equipment: Mapping[int, float]
    least: float

    def settle(self, equipped: Decided, placed: Decided) -> None:
        """Count what was paid with the sites only once, and say what is proven of the rest."""
        if equipped.interrupted:
            return
        paid = sum(self.equipment.get(j, 0.0) for j, opened in placed.opened.items() if opened)
        equipped.objective -= paid
        equipped.bound = min(self.least, equipped.objective)
        gap = relative_gap(equipped.objective, equipped.bound)
        proven = gap <= self.equipping.settings.gap + _ROUNDING
        equipped.records = [
            replace(
                r, objective=equipped.objective, bound=equipped.bound, gap=gap,
                status=r.status if proven else Status.FEASIBLE,
            )
            if r.tier == "objective" else r
            for r in equipped.records
        ]  # fmt: skip
        if not proven:
            equipped.notes.append(
                f"{self.equipping.name} was decided once the sites were placed; with other sites "
                "it may cost less"
            )


def placing_and_equipping(task: Task) -> Steps | None:
    """Tasks that place sites, and the one that equips them; None where one task is as well.

    A rule waits if whatever is placed can be equipped as it asks: what stands today is enough for
    its floors, and nothing lets that close. Then no rule is missed that need not be. What every
    site gets is paid with the site; other things may cost more than with other sites, so of them
    no bound is proven.
    """
    if task.budget is not None or task.stocks or task.placed:
        return None
    closing = closable(task.rules, task.case)
    later = [rule for rule in task.rules if _can_wait(rule, task, closing)]
    if not later:
        return None
    now = [rule for rule in task.rules if rule not in later]
    groups = networks(now, task.case)
    first = [
        replace(task, name=_named(kinds), rules=rules, kinds=(kinds,)) for kinds, rules in groups
    ]
    if not any(fits_full_cover(part) for part in first):
        return None
    first = [_with_own(part, later) for part in first]
    soon = {rule.id for part in first for rule in part.rules}
    later = [rule for rule in later if rule.id not in soon]
    table = task.case.region.sites.table
    spoken = frozenset().union(*(kinds for kinds, _ in groups))
    others = frozenset().union(*task.kinds) - spoken
    required = set(table.loc[table["status"] == "required", "kind"]) & others
    first += [replace(task, name=_named({k}), rules=[], kinds=(frozenset({k}),)) for k in required]
    everywhere = _equipment(later, task.case) if task.about == "cost" else {}
    status = table["status"]
    new = {j: cost for j, cost in everywhere.items() if status.iloc[j] != "existing"}
    dearer = replace(task.case, equipment=new)
    return Steps(
        placing=[replace(part, case=dearer) for part in first],
        equipping=replace(task, name=f"{task.name}: equipment", rules=later, placed=True),
        equipment=new,
        least=sum(c for j, c in everywhere.items() if j not in new and j not in closing)
        + (needed_by_some(later, task.case, closing) if task.about == "cost" else 0.0),
    )


def _with_own(part: Task, later: list[Rule]) -> Task:
    """A network with those rules that speak of nothing but what is no cover of it.

    They do not make it larger, and where a hospital stands may depend on which one gets what.
    """
    small = other_rules(part) if fits_full_cover(part) else part
    if small is None:
        return part
    own = [r for r in later if kinds_of(r, part.case) <= small.kinds[0]]
    return replace(part, rules=[*part.rules, *own])


def _equipment(later: list[Rule], case: Case) -> dict[int, float]:
    """Cost of what every site of a rule must get, by position."""
    needed: dict[int, set[str]] = {}
    for rule in later:
        for attribute in for_all(rule):
            for j in positions_of(rule, case):
                if not case.had(attribute, j):
                    needed.setdefault(j, set()).add(attribute)
    return {j: sum(case.attribute_cost(a, j) for a in found) for j, found in needed.items()}


def _can_wait(rule: Rule, task: Task, closing: set[int]) -> bool:
    case = task.case
    status = case.region.sites.table["status"]
    if len(leaves(rule)) > 1 or getattr(rule, "attribute", None) in {None, *FOUND_ATTRIBUTES}:
        return False

    def stands(positions: list[int]) -> int:
        return sum(status.iloc[j] == "existing" and j not in closing for j in positions)

    if isinstance(rule, SiteShare):
        return rule.sense != "<="
    if isinstance(rule, ForcedSite):
        return stands(case.named(rule.site)[:1]) == 1
    if not isinstance(rule, Count) or rule.times is not None:
        return False
    floor = rule.number if rule.number is not None else rule.lower
    chosen = case.positions(rule.sites)
    return rule.sense == ">=" and all(
        stands(case.positions_in(area, chosen)) >= (floor or 0)
        for area in areas_of_count(rule, case)
    )


def _named(kinds: frozenset[str] | set[str]) -> str:
    return " + ".join(sorted(kind.replace("_", " ") for kind in kinds))

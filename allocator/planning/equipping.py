"""Where sites stand is decided first, what they get there afterwards, where that loses nothing.

A share of all stations that must have something touches every station, and would keep a network of
ten thousand candidates from being solved as a cover.
"""

from dataclasses import replace

from allocator.planning.families import areas_of_count, closable, leaves, networks
from allocator.planning.full_cover import fits_full_cover
from allocator.planning.tasks import Task
from allocator.policy.rules import Count, ForcedSite, Rule, SiteShare
from allocator.region.sites import FOUND_ATTRIBUTES


def placing_and_equipping(task: Task) -> tuple[list[Task], Task] | None:
    """Tasks that place sites, and the one that equips them; None where one task is as well.

    A rule waits if whatever is placed can be equipped as it asks: what stands today is enough for
    its floors, and nothing lets that close. Then no rule is missed that need not be. What the
    sites get may cost more than with other sites, so the equipping proves no bound.
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
    table = task.case.region.sites.table
    spoken = frozenset().union(*(kinds for kinds, _ in groups))
    others = frozenset().union(*task.kinds) - spoken
    required = set(table.loc[table["status"] == "required", "kind"]) & others
    first += [replace(task, name=_named({k}), rules=[], kinds=(frozenset({k}),)) for k in required]
    return first, replace(task, name=f"{task.name}: equipment", rules=later, placed=True)


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

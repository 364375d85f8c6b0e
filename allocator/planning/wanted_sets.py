"""Sets of sites of which a plan has one open each, as its rules ask: what must stay hit."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.set_cover.dominance import minimal_rows
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import areas_of_count, leaves
from allocator.planning.rows.coverage import need
from allocator.planning.tasks import Task
from allocator.policy.rules import Count, CoverageRule, Rule

Places = NDArray[np.int64]
"""Places in a list of sites, ascending."""


def wanted_sets(
    task: Task, decided: Decided, positions: list[int], opened: set[int]
) -> dict[str, list[Places]]:
    """Rule id -> sets of places in ``positions`` of which the rule wants one site open.

    Of rules that ask for everybody within reach, and for a site in every area, where the plan
    (``opened`` are positions) hits every set; of alternatives those taken. Rules that cannot be
    said so are left out: whoever asks has less to keep, so that what is best is bounded safely.
    """
    found: dict[str, list[Places]] = {}
    is_open = np.array([j in opened for j in positions], dtype=np.bool_)
    for rule in task.rules:
        taken = {branch for (name, _), branch in decided.branches.items() if name == rule.id}
        for leaf in leaves(rule):
            if leaf is rule or taken == {leaf.id}:
                sets = list(_sets(leaf, task.case, positions))
                if sets and all(is_open[places].any() for places in sets):
                    found[leaf.id] = sets
    return found


def _sets(rule: Rule, case: Case, positions: list[int]) -> Iterator[Places]:
    inside = set(positions)
    if isinstance(rule, CoverageRule):
        by_area = rule.radius and case.assumptions.word("radius_reading") == "area_mean"
        if by_area or not inside.issuperset(case.positions(rule.sites)):
            return
        wanted = need(rule, case, positions)
        if wanted.share < 1:
            return
        rows = wanted.coverage.of_cells(np.flatnonzero(wanted.reachable)).aggregate()[0]
        for row in minimal_rows(rows):
            yield rows.sites_of(int(row))
    elif isinstance(rule, Count) and _wants_one(rule):
        place = {j: k for k, j in enumerate(positions)}
        chosen = case.positions(rule.sites)
        if inside.issuperset(chosen):
            for area in areas_of_count(rule, case):
                here = [place[j] for j in case.positions_in(area, chosen)]
                if here:
                    yield np.array(sorted(here), dtype=np.int64)


def _wants_one(rule: Count) -> bool:
    return (
        rule.sense in {">=", "=="} and rule.number == 1 and rule.attribute is None
        and rule.times is None and rule.in_share == 1
    )  # fmt: skip

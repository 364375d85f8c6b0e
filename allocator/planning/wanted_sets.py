"""Sets of sites of which a plan has one open each, as its rules ask: what must stay hit."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.set_cover.dominance import minimal_rows
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import areas_of_count, leaves
from allocator.planning.rows.coverage import need
from allocator.planning.tasks import Task
from allocator.policy.rules import Count, CoverageRule, Rule
from allocator.travel.coverage import Coverage

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


def left_to_hit(sets: Sequence[Places], there: NDArray[np.int64], n_sites: int) -> list[Places]:
    """Sets that no site of ``there`` hits, without those that hold another one."""
    rows = as_rows(sets, n_sites)
    rows = rows.of_cells(np.flatnonzero(~rows.covered_by(np.isin(np.arange(n_sites), there))))
    return [rows.sites_of(int(row)) for row in minimal_rows(rows)]


def with_sets(
    cell: NDArray[Any], site: NDArray[Any], n_cells: int, sets: Sequence[Places]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Arcs of the cells, then those of the sets as further cells."""
    sizes = [len(places) for places in sets]
    rows = np.repeat(np.arange(n_cells, n_cells + len(sets)), sizes)
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([cell, rows]), np.concatenate([site, *sets, none]).astype(np.int64)


def as_rows(sets: Sequence[Places], n_sites: int) -> Coverage:
    """Sets as cells of a reach."""
    start = np.cumsum([0, *map(len, sets)], dtype=np.int64)
    none = np.empty(0, dtype=np.int64)
    return Coverage(start, np.concatenate([*sets, none]).astype(np.int64), n_sites)

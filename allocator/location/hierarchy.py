"""Levels of care that are nested: a higher site offers all that lower ones do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.location.answering import Sense, answer, limits_of, no_answer
from allocator.location.engines.hierarchy.asking import (
    hierarchy_problem,
    level_costs,
    why_not,
)
from allocator.location.engines.hierarchy.checks import (
    existing_levels_of,
    places_of,
    setting_problems,
)
from allocator.location.engines.hierarchy.narrowing import best_levels
from allocator.location.engines.limits import Limits
from allocator.location.questions.base import demand_of
from allocator.location.questions.hierarchy import Nested
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import Reach
from allocator.travel.times import TravelTimes

_MODEL, _WHERE = "hierarchical", "hierarchical"


@dataclass(frozen=True, eq=False)
class Level:
    """One level of care.

    Attributes
    ----------
    name
        What it is called.
    reach
        Which sites each cell reaches for what this level offers.
    p
        Most sites of exactly this level, existing ones counted; no limit when missing.
    share
        Least share (0..1) of all people who must reach this level or a higher one.
    weight
        What a person who reaches this level counts, >= 0.
    cost
        Of opening each site at this level, shape ``(n_sites,)``; the sites' cost when missing.
    """

    name: str
    reach: Reach
    p: int | None = None
    share: float | None = None
    weight: float = 1.0
    cost: ArrayLike | None = None


def hierarchical(
    levels: Sequence[Level],
    *,
    people: ArrayLike | None = None,
    budget: float | None = None,
    existing_levels: ArrayLike | None = None,
    referral: TravelTimes | None = None,
    referral_capacity: ArrayLike | None = None,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Sites of nested levels that cover most people, or all shares at least cost.

    .. math:: \max \sum_l v_l \sum_i w_i z_{il} \quad \text{s.t.} \quad
              z_{il} \le \sum_{j \in N_{il}} \sum_{m \ge l} y_{jm}, \quad
              \sum_l y_{jl} \le 1, \quad \sum_j y_{jl} \le p_l

    The successively inclusive hierarchy of Moore & ReVelle, Geographical Analysis 14, 1982; review:
    Sahin & Sural, Computers & Operations Research 34, 2007. Each site has one level at most, and
    offers what lower levels offer too, within their reach. When every level has a share, none a
    ``p``, and there is no budget, the cost is minimised; shares beside ``p`` or a budget are kept
    while people are maximised.

    Parameters
    ----------
    levels
        From the lowest (station) to the highest (hospital).
    people
        Per cell, shape ``(n_cells,)``; of the lowest reach's demand when missing.
    budget
        Most that opening, upgrading, running and closing may cost.
    existing_levels
        Level of each existing site today, 1 the lowest and 0 for none, shape ``(n_sites,)``; 1 when
        missing. An existing site that stays open keeps its level or is upgraded, at the
        difference between the two levels' costs.
    referral
        Ways from sites (its cells) to sites: every open site below the highest level must
        refer to an open site of the highest level along one of them.
    referral_capacity
        Lower sites that each site of the highest level takes, shape ``(n_sites,)``, or one number.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Costs and roles of the sites: see :class:`allocator.location.roles.SiteOptions`.

    Returns
    -------
    Siting
        With ``levels``: that of each open site, 1 the lowest. The objective is weighted people (one
        person counts once per level reached), or cost.

    Raises
    ------
    InputError
        Everything that is wrong with the numbers, at once.
    """
    raise_if_any(setting_problems(levels, budget), where=_WHERE)
    first = levels[0].reach
    roles = SiteRoles.resolved(first.n_sites, first.sites, _WHERE, sites)
    limits = limits_of(settings, _WHERE)
    demand = demand_of(people, first.demand, first.n_cells, default=None)
    problems: list[str] = []
    today = existing_levels_of(existing_levels, roles, len(levels), problems)
    places = places_of(referral, referral_capacity, roles.n_sites, problems)
    raise_if_any(problems, where=_WHERE)
    least_cost = budget is None and all(v.p is None and v.share is not None for v in levels)
    question = Nested(
        levels, demand, roles, level_costs(levels, roles, today), roles.base, today, budget,
        least_cost, referral, places,
    )  # fmt: skip
    return _answered(question, limits, progress or (lambda _: None))


def _answered(question: Nested, limits: Limits, say: Callable[[str], None]) -> Siting:
    sense: Sense = "min" if question.least_cost else "max"
    unit = _unit(question)
    problem = hierarchy_problem(question)
    uncoverable, notes = why_not(question, problem)
    if notes:
        return no_answer(
            _MODEL, question, limits, sense=sense, unit=unit, status=Status.INFEASIBLE,
            uncoverable=uncoverable, notes=notes,
        )  # fmt: skip
    found = best_levels(problem, limits, say)
    if found.at_least is None:
        return no_answer(
            _MODEL, question, limits, sense=sense, unit=unit, interrupted=found.interrupted,
            status=Status.INFEASIBLE if found.impossible else Status.NO_SOLUTION,
            notes=found.notes,
        )  # fmt: skip
    rank = found.at_least.sum(axis=0)
    opened = np.flatnonzero(rank)
    base = question.base if question.least_cost else 0.0
    return answer(
        _MODEL, question, limits, sense=sense, unit=unit,
        objective=base + problem.objective(found.at_least), bound=base + found.bound,
        open_sites=opened, levels=rank[opened].astype(np.int64), uncoverable=uncoverable,
        interrupted=found.interrupted, notes=_notes(question),
    )  # fmt: skip


def _notes(question: Nested) -> list[str]:
    permitted = int(question.roles.permitted.sum())
    return [
        f"{level.name}: p = {level.p}, but only {permitted} sites may be open"
        for level in question.levels
        if level.p is not None and level.p > permitted
    ]


def _unit(question: Nested) -> str:
    if question.least_cost:
        return "cost"
    plain = all(level.weight == 1 for level in question.levels)
    return "people" if plain and len(question.levels) == 1 else "weighted people"


def people_by_level(siting: Siting) -> dict[str, float]:
    """People who reach each level or a higher one.

    Raises
    ------
    InputError
        If the answer is not one of :func:`hierarchical`.
    """
    question = siting.question
    if not isinstance(question, Nested):
        raise InputError(f"expected an answer of hierarchical, got {siting.model}", where=_WHERE)
    covered: NDArray[np.bool_] = question.covered(siting)
    people = question.demand.people
    return {
        level.name: float(people[row].sum())
        for level, row in zip(question.levels, covered, strict=True)
    }

"""The k best sets of sites: what else is as good, or nearly so, and how that is proven."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from allocator.errors import raise_if_any
from allocator.location.answering import limits_of
from allocator.location.checks import whole_problems
from allocator.location.partition import Search
from allocator.location.siting import Siting
from allocator.travel.coverage import Reach
from allocator.travel.times import TravelTimes

_HOMES = {
    "lscp": "set_cover",
    "psclp": "partial_cover",
    "mclp": "maximal_cover",
    "p_median": "median",
}
_COUNT_COST = ("lscp", "psclp")


def k_best(
    model: str | Callable[..., Siting], reach: Reach | TravelTimes, *, k: int, **options: Any
) -> list[Siting]:
    r"""Find the k best different sets of open sites, from the best down.

    Two answers differ when their open sites differ. Every set that keeps the rules counts: for
    MCLP and the p-median those of at most p sites (and within the budget), for LSCP and PSCLP also
    covers with a site that they could do without. Existing and required sites stay in each of
    them, forbidden ones in none.

    The sets that are left once the best one, :math:`\{s_1, \dots, s_m\}`, is known are split as
    Lawler (Management Science 18(7), 1972) does: those with :math:`s_1, \dots, s_{i-1}` and
    without :math:`s_i`, for each i, and those that hold it and more. Each part is a question of the
    same kind with required and forbidden sites, and is only solved when its bound says that it may
    hold the next best set.

    For "the mayor does not want site 7": what the next choices are, and what they would cost.

    Parameters
    ----------
    model
        ``lscp``, ``psclp``, ``mclp`` or ``p_median``: the function, or its name.
    reach
        What the model takes: coverage, or travel times for the p-median.
    k
        How many answers, at least 1.
    **options
        Whatever the model takes. A time limit holds for all answers together.

    Returns
    -------
    list of Siting
        At most k: fewer when there are no more sets. The bound of the i-th says what none of the
        sets that are not among the first i - 1 can beat, so its gap is its own. Where nothing
        answers the question, one Siting that says so.
    """
    name = (model if isinstance(model, str) else model.__name__).replace("-", "_").lower()
    problems = []
    if name not in _HOMES:
        problems.append(f"model must be one of {', '.join(_HOMES)}, got {name}")
    raise_if_any(problems + whole_problems("k", k), where="k_best")
    ask: Callable[..., Siting] = (
        getattr(import_module(f"allocator.location.{_HOMES[name]}"), name)
        if isinstance(model, str)
        else model
    )
    limits = limits_of(options.get("settings"), "k_best")
    best = ask(reach, **options)
    if not best.status.has_answer:
        return [best]
    search = Search(ask, name in _COUNT_COST, reach, options, limits, best)
    found = list(search.answers(int(k)))
    if len(found) < k:
        found[-1] = _last(found[-1], search)
    return found


def _last(siting: Siting, search: Search) -> Siting:
    """The last answer of fewer than k, with why there are no more."""
    why = "no other set of sites answers the question"
    if search.limits.stopped_by_clock:
        why = "stopped by the clock before further sets were found"
    if search.interrupted:
        why = "interrupted before further sets were found"
    return replace(
        siting,
        interrupted=search.interrupted,
        reproducible=not (search.interrupted or search.limits.stopped_by_clock),
        notes=(*siting.notes, why),
    )

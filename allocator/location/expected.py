"""Servers that may be busy: expected cover (MEXCLP) and cover with a given reliability (MALP)."""

import math
from collections.abc import Callable
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from allocator.errors import raise_if_any
from allocator.location.answering import limits_of
from allocator.location.checks import share_problems, whole_problems
from allocator.location.questions.servers import ExpectedCover, ReliableCover
from allocator.location.roles import SiteOptions
from allocator.location.servers import Asking, terms_of
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.travel.coverage import Reach
from allocator.travel.points import number_problems

_ROUNDING = 1e-9


def mexclp(
    coverage: Reach,
    *,
    p: int,
    busy: float | None = None,
    calls_per_hour: float | None = None,
    hours_per_call: float | None = None,
    people: ArrayLike | None = None,
    max_per_site: ArrayLike | None = None,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Place servers so that most people can expect a free one: maximum expected covering.

    .. math:: \max \sum_i \sum_k w_i (1 - q) q^{k-1} v_{ik} \quad \text{s.t.} \quad
              \sum_k v_{ik} \le \sum_{j \in N_i} x_j \;\; \forall i, \quad
              \sum_j x_j \le p, \quad 0 \le v_{ik} \le 1, \quad x_j \in \{0, \dots, q_j\}

    Daskin, Transportation Science 17(1), 1983. A person who reaches ``n`` servers, each busy for
    the share ``q`` of the time and independently of the others, finds one free with probability
    ``1 - q ** n``; the answer is worth ``sum w (1 - q ** n)``.

    For ambulances that are often out: a second vehicle where calls are many may be worth more
    than a first one where they are few. With ``busy=0`` it is MCLP.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    p
        Most servers in all. A site that exists and stays, or is required, holds at least one of
        them.
    busy
        Share of the time that a server is busy, in [0, 1).
    calls_per_hour, hours_per_call
        Instead of ``busy``: all calls of the region, and how long one keeps a server, from which
        ``busy = calls_per_hour * hours_per_call / p``.
    people
        People per cell, shape ``(n_cells,)``; those of the reach's demand when missing.
    max_per_site
        Most servers at a site, one number or one per site; ``p`` when missing.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Roles of the sites: see :class:`allocator.location.roles.SiteOptions`; costs do not enter.

    Returns
    -------
    Siting
        Its objective is the expected number of people covered; ``servers`` says how many are at
        each open site. An interrupt (Ctrl-C) returns the best so far with its bound.
    """
    problems = whole_problems("p", p)
    share = math.nan
    if not problems:
        share, wrong = _busy_share(p, busy, calls_per_hour, hours_per_call)
        problems += wrong
    raise_if_any(problems, where="mexclp")
    limits = limits_of(settings, "mexclp")
    question = ExpectedCover(
        *terms_of("mexclp", coverage, p=p, people=people, max_per_site=max_per_site, sites=sites),
        busy=share,
    )
    gain = (1.0 - share) * np.power(share, np.arange(p, dtype=np.float64))
    notes = () if busy is not None else (f"each server is busy {share:.1%} of the time",)
    return Asking("MEXCLP", question, coverage, gain, notes=notes).answered(
        limits, progress or (lambda _: None)
    )


def malp(
    coverage: Reach,
    *,
    p: int,
    busy: float,
    reliability: float,
    people: ArrayLike | None = None,
    max_per_site: ArrayLike | None = None,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Place servers so that most people find a free one with a given probability: MALP I.

    .. math:: \max \sum_i w_i v_i \quad \text{s.t.} \quad
              b \, v_i \le \sum_{j \in N_i} x_j \;\; \forall i, \quad
              \sum_j x_j \le p, \quad v_i \in \{0, 1\}, \quad x_j \in \{0, \dots, q_j\}

    with ``b`` the fewest servers among which one is free with probability ``reliability``:
    ``1 - busy ** b >= reliability``. ReVelle & Hogan, Transportation Science 23(3), 1989; their
    chain of ``b`` columns per cell says the same as the one column here.

    For a standard of the form "in nine of ten cases": cells with fewer than ``b`` servers in
    reach count for nothing, which may leave the country to itself; compare with :func:`mexclp`.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    p
        Most servers in all. A site that exists and stays, or is required, holds at least one of
        them.
    busy
        Share of the time that a server is busy, in [0, 1).
    reliability
        Probability of finding a free server, in [0, 1).
    people, max_per_site, settings, progress, **sites
        As for :func:`mexclp`.

    Returns
    -------
    Siting
        Its objective is the number of people covered so reliably; the first of its notes says how
        many servers that takes.
    """
    problems = whole_problems("p", p)
    problems += share_problems("busy", busy, below_one=True)
    problems += share_problems("reliability", reliability, below_one=True)
    raise_if_any(problems, where="malp")
    limits = limits_of(settings, "malp")
    question = ReliableCover(
        *terms_of("malp", coverage, p=p, people=people, max_per_site=max_per_site, sites=sites),
        busy=busy, reliability=reliability,
    )  # fmt: skip
    needed = servers_needed(busy, reliability)
    gain = (np.arange(1, p + 1) == needed).astype(np.float64)
    return Asking(
        "MALP", question, coverage, gain,
        notes=(f"{needed} servers in reach make a cell reliable",),
    ).answered(limits, progress or (lambda _: None))  # fmt: skip


def servers_needed(busy: float, reliability: float) -> int:
    """Fewest servers among which one is free with a given probability; at least one.

    Forgives the last digits: where ``busy ** b`` is exactly what may be missed, ``b`` will do.

    >>> servers_needed(0.5, 0.75), servers_needed(0.1, 0.9), servers_needed(0.0, 0.99)
    (2, 1, 1)
    """
    if busy <= 0 or reliability <= 0:
        return 1
    return max(1, math.ceil(math.log(1 - reliability) / math.log(busy) - _ROUNDING))


def _busy_share(
    p: int, busy: float | None, calls_per_hour: float | None, hours_per_call: float | None
) -> tuple[float, list[str]]:
    """The share of the time that a server is busy, and what is wrong with how it was given."""
    calls = (calls_per_hour, hours_per_call)
    if busy is not None:
        if calls != (None, None):
            return math.nan, ["give busy, or calls_per_hour and hours_per_call, not both"]
        return busy, share_problems("busy", busy, below_one=True)
    if calls_per_hour is None or hours_per_call is None:
        return math.nan, ["give busy, or both calls_per_hour and hours_per_call"]
    problems = number_problems(calls_per_hour=calls_per_hour, hours_per_call=hours_per_call)
    if problems:
        return math.nan, problems
    work = calls_per_hour * hours_per_call
    if work >= p:
        return math.nan, [
            f"{calls_per_hour:g} calls of {hours_per_call:g} hours per hour keep {work:g} servers "
            f"busy all the time, but p = {p}; p must be at least {math.floor(work) + 1}"
        ]
    return work / p, []

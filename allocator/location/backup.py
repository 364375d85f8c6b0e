"""Backup cover: a second server in reach, for when the first one is out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import limits_of, no_answer
from allocator.location.checks import share_problems, whole_problems
from allocator.location.questions.base import demand_of
from allocator.location.questions.servers import BackupCover, FirstAndBackup
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.servers import Asking, fewest_for_all, servers_per_site, terms_of
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import Reach


def bacop1(
    coverage: Reach,
    *,
    p: int,
    people: ArrayLike | None = None,
    max_per_site: ArrayLike | None = 1,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Reach every cell with one server, and as many people as possible with two: BACOP1.

    .. math:: \max \sum_i w_i u_i \quad \text{s.t.} \quad
              \sum_{j \in N_i} x_j - u_i \ge 1 \;\; \forall i, \quad
              \sum_j x_j \le p, \quad u_i \in \{0, 1\}, \quad x_j \in \{0, \dots, q_j\}

    Hogan & ReVelle, Management Science 32(11), 1986; Daskin & Stern, Transportation Science 15(2),
    1981.

    For a promise to everybody ("one station within 15 minutes") that leaves servers over: where
    should they stand so that most people still have one when the first is out?

    Parameters
    ----------
    coverage
        Which sites each cell can reach; cells without people must be reached, too.
    p
        Most servers in all. A site that exists and stays, or is required, holds at least one of
        them.
    people
        People per cell, shape ``(n_cells,)``; those of the reach's demand when missing.
    max_per_site
        Most servers at a site, one number or one per site; ``None`` for ``p``.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Roles of the sites: see :class:`allocator.location.roles.SiteOptions`; costs do not enter.

    Returns
    -------
    Siting
        Its objective is the number of people who reach two servers. Infeasible where a cell
        reaches no permitted site, or ``p`` is too small to reach all: the notes say which and how
        many. An interrupt (Ctrl-C) returns the best so far with its bound.
    """
    raise_if_any(whole_problems("p", p), where="bacop1")
    limits = limits_of(settings, "bacop1")
    question = BackupCover(
        *terms_of("bacop1", coverage, p=p, people=people, max_per_site=max_per_site, sites=sites)
    )
    return Asking(
        "BACOP1", question, coverage, nth_server(2, p), must=coverage, assured=1
    ).answered(limits, progress or (lambda _: None))


def bacop2(
    coverage: Reach,
    *,
    p: int,
    theta: float = 0.5,
    people: ArrayLike | None = None,
    max_per_site: ArrayLike | None = 1,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Weigh people who reach one server against people who reach two: BACOP2.

    .. math:: \max \sum_i w_i (\theta z_i + (1 - \theta) u_i) \quad \text{s.t.} \quad
              z_i + u_i \le \sum_{j \in N_i} x_j, \quad u_i \le z_i, \quad
              \sum_j x_j \le p, \quad z_i, u_i \in \{0, 1\}, \quad x_j \in \{0, \dots, q_j\}

    Hogan & ReVelle, Management Science 32(11), 1986. With ``theta=1`` it is MCLP.

    For too few servers to reach everybody: trade first cover against backup, and look at a few
    values of ``theta`` before choosing.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    p
        Most servers in all. A site that exists and stays, or is required, holds at least one of
        them.
    theta
        Weight of first cover in [0, 1]; that of backup is ``1 - theta``.
    people, max_per_site, settings, progress, **sites
        As for :func:`bacop1`.

    Returns
    -------
    Siting
        Its objective is ``theta`` times the people who reach one server and ``1 - theta`` times
        those who reach two.
    """
    raise_if_any(whole_problems("p", p) + share_problems("theta", theta), where="bacop2")
    limits = limits_of(settings, "bacop2")
    question = FirstAndBackup(
        *terms_of("bacop2", coverage, p=p, people=people, max_per_site=max_per_site, sites=sites),
        theta=theta,
    )
    gain = theta * nth_server(1, p) + (1 - theta) * nth_server(2, p)
    return Asking("BACOP2", question, coverage, gain).answered(limits, progress or (lambda _: None))


def lscp_b(
    coverage: Reach,
    *,
    max_per_site: ArrayLike | None = 1,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Reach every cell with the fewest servers, and of those covers take the best backed: LSCP-B.

    .. math:: p^* = \min \sum_j x_j \;\; \text{s.t.} \;\; \sum_{j \in N_i} x_j \ge 1 \;\;
              \forall i, \qquad \text{then BACOP1 with } p = p^*

    The set cover of Toregas and others (1971) followed by Hogan & ReVelle, Management Science
    32(11), 1986: least-cost covers are many, and this one leaves most people a second server.

    For "how few stations will do?" when the answer should also be robust.

    Parameters
    ----------
    coverage
        Which sites each cell can reach. Backup counts the people of its demand, or cells when it
        has none.
    max_per_site, settings, progress, **sites
        As for :func:`bacop1`. Servers are counted, existing ones among them; costs do not enter.

    Returns
    -------
    Siting
        Its objective is the number of people (or cells) who reach two servers; a note says how
        many servers there are. Optimal only when both the number and the backup are proven.
    """
    roles = SiteRoles.resolved(coverage.n_sites, coverage.sites, "lscp_b", sites)
    limits = limits_of(settings, "lscp_b")
    demand = demand_of(None, coverage.demand, coverage.n_cells, default=1.0)
    say = progress or (lambda _: None)
    # One server at each permitted site is a cover if any is.
    all_open = max(int(roles.permitted.sum()), 1)
    unit = "cells" if coverage.demand is None else "people"

    def asking(p: int) -> Asking:
        most = servers_per_site(max_per_site, p, roles, "lscp_b")
        question = BackupCover(coverage, demand, roles, p, most)
        return Asking(
            "LSCP-B", question, coverage, nth_server(2, p), must=coverage, assured=1, unit=unit
        )

    first = asking(all_open)
    beyond = first.beyond()
    if len(beyond):
        return first.out_of_reach(limits, beyond)
    least, known, interrupted = fewest_for_all(first, limits, say)
    servers = f"{known} servers reach every cell"
    if interrupted:
        return no_answer(
            "LSCP-B", first.question, limits, sense="max", unit=unit, status=Status.NO_SOLUTION,
            interrupted=True, notes=(f"{servers}; interrupted before backup was looked at",),
        )  # fmt: skip
    note = f"{servers}, the fewest" if known == least else f"{servers}; at least {least} are needed"
    found = replace(asking(max(known, 1)), notes=(note,)).answered(limits, say)
    if known > least and found.status is Status.OPTIMAL:
        return replace(found, status=Status.FEASIBLE)
    return found


def nth_server(n: int, p: int) -> NDArray[np.float64]:
    """1 for the n-th server in reach, 0 for the others, shape ``(p,)``."""
    return np.asarray(np.arange(1, p + 1) == n, dtype=np.float64)

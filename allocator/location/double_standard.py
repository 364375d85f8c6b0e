"""The double standard: everybody within the far one, most within the near one, many twice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Unpack

from numpy.typing import ArrayLike

from allocator.errors import raise_if_any
from allocator.location.answering import limits_of
from allocator.location.backup import nth_server
from allocator.location.checks import share_problems, whole_problems
from allocator.location.engines.limits import Limits
from allocator.location.questions.servers import DoubleStandard
from allocator.location.roles import SiteOptions
from allocator.location.servers import Asking, terms_of
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import Reach


def dsm(
    near: Reach,
    far: Reach,
    *,
    p: int,
    alpha: float,
    people: ArrayLike | None = None,
    max_per_site: ArrayLike | None = None,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Hold a far standard for all and a near one for a share, with most people covered twice.

    .. math:: \max \sum_i w_i v_i \quad \text{s.t.} \quad
              & \sum_{j \in N_i^{far}} x_j \ge 1 \;\; \forall i, \quad
              \sum_i w_i u_i \ge \alpha \sum_i w_i, \\
              & u_i + v_i \le \sum_{j \in N_i^{near}} x_j, \quad v_i \le u_i, \quad
              \sum_j x_j \le p, \quad u_i, v_i \in \{0, 1\}, \quad x_j \in \{0, \dots, q_j\}

    The double standard model of Gendreau, Laporte & Semet, Location Science 5(2), 1997. Cells are
    merged by their near sites for the people, and by their far sites for the far standard; no rule
    looks at both, so this is exact.

    For ambulance laws of two radii ("90 % within 8 minutes, everybody within 15"), with vehicles
    placed so that one call does not leave a town bare.

    Parameters
    ----------
    near, far
        Which sites each cell can reach within the two standards; the same cells and sites.
    p
        Most servers (vehicles) in all. A site that exists and stays, or is required, holds at
        least one of them.
    alpha
        Share of the people who must reach a server within the near standard, in [0, 1].
    people
        People per cell, shape ``(n_cells,)``; those of ``near``'s demand (or ``far``'s) when
        missing.
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
        Its objective is the number of people who reach two servers within the near standard.
        Infeasible where a cell reaches no permitted site within the far one, ``p`` is too small
        for that, or ``alpha`` out of reach: the notes say what would do. An interrupt (Ctrl-C)
        returns the best so far with its bound.
    """
    problems = whole_problems("p", p) + share_problems("alpha", alpha)
    for name, one, other in (
        ("cells", near.n_cells, far.n_cells), ("sites", near.n_sites, far.n_sites),
    ):  # fmt: skip
        if one != other:
            problems.append(f"near and far must have the same {name}, got {one} and {other}")
    raise_if_any(problems, where="dsm")
    limits = limits_of(settings, "dsm")
    question = DoubleStandard(
        *terms_of("dsm", near, far, p=p, people=people, max_per_site=max_per_site, sites=sites),
        far=far, alpha=alpha,
    )  # fmt: skip
    asking = Asking("DSM", question, near, nth_server(2, p), must=far, share=alpha)
    say = progress or (lambda _: None)
    found = asking.answered(limits, say)
    if found.status is Status.INFEASIBLE and not len(found.uncoverable) and alpha > 0:
        return _with_largest_share(found, asking, limits, say)
    return found


def _with_largest_share(
    found: Siting, asking: Asking, limits: Limits, say: Callable[[str], None]
) -> Siting:
    """Say the largest share that could be had, if the share is what is out of reach."""
    total = float(asking.question.demand.people.sum())
    nearest = replace(asking, gain=nth_server(1, asking.question.p), share=0.0).answered(
        limits, say
    )
    if not nearest.status.has_answer or not total:
        return found
    best = f"{nearest.bound / total:.2%}"
    if nearest.status is not Status.OPTIMAL:
        best = f"at most {best}"
    note = (
        f"{asking.question.p} servers that reach every cell within the far standard bring {best} "
        f"of the people within the near one; alpha asks for {asking.share:.2%}"
    )
    return replace(found, notes=(note,))

"""Facilities that each work with one of others: who works with whom is a transport problem."""

from math import floor

import numpy as np
from scipy.spatial import cKDTree

from allocator.lp.rows import Term
from allocator.planning.case import Area, Case
from allocator.planning.decisions import SiteModel
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Link

_INCLUSIVE = 1 + 1e-9


def link(rule: Link, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add sum_jh l_jh - sum_j y_j + miss >= 0, sum_h l_jh <= y_j and sum_j l_jh <= c y_h.

    ``l_jh`` links facility j with h, over the pairs within reach; with whole capacities ``c`` it
    comes out whole by itself.
    """
    del scope
    case, program = model.case, model.program
    sites, partners = model.those(rule.sites), model.those(rule.to)
    if not sites or not partners:
        return []
    most = floor(case.assumptions.number(rule.capacity))
    of_site: dict[int, list[Term]] = {j: [] for j in sites}
    of_partner: dict[int, list[Term]] = {h: [] for h in partners}
    for j, h in pairs(rule, case, sites, partners):
        linked = program.continuous(f"{rule.id}:link[{j}][{h}]", 0, 1)
        of_site[j].append((1.0, linked))
        of_partner[h].append((1.0, linked))
    for j, terms in of_site.items():
        if terms:
            row = [*terms, (-1.0, model.open[j])]
            program.require(f"{rule.id}:one[{j}]", row, "<=", 0.0)
    for h, terms in of_partner.items():
        if terms:
            row = [*terms, (-float(most), model.open[h])]
            program.require(f"{rule.id}:room[{h}]", row, "<=", 0.0)
    links = [term for terms in of_site.values() for term in terms]
    wanted: list[Term] = [(-1.0, model.open[j]) for j in sites]
    status = case.region.sites.table["status"]
    today = sum(status.iloc[j] == "existing" for j in sites)
    return soften(
        program, (rule.id, "all"), links + wanted, (0.0, None),
        scale=float(max(1, today)), most=float(len(sites)),
    )  # fmt: skip


def pairs(rule: Link, case: Case, sites: list[int], partners: list[int]) -> list[tuple[int, int]]:
    """Facilities that are near enough to work together; none works with itself."""
    table = case.region.sites.table
    xy = table[["x_m", "y_m"]].to_numpy(np.float64)
    reach_m = case.assumptions.number(rule.within) * 1000 * _INCLUSIVE
    near = cKDTree(xy[partners]).query_ball_point(xy[sites], reach_m)
    return [
        (j, partners[k]) for j, found in zip(sites, near, strict=True)
        for k in sorted(found) if partners[k] != j
    ]  # fmt: skip

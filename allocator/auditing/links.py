"""Facilities that each work with one of others, near and not full: as many as can, by flows."""

from math import floor

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow
from scipy.spatial import distance_matrix

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.reach import INCLUSIVE
from allocator.plan_tables import Line
from allocator.policy.rules import Link


def lines(rule: Link, case: Case) -> list[Line]:
    """Audit a link: facilities that find a partner, against all of them."""
    silent = [text for text in map(case.facilities.missing, (rule.sites, rule.to)) if text]
    finding = Finding(missing="; ".join(silent)) if silent else _linked(rule, case)
    return [line_of(rule, finding, measure="sites", sense=">=")]


def _linked(rule: Link, case: Case) -> Finding:
    sites, partners = case.facilities.open(rule.sites), case.facilities.open(rule.to)
    km, most = case.assumptions.number(rule.within), floor(case.assumptions.number(rule.capacity))
    near = _near(sites, partners, km)
    alone = int((~near.any(axis=1)).sum())
    found = _most_links(near, most)
    notes = [f"up to {most} each, within {km:g} km", f"{alone} have no partner there"]
    return Finding(
        lower=float(len(sites)),
        achieved=float(found),
        rate_required=1.0,
        rate_achieved=found / len(sites) if len(sites) else None,
        note="; ".join(notes[: 2 if alone else 1]) if len(sites) else "no facility",
        basis=case.facilities.basis(rule.sites, rule.to),
    )


def _near(sites: pd.DataFrame, partners: pd.DataFrame, km: float) -> NDArray[np.bool_]:
    """Whether two facilities can work together, shape ``(n_sites, n_partners)``; none with itself.

    A facility whose place is not known is near nobody.
    """
    one, other = (np.asarray(t[["x_m", "y_m"]].to_numpy(np.float64)) for t in (sites, partners))
    same = np.asarray(sites.index)[:, None] == np.asarray(partners.index)[None, :]
    return np.asarray((distance_matrix(one, other) <= km * 1000 * INCLUSIVE) & ~same)


def _most_links(near: NDArray[np.bool_], most: int) -> int:
    """Most facilities that can have a partner each, no partner having more than ``most``."""
    n, m = near.shape
    source, sink = n + m, n + m + 1
    site, partner = near.nonzero()
    start = np.concatenate([np.full(n, source), site, n + np.arange(m)])
    end = np.concatenate([np.arange(n), n + partner, np.full(m, sink)])
    room = np.concatenate([np.ones(n + len(site)), np.full(m, min(most, n))]).astype(np.int32)
    graph = csr_array((room, (start, end)), shape=(n + m + 2, n + m + 2))
    return int(maximum_flow(graph, source, sink).flow_value)

"""People within minutes or km of an open site."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.location.engines.set_cover.dominance import minimal_rows
from allocator.lp.rows import Term
from allocator.planning.case import Area, Case
from allocator.planning.decisions import SiteModel
from allocator.planning.reach import cells_of, over_sites, reach, settled
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import CoverageRule, MeanResponse
from allocator.travel.coverage import Coverage


@dataclass(frozen=True, eq=False)
class Need:
    """Who a coverage rule speaks of and which sites each of them reaches.

    ``cells`` are positions in the grid; ``coverage`` has their reach over the sites' positions in
    the network (``n_sites`` = network size); ``people`` per cell; ``share`` to be covered.
    """

    cells: NDArray[np.int64]
    people: NDArray[np.float64]
    coverage: Coverage
    share: float

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """Cells that at least one site of the network reaches."""
        return self.coverage.degree > 0


def wanted_share(rule: CoverageRule, case: Case) -> float:
    """Share of people that the rule asks for, under the reading of 'service radius' in force."""
    if rule.radius and case.assumptions.word("radius_reading") == "share":
        return case.assumptions.number("radius_share")
    return float(rule.share)


def need(
    rule: CoverageRule,
    case: Case,
    network: list[int],
    scope: Area | None = None,
    *,
    everywhere: bool = False,
) -> Need:
    """Cells that the rule's rows speak of.

    'Every resident' is enforced in settled cells; a share counts all cells of the group, and so
    does a branch of an either-or rule (``everywhere``), which must hold as written to be taken.
    """
    share = wanted_share(rule, case)
    cells = cells_of(case, rule.group, scope)
    if share >= 1 and not everywhere:
        cells = cells[settled(case)[cells]]
    inside = set(network)
    sites = [j for j in case.positions(rule.sites) if j in inside]
    coverage = over_sites(reach(case, rule, cells, sites), sites, network)
    return Need(cells, case.region.grid.people[cells], coverage, share)


def coverage(rule: CoverageRule, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    r"""Add sum_{j in N_i} y_j >= 1 - u_i, and sum_i w_i u_i <= (1 - share) W + miss.

    Church & ReVelle 1974 with the uncovered share u_i; cells that reach the same sites are one
    row. Where everybody within reach will be reached (``model.enforced``), u_i = 0 and rows that
    another row implies are left out: the classic LSCP (Toregas et al. 1971).
    """
    found = []
    for area in areas_of(rule, model.case, scope):
        found += _coverage_in(rule, model, area)
    return found


def areas_of(
    rule: CoverageRule | MeanResponse, case: Case, scope: Area | None
) -> list[Area | None]:
    """Areas in which the rule holds apart; None is the region, with cells outside all units."""
    if not rule.level:
        return [scope]
    return [*in_scope(case.areas(rule.level, pool=rule.pool), case, scope)]


def _coverage_in(rule: CoverageRule, model: SiteModel, scope: Area | None) -> list[Shortfall]:
    if rule.radius and model.case.assumptions.word("radius_reading") == "area_mean":
        return _area_mean(rule, model, scope)
    branch = model.condition is not None
    wanted = need(rule, model.case, model.positions, scope, everywhere=branch)
    total = float(wanted.people.sum())
    if total <= 0:
        return []
    if wanted.share >= 1 and _will_be_reached(wanted, model):
        return _everybody(rule, model, wanted, total, scope)
    uncovered = uncovered_terms(rule.id, model, wanted)
    allowed = (1.0 - wanted.share) * total
    constant = float(wanted.people[~wanted.reachable].sum())
    area = scope.id if scope else "all"
    return soften(
        model.program, (rule.id, area), uncovered, (None, allowed - constant),
        scale=total, most=total,
    )  # fmt: skip


def _will_be_reached(wanted: Need, model: SiteModel) -> bool:
    """Whether nothing forbids the sites that reach every cell that can be reached at all."""
    if not model.enforced:
        return False
    free = np.asarray([j in model.free for j in model.positions], dtype=np.bool_)
    return bool((wanted.coverage.covered_by(free) == wanted.reachable).all())


def _everybody(
    rule: CoverageRule, model: SiteModel, wanted: Need, total: float, scope: Area | None
) -> list[Shortfall]:
    """Rows that cover every reachable cell; who cannot be reached is a fixed miss."""
    rows = wanted.coverage.of_cells(np.flatnonzero(wanted.reachable)).aggregate()[0]
    for row in minimal_rows(rows):
        near = [model.positions[j] for j in rows.sites_of(int(row))]
        model.require_one(f"{rule.id}[row{row}]", near)
    beyond = float(wanted.people[~wanted.reachable].sum())
    if not beyond:
        return []
    area = scope.id if scope else "all"
    return [Shortfall(rule.id, area, (), scale=total, most=total, constant=beyond)]


def uncovered_terms(name: str, model: SiteModel, wanted: Need) -> list[Term]:
    """People who can be reached but are not, as an expression; adds the rows that define it."""
    reachable = np.flatnonzero(wanted.reachable)
    rows, row_of_cell = wanted.coverage.of_cells(reachable).aggregate()
    people = np.bincount(row_of_cell, weights=wanted.people[reachable], minlength=rows.n_cells)
    terms: list[Term] = []
    for row in range(rows.n_cells):
        if people[row] <= 0:
            continue
        left_out = model.program.continuous(f"{name}:out[{row}]", 0, 1)
        near: list[Term] = [(1.0, model.open[model.positions[j]]) for j in rows.sites_of(row)]
        model.program.require(f"{name}[row{row}]", [*near, (1.0, left_out)], ">=", 1.0)
        terms.append((float(people[row]), left_out))
    return terms


def _area_mean(rule: CoverageRule, model: SiteModel, scope: Area | None) -> list[Shortfall]:
    """Add n >= A / (pi r^2): the mean service area is a disc of the radius."""
    case = model.case
    cells = cells_of(case, rule.group, scope)
    if not len(cells):
        return []
    grid = case.region.grid
    area_km2 = float(grid.table["area_km2"].to_numpy(np.float64)[cells].sum())
    wanted = math.ceil(area_km2 / (math.pi * float(rule.within_km or 0) ** 2) - 1e-9)
    sites = model.those(rule.sites)
    if not sites:
        area = scope.id if scope else "all"
        most = float(wanted)
        return [Shortfall(rule.id, area, (), scale=most, most=most, constant=most)]
    xy = case.region.sites.table.iloc[sites][["x_m", "y_m"]].to_numpy(np.float64)
    nearest = np.asarray(cKDTree(grid.xy_m).query(xy)[1])
    inside = set(cells.tolist())
    terms: list[Term] = [
        (1.0, model.open[j]) for j, cell in zip(sites, nearest, strict=True) if int(cell) in inside
    ]
    return soften(model.program, (rule.id, scope.id if scope else "all"), terms, (wanted, None))

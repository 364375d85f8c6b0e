"""The same questions put to others, written as their own examples write it.

Each way has two steps: what it makes of the county (``reach``) and the sites it chooses. What a
choice is worth is counted here, alike for all, so nobody's rounding matters.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from benchmarks.instances import RADIUS_KM, County
from benchmarks.jobs import LOKIGI, PULP, SPOPT, Job
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist


@dataclass(frozen=True)
class Found:
    """Sites that a way chose; what it says of them; its own bound, if it gives one."""

    sites: NDArray[np.int64]
    status: str
    bound: float | None = None
    rows: int | None = None


Way = Callable[[Job, County, object], Found]
_CRS = "EPSG:32651"


def dense_km(job: Job, county: County) -> NDArray[np.float64]:
    """All distances, as the peers take them; for LSCP of the cells that some site reaches."""
    km = cdist(county.cell_xy_m, county.site_xy_m) / 1000
    return km[(km <= RADIUS_KM).any(axis=1)] if job.model == "lscp" else km


def by_spopt(job: Job, county: County, km: NDArray[np.float64]) -> Found:
    """PySAL's location models with HiGHS, everything else as it comes."""
    import pulp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from spopt.locate import LSCP, MCLP, PCenter, PMedian

        people, p = county.people, job.p
        model = {
            "lscp": lambda: LSCP.from_cost_matrix(km, RADIUS_KM),
            "mclp": lambda: MCLP.from_cost_matrix(km, people, RADIUS_KM, p_facilities=p),
            "p_median": lambda: PMedian.from_cost_matrix(km, people, p_facilities=p),
            "p_center": lambda: PCenter.from_cost_matrix(km, p_facilities=p),
        }[job.model]()
        model = model.solve(pulp.HiGHS(msg=False))
    # Its own check looks at PuLP's status, which is "Optimal" after a time limit too.
    proven = model.problem.sol_status == pulp.LpSolutionOptimal
    values = [0.0 if y is None else y.value() for y in model.fac_vars]
    return Found(np.flatnonzero(np.array(values) > 0.5), "optimal" if proven else "feasible")


def by_pulp(job: Job, county: County, km: NDArray[np.float64]) -> Found:
    """The textbook's model, typed into PuLP with loops over all pairs."""
    import pulp

    n_cells, n_sites = km.shape
    cells, sites = range(n_cells), range(n_sites)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pulp.LpProblem("m", pulp.LpMaximize if job.model == "mclp" else pulp.LpMinimize)
        y = [pulp.LpVariable(f"y{j}", cat="Binary") for j in sites]
        if job.model == "lscp":
            model += pulp.lpSum(y)
            for i in cells:
                model += pulp.lpSum(y[j] for j in sites if km[i, j] <= RADIUS_KM) >= 1
        elif job.model == "mclp":
            x = [pulp.LpVariable(f"x{i}", cat="Binary") for i in cells]
            model += pulp.lpSum(county.people[i] * x[i] for i in cells)
            model += pulp.lpSum(y) == job.p
            for i in cells:
                model += pulp.lpSum(y[j] for j in sites if km[i, j] <= RADIUS_KM) >= x[i]
        else:
            x = [[pulp.LpVariable(f"x{i}_{j}", cat="Binary") for j in sites] for i in cells]
            farthest = pulp.LpVariable("farthest", 0)
            if job.model == "p_median":
                model += pulp.lpSum(
                    county.people[i] * km[i, j] * x[i][j] for i in cells for j in sites
                )
            else:
                model += farthest
            model += pulp.lpSum(y) == job.p
            for i in cells:
                model += pulp.lpSum(x[i]) == 1
                if job.model == "p_center":
                    model += pulp.lpSum(km[i, j] * x[i][j] for j in sites) <= farthest
                for j in sites:
                    model += x[i][j] <= y[j]
        model.solve(pulp.HiGHS(msg=False))
    proven = model.sol_status == pulp.LpSolutionOptimal
    chosen = np.array([one.value() or 0.0 for one in y]) > 0.5
    return Found(np.flatnonzero(chosen), "optimal" if proven else "feasible")


def by_lokigi(job: Job, county: County, km: NDArray[np.float64]) -> Found:
    """lokigi's GRASP: a heuristic, so it proves nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import geopandas as gpd
        import pandas as pd
        from lokigi.site import SiteProblem

        cells = [f"C{i}" for i in range(len(km))]
        sites = list(county.sites.ids)
        points = gpd.points_from_xy(*county.site_xy_m.T)
        problem = SiteProblem(preferred_crs=_CRS, debug_mode=False)
        problem.add_demand(pd.DataFrame({"cell": cells, "people": county.people}), "people", "cell")
        problem.add_sites(gpd.GeoDataFrame({"site": sites}, geometry=points, crs=_CRS), "site")
        problem.add_travel_matrix(pd.DataFrame(km, columns=sites).assign(cell=cells), "cell")
        radius = {"threshold_for_coverage": RADIUS_KM} if job.model == "mclp" else {}
        solved = problem.solve(
            job.p, job.model, search_strategy="grasp", show_progress=False, **radius
        )
    return Found(np.array(solved.return_best_combination_site_indices()), "heuristic")


def worth(job: Job, county: County, sites: NDArray[np.int64]) -> float:
    """Objective of a choice of sites, counted from the coordinates alone.

    Raises
    ------
    RuntimeError
        If the choice does not do what was asked.
    """
    nearest, _ = cKDTree(county.site_xy_m[sites]).query(county.cell_xy_m)
    nearest /= 1000
    near = nearest <= RADIUS_KM * (1 + 1e-9)
    if job.p and len(sites) > job.p:
        raise RuntimeError(f"{len(sites)} sites instead of {job.p}")
    if job.model == "lscp":
        anyone, _ = cKDTree(county.site_xy_m).query(county.cell_xy_m[~near])
        if (anyone <= RADIUS_KM * 1000).any():
            raise RuntimeError("cells that could be covered are not")
        return float(len(sites))
    reached = float(county.people[near].sum())
    if job.model == "psclp":
        if reached < job.share * county.people.sum() * (1 - 1e-9):
            raise RuntimeError(f"{reached:,.0f} people are less than {job.share:.0%}")
        return float(len(sites))
    if job.model == "mclp":
        return reached
    return float(nearest.max() if job.model == "p_center" else county.people @ nearest)


WAYS: dict[str, Way] = {SPOPT: by_spopt, PULP: by_pulp, LOKIGI: by_lokigi}

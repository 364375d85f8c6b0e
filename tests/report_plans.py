"""Plans for tests of the report: the small one, told of in full."""

from dataclasses import replace

import numpy as np
import pandas as pd
from plans_for_tests import PROVENANCE, small_plan

from allocator.plan_tables import (
    FAIRNESS_COLUMNS,
    MARGINAL_COLUMNS,
    YEAR_COLUMNS,
    YEAR_RULE_COLUMNS,
)

DOCUMENT = "某市规划(2025年)"
RULES = {
    "AMB": {"meaning": "One ambulance for 30,000 people.", "clause": "每3万人口配置1辆救护车",
            "line": 12, "document": DOCUMENT},
    "COV-U": {"meaning": "Everybody in town is near.", "clause": "城市15分钟服务圈", "line": 30,
              "document": DOCUMENT},
    "COV-R": {"meaning": "Everybody else, too.", "clause": "农村20分钟服务圈", "line": 31,
              "document": "another"},
}  # fmt: skip
TOLD = {
    **PROVENANCE,
    "document": DOCUMENT,
    "rules": RULES,
    "coverage_rules": {
        "COV-U": {"kinds": ["ems_station"], "group": "urban", "within_minutes": 15.0},
        "COV-R": {"kinds": ["ems_station"], "group": "rural", "within_minutes": 20.0},
    },
    "cost": 1_234_567.875,
    "currency": "CNY",
    "policy_verified": False,
    "solver": {"name": "highs", "gap": 1e-4, "seed": 7},
    "versions": {"highs": "1.2.3"},
    "scenario": "small",
    "scenario_sha256": "cd" * 32,
}


def full_plan(**changes):
    """The small plan with clauses, minutes, marginals, fairness and years."""
    plan = small_plan(
        provenance=TOLD, cells=_cells(), marginals=_marginals(), fairness=_fairness(),
        years=_years(), year_rules=_year_rules(),
    )  # fmt: skip
    return replace(plan, **changes)


def _cells():
    cells = small_plan().cells.copy()
    away = np.arange(len(cells), dtype=float) * 1.3
    urban = cells["urban"].to_numpy(bool)
    for rule, group in (("COV-U", urban), ("COV-R", ~urban)):
        cells[f"minutes_today:{rule}"] = np.where(group, away + 5, np.nan)
        cells[f"minutes:{rule}"] = np.where(group, away, np.nan)
    return cells


def _marginals():
    words = "+1 ambulance station: 125 more people within 15 minutes"
    rows = [
        ["ems_station", "all", "all", 1, "COV-U", 125.0, 125.0, "people", "ems-9", 3e6, "CNY",
         "solved again", words],
        ["ems_station", "all", "all", -1, "COV-U", -250.0, -250.0, "people", "ems-1", -3e6, "CNY",
         "solved again", "-1 ambulance station: 250 fewer people within 15 minutes"],
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(MARGINAL_COLUMNS))


def _fairness():
    row = ["public_beds", "beds per 1,000 (residents)", "plan", 2, 375.0, 370.0, "B", 378.6, "A",
           8.6, 2.1, 0.0057, 0.0001, 0.00005]  # fmt: skip
    return pd.DataFrame([row], columns=list(FAIRNESS_COLUMNS))


def _years():
    rows = [
        [year, unit, unit, "ambulances", stock, 1.0, 0.0, 500.0]
        for year, stock in ((2024, 10.0), (2025, 12.0))
        for unit in ("R", "A", "B")
    ]
    return pd.DataFrame(rows, columns=list(YEAR_COLUMNS))


def _year_rules():
    rows = [
        ["AMB", 2024, "must", "vehicles", ">=", 12.0, None, 10.0, -2.0, False, 2025],
        ["AMB", 2025, "must", "vehicles", ">=", 12.0, None, 12.0, 0.0, True, 2025],
    ]
    return pd.DataFrame(rows, columns=list(YEAR_RULE_COLUMNS))

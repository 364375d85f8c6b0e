"""Coverage curves: the best, the greedy and the full cover beside each other."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from location_instances import coverage_from, times_from

from allocator.location.roles import SiteRoles
from allocator.studies.curves import coverage_study, greedy_people


@pytest.fixture
def crowd():
    """Thirty cells and nine sites on a square of 10 km."""
    rng = np.random.default_rng(11)
    away = np.hypot(*(rng.random((30, 1, 2)) - rng.random((1, 9, 2))).transpose(2, 0, 1)) * 10
    return away, rng.integers(1, 100, 30).astype(float)


def test_points_are_the_best_of_all_choices(crowd):
    """By brute force at each p; greedy never beats it and reaches 1 - 1/e of it."""
    away, people = crowd
    study = coverage_study(times_from(away), p=range(1, 6), radii=[3.0], people=people)
    for row in study.points.to_dict("records"):
        best = max(
            people[(away[:, c] <= 3).any(axis=1)].sum() for c in combinations(range(9), row["p"])
        )
        assert row["people"] == best
        assert row["proven"]
        assert (1 - 1 / np.e) * best - 1e-9 <= row["greedy"] <= best
        assert row["greedy_share"] == pytest.approx(row["greedy"] / people.sum())
    assert study.points["gained"].iloc[1:].tolist() == study.points["people"].diff()[1:].tolist()


def test_the_full_cover_is_where_the_curve_ends(crowd):
    """As many sites as it says reach all who can be reached; one less does not."""
    away, people = crowd
    study = coverage_study(times_from(away), p=range(1, 10), radii=[2.0, 4.0], people=people)
    for row in study.full.to_dict("records"):
        points = study.points[study.points["radius"] == row["radius"]].set_index("p")["people"]
        assert row["sites"] == row["bound"]
        assert points[row["sites"]] == row["people"]
        assert points[row["sites"] - 1] < row["people"]
        assert row["people"] == people[(away <= row["radius"]).any(axis=1)].sum()
    assert (
        study.full["sites"].is_monotonic_decreasing or study.full["share"].is_monotonic_increasing
    )


def test_greedy_begins_with_what_stands():
    """Given sites count first; then the one that brings most; it ends where nothing is left."""
    reach = coverage_from(np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1]], dtype=bool))
    roles = SiteRoles.resolved(3, None, "test", {"open_sites": [2]})
    assert greedy_people(reach, np.array([5.0, 2.0, 9.0]), roles, 3) == [9, 9, 14, 16]
    assert greedy_people(reach, np.array([0.0, 0.0, 9.0]), roles, 3) == [9, 9]


def test_a_coverage_has_no_radius(crowd):
    """One curve; its files have no unit of a radius."""
    away, people = crowd
    study = coverage_study(coverage_from(away <= 3), p=[2, 4], people=people)
    assert study.unit == ""
    assert study.points["radius"].isna().all()
    assert study.points["greedy"].notna().all()


@pytest.mark.parametrize("chinese", [False, True])
def test_files_have_units_and_three_pictures(crowd, tmp_path, chinese):
    """Csv, Excel, png, svg and pdf; the same bytes twice."""
    away, people = crowd
    study = coverage_study(times_from(away), p=[2, 4], radii=[2.0, 3.0], people=people)
    one = study.export(tmp_path / "one", chinese=chinese)
    two = study.export(tmp_path / "two", chinese=chinese)
    assert [p.name for p in one] == [
        "curve.csv", "full_cover.csv", "curve.xlsx", "curve.png", "curve.svg", "curve.pdf",
    ]  # fmt: skip
    for first, second in zip(one, two, strict=True):
        assert first.suffix == ".xlsx" or first.read_bytes() == second.read_bytes(), first.name
    columns = list(pd.read_csv(one[0]).columns)
    assert ("半径 (分钟)" if chinese else "radius (minutes)") in columns


def test_an_interrupt_keeps_the_points_so_far(crowd):
    """The table ends where the user stopped."""
    away, people = crowd
    asked = []

    def stop(text: str) -> None:
        asked.append(text)
        raise KeyboardInterrupt

    study = coverage_study(times_from(away), p=[2, 4], radii=[3.0], people=people, progress=stop)
    assert study.interrupted
    assert asked

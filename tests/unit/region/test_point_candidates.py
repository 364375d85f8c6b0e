"""Candidates from points: on land, in units, apart, near people; nothing dropped in silence."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import CRS, ORIGIN_X_M, ORIGIN_Y_M, site, small_region
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.region.point_candidates import candidates_from_points


def _points(*km, **columns):
    """Points by km east and north of the region's corner, called by letters."""
    x, y = np.array(km, dtype=float).reshape(-1, 2).T * 1000
    letters = list("abcdefghij")[: len(km)]
    return pd.DataFrame({"name": letters, "x": ORIGIN_X_M + x, "y": ORIGIN_Y_M + y, **columns})


def test_points_with_more_people_around_go_first():
    """900 people live around the first cell, 200 around the last; the middle is too near."""
    made = candidates_from_points(
        _points((3.5, 1.5), (0.5, 0.5), (1.0, 0.5)), small_region(), kind="clinic", apart_km=1,
        around_km=0.4,
    )  # fmt: skip
    assert made.sites["name"].tolist() == ["b", "a"]
    assert made.sites.index.tolist() == ["clinic:points:1", "clinic:points:0"]
    assert made.sites["status"].tolist() == ["candidate", "candidate"]
    assert made.left_out[["row", "name", "reason"]].to_numpy().tolist() == [
        [2, "c", "lies 500 m from b"]
    ]


def test_exactly_the_distance_is_far_enough():
    """Points one km apart may both be candidates at apart_km = 1."""
    made = candidates_from_points(
        _points((0.5, 0.5), (1.5, 0.5)), small_region(), kind="clinic", apart_km=1
    )
    assert len(made.sites) == 2


def test_sites_of_the_kind_keep_their_neighbourhood():
    """A point near an existing clinic is left out, one near a school is not."""
    region = small_region(
        sites=[
            site("C", kind="clinic", x_km=0.5, y_km=0.5),
            site("S", kind="school", x_km=3.5, y_km=0.5),
        ]
    )
    made = candidates_from_points(
        _points((0.6, 0.5), (3.4, 0.5)), region, kind="clinic", apart_km=0.5
    )
    assert made.sites["name"].tolist() == ["b"]
    assert made.left_out["reason"].str.startswith("lies 100 m from").all()
    more = made.added_to(region)
    assert len(more.sites) == 3
    assert len(more.left_out) == 1
    assert len(region.sites) == 2


def test_wet_empty_and_unplaced_points_are_told():
    """A point in a lake, one without people, one without coordinates: each with its reason."""
    lake = shapely.box(ORIGIN_X_M, ORIGIN_Y_M, ORIGIN_X_M + 1000, ORIGIN_Y_M + 1000)
    water = gpd.GeoDataFrame(geometry=[lake], crs=CRS)
    points = _points((0.5, 0.5), (6.0, 0.5), (0, 0), (2.5, 0.5))
    points.loc[2, "x"] = np.nan
    made = candidates_from_points(
        points, small_region(), kind="clinic", water=water, around_km=1, least_people=50
    )
    assert made.sites["name"].tolist() == ["d"]
    assert made.left_out.set_index("name")["reason"].to_dict() == {
        "a": "lies in water", "b": "has fewer than 50 people within 1 km",
        "c": "has no coordinates",
    }  # fmt: skip


def test_bad_arguments_are_all_told():
    """Kind, distances and columns are checked; a second call would repeat ids."""
    region = small_region()
    with pytest.raises(InputError, match=r"(?s)'clinik' is no kind; did you mean 'clinic'.*apart"):
        candidates_from_points(_points((1, 1)), region, kind="clinik", apart_km=-1)
    with pytest.raises(InputError, match="no coordinates: columns"):
        candidates_from_points(pd.DataFrame({"name": ["a"]}), region, kind="clinic")
    once = candidates_from_points(_points((1, 1)), region, kind="clinic").added_to(region)
    with pytest.raises(InputError, match="has a site 'clinic:points:0' already"):
        candidates_from_points(_points((1, 1)), once, kind="clinic")


@given(
    km=st.lists(
        st.tuples(st.integers(0, 16), st.integers(0, 8)), min_size=1, max_size=10, unique=True
    ),
    apart=st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0]),
)
def test_all_points_are_candidates_or_named(km, apart):
    """Kept ones are apart; each left out is too near to a kept one; none is lost."""
    points = _points(*[(x / 4, y / 4) for x, y in km])
    made = candidates_from_points(points, small_region(), kind="clinic", apart_km=apart)
    assert sorted([*made.sites["name"], *made.left_out["name"]]) == sorted(points["name"])
    xy_m = made.sites[["x_m", "y_m"]].to_numpy(float)
    between = np.hypot(*(xy_m[:, None] - xy_m[None]).T)
    assert between[~np.eye(len(xy_m), dtype=bool)].min(initial=np.inf) >= apart * 1000
    at = points.set_index("name")[["x", "y"]]
    for name in made.left_out["name"]:
        assert np.hypot(*(xy_m - at.loc[name].to_numpy()).T).min() < apart * 1000

"""Coverage by band: every head in exactly one band, and what the limit leaves unknown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.evaluate.bands import coverage_by_band
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes


def travel(minutes, people, *, limit=60.0, groups=None, **more):
    """Minutes of each cell to each site; NaN where there is no way."""
    minutes = np.array(minutes, dtype=float)
    cell, site = np.nonzero(np.isfinite(minutes))
    groups = {name: np.array(n, dtype=float) for name, n in (groups or {}).items()}
    demand = Demand(np.array(people, dtype=float), groups=groups)
    return TravelTimes(
        *minutes.shape, cell, site, minutes[cell, site], limit=limit, demand=demand, **more
    )


NO_WAY = float("nan")
SIX = [[0, 50], [5, NO_WAY], [5.01, 7], [12, 40], [45, NO_WAY], [NO_WAY, NO_WAY]]


def people_of(table, group="total"):
    shown = table[table["group"] == group]
    return dict(zip(shown["band"], shown["people"], strict=True))


def test_bands_by_hand():
    """Ends belong to the band before; the rest is beyond, or not reached at all."""
    table = coverage_by_band(travel(SIX, [1, 2, 4, 8, 16, 32]), bands=(5, 10, 30))
    assert people_of(table) == {
        "0-5 minutes": 3, "5-10 minutes": 4, "10-30 minutes": 8, "beyond 30 minutes": 16,
        "not reached within 60 minutes": 32,
    }  # fmt: skip
    assert table["share"].tolist() == pytest.approx(np.array([3, 4, 8, 16, 32]) / 63)
    assert table["people_within"].tolist()[:3] == [3, 7, 15]
    assert table["share_within"].tolist()[:3] == pytest.approx([3 / 63, 7 / 63, 15 / 63])
    assert table["people_within"].isna().tolist() == [False] * 3 + [True] * 2
    assert table["from_minutes"].tolist() == [0, 5, 10, 30, 60]
    assert table["to_minutes"].tolist() == [5, 10, 30, 60, np.inf]


def test_what_the_limit_leaves_unknown():
    """Searched up to the last band, nobody knows who is farther and who has no way at all."""
    short = [[t if t <= 30 else NO_WAY for t in row] for row in SIX]
    table = coverage_by_band(travel(short, [1, 2, 4, 8, 16, 32], limit=30), bands=(5, 30))
    assert people_of(table) == {
        "0-5 minutes": 3, "5-30 minutes": 12, "not reached within 30 minutes": 48
    }  # fmt: skip
    endless = travel(SIX, [1, 2, 4, 8, 16, 32], limit=float("inf"))
    table = coverage_by_band(endless, bands=(5, 30))
    assert people_of(table)["beyond 30 minutes"] == 16
    assert people_of(table)["not reached"] == 32
    assert table["from_minutes"].isna().tolist() == [False, False, False, True]


def test_bands_beyond_the_limit_are_an_error():
    """What was not looked for is not known."""
    with pytest.raises(InputError, match="only looked for up to 20"):
        coverage_by_band(travel([[5.0]], [1], limit=20))
    for bands in ((), (10, 5), (0, 5), (5, 5), (5, float("nan"))):
        with pytest.raises(InputError, match="band"):
            coverage_by_band(travel([[5.0]], [1]), bands=bands)


def test_groups_and_open_sites():
    """Each group by itself; only what stands counts unless told otherwise."""
    sites = SiteSet(["a", "b"], status=["existing", "candidate"])
    times = travel(SIX, [1, 2, 4, 8, 16, 32], groups={"old": [0, 0, 2, 0, 0, 2]}, sites=sites)
    today = coverage_by_band(times, bands=(5, 10))
    assert list(dict.fromkeys(today["group"])) == ["total", "old"]
    assert people_of(today, "old") == {
        "0-5 minutes": 0, "5-10 minutes": 2, "beyond 10 minutes": 0,
        "not reached within 60 minutes": 2,
    }  # fmt: skip
    other = coverage_by_band(times, bands=(5, 10), open_sites=[1])
    assert people_of(other)["5-10 minutes"] == 4
    assert people_of(other)["beyond 10 minutes"] == 9


MINUTES = st.sampled_from([0.0, 5.0, 5.5, 10.0, 29.0, 31.0, NO_WAY])
TWO_SITES = st.tuples(MINUTES, MINUTES)


@given(minutes=st.lists(TWO_SITES, min_size=1, max_size=6), seed=st.integers(0, 99))
def test_every_head_is_in_one_row(minutes, seed):
    """Rows add up to everybody, and shares within a band are what ``within`` covers."""
    people = np.random.default_rng(seed).integers(1, 9, len(minutes))
    times = travel(minutes, people)
    table = coverage_by_band(times, bands=(5, 10, 30))
    assert table["people"].sum() == people.sum()
    assert table["share"].sum() == pytest.approx(1)
    for end, share in zip((5, 10, 30), table["share_within"], strict=False):
        covered = times.within(end).covered_by(np.ones(2, dtype=bool))
        assert share == pytest.approx(people[covered].sum() / people.sum())


def test_kilometres_and_nobody():
    """Columns carry the unit; a group without anybody has no shares."""
    times = travel([[1.0]], [0], unit="km", limit=10)
    table = coverage_by_band(times, bands=(1, 2))
    assert {"from_km", "to_km"} < set(table)
    assert table["share"].isna().all()

"""The benchmark of travel times: its ways answer alike, and the page is what was measured."""

import json

import numpy as np
import pytest
from benchmarks import travel
from benchmarks.travel_access_ways import ACCESS_WAYS, PYSAL, town
from benchmarks.travel_jobs import EVERY, told
from benchmarks.travel_surface_ways import SKIMAGE, SURFACE_WAYS, land
from benchmarks.travel_ways import NETWORKX, OURS, SCIPY, WAYS, city


def in_order(pairs):
    return sorted(zip(*(side.tolist() for side in pairs), strict=True))


def assert_alike(mine, theirs):
    """The same pairs, and values to nine digits."""
    mine, theirs = in_order(mine), in_order(theirs)
    assert [pair[:2] for pair in mine] == [pair[:2] for pair in theirs]
    assert [p[2] for p in mine] == pytest.approx([p[2] for p in theirs], rel=1e-9, abs=1e-9)


def test_a_city_is_the_same_again_and_every_crossing_has_a_street():
    """Nothing is left to chance, and nobody is off the roads."""
    one, again = city(900, 20), city(900, 20)
    assert all(np.array_equal(getattr(one, name), getattr(again, name)) for name in vars(one))
    assert len(np.unique(np.concatenate([one.first, one.second]))) == len(one.xy_m)
    assert 0 < (~one.both).sum() < one.both.sum()


def test_a_land_is_the_same_again_and_its_sources_are_dry():
    """Lakes and roads are there, too."""
    one, again = land(120, 9), land(120, 9)
    assert np.array_equal(one.pace, again.pace, equal_nan=True)
    assert np.isfinite(one.pace.ravel()[one.sources]).all()
    assert 0.02 < np.isnan(one.pace).mean() < 0.1
    assert (one.pace == 0.06 / 40).any()


@pytest.mark.parametrize("way", [SCIPY, NETWORKX])
def test_ways_on_roads_answer_alike(way):
    """Pairs and minutes of every site."""
    made = city(1600, 40)
    mine = WAYS[OURS](made)()
    assert_alike(mine, WAYS[way](made)())
    assert len(mine[0]) > 10_000


@pytest.mark.parametrize("way", [SCIPY, SKIMAGE])
@pytest.mark.parametrize("nearest", [False, True])
def test_ways_over_land_answer_alike(way, nearest):
    """All pairs within the limit, and the nearest source of each raster cell."""
    made = land(150, 4, nearest=nearest)
    mine = SURFACE_WAYS[OURS](made)()
    assert_alike(mine, SURFACE_WAYS[way](made)())
    assert len(mine[0]) > 5_000
    assert len(mine[0]) < made.pace.size or not nearest


def test_pysal_says_the_same_of_access():
    """E2SFCA of the package is that of PySAL's ``access``."""
    pytest.importorskip("access", reason="comes with the extra 'benchmark'")
    made = town(1600, 40)
    assert_alike(ACCESS_WAYS[OURS](made)(), ACCESS_WAYS[PYSAL](made)())


def test_answers_that_differ_are_named():
    """A pair too many is no rounding."""
    mine = told(WAYS[OURS](city(400, 5))(), 5)
    assert travel.differences({OURS: mine, SCIPY: mine}) == []
    other = {**mine, "pairs": round(mine["pairs"] * 1.01)}
    assert len(travel.differences({OURS: mine, SCIPY: other})) == 1


def test_the_page_is_what_was_measured():
    """TRAVEL.md says what travel.json says, and the answers in it agree."""
    kept = json.loads(travel.NUMBERS.read_text("utf-8"))
    assert travel.PAGE.read_text("utf-8") == travel.page(kept)
    assert set(kept) == {"machine", *EVERY}
    for name, job in EVERY.items():
        assert travel.differences(kept[name]) == []
        assert set(kept[name]) == set(job.ways)


def test_travel_along_roads_is_as_fast_as_it_should_be():
    """In one run: ten times NetworkX on 500,000 crossings, and no slower than pandana on 50,000."""
    kept = json.loads(travel.NUMBERS.read_text("utf-8"))

    def seconds(job, way):
        return kept[job][way]["build"] + kept[job][way]["answer"]

    large, small = "500,000 crossings", "50,000 crossings"
    assert seconds(large, NETWORKX) >= 10 * seconds(large, OURS)
    assert seconds(small, "pandana") >= seconds(small, OURS)
    assert kept[small]["pandana"]["answer"] >= kept[small][OURS]["answer"]

"""The benchmark of travel times: its ways answer alike, and the page is what was measured."""

import json

import numpy as np
import pytest
from benchmarks import travel
from benchmarks.travel_ways import NETWORKX, OURS, SCIPY, WAYS, city, told


def test_a_city_is_the_same_again_and_every_crossing_has_a_street():
    """Nothing is left to chance, and nobody is off the roads."""
    one, again = city(900, 20), city(900, 20)
    assert all(np.array_equal(getattr(one, name), getattr(again, name)) for name in vars(one))
    assert len(np.unique(np.concatenate([one.first, one.second]))) == len(one.xy_m)
    assert 0 < (~one.both).sum() < one.both.sum()


@pytest.mark.parametrize("way", [SCIPY, NETWORKX])
def test_ways_answer_alike(way):
    """Pairs and minutes of every site are the same to nine digits."""
    made = city(1600, 40)
    mine, theirs = (
        sorted(zip(*(side.tolist() for side in WAYS[one](made)()), strict=True))
        for one in (OURS, way)
    )
    assert [pair[:2] for pair in mine] == [pair[:2] for pair in theirs]
    assert [p[2] for p in mine] == pytest.approx([p[2] for p in theirs], rel=1e-9, abs=1e-9)
    assert len(mine) > 10_000


def test_answers_that_differ_are_named():
    """A pair too many is no rounding."""
    made = city(400, 5)
    mine = told(WAYS[OURS](made)(), made)
    assert travel.differences({OURS: mine, SCIPY: mine}) == []
    other = {**mine, "pairs": round(mine["pairs"] * 1.01)}
    assert len(travel.differences({OURS: mine, SCIPY: other})) == 1


def test_the_page_is_what_was_measured():
    """TRAVEL.md says what travel.json says, and the answers in it agree."""
    kept = json.loads(travel.NUMBERS.read_text("utf-8"))
    assert travel.PAGE.read_text("utf-8") == travel.page(kept)
    for job, (_, _, ways) in travel.JOBS.items():
        assert travel.differences(kept[job]) == []
        assert set(kept[job]) == set(ways)

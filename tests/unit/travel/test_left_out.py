"""Who is left out, counted in people or, where nobody says how many, in cells."""

import numpy as np

from allocator.travel.ends import Demand
from allocator.travel.left_out import SHOWN, Weights, first_names


def test_people_are_counted_and_named():
    weights = Weights.of(Demand(people=np.array([10.0, 30.0, 0.0]), ids=["甲", "b", "c"]), 3)
    assert weights.counted == "people"
    assert weights.told(np.array([True, False, True])) == {
        "people": 10.0, "cells": 2, "share": 0.25, "first": ["甲", "c"],
    }  # fmt: skip


def test_cells_are_counted_where_nobody_says_how_many_people():
    told = Weights.of(None, 4).told(np.array([False, True, False, False]))
    assert told == {"cells": 1, "share": 0.25, "first": ["1"]}


def test_a_share_of_nobody_is_none():
    assert Weights.of(None, 0).told(np.zeros(0, dtype=bool))["share"] == 0.0


def test_only_the_first_are_named():
    assert len(first_names(np.arange(50), None)) == SHOWN

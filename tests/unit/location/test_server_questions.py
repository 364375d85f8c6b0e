"""The recheck of placements: each lie about servers is named."""

from dataclasses import replace

import numpy as np
import pytest
from location_instances import coverage_from

from allocator.location.backup import bacop1, bacop2
from allocator.location.double_standard import dsm
from allocator.location.expected import malp, mexclp

REACH = coverage_from(np.array([[1, 1, 0], [0, 1, 0], [0, 1, 1]], dtype=bool))
PEOPLE = [5.0, 7.0, 11.0]
OPTIONS = {"p": 3, "people": PEOPLE, "max_per_site": 2}
ANSWERS = {
    "mexclp": mexclp(REACH, busy=0.5, **OPTIONS),
    "malp": malp(REACH, busy=0.5, reliability=0.75, **OPTIONS),
    "bacop1": bacop1(REACH, **OPTIONS),
    "bacop2": bacop2(REACH, theta=0.5, **OPTIONS),
    "dsm": dsm(REACH, REACH, alpha=0.9, **OPTIONS),
}
LIES = [
    ({"servers": np.array([3])}, "1 sites have more servers than they may, first: 1"),
    ({"servers": np.array([0])}, "1 open sites have no server"),
    ({"objective": 1.0}, "objective 1, but counted"),
    ({"bound": -1.0}, "bound -1 lies below the objective"),
]


@pytest.mark.parametrize("model", ANSWERS)
def test_an_honest_answer_passes(model):
    """Placements, objective and bound are as stated."""
    assert ANSWERS[model].verify() == []


@pytest.mark.parametrize("model", ANSWERS)
@pytest.mark.parametrize(("lie", "complaint"), LIES)
def test_each_lie_is_caught(model, lie, complaint):
    """Wrong counts, objectives and bounds are named."""
    stacked = {"open_sites": np.array([1]), "servers": np.array([2])}
    told = replace(ANSWERS[model], **{**stacked, **lie})
    assert any(complaint in problem for problem in told.verify())


def test_more_servers_than_there_are():
    """Each cap kept, and still one too many."""
    told = replace(ANSWERS["mexclp"], open_sites=np.array([0, 1]), servers=np.array([2, 2]))
    assert "4 servers are placed, more than p = 3" in told.verify()


def test_cells_bare_of_servers_and_shares_too_small():
    """Rules of BACOP1 and DSM are counted again."""
    at_the_end = {"open_sites": np.array([2]), "servers": np.array([2]), "objective": 11.0}
    assert "2 cells reach no server, first: 0" in replace(ANSWERS["bacop1"], **at_the_end).verify()
    problems = replace(ANSWERS["dsm"], **at_the_end).verify()
    assert "2 cells reach no server, first: 0" in problems
    assert "11 people are within the near standard, 20.7 must be" in problems

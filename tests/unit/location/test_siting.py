"""Siting: what is new, what it is called, who is served, and a recheck that catches lies."""

from dataclasses import replace

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.location.set_cover import lscp
from allocator.lp.status import Status
from allocator.travel.distance import straight_line_km
from allocator.travel.ends import Demand, SiteSet

METRES = np.array([500_000.0, 3_400_000.0])
CELLS = METRES + 1000.0 * np.array([[0, 0], [1, 0], [4, 0], [9, 0]])
DEMAND = Demand(
    people=np.array([5.0, 10.0, 20.0, 40.0]),
    ids=["w", "x", "y", "z"],
    groups={"age60": np.array([1.0, 2.0, 3.0, 4.0])},
    xy_m=CELLS,
    crs="EPSG:32651",
)
SITES = SiteSet(
    ids=["a", "b", "c", "d"],
    status=["existing", "candidate", "candidate", "candidate"],
    opening_cost=np.array([1.0, 2.0, 3.0, 4.0]),
    xy_m=METRES + 1000.0 * np.array([[0, 0], [2, 0], [4, 0], [6, 0]]),
    crs="EPSG:32651",
)
REACH = straight_line_km(DEMAND, SITES, max_km=1.5).within(1.5)
HONEST = lscp(REACH, skip_unreachable=True)


def test_sites_go_by_their_names():
    """New is what was not open before; sites go by name when they have one."""
    assert HONEST.sites == ["a", "c"]
    assert HONEST.new_sites.tolist() == [2]
    assert (HONEST.objective, HONEST.objective_unit, HONEST.status) == (3, "cost", Status.OPTIMAL)
    assert repr(HONEST) == (
        "Siting(LSCP, optimal: 2 open (1 new), objective 3 cost, bound 3, gap 0.00%)"
    )
    nameless = lscp(replace(REACH, sites=None), skip_unreachable=True)
    assert nameless.sites == nameless.open_sites.tolist()


def test_people_are_counted_not_points():
    """Covered, uncovered by group, load per site."""
    assert (HONEST.people_covered, HONEST.people_total) == (35, 75)
    assert HONEST.uncovered == {"total": 40, "age60": 4}
    assert HONEST.load.tolist() == [15, 20]


def test_every_cell_goes_to_its_nearest_open_site():
    """Tables name cells and sites, and say how far it is."""
    cells = HONEST.cell_table
    assert cells["site"].tolist() == ["a", "a", "c", ""]
    assert cells["km"].tolist()[:3] == [0, 1, 0]
    assert cells["covered"].tolist() == [True, True, True, False]
    sites = HONEST.site_table
    assert sites[["id", "status", "people", "cost"]].values.tolist() == [
        ["a", "kept", 15, 0], ["c", "new", 20, 3],
    ]  # fmt: skip


def test_points_on_the_map():
    """Both tables come with their points and coordinate system."""
    assert HONEST.site_points.crs == "EPSG:32651"
    assert HONEST.site_points.geometry.x.tolist() == [500_000, 504_000]
    assert len(HONEST.cell_points) == 4
    nowhere = lscp(replace(REACH, sites=None, demand=None), skip_unreachable=True)
    for name in ("site_points", "cell_points"):
        with pytest.raises(InputError, match="no coordinates"):
            getattr(nowhere, name)


def test_closed_sites_are_listed():
    """A site that may close and is not needed is shown as closed, with what closing costs."""
    siting = lscp(
        REACH, skip_unreachable=True, open_sites=[], may_close=[0, 3],
        running_cost=[9, 9, 9, 9], closing_cost=[0, 0, 0, 2],
    )  # fmt: skip
    assert siting.closed_sites.tolist() == [3]
    assert siting.objective == 9 + 3 + 2
    assert siting.site_table[["id", "status", "cost"]].values.tolist() == [
        ["a", "kept", 9], ["c", "new", 3], ["d", "closed", 2],
    ]  # fmt: skip
    assert siting.verify() == []


def test_an_honest_answer_passes():
    """Cover, cost and bound are as stated."""
    assert HONEST.verify() == []


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [
        ({"open_sites": np.array([0])}, "1 cells reach no open site, first: 2"),
        ({"uncoverable": np.array([2, 3]), "open_sites": np.array([0, 2])}, "are covered: 2"),
        ({"uncoverable": np.array([], dtype=np.int64)}, "1 cells reach no open site, first: 3"),
        ({"objective": 2.0}, "objective 2, but counted 3"),
        ({"open_sites": np.array([2])}, "1 existing sites are not open, first: 0"),
        ({"bound": 3.5}, "bound 3.5 lies above the objective 3"),
    ],
)
def test_each_lie_is_caught(lie, complaint):
    """A wrong cover, list, cost or bound is named."""
    assert any(complaint in problem for problem in replace(HONEST, **lie).verify())


def test_no_answer_makes_no_claim():
    """An infeasible question has nothing to recheck, and says why in its repr."""
    impossible = lscp(REACH)
    assert impossible.status is Status.INFEASIBLE
    assert impossible.verify() == []
    assert "1 cells with 40 people reach no permitted site" in repr(impossible)


def test_names_are_inert_in_a_notebook():
    """Hostile names are escaped."""
    sites = SITES.but(ids=["<script>", "b", "c", "d"])
    siting = lscp(replace(REACH, sites=sites), skip_unreachable=True)
    assert "<script>" not in siting._repr_html_()
    assert "35 of 75 people" in siting._repr_html_()

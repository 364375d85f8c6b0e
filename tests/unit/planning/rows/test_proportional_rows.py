"""A total that is split like people, or like a given figure."""

import pytest
from builders import rule, small_region
from planned import amounts, line, misses, planned

PEOPLE = [600, 300, 100]
UNITS = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "C": ("county", "R")}


def region(posts, served=None, people=PEOPLE):
    """Posts, and people served, of A, B and C."""
    stock = dict(zip([(u, "centre_posts") for u in "ABC"], posts, strict=True))
    if served is not None:
        stock |= dict(zip([(u, "served_people") for u in "ABC"], served, strict=True))
    return small_region(people=people, units=UNITS, stock=stock, costs={"centre_posts": 4})


def split(**more):
    return rule("proportional", id="P", resource="centre_posts", **more)


def test_a_split_by_people_keeps_the_total_and_moves_as_little_as_it_can():
    """Ten posts at 6 : 3 : 1, all in A today: A keeps one more than its six."""
    plan = planned(region([10, 0, 0]), split(group="total"))
    found = amounts(plan, "centre_posts")
    assert (found["R"], found["A"]) == (10, 7)
    assert plan.objective_value == 12
    line_ = line(plan, "P")
    assert (line_["achieved"], line_["met"], line_["binding"]) == (1, True, True)


def test_a_given_figure_may_be_what_it_follows():
    """Served people at 1 : 1 : 8: C keeps one over its sixteen, whatever its residents."""
    plan = planned(region([0, 0, 20], served=[10, 10, 80]), split(to="served_people"))
    found = amounts(plan, "centre_posts")
    assert (found["R"], found["C"], sorted([found["A"], found["B"]])) == (20, 17, [1, 2])
    assert line(plan, "P")["basis"] == "assumed"


def test_what_is_fair_already_stays():
    """Posts at their shares: nothing moves, and the line says how near they are."""
    plan = planned(region([6, 3, 1]), split(group="total"))
    assert (plan.objective_value, line(plan, "P")["achieved"]) == (0, 0)
    moved = planned(region([8, 3, 1]), split(group="total"))
    assert line(moved, "P")["achieved"] == pytest.approx(0.8)


def test_a_unit_that_must_have_more_than_its_share_is_missed():
    """Nobody is served in C, which must have five posts: four too many there, four too few else."""
    rules = [
        split(to="served_people", strength="target"),
        rule("total", id="T", resources=["centre_posts"], number=5, level=["county"]),
        rule("total", id="most", resources=["centre_posts"], number=15, sense="<="),
    ]
    plan = planned(region([0, 0, 0], served=[1, 1, 0]), *rules)
    assert amounts(plan, "centre_posts") == {"R": 15, "A": 5, "B": 5, "C": 5}
    found = line(plan, "P")
    assert (found["achieved"], found["slack"]) == (5, -4)
    assert found["note"] == "farthest: unit C, 5 of a share of 0.0"
    assert misses(plan)[1] == pytest.approx((4 + 1.5 + 1.5) / 100)


def test_weights_move_the_line():
    """A fifth more served in C: its share grows, and the posts follow."""
    plans = [
        planned(region([30, 30, 30], served=[100, 100, n]), split(to="served_people"))
        for n in (100, 120)
    ]
    assert amounts(plans[0], "centre_posts")["C"] == 30
    assert amounts(plans[1], "centre_posts")["C"] == 33


@pytest.mark.parametrize(
    ("more", "stock", "note"),
    [
        ({"to": "served_people"}, {}, "stock.csv has no 'served_people'"),
        ({"group": "total"}, {}, "stock.csv has no 'centre_posts'"),
        ({"group": "age65"}, {("R", "centre_posts"): 3}, "populations.csv has no age65"),
    ],
)
def test_what_is_missing_is_named(more, stock, note):
    """The figure that it follows, or the resource itself."""
    bare = small_region(stock=stock, groups={"age65": {"A": 5}})
    plan = planned(bare, split(**more), rule("quota", id="Q", resources=["nurses"], number=1))
    assert note in line(plan, "P")["note"]
    assert not line(plan, "P")["evaluated"]

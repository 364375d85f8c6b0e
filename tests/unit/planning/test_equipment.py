"""What equipping sites costs at the very least."""

import pytest
from builders import rule, site, small_policy, small_region
from planned import EMS

from allocator.assumptions import Assumptions
from allocator.planning.case import Case
from allocator.planning.equipment import for_all, needed_by_some

FLOOR = rule("count", id="N", sites=EMS, attribute="renovated", number=3)
NAMED = [rule("forced_site", id=f"F{k}", site=f"s{k}", attribute="renovated") for k in (1, 2)]
BOTH = ["district", "county"]


def share(number, **more):
    return rule(
        "site_share", id="S", sites=[EMS], sense=">=", number=number, attribute="renovated", **more
    )


def least(*rules, closing=(), **costs):
    """Five stations, three of them in A; s0, in A, has the attribute, s5 of B may be built."""
    sites = [site(f"s{k}", x_km=0.5 + (k > 2), y_km=0.5 + (k > 2)) for k in range(5)]
    sites[0]["attributes"] = ("renovated",)
    sites.append(site("s5", x_km=1.5, y_km=1.5, status="candidate"))
    region = small_region(sites=sites, costs={"renovated": 7, **costs})
    case = Case(region, small_policy(*rules), Assumptions())
    return needed_by_some(list(rules), case, set(closing))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([FLOOR], 14), (NAMED, 14), ([FLOOR, *NAMED], 14), ([share("3/4")], 21),
        ([share("3/4"), FLOOR], 21), ([share("1/5")], 0), ([share("1/2", level=BOTH)], 14),
        ([share("1/2", level=["city", "county"])], 14), ([share(1)], 0), ([share(1), FLOOR], 0),
        ([FLOOR, rule("count", id="D", sites=EMS, attribute="decontamination", number=1)], 19),
    ],
)  # fmt: skip
def test_the_cheapest_sites_that_rules_cannot_do_without(rules, expected):
    """One has it already; rules on one attribute share their sites, others add up."""
    assert least(*rules, decontamination=5) == expected


def test_sites_that_may_close_are_not_counted():
    """Three quarters of five are four; of the two that stay, one has it and one is enough."""
    assert least(share("3/4"), closing=[2, 3, 4]) == 7


def test_what_is_asked_of_all_comes_with_the_levels_below():
    """All of a level asks for each step; a smaller share asks of nobody in particular."""
    every = rule("site_share", id="S", sites=[EMS], sense="==", number=1, attribute="level_2A")
    assert for_all(every) == ("level_2A", "level_2B", "level_2")
    assert for_all(share("0.9")) == for_all(FLOOR) == ()

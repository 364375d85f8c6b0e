"""Sites that open, upgrade or close, in groups of equals."""

import pandas as pd
from builders import rule, site, small_policy, small_region
from planned import EMS

from allocator.assumptions import Assumptions
from allocator.planning.case import Case
from allocator.planning.years.openings import groups_of


def test_equals_open_one_after_the_other_those_who_serve_most_first():
    """s0 and s1 are alike but for whom they serve; s2 costs more, s3 is kept."""
    region = small_region(
        sites=[site(f"s{k}", "ems_station", k + 0.5, 0.5, status="candidate") for k in range(4)]
    )
    policy = small_policy(rule("count", id="N", number=3, sense=">=", sites=EMS))
    facilities = pd.DataFrame({
        "id": ["s0", "s1", "s2", "s3"], "status": ["new", "new", "new", "kept"],
        "kind": "ems_station", "run_by": "", "beds": float("nan"), "unit": "A",
        "cost": [10.0, 10.0, 12.0, 0.0], "people_served": [100.0, 900.0, 50.0, 9000.0],
    })  # fmt: skip
    groups = groups_of(Case(region, policy, Assumptions()), facilities)
    assert [[one.id for one in group.members] for group in groups] == [["s1", "s0"], ["s2"]]
    assert groups[0].first.strength == "must"

"""The audit by roads, surfaces and tables: today's sites, and plans that were made by them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import rule, site, small_policy, small_region
from planned import EMS, line, planned

from allocator.assumptions import Assumptions
from allocator.auditing.case import Case
from allocator.auditing.compliance import audit
from allocator.auditing.facts import Facts
from allocator.auditing.reach import nearest_minutes
from allocator.errors import InputError
from allocator.travel.journeys import Journeys, Travel
from allocator.travel.means import ByTable

pytestmark = pytest.mark.filterwarnings("ignore::allocator.travel.tables.TableWarning")


def ground(**more):
    """Three cells and a station; the third cell is on no way to it."""
    return small_region(
        people=[1000, 2000, 400], x_km=[0, 1, 2], y_km=[0] * 3, urban=[True, False, False],
        sites=[site("s", x_km=0, y_km=0)], costs={"ems_station": 1}, **more,
    )  # fmt: skip


def by(minutes, **more):
    """Ambulances take so long to the first cells."""
    rows = [("s", f"c{k}", value) for k, value in enumerate(minutes)]
    table = pd.DataFrame(rows, columns=["from_id", "to_id", "minutes"])
    names = dict(zip(("c0", "c1", "c2"), ground().grid.table.index, strict=True))
    return Travel(ambulance=ByTable(table.replace({"to_id": names})), **more)


def test_todays_sites_by_a_table():
    """9 and 12 minutes from the call for those whom a way reaches; the others are told."""
    travel = by([5.0, 8.0])
    mean = rule("mean_response", id="M", sites=EMS, minutes=11)
    near = rule(
        "coverage", id="C", sites=EMS, within_minutes=9, mode="ambulance", from_call=True,
        share="0.5",
    )  # fmt: skip
    lines = audit(ground(), small_policy(mean, near), travel=travel)
    lines = lines[lines["area"] == "all"].set_index("rule")
    assert lines.loc["M", "achieved"] == pytest.approx((1000 * 9 + 2000 * 12) / 3000)
    assert "400 people whom no site can reach are not in the mean" in lines.loc["M", "note"]
    assert lines.loc["C", "achieved"] == 1000
    assert not lines.loc["C", "met"]


def test_a_plan_by_a_table_is_not_audited_along_straight_lines():
    """Nor the reverse: both ways are refused, in one error per mode."""
    near = rule("coverage", id="C", sites=EMS, within_minutes=9, mode="ambulance", share="0.2")
    travel = by([5.0, 8.0])
    plan = planned(ground(), near, travel=travel)
    assert line(plan, "C").achieved == 3000
    with pytest.raises(InputError, match="made by table, the audit is to go by straight line"):
        audit(ground(), small_policy(near), plan)
    straight = planned(ground(), near)
    with pytest.raises(InputError, match="made by straight line, the audit is to go by table"):
        audit(ground(), small_policy(near), straight, travel=travel)
    told = audit(ground(), small_policy(near), plan, travel=travel).drop(columns="price")
    pd.testing.assert_frame_equal(told, plan.compliance.drop(columns="price"))


def test_a_facility_that_was_moved_by_hand_is_looked_for_where_it_is_now():
    """Its new name is in no table: nobody is reached; along a straight line somebody is."""
    region = ground()
    facts = Facts.of_today(region)
    moved = facts.facilities.rename(index={"s": "elsewhere"})
    for travel, reached in ((by([5.0, 8.0]), 0), (by([5.0], rural_by={"ambulance": "drive"}), 2)):
        journeys = Journeys.of(travel, region, Assumptions())
        case = Case(region, Assumptions(), replace(facts, facilities=moved), (), journeys)
        assert np.isfinite(nearest_minutes(case, moved, "ambulance")).sum() == reached

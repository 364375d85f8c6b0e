"""Reading a plan's tables as they are, and naming what cannot be read."""

import numpy as np
import pandas as pd
import pytest
from builders import rule, site, small_policy, small_region
from plan_builders import facility_rows, small_plan, unit_rows

from allocator.assumptions import Assumptions
from allocator.auditing.compliance import audit, recorded
from allocator.auditing.facts import Facts
from allocator.errors import InputError, PolicyError
from allocator.plan_tables import COMPLIANCE_COLUMNS, Tally

SITES = [site("a"), site("b", x_km=1.5, attributes=["direct", "decontamination"])]


def tables():
    region = small_region(sites=SITES)
    return (
        region,
        unit_rows(region, {("A", "nurses"): 3, ("B", "nurses"): 4}),
        facility_rows(region),
    )


def test_every_problem_of_the_tables_is_listed_at_once():
    """Unknown units, resources and statuses, repeated rows and words for numbers."""
    region, units, facilities = tables()
    units = pd.concat([units, units.iloc[[-1]], units.iloc[[0]].assign(unit="X")])
    units = pd.concat([units, units.iloc[[0]].assign(resource="beds")])
    units["allocated"] = units["allocated"].astype(object)
    units.iloc[1, units.columns.get_loc("allocated")] = "many"
    facilities = facilities.assign(status=["open", "kept"], beds=[np.inf, None])
    with pytest.raises(InputError) as raised:
        Facts.of_plan(region, units, facilities)
    text = "\n".join(raised.value.problems)
    for part in (
        "unknown unit 'X'", "unknown resource 'beds'", "has 'nurses' twice",
        "allocated 'many'; must be a number", "status 'open'; must be one of kept", "beds inf",
    ):  # fmt: skip
        assert part in text, part
    assert len(raised.value.problems) == 6


def test_missing_columns_are_named():
    """With the columns that are there."""
    region, units, facilities = tables()
    with pytest.raises(InputError, match="column 'allocated' is missing; it has unit") as raised:
        Facts.of_plan(region, units.drop(columns="allocated"), facilities.drop(columns="kind"))
    assert len(raised.value.problems) == 2


def test_tables_are_never_changed():
    """What the audit reads stays as it was."""
    region, units, facilities = tables()
    before = units.copy(), facilities.copy()
    Facts.of_plan(region, units, facilities)
    pd.testing.assert_frame_equal(units, before[0])
    pd.testing.assert_frame_equal(facilities, before[1])


def test_attributes_are_read_from_text_and_tuples():
    """Joined by semicolons in a table, a tuple in a region."""
    region, units, facilities = tables()
    assert Facts.of_plan(region, units, facilities).facilities["attributes"].to_list() == [
        (), ("direct", "decontamination"),
    ]  # fmt: skip
    assert Facts.of_today(region).facilities["attributes"].to_list()[1] == SITES[1]["attributes"]


@pytest.mark.parametrize("gone", [["lon", "lat"], ["x_m", "y_m"]])
def test_a_place_given_in_one_form_is_completed(gone):
    """A hand-added row needs degrees or metres, not both."""
    region, units, facilities = tables()
    facts = Facts.of_plan(region, units, facilities.assign(**dict.fromkeys(gone, np.nan)))
    whole = Facts.of_plan(region, units, facilities)
    for column in ("lon", "lat", "x_m", "y_m"):
        assert facts.facilities[column].to_numpy() == pytest.approx(
            whole.facilities[column].to_numpy(), abs=1e-6
        )


def test_tables_read_back_from_text_are_the_same_facts():
    """Empty cells, numbers as text columns: what csv makes of a table changes nothing."""
    region, units, facilities = tables()
    facts = Facts.of_plan(region, units, facilities)
    rows = pd.DataFrame(facilities.drop(columns="geometry")).astype(object)
    again = Facts.of_plan(region, units.astype(object), rows.where(rows.ne(""), None))
    assert facts.counts == again.counts
    pd.testing.assert_frame_equal(facts.facilities, again.facilities)


def test_audit_of_a_plan_uses_the_assumptions_recorded_with_it():
    """Numbers, words and empty values, as a csv gives them; others can be asked for."""
    readings = {"detour": 1.5, "rounding": "per_unit", "staff_inflow_cap": 50.0}
    table = pd.DataFrame(Assumptions(readings).table())
    text = table.assign(value=[None if v is None else str(v) for v in table["value"]])
    assert dict(recorded(text)) == dict(recorded(table)) == dict(Assumptions(readings))
    assert dict(recorded(pd.DataFrame(Assumptions().table()))) == dict(Assumptions())
    with pytest.raises(PolicyError, match="unknown assumption 'detuor'"):
        recorded(pd.DataFrame({"name": ["detuor"], "value": [1.0]}))

    region, units, facilities = tables()
    plan = small_plan(region, units, facilities, rounding="per_unit")
    policy = small_policy(rule("quota", resources=["nurses"], number="1.5"))
    required = audit(region, policy, plan).set_index("area")["required"]
    assert required["all"].iloc[0] == 5 + 3
    asked = audit(region, policy, plan, assumptions={"rounding": "total"})
    assert asked["required"].iloc[0] == 7


def test_audit_gives_the_columns_of_compliance_and_counts_area_all():
    """Today's audit: a line per rule and area, tallied by strength."""
    region = small_region(sites=SITES, stock={("A", "nurses"): 5, ("B", "nurses"): 0})
    policy = small_policy(
        rule("total", id="T", resources=["nurses"], number=5),
        rule("total", id="U", resources=["nurses"], number=6, strength="target"),
        rule("total", id="V", resources=["physicians"], number=1),
    )
    table = audit(region, policy)
    assert list(table.columns) == list(COMPLIANCE_COLUMNS)
    tally = Tally.of(table)
    assert (tally.met, tally.failed, tally.not_evaluated) == (
        {"must": 1}, {"target": 1}, {"must": 1},
    )  # fmt: skip


def test_a_hand_edited_table_is_audited_as_edited():
    """Every rule follows the edit, whatever the plan said of itself."""
    region, units, facilities = tables()
    policy = small_policy(
        rule("total", id="T", resources=["nurses"], number=7),
        rule("count", id="N", sites={"kinds": ["ems_station"]}, number=2),
    )
    table = audit(region, policy, small_plan(region, units, facilities))
    assert table["met"].eq(True)[table["area"] == "all"].all()
    units.loc[(units["unit"] == "B") & (units["resource"] == "nurses"), "allocated"] = 3
    facilities.loc[0, "status"] = "closed"
    table = audit(region, policy, small_plan(region, units, facilities))
    failed = table[(table["area"] == "all") & table["met"].eq(False)]["rule"].to_list()
    assert failed == ["T", "N", "PHYSICAL.sums"]

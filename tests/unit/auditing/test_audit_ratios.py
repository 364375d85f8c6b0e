"""Staff against beds, vehicles and facilities, audited."""

import pytest
from builders import rule, site, small_region
from plan_builders import audited, plan_facts

from allocator.auditing.facts import Facts

TECHNICIANS = rule(
    "ratio", id="J049", number="1.25",
    pairs=[{"resource": "technicians_3a_general", "base": "beds_3a_general"}],
)  # fmt: skip
NURSES = rule(
    "ratio", id="J055", number="0.6",
    pairs=[
        {"resource": "nurses_2_general", "base": "beds_2_general"},
        {"resource": "nurses_3b_tcm", "base": "beds_3b_tcm"},
    ],
)  # fmt: skip


def held(**numbers):
    """``A_nurses=3`` as ``{("A", "nurses"): 3}``."""
    return {tuple(name.split("_", 1)): number for name, number in numbers.items()}


@pytest.mark.parametrize(("staff", "met", "slack"), [(125, True, 0), (124, False, -1)])
def test_each_unit_staffs_its_own_beds(staff, met, slack):
    """1.25 technicians per bed, in whole persons per unit; what B has too much does not help A."""
    region = small_region()
    facts = plan_facts(
        region,
        held(A_beds_3a_general=100, A_technicians_3a_general=staff,
             B_beds_3a_general=1, B_technicians_3a_general=9),
    )  # fmt: skip
    lines = audited(region, facts, TECHNICIANS)
    assert (lines["J049", "A"].required, lines["J049", "B"].required) == (125, 2)
    assert (lines["J049", "A"].met, lines["J049", "A"].slack) == (met, slack)
    assert lines["J049", "A"].strength == "must"
    whole = lines["J049", "all"]
    assert (whole.required, whole.met) == (127, met)
    assert whole.slack == (7 if met else -1)


@pytest.mark.parametrize(
    ("on_duty_share", "fte_per_post", "required"), [(1.0, 1.0, 10), (0.4, 1.0, 4), (0.5, 4.9, 25)]
)
def test_crews_follow_the_share_on_duty_and_the_persons_per_post(
    on_duty_share, fte_per_post, required
):
    """0.5 x 4.9 x 10 ambulances = 24.5, so 25 drivers."""
    region = small_region()
    drivers = rule(
        "ratio", id="J009", number=1, on_duty=True,
        pairs=[{"resource": "ems_drivers", "base": "ambulances"}],
    )  # fmt: skip
    facts = plan_facts(
        region, held(A_ambulances=10, B_ambulances=0, A_ems_drivers=10, B_ems_drivers=0)
    )
    readings = {"on_duty_share": on_duty_share, "fte_per_post": fte_per_post}
    assert audited(region, facts, drivers, **readings)["J009", "A"].required == required


def test_a_ratio_without_on_duty_ignores_the_crew_assumptions():
    """Beds are not vehicles."""
    region = small_region()
    facts = plan_facts(
        region,
        held(A_beds_3a_general=4, A_technicians_3a_general=5,
             B_beds_3a_general=0, B_technicians_3a_general=0),
    )  # fmt: skip
    line = audited(region, facts, TECHNICIANS, fte_per_post=5.0)["J049", "A"]
    assert (line.required, line.met, line.binding) == (5, True, True)


def test_each_pair_holds_apart():
    """Nurses of one kind of hospital do not make up for those of another."""
    region = small_region()
    facts = plan_facts(
        region,
        held(A_beds_2_general=10, A_nurses_2_general=9, A_beds_3b_tcm=10, A_nurses_3b_tcm=5,
             B_beds_2_general=0, B_nurses_2_general=0, B_beds_3b_tcm=0, B_nurses_3b_tcm=0),
    )  # fmt: skip
    lines = audited(region, facts, NURSES)
    line = lines["J055", "A"]
    assert (line.required, line.achieved, line.slack, line.met) == (12, 11, -1, False)
    assert line.note == "1 of 2 groups of staff short; a surplus elsewhere does not count"
    assert (lines["J055", "all"].slack, lines["J055", "all"].achieved) == (-1, 11)


def test_a_pair_without_data_leaves_the_rule_open():
    """The note names every missing resource."""
    region = small_region(stock=held(R_beds_2_general=10, R_nurses_2_general=6))
    line = audited(region, Facts.of_today(region), NURSES)["J055", "all"]
    assert not line.evaluated
    assert line.note == "stock.csv has no 'beds_3b_tcm'; stock.csv has no 'nurses_3b_tcm'"


def test_staff_and_base_known_for_the_whole_region_only():
    """The region's line is evaluated on its own totals."""
    region = small_region(stock=held(R_beds_3a_general=100, R_technicians_3a_general=125))
    lines = audited(region, Facts.of_today(region), TECHNICIANS)
    assert (lines["J049", "all"].required, lines["J049", "all"].met) == (125, True)
    assert not lines["J049", "A"].evaluated


def test_posts_per_facility_count_a_facility_once():
    """Two filters are a union: a graded health centre has its posts once; closed ones none."""
    region = small_region(
        sites=[
            site("thc", "township_health_centre", grade="2"),
            site("hospital", "general_hospital", 1.5, grade="3A"),
            site("small", "general_hospital", 2.5, grade="1"),
            site("shut", "general_hospital", 2.5, grade="2A"),
        ]
    )
    asked = rule(
        "ratio", id="J056", number=2,
        pairs=[{"resource": "ph_physicians", "sites": [
            {"kinds": ["township_health_centre"]}, {"grades": ["2", "2A", "3A"]},
        ]}],
    )  # fmt: skip
    allocated = held(A_ph_physicians=4, B_ph_physicians=0)
    lines = audited(region, plan_facts(region, allocated, {"shut": "closed"}), asked)
    assert (lines["J056", "A"].required, lines["J056", "A"].met) == (4, True)
    assert lines["J056", "all"].rate_achieved == 2
    opened = audited(region, plan_facts(region, allocated), asked)
    assert (opened["J056", "A"].required, opened["J056", "A"].met) == (6, False)


def test_posts_per_facility_of_a_kind_that_nobody_lists():
    """No village clinic in the data is no data on village clinics."""
    region = small_region(stock=held(R_village_physicians=3))
    asked = rule(
        "ratio", id="J057", number=1,
        pairs=[{"resource": "village_physicians", "sites": [{"kinds": ["village_clinic"]}]}],
    )  # fmt: skip
    line = audited(region, Facts.of_today(region), asked)["J057", "all"]
    assert not line.evaluated
    assert "sites.csv has no site of kind village_clinic" in line.note

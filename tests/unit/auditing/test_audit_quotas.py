"""Per-capita quotas, totals and shares, audited."""

import pytest
from builders import rule, small_policy, small_region
from plan_builders import audited, facility_rows, plan_facts, small_plan, unit_rows

from allocator.assumptions import Assumptions
from allocator.auditing.compliance import audit
from allocator.auditing.facts import Facts
from allocator.region.forecast import for_planning

# End-2021 residents of Jiaxing's counties and districts; the city is planned for 5.8 million.
JIAXING = {
    "Haining": 1_099_400, "Tongxiang": 1_049_900, "Nanhu": 862_700, "Xiuzhou": 695_700,
    "Pinghu": 683_500, "Jiashan": 659_000, "Haiyan": 465_700,
}  # fmt: skip
AMBULANCES = dict(zip(JIAXING, [39, 37, 30, 25, 24, 23, 16], strict=True))
FORECAST = rule("parameter", id="N", number=5_800_000, strength="info")


def jiaxing():
    """Seven units of one cell each."""
    units = {"R": ("city", ""), **dict.fromkeys(JIAXING, ("county", "R"))}
    return small_region(
        people=list(JIAXING.values()), units=units, cell_units=list(JIAXING),
        x_km=range(7), y_km=[0.5] * 7,
    )  # fmt: skip


def audited_jiaxing(allocated, *rules, **assumptions):
    region = jiaxing()
    prepared = for_planning(region, Assumptions(), FORECAST.number)
    plan = small_plan(region, unit_rows(prepared, allocated), facility_rows(region), **assumptions)
    table = audit(region, small_policy(FORECAST, *rules), plan)
    return table.set_index(["rule", "area"])


def test_jiaxing_needs_194_ambulances_78_of_them_negative_pressure():
    """City figures are rounded up once, and the counties' shares sum to them exactly."""
    negative = dict(zip(JIAXING, [16, 15, 12, 10, 10, 9, 6], strict=True))
    allocated = {(u, "ambulances"): n for u, n in AMBULANCES.items()} | {
        (u, "negative_pressure_ambulances"): n for u, n in negative.items()
    }
    lines = audited_jiaxing(
        allocated,
        rule("quota", id="J058", resources=["ambulances"], number=1, per=30_000),
        rule("share", id="J059", part="negative_pressure_ambulances", whole="ambulances",
             number="0.4"),
    )  # fmt: skip
    for name, required in (("J058", 194), ("J059", 78)):
        whole, counties = lines.loc[name, "all"], lines.loc[name].drop("all")
        assert (whole.required, whole.achieved, whole.slack) == (required, required, 0)
        assert whole.met
        assert whole.binding
        assert whole.strength == "must"
        assert counties["required"].sum() == required
        assert counties["achieved"].sum() == required
        assert set(counties["strength"]) == {"info"}
        assert set(counties["note"]) == {"share of the region's figure"}
    assert lines.loc["J058"].drop("all")["required"].to_list() == list(AMBULANCES.values())


def test_jiaxing_rounded_up_in_every_county_needs_197_and_81():
    """With rounding per unit the counties' ceilings are the rule, and the city's line their sum."""
    cars = dict(zip(JIAXING, [39, 37, 31, 25, 24, 24, 17], strict=True))
    special = dict(zip(JIAXING, [16, 15, 13, 10, 10, 10, 7], strict=True))
    rules = [
        rule("quota", id="J058", resources=["ambulances"], number=1, per=30_000),
        rule("share", id="J059", part="negative_pressure_ambulances", whole="ambulances",
             number="0.4"),
    ]  # fmt: skip
    allocated = {(u, "ambulances"): n for u, n in cars.items()} | {
        (u, "negative_pressure_ambulances"): n for u, n in special.items()
    }
    lines = audited_jiaxing(allocated, *rules, rounding="per_unit")
    assert lines.loc[("J058", "all"), "required"] == 197
    assert lines.loc[("J059", "all"), "required"] == 81
    assert lines.loc["J058"].drop("all")["required"].to_list() == list(cars.values())
    assert lines.loc["J059"].drop("all")["required"].to_list() == list(special.values())
    assert lines["met"].all()
    assert set(lines.loc["J058"]["strength"]) == {"must"}

    shifted = {**allocated, ("Haining", "ambulances"): 40, ("Haiyan", "ambulances"): 16}
    lines = audited_jiaxing(shifted, *rules, rounding="per_unit")
    whole = lines.loc["J058", "all"]
    assert (whole.required, whole.achieved, whole.slack, whole.met) == (197, 196, -1, False)
    assert whole.note == "1 of 7 units short; a surplus elsewhere does not count"


@pytest.mark.parametrize(
    ("number", "per", "sense", "required"),
    [
        ("5.75", 1000, "==", 33_350),
        ("0.3", 1000, ">=", 1_740),
        ("4.5", 1000, ">=", 26_100),
        ("5.22", 1000, ">=", 30_276),
        ("1.5", 10_000, ">=", 870),
    ],
)
def test_city_figures_of_the_plan(number, per, sense, required):
    """The published rates give the published whole numbers at 5.8 million."""
    lines = audited_jiaxing(
        {}, rule("quota", id="Q", resources=["nurses"], number=number, per=per, sense=sense)
    )
    assert lines.loc[("Q", "all"), "required"] == required


def test_the_absolute_floor_of_900_binds_and_the_quota_of_870_does_not():
    """900 infectious beds: the total holds with nothing to spare, the quota with 30."""
    weights = dict(zip(JIAXING, [180, 171, 141, 114, 111, 107, 76], strict=True))
    lines = audited_jiaxing(
        {(u, "infectious_beds"): n for u, n in weights.items()},
        rule("quota", id="J071", resources=["infectious_beds"], number="1.5", per=10_000),
        rule("total", id="J072", resources=["infectious_beds"], number=900),
    )
    quota, total = lines.loc["J071", "all"], lines.loc["J072", "all"]
    assert (quota.slack, quota.binding) == (30, False)
    assert (total.slack, total.binding) == (0, True)
    assert lines.loc["J072"].drop("all")["required"].sum() == 900


def beds(**numbers):
    return {(unit, "public_beds"): number for unit, number in numbers.items()}


@pytest.mark.parametrize(
    ("sense", "number", "held", "met", "slack"),
    [
        (">=", "2.45", 245, True, 0),
        (">=", "2.45", 244, False, -1),
        ("<=", "2.45", 245, True, 0),
        ("<=", "2.45", 246, False, -1),
        ("==", "2.45", 245, True, 0),
        ("==", "2.45", 246, False, -1),
        ("==", "2.4501", 246, True, 0),
        ("<=", "2.4599", 245, True, 0),
    ],
)
def test_rates_are_exact_rationals(sense, number, held, met, slack):
    """2.45 per 1,000 of 100,000 people is 245: a float would make it 246."""
    region = small_region(people=[60_000, 40_000])
    asked = rule("quota", id="Q", resources=["public_beds"], number=number, sense=sense)
    line = audited(region, plan_facts(region, beds(A=held - 100, B=100)), asked)["Q", "all"]
    assert (line.met, line.slack, line.achieved) == (met, slack, held)
    assert line.rate_required == float(number)
    assert line.rate_achieved == held / 100


@pytest.mark.parametrize(
    ("held", "met", "slack"), [(95, True, 0), (94, False, -1), (105, True, 0), (106, False, -1)]
)
def test_about_is_a_band_of_the_assumed_width(held, met, slack):
    """Five per cent around 100 beds, both ends included."""
    region = small_region(people=[60_000, 40_000])
    asked = rule("quota", id="Q", resources=["public_beds"], number=1, sense="about")
    line = audited(region, plan_facts(region, beds(A=held, B=0)), asked)["Q", "all"]
    assert (line.required, line.required_upper) == (95, 105)
    assert (line.met, line.slack) == (met, slack)


def test_the_ends_of_about_are_rounded_inwards():
    """Five per cent around 50.5 beds: 47.975 to 53.025, so 48 to 53 whole beds."""
    region = small_region(people=[50_500])
    asked = rule("quota", id="Q", resources=["public_beds"], number=1, sense="about")
    line = audited(region, plan_facts(region, beds(A=50, B=0)), asked)["Q", "all"]
    assert (line.required, line.required_upper) == (48, 53)


def test_band_in_every_unit_counts_what_each_one_lacks_or_has_too_much():
    """Units above and below do not make up for one another."""
    region = small_region(people=[20_000, 20_000])
    asked = rule(
        "quota", id="Q", resources=["mch_staff"], sense="band", lower=1, upper="1.5", per=10_000,
        level=["district", "county"],
    )  # fmt: skip
    even = audited(
        region, plan_facts(region, {("A", "mch_staff"): 2, ("B", "mch_staff"): 3}), asked
    )
    assert (even["Q", "all"].required, even["Q", "all"].required_upper) == (4, 6)
    assert even["Q", "all"].met
    assert even["Q", "A"].met
    assert even["Q", "B"].binding
    askew = audited(
        region, plan_facts(region, {("A", "mch_staff"): 1, ("B", "mch_staff"): 4}), asked
    )
    assert not askew["Q", "all"].met
    assert askew["Q", "all"].slack == -2
    assert askew["Q", "all"].achieved == 3
    above = audited(
        region, plan_facts(region, {("A", "mch_staff"): 2, ("B", "mch_staff"): 4}), asked
    )
    assert (above["Q", "all"].slack, above["Q", "all"].achieved) == (-1, 7)
    assert "1 of 2 units above their limit" in above["Q", "all"].note


@pytest.mark.parametrize(("age", "required"), [(60.0, 9), (65.0, 4)])
def test_who_is_elderly_is_an_assumption(age, required):
    """The same rule counts people from 60 or from 65 on."""
    groups = {"age60": {"A": 800, "B": 100}, "age65": {"A": 300, "B": 100}}
    region = small_region(groups=groups)
    asked = rule("quota", id="Q", resources=["rehab_nursing_beds"], number=10, group="elderly")
    facts = plan_facts(region, {("A", "rehab_nursing_beds"): 9, ("B", "rehab_nursing_beds"): 0})
    assert audited(region, facts, asked, elderly_age=age)["Q", "all"].required == required


def test_unknown_people_leave_the_rule_open_and_name_the_column():
    """A group that the region does not count is a missing input, not zero people."""
    region = small_region(groups={"age60": {"A": 800}})
    asked = rule("quota", id="Q", resources=["nurses"], number=10, group="elderly")
    lines = audited(region, plan_facts(region, {("A", "nurses"): 1, ("B", "nurses"): 1}), asked)
    line = lines["Q", "all"]
    assert (line.evaluated, line.met, line.achieved, line.slack) == (False, None, None, None)
    assert line.note == "populations.csv has no age60 for unit R"


def test_a_resource_nobody_counts_is_not_evaluated():
    """Its requirement is still told."""
    region = small_region()
    asked = rule("quota", id="Q", resources=["psychiatrists"], number=1)
    line = audited(region, Facts.of_today(region), asked)["Q", "all"]
    assert not line.evaluated
    assert line.required == 5
    assert line.note == "stock.csv has no 'psychiatrists'"


def test_stock_of_the_whole_region_only_is_checked_as_a_whole():
    """The region's line is evaluated; units know their share, but not what they have."""
    region = small_region(stock={("R", "physicians"): 13})
    asked = rule("quota", id="Q", resources=["physicians"], number=3)
    lines = audited(region, Facts.of_today(region), asked)
    assert (lines["Q", "all"].required, lines["Q", "all"].achieved) == (14, 13)
    assert lines["Q", "all"].basis == "assumed"
    assert [lines["Q", u].required for u in "AB"] == [10, 4]
    assert [lines["Q", u].evaluated for u in "AB"] == [False, False]
    assert "for unit A" in lines["Q", "A"].note


def test_quota_per_unit_on_stock_of_the_whole_region_only():
    """The units' requirements are summed, and the note says that none could be checked."""
    region = small_region(stock={("R", "physicians"): 15})
    asked = rule("quota", id="Q", resources=["physicians"], number=3, level=["district", "county"])
    lines = audited(region, Facts.of_today(region), asked)
    assert (lines["Q", "all"].required, lines["Q", "all"].achieved) == (9 + 5, 15)
    assert "no unit could be checked" in lines["Q", "all"].note
    assert not lines["Q", "A"].evaluated


def test_a_unit_without_a_count_leaves_the_whole_open():
    """Some units known and one unknown: no verdict on the region, and the unit is named."""
    region = small_region(stock={("A", "physicians"): 9})
    asked = rule("quota", id="Q", resources=["physicians"], number=3)
    line = audited(region, Facts.of_today(region), asked)["Q", "all"]
    assert not line.evaluated
    assert line.note == "stock.csv has no 'physicians' for unit R"


def test_several_resources_count_together():
    """Private beds in use and the reserve make up one quota."""
    region = small_region()
    asked = rule("quota", id="Q", resources=["private_beds", "private_reserve"], number="1.8",
                 sense="==")  # fmt: skip
    held = {("A", "private_beds"): 3, ("B", "private_beds"): 1, ("A", "private_reserve"): 2,
            ("B", "private_reserve"): 2}  # fmt: skip
    line = audited(region, plan_facts(region, held), asked)["Q", "all"]
    assert (line.required, line.achieved, line.met) == (8, 8, True)


def test_level_that_the_region_does_not_have():
    """A rule on towns says nothing of a region without towns."""
    region = small_region()
    asked = rule("total", id="T", resources=["nurses"], number=1, level=["town"])
    line = audited(region, plan_facts(region), asked)["T", "all"]
    assert not line.evaluated
    assert line.note == "the units file has no unit of level town"


def test_pooled_units_count_together():
    """Two units pooled hold one number between them; their shares are for information."""
    region = small_region()
    asked = rule("total", id="T", resources=["nurses"], number=10, level=["district", "county"],
                 pool=True)  # fmt: skip
    lines = audited(region, plan_facts(region, {("A", "nurses"): 10, ("B", "nurses"): 0}), asked)
    assert lines["T", "all"].met
    assert "together: unit A, unit B" in lines["T", "all"].note
    assert [lines["T", u].required for u in "AB"] == [7, 3]
    assert [lines["T", u].met for u in "AB"] == [True, False]


def test_every_unit_holds_its_own_total():
    """A surplus in one unit does not help the other."""
    region = small_region()
    asked = rule("total", id="T", resources=["nurses"], number=10, level=["district", "county"])
    lines = audited(region, plan_facts(region, {("A", "nurses"): 15, ("B", "nurses"): 7}), asked)
    whole = lines["T", "all"]
    assert (whole.required, whole.achieved, whole.slack, whole.met) == (20, 17, -3, False)


@pytest.mark.parametrize(
    ("sense", "part", "met", "slack"),
    [(">=", 4, True, 0), (">=", 3, False, -1), ("<=", 3, True, 0), ("<=", 4, False, -1)],
)
def test_share_of_a_whole(sense, part, met, slack):
    """A third of ten is 3.33: at least means 4, at most means 3."""
    region = small_region()
    asked = rule("share", id="S", part="tcm_beds", whole="public_beds", number="1/3", sense=sense)
    held = {("A", "public_beds"): 9, ("B", "public_beds"): 1, ("A", "tcm_beds"): part,
            ("B", "tcm_beds"): 0}  # fmt: skip
    lines = audited(region, plan_facts(region, held), asked)
    assert (lines["S", "all"].met, lines["S", "all"].slack) == (met, slack)
    assert sum(lines["S", u].required for u in "AB") == lines["S", "all"].required
    assert lines["S", "all"].rate_achieved == part / 10


def test_share_of_an_unknown_whole():
    """Without the whole there is no requirement."""
    region = small_region(stock={("R", "mch_technicians"): 4})
    asked = rule("share", id="S", part="mch_technicians", whole="mch_staff", number="0.8")
    line = audited(region, Facts.of_today(region), asked)["S", "all"]
    assert (line.evaluated, line.required) == (False, None)
    assert line.note == "stock.csv has no 'mch_staff'"


def test_parameter_is_met_by_the_people_planned_for():
    """The residents' row of the region is compared with the stated figure."""
    region = small_region()
    stated = rule("parameter", id="N", number=4400, strength="info")
    assert audited(region, plan_facts(region), stated)["N", "all"].met
    edited = plan_facts(region, {("R", "residents"): 4399.0})
    line = audited(region, edited, stated)["N", "all"]
    assert (line.met, line.slack) == (False, -1)
    assert audited(region, Facts.of_today(region), stated)["N", "all"].achieved == 4400


def test_indicator_is_reported_only():
    """It has a line, and no verdict."""
    region = small_region()
    asked = rule("indicator", id="I", number="85", unit="%", strength="target")
    line = audited(region, plan_facts(region), asked)["I", "all"]
    assert (line.evaluated, line.met, line.note) == (False, None, "reported only; 85 %")

"""Mean stay, from the tables alone."""

from builders import rule, small_region
from plan_builders import audited, plan_facts

from allocator.auditing.facts import Facts

STAY = rule(
    "stay", id="L", beds=["beds_3a_tcm", "beds_3b_tcm"],
    admissions=["admissions_3a_tcm", "admissions_3b_tcm"],
    bed_days=["bed_days_3a_tcm", "bed_days_3b_tcm"], days=9,
)  # fmt: skip
GIVEN = {
    ("R", "admissions_3a_tcm"): 100, ("R", "admissions_3b_tcm"): 300,
    ("R", "bed_days_3a_tcm"): 1000, ("R", "bed_days_3b_tcm"): 2650,
}  # fmt: skip


def test_wards_together_have_one_mean():
    """3,650 days of 400 admissions, on ten beds that are all occupied."""
    stock = {**GIVEN, ("R", "beds_3a_tcm"): 4, ("R", "beds_3b_tcm"): 6}
    region = small_region(stock=stock)
    line = audited(region, Facts.of_today(region), STAY)["L", "all"]
    assert (line.achieved, line.required, line.met) == (9.125, 9, False)
    assert line.note == "12 beds hold 9 days at 85% occupancy; 10 are there, 100% occupied"


def test_more_bed_days_make_a_longer_stay():
    """A fifth more of a modelled figure moves the line by it."""
    more = {k: n * 1.2 if "bed_days" in k[1] else n for k, n in GIVEN.items()}
    lines = [
        audited(region, Facts.of_today(region), STAY)["L", "all"]
        for region in (small_region(stock=GIVEN), small_region(stock=more))
    ]
    assert lines[1].achieved == lines[0].achieved * 1.2
    assert "are there" not in lines[0].note


def test_no_admissions_no_stay():
    """Wards without anybody in them fail nothing."""
    region = small_region(stock=dict.fromkeys(GIVEN, 0))
    line = audited(region, Facts.of_today(region), STAY)["L", "all"]
    assert (line.met, line.note) == (True, "no admissions")


def test_beds_are_asked_for_where_the_planner_says_so():
    """400 admissions of nine days fill 9.86 beds: 12 at 85 %, no more than 13 at 75 %."""
    region = small_region(stock=GIVEN)
    given = {k: n for (_, k), n in GIVEN.items()}
    there = {("A", k): n for k, n in given.items()} | {("B", k): 0 for k in given}
    there |= {(u, "beds_3a_tcm"): n for u, n in (("A", 7), ("B", 6))}
    there |= {(u, "beds_3b_tcm"): 0 for u in "AB"}
    facts = plan_facts(region, there)
    least, most = (
        audited(region, facts, STAY, bed_need=reading)["L", "all"] for reading in ("min", "max")
    )
    assert (least.required, least.achieved, least.slack) == (12, 13, 1)
    assert (most.required, most.slack, most.measure) == (13, 0, "beds")

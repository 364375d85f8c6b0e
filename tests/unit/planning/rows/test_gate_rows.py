"""Beds that fail a standard may not grow."""

import pytest
from builders import rule, small_region
from planned import amounts, line, misses, planned

WARD = {
    "beds": "beds_3a_general", "bed_days": "bed_days_3a_general",
    "admissions": "admissions_3a_general", "nurses": "nurses_3a_general",
    "floor_m2": "floor_m2_3a_general",
}  # fmt: skip
GOOD = {"beds": 100, "bed_days": 30_000, "admissions": 4_000, "nurses": 50, "floor_m2": 7_000}
"""82 % occupied, 7.5 days, half a nurse and 70 m2 per bed: nothing fails."""
GATE = rule("gate", id="G", wards=[WARD], strength="wish")


def hospitals(a=None, b=None):
    """A region with the wards of A and B, by default good ones; None leaves a figure out."""
    stock = {
        (unit, WARD[name]): number
        for unit, changed in (("A", a), ("B", b))
        for name, number in {**GOOD, **(changed or {})}.items()
        if number is not None
    }
    return small_region(stock=stock)


def more_beds(number, **more):
    return rule("total", id="T", resources=["beds_3a_general"], number=number, **more)


@pytest.mark.parametrize(
    ("ward", "why"),
    [
        ({"bed_days": 27_374}, "75% occupied"), ({"bed_days": 33_946}, "93% occupied"),
        ({"admissions": 2_999}, "10.0 days"), ({"nurses": 39}, "0.39 nurses per bed"),
        ({"floor_m2": 5_999}, "60 m2 per bed"),
    ],
)  # fmt: skip
def test_each_standard_alone_keeps_beds_from_growing(ward, why):
    """A fails by a hair: all of 40 new beds go to B, and the line says why."""
    plan = planned(hospitals(a=ward), GATE, more_beds(240))
    assert amounts(plan, "beds_3a_general") == {"R": 240, "A": 100, "B": 140}
    found = line(plan, "G")
    assert (found["met"], found["binding"], found["basis"]) == (True, True, "assumed")
    assert found["note"] == f"1 of 2 wards fail: unit A, beds_3a_general: {why}"


@pytest.mark.parametrize(
    "ward",
    [{"bed_days": 27_375}, {"bed_days": 33_945}, {"admissions": 3_000}, {"nurses": 40},
     {"floor_m2": 6_000}],
)  # fmt: skip
def test_the_standard_itself_is_enough(ward):
    """75 % and 93 %, ten days, 0.4 nurses, 60 m2: the beds grow where people live."""
    plan = planned(hospitals(a=ward), GATE, more_beds(400))
    assert amounts(plan, "beds_3a_general")["A"] == 273
    assert line(plan, "G")["note"] == "0 of 2 wards fail"


@pytest.mark.parametrize(
    ("ward", "grows"),
    [({"nurses": 30}, True), ({"floor_m2": 10}, True), ({"nurses": 30, "floor_m2": 10}, False)],
)
def test_both_halves_must_fail_where_the_planner_reads_it_so(ward, grows):
    """Too few nurses, or too little room, is not enough; both are."""
    plan = planned(hospitals(a=ward), GATE, more_beds(400), assume={"gate_reading": "both"})
    assert (amounts(plan, "beds_3a_general")["A"] > 100) == grows
    found = line(plan, "G")
    assert (found["met"], found["note"][:6]) == (True, "0 of 2" if grows else "1 of 2")


def test_a_must_of_more_beds_goes_before_the_wish():
    """110 beds in A as a must: ten beyond those that may be there."""
    plan = planned(hospitals(a={"nurses": 1}), GATE, more_beds(110, level=["district"]))
    found = line(plan, "G")
    assert (found["achieved"], found["required"], found["slack"]) == (10, 0, -10)
    assert misses(plan)[2] == pytest.approx(0.1)


def test_what_nobody_counted_is_not_judged():
    """Only the nurses of A are known: they decide; B has nothing that can be judged."""
    unknown = dict.fromkeys(("bed_days", "admissions", "floor_m2"))
    region = hospitals(a={**unknown, "nurses": 1}, b={**unknown, "nurses": None})
    plan = planned(region, GATE, more_beds(240))
    assert amounts(plan, "beds_3a_general")["A"] == 100
    assert "1 of 1 wards fail" in line(plan, "G")["note"]


@pytest.mark.parametrize(
    ("stock", "note"),
    [
        ({}, "stock.csv has no 'beds_3a_general' by unit"),
        ({("A", "beds_3a_general"): 5, ("B", "beds_3a_general"): 5},
         "stock.csv has no bed-days, nurses or floor for beds_3a_general"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(stock, note):
    """Today's beds by unit, or all that they are judged by."""
    found = line(planned(small_region(stock=stock), GATE, more_beds(20)), "G")
    assert (found["evaluated"], found["note"]) == (False, note)


def test_more_bed_days_open_the_gate():
    """A fifth more of a modelled figure: 66 % becomes 79 % and the ward passes."""
    notes = [
        line(planned(hospitals(a={"bed_days": n}), GATE, more_beds(240)), "G")["note"]
        for n in (24_000, 28_800)
    ]
    assert [note[:6] for note in notes] == ["1 of 2", "0 of 2"]

"""What the years lack: flows are asked for every year, stocks in the last one."""

from types import SimpleNamespace

import pytest

from allocator.planning.years.misses import missing, waiting

YEARS = SimpleNamespace(all=(2021, 2022, 2023, 2024), last=2024)
RECRUITS, NURSES = ("recruits", "A"), ("nurses", "A")


def model():
    """Recruits come every year, nurses must be there at the end; variables are their names."""
    made = {
        RECRUITS: SimpleNamespace(strength="must", is_flow=True, aim=30),
        NURSES: SimpleNamespace(strength="must", is_flow=False, aim=50),
    }  # fmt: skip
    short = {(pair, year): f"{pair[0]} {pair[1]} {year}" for pair in made for year in YEARS.all}
    return SimpleNamespace(
        years=YEARS, courses=made, short=short, groups=[], waiting={}, one_waits={}
    )


def by_name(terms):
    return {name: coefficient for coefficient, name in terms}


def test_recruits_are_missed_in_every_year_and_nurses_in_the_last():
    """A share of what is asked for: of recruits the mean over the years."""
    found = by_name(missing(model(), "must"))
    assert found == pytest.approx(
        {f"recruits A {year}": 1 / (4 * 30) for year in YEARS.all} | {"nurses A 2024": 1 / 50}
    )
    assert missing(model(), "wish") == []


def test_shares_are_of_all_units_together():
    """20 more recruits in another unit make each one lacking a fiftieth."""
    other = SimpleNamespace(strength="wish", is_flow=True, aim=20)
    both = model()
    both.courses["recruits", "B"] = other
    both.short |= {(("recruits", "B"), year): f"recruits B {year}" for year in YEARS.all}
    assert by_name(missing(both, "must"))["recruits A 2021"] == pytest.approx(1 / (4 * 50))
    assert set(by_name(missing(both, "wish"))) == {f"recruits B {year}" for year in YEARS.all}


def test_every_year_of_waiting_counts():
    """Of all resources, whatever they are."""
    found = by_name(waiting(model()))
    assert len(found) == 8
    assert found["nurses A 2021"] == pytest.approx(1 / 50)

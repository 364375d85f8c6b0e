"""What values say of themselves in a terminal and in a notebook: small, plain, inert."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans_for_tests import line, small_plan

import allocator as al
from allocator.plan_tables import compliance_table
from allocator.reprs import block, small_table

HOSTILE = "<script>alert(1)</script>&<img src=x onerror=y>\n'\"\u202e"


def test_long_tables_are_cut_with_a_word():
    """How many more there are, and where."""
    table = pd.DataFrame({"n": range(25), "x": [1 / 3] * 25, "t": ["a" * 300] * 25})
    shown = small_table(table, rest="plan.units")
    assert shown.count("<tr>") + shown.count("<tr ") == 11
    assert "... and 15 more rows: plan.units" in shown
    assert "0.3333" in shown
    assert "a" * 111 not in shown
    assert "more rows" not in small_table(table.head(10), rest="plan.units")


@given(st.text(), st.text())
def test_whatever_the_text_it_is_inert(a, b):
    """Nothing of a value becomes a tag."""
    shown = block([a], small_table(pd.DataFrame({"h": [b], a: [1.0]}), rest=b, most=0))
    for tag in ("<script", "<img", "<svg", "<a ", "<iframe"):
        assert tag not in shown.lower()


def test_a_plan_shows_what_gave_and_what_changes():
    """Proof, rules, the reasons, sites by kind and status; names stay text."""
    lines = compliance_table(
        [line(f"R{i}{HOSTILE}", required=9, achieved=i, slack=i - 9.0, met=False, note=HOSTILE)
         for i in range(14)]
    )  # fmt: skip
    plan = replace(small_plan(), compliance=lines, region=HOSTILE)
    shown = plan._repr_html_()
    assert "<script" not in shown
    assert "<img" not in shown
    assert "... and 4 more rows: plan.compliance" in shown
    assert "ems_station" in shown
    assert "al.summarise(plan)" in shown
    assert len(shown) < 20_000
    bare = replace(small_plan(), facilities=small_plan().facilities.iloc[:0])
    assert "No site changes." in bare._repr_html_()


def reach():
    """Three cells, of which one reaches nothing."""
    people = np.array([100.0, 50.0, 50.0])
    times = al.TravelTimes(
        3, 4, np.array([0, 0, 2]), np.array([1, 3, 3]), np.array([2.0, 9.5, 4.0]), limit=15.0,
        demand=al.Demand(people), provenance={"source": "a table"},
    )  # fmt: skip
    return times, times.within(10)


def test_a_reach_says_who_reaches_nothing():
    """In cells and in people, merged or not."""
    times, cover = reach()
    said = "3 cells, 4 sites, 3 pairs; 1 cells reach no site: 50 of 200 people (25.0%)"
    assert repr(cover) == f"<Coverage: {said}>"
    assert repr(cover.aggregated()) == f"<AggregatedCoverage: 3 distinct sets of sites; {said}>"
    assert repr(times) == (
        "<TravelTimes: 3 cells, 4 sites, 3 arcs; 2 to 9.5 minutes; up to 15 minutes; by a table>"
    )
    cells = re.findall(r"<td>([^<]*)</td>", cover._repr_html_())
    assert cells == ["0", "1", "50", "1", "1", "50", "2", "1", "100", "3 or more", "0", "0"]
    assert "3 or more" in cover.aggregated()._repr_html_()
    assert "2 to 9.5 minutes" in times._repr_html_()
    nobody = np.empty(0, dtype=np.int64)
    empty = al.Coverage.from_pairs(nobody, nobody, 0, 0)
    assert repr(empty) == "<Coverage: 0 cells, 0 sites, 0 pairs; 0 cells reach no site>"
    assert "<table" in empty._repr_html_()


@pytest.mark.parametrize("pack", ["jiaxing-2025", "xihu-2020"])
def test_a_policy_shows_its_first_rules(pack):
    """Not all hundred of them."""
    policy = al.read_policy(pack)
    shown = policy._repr_html_()
    assert f"{len(policy.rules)} rules" in shown
    assert f"... and {len(policy.rules) - 10:,} more rows: policy.table()" in shown
    assert len(shown) < 20_000


def test_showing_loads_nothing_that_draws():
    """A notebook cell that ends with a plan costs no second."""
    code = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from plans_for_tests import small_plan\n"
        "assert small_plan()._repr_html_()\n"
        "assert not {'matplotlib', 'jinja2', 'openpyxl'} & set(sys.modules)\n"
    )
    tests = str(next(p for p in sys.path if p.endswith("tests")))
    subprocess.run([sys.executable, "-c", code, tests], check=True)

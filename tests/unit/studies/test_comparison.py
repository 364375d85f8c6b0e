"""What differs between plans, against figures made by hand; nothing is compared in silence."""

import json
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from plans_for_tests import line, small_plan
from typer.testing import CliRunner

import allocator as al
from allocator.cli.app import app
from allocator.errors import InputError
from allocator.files.exporting import export
from allocator.plan_tables import compliance_table


def other_plan(**changes):
    """The small plan with a station more, one clinic kept open, beds moved, and another budget."""
    plan = small_plan()
    facilities = plan.facilities.copy()
    facilities.loc[facilities["id"] == "vc-1", "status"] = "kept"
    facilities.loc[facilities["id"] == "ems:r1c2", "ambulances"] = 8.0
    facilities = facilities[facilities["id"] != "hs:r0c1"]
    units = plan.units.copy()
    for unit, change in (("A", -30), ("B", 30)):
        at = (units["unit"] == unit) & (units["resource"] == "public_beds")
        units.loc[at, "allocated"] += change
    cells = plan.cells.copy()
    cells.loc["r3c1", "covered:COV-U"] = True  # 125 people gain
    cells.loc[["r0c5", "r1c5"], "covered:COV-R"] = False  # 150 people lose
    compliance = plan.compliance.copy()
    compliance.loc[(compliance["rule"] == "COV-R"), ["achieved", "slack", "met"]] = [750, -150, 0]
    compliance["met"] = [None if m is None else bool(m) for m in compliance["met"]]
    told = {**plan.provenance, "budget": 2_000_000.0, "currency": "CNY"}
    made = replace(
        plan, facilities=facilities, units=units, cells=cells, compliance=compliance,
        provenance=told, objective_value=1_500_000.0,
    )  # fmt: skip
    return replace(made, **changes)


def first_plan():
    plan = small_plan()
    return replace(plan, provenance={**plan.provenance, "currency": "CNY"})


def test_a_plan_does_not_differ_from_itself():
    """Not in one row."""
    found = al.compare({"a": first_plan(), "b": first_plan()})
    assert not found.differs
    assert "nothing differs" in found.summary()


def test_every_difference_by_hand():
    """Inputs, rules, sites, units, people and costs."""
    found = al.compare({"base": first_plan(), "more": other_plan()})
    assert found.differs
    assert found.inputs[["item", "first", "other"]].to_numpy().tolist() == [
        ["budget", "none", 2_000_000.0]
    ]
    (rule,) = found.rules.to_dict("records")
    assert (rule["rule"], rule["change"], rule["verdict"]) == ("COV-R", -150.0, "gives way now")
    sites = found.sites.set_index("id")["what"].to_dict()
    assert sites == {
        "vc-1": "open only in the other", "ems:r1c2": "vehicles",
        "hs:r0c1": "open only in the first",
    }  # fmt: skip
    assert found.sites.set_index("id").loc["vc-1", "unit_name"] == "=2+3 Haining"
    units = found.units.set_index(["unit", "resource"])["change"].to_dict()
    assert units == {("A", "public_beds"): -30.0, ("B", "public_beds"): 30.0}
    people = found.people.set_index(["rule", "area"])[["change", "gain", "lose"]]
    assert people.loc[("COV-U", "all")].tolist() == [125.0, 125.0, 0.0]
    assert people.loc[("COV-U", "A")].tolist() == [125.0, 125.0, 0.0]
    assert people.loc[("COV-R", "all")].tolist() == [-150.0, 0.0, 150.0]
    assert ("COV-R", "A") not in people.index
    costs = found.costs.set_index("item")["change"]
    assert costs["all"] == pytest.approx(1_500_000 - 1_234_567.875)
    assert costs["sites: health_station"] == pytest.approx(-1e6 / 3)
    said = found.summary()
    for text in (
        "more against base (small):", "budget none -> 2,000,000", "give way now that held: COV-R",
        "1 village clinic: - clinic (=2+3 Haining)", "南湖区 -30, =2+3 Haining +30",
        "COV-U: 1,125 -> 1,250 people covered (125 gain cover, 0 lose it)",
    ):  # fmt: skip
        assert text in said


def test_minutes_by_hand():
    """Weighted by people; nearer and farther cell by cell."""
    first, other = first_plan(), first_plan()
    n = len(first.cells)
    first = replace(first, cells=first.cells.assign(**{"minutes:COV-U": np.full(n, 10.0)}))
    ways = np.full(n, 10.0)
    ways[0], ways[1], ways[2] = 4.0, 16.0, np.nan
    other = replace(other, cells=other.cells.assign(**{"minutes:COV-U": ways}))
    found = al.compare([first, other])
    (row,) = found.ways.to_dict("records")
    assert row["mean"] == pytest.approx((10 * (2400 - 375) + 125 * 20) / (2400 - 125))
    assert (row["first_p90"], row["p90"], row["worst"]) == (10.0, 10.0, 16.0)
    assert (row["nearer"], row["farther"]) == (125.0, 250.0)
    assert found.names == ("plan 1", "plan 2")
    assert any("not in both plans for COV-R" in note for note in found.notes)


def test_cells_may_stand_in_another_order():
    """They are matched by place."""
    plan = first_plan()
    turned = replace(plan, cells=plan.cells.iloc[::-1])
    assert not al.compare([plan, turned]).differs


def test_other_grids_are_said_and_compared_by_totals():
    """No gain or loss is made up."""
    plan = first_plan()
    coarse = other_plan(cells=other_plan().cells.iloc[:-1])
    found = al.compare({"a": plan, "b": coarse})
    assert any("the grids differ (24 and 23 cells)" in note for note in found.notes)
    row = found.people.set_index(["rule", "area"]).loc[("COV-U", "all")]
    assert row["change"] == 125.0
    assert np.isnan(row["gain"])
    moved = replace(plan, cells=plan.cells.assign(x_m=plan.cells["x_m"] + 500))
    assert any("the grids differ" in note for note in al.compare([plan, moved]).notes)


def test_sites_of_one_id_at_two_places_are_two_sites():
    """A number that was given twice is no site that moved."""
    plan = first_plan()
    facilities = plan.facilities.copy()
    facilities.loc[facilities["id"] == "ems:r1c2", "x_m"] -= 2000
    found = al.compare([plan, replace(plan, facilities=facilities)])
    assert sorted(found.sites["what"]) == ["open only in the first", "open only in the other"]
    assert any("more than 100 m apart (ems:r1c2)" in note for note in found.notes)


def test_other_currencies_are_not_subtracted():
    """A note, and no row of costs."""
    plan = first_plan()
    dollars = replace(plan, provenance={**plan.provenance, "currency": "USD"}, objective_value=1.0)
    found = al.compare([plan, dollars])
    assert found.costs.empty
    assert any("CNY and USD: not compared" in note for note in found.notes)


def test_plans_that_cannot_be_compared_are_refused_all_at_once():
    """Other regions, other coordinate systems, too few, no plans."""
    plan = first_plan()
    units = plan.units.assign(unit="Z" + plan.units["unit"].astype(str))
    with pytest.raises(InputError) as error:
        al.compare({"a": plan, "far": replace(plan, units=units, region="Far"),
                    "mercator": replace(plan, crs="EPSG:3857")})  # fmt: skip
    text = str(error.value)
    assert "far is of another region (Far) than a (small)" in text
    assert "mercator is in EPSG:3857, a in EPSG:32651" in text
    with pytest.raises(InputError, match="at least two plans to compare, got 1"):
        al.compare([plan])
    with pytest.raises(InputError, match="b must be a plan, got str; read a folder"):
        al.compare({"a": plan, "b": "plans/b"})


def test_rules_that_only_one_plan_has():
    """Told as such, not as met or failed."""
    plan = first_plan()
    lines = compliance_table([line("NEW", required=5, achieved=3, slack=-2, met=False)])
    both = replace(plan, compliance=pd.concat([plan.compliance, lines], ignore_index=True))
    found = al.compare([plan, both])
    assert found.rules["verdict"].tolist() == ["only in the other plan: NOT met"]
    assert al.compare([both, plan]).rules["verdict"].tolist() == ["only in the first plan: NOT met"]


def test_more_than_two_are_each_held_against_the_first():
    """In the order given."""
    found = al.compare({"a": first_plan(), "b": other_plan(), "c": first_plan()})
    assert set(found.sites["plan"]) == {"b"}
    assert "c against a (small):\n  nothing differs" in found.summary()


def test_written_plans_compare_the_same(tmp_path):
    """From their folders; as csv and Excel; on the command line, also for machines."""
    export(first_plan(), tmp_path / "base")
    export(other_plan(), tmp_path / "more")
    found = al.compare({n: al.read_plan(tmp_path / n) for n in ("base", "more")})
    direct = al.compare({"base": first_plan(), "more": other_plan()})
    for name, table in direct.tables.items():
        pd.testing.assert_frame_equal(found.tables[name], table, check_dtype=False)
    files = found.write(tmp_path / "differences")
    assert sorted(p.name for p in files) == sorted([
        "inputs.csv", "rules.csv", "sites.csv", "units.csv", "people.csv", "ways.csv",
        "costs.csv", "summary.txt",
    ])  # fmt: skip
    back = pd.read_csv(tmp_path / "differences" / "people.csv")
    assert back["gain"].tolist() == found.people["gain"].tolist()
    done = CliRunner().invoke(
        app, ["compare", str(tmp_path / "base"), str(tmp_path / "more"), "--json",
              "--out", str(tmp_path / "d.xlsx")],
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["people"][0]["gain"] == found.people["gain"].iloc[0]
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    assert book.sheetnames == ["summary", *found.tables]
    assert book["sites"].max_row == len(found.sites) + 1
    assert all(c.data_type != "f" for row in book["sites"].iter_rows() for c in row)
    with pytest.raises(InputError, match=r"write \.xlsx, or a folder"):
        found.write(tmp_path / "d.pdf")


def test_names_are_inert_in_notebooks():
    """A plan's name is data."""
    found = al.compare({"<script>": first_plan(), "b": other_plan(region="<img>")})
    assert "<script>" not in found._repr_html_()
    assert repr(found).startswith("<Comparison <script> | b: rows that differ: ")

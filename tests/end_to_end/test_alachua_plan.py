"""``allocator plan data/alachua/scenario.toml``: a real county, and whom no post can reach."""

import sys

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.spatial.distance import cdist

RESIDENTS = 256_581


@pytest.fixture(scope="module")
def nearest_school_km(alachua):
    """Straight km from each cell to the nearest of the 121 schools; a cell has its own size."""
    cells, sites = alachua.table("cells"), alachua.region.sites.table
    assert len(sites) == 121
    km = cdist(cells[["x_m", "y_m"]], sites[["x_m", "y_m"]]).min(axis=1) / 1000
    return np.maximum(km, 0.38 * 0.25)


def test_people_beyond_every_school_are_counted(alachua, nearest_school_km):
    """Exit code 3: those beyond 15 minutes of any school, and they alone, stay uncovered."""
    assert alachua.run.exit_code == 3, alachua.run.told
    cells, line = alachua.table("cells"), alachua.line("A2")
    kmh = np.where(cells["urban"], 30, 50)
    beyond = nearest_school_km * 1.3 / kmh * 60 > 15 * (1 + 1e-9)
    assert line["required"] == RESIDENTS
    assert -line["slack"] == cells["people"][beyond].sum() > 1_000
    assert (cells["covered:A2"].to_numpy() == ~beyond).all()
    assert f"{line['slack']:,.0f}" in alachua.run.stdout


def test_town_people_beyond_every_school_are_counted(alachua, nearest_school_km):
    """Within 3.5 km of a post live all town people whom any school is that near to."""
    cells, line = alachua.table("cells"), alachua.line("A3")
    urban = cells["urban"]
    beyond = urban & (nearest_school_km > 3.5 * (1 + 1e-9))
    assert line["required"] == cells["people"][urban].sum()
    assert -line["slack"] == cells["people"][beyond].sum() > 0
    assert line["strength"] == "target"
    assert not line["met"]


def test_ambulances_and_crews_reach_their_floors(alachua):
    """One ambulance per 30,000 residents makes 9; each of a station's has its crew."""
    line = alachua.line("A1")
    assert line["required"] == 9
    assert line["achieved"] >= 9
    fleet = line["achieved"]
    for rule in ("A5", "A6"):
        assert alachua.line(rule)["required"] == alachua.line(rule)["achieved"] == fleet
    facilities = alachua.table("facilities")
    assert (facilities["status"] == "new").all()
    assert (facilities["ambulances"] >= 1).all()
    assert facilities["ambulances"].sum() == fleet


def test_another_program_finds_no_fewer_posts(alachua):
    """A plain covering program of everybody whom a school can reach needs as many posts."""
    cells, sites = alachua.table("cells"), alachua.region.sites.table
    km = np.maximum(cdist(cells[["x_m", "y_m"]], sites[["x_m", "y_m"]]) / 1000, 0.38 * 0.25)
    urban = cells["urban"].to_numpy()
    in_time = km * 1.3 / np.where(urban, 30, 50)[:, None] * 60 <= 15 * (1 + 1e-9)
    in_town = km[urban] <= 3.5 * (1 + 1e-9)
    reach = np.unique(np.vstack([in_time, in_town]), axis=0)
    reach = reach[reach.any(axis=1)].astype(float)
    least = milp(np.ones(121), constraints=LinearConstraint(reach, lb=1),
                 integrality=np.ones(121), bounds=Bounds(0, 1))  # fmt: skip
    assert least.success
    assert len(alachua.table("facilities")) == round(least.fun)


def test_mean_response_in_town_is_that_of_the_cells(alachua):
    """The mean response is the residents' mean of call, turnout and way, and below 11 minutes."""
    cells, posts = alachua.table("cells"), alachua.table("facilities")
    town = cells[cells["urban"]]
    km = cdist(town[["x_m", "y_m"]], posts[["x_m", "y_m"]]).min(axis=1) / 1000
    minutes = 1 + 3 + np.maximum(km, 0.38 * 0.25) * 1.3 / 30 * 60
    line = alachua.line("A4")
    assert line["achieved"] == pytest.approx(np.average(minutes, weights=town["people"]))
    assert line["required"] == 11
    assert line["met"]


def test_every_rule_is_evaluated_for_county_and_whole(alachua):
    """Each of the six rules has a line for the county, which is the whole, and they agree."""
    lines = alachua.lines
    for rule in ("A1", "A2", "A3", "A4", "A5", "A6"):
        whole, county = lines.loc[(rule, "all")], lines.loc[(rule, "12001")]
        assert whole["evaluated"]
        for column in ("required", "achieved", "slack", "met"):
            assert whole[column] == county[column], (rule, column)


def test_units_table_has_the_county_once(alachua):
    """The county is planning unit and root at once: one row per resource, residents complete."""
    units = alachua.table("units")
    assert set(units["unit"]) == {"12001"}
    assert not units.duplicated("resource").any()
    allocated = units.set_index("resource")["allocated"]
    assert allocated["residents"] == RESIDENTS == alachua.table("cells")["people"].sum()
    assert allocated["ambulances"] == allocated["ems_drivers"] == allocated["ems_nurses"]
    assert pd.isna(units.set_index("resource")["have"]["ambulances"])


def test_proof_is_complete(alachua, capsys, record_property):
    """Every tier and block is proven optimal; time and peak are printed."""
    tiers = alachua.table("tiers")
    assert set(tiers["status"]) == {"optimal"}
    assert not tiers.isna().any(axis=None)
    assert (tiers["gap"] <= 1e-4).all()
    run = alachua.run
    record_property("seconds", run.seconds)
    record_property("peak_mb", run.peak_mb)
    with capsys.disabled():
        sys.stdout.write(f"\nAlachua, whole run: {run.seconds:.0f} s, {run.peak_mb:.0f} MB\n")

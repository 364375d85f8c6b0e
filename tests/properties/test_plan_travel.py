"""Plans whose minutes come from a table: the same as trying every choice of sites."""

import pandas as pd
import pytest
from builders import rule, small_policy
from hypothesis import given
from hypothesis import strategies as st
from planned import misses, open_ids, planned
from planning_oracles import READINGS, best_sites, better, mean_response, site_miss, site_score
from strategies import KIND, STRENGTHS, few, regions

from allocator.auditing.compliance import audit
from allocator.lp.solvers import SolverSettings
from allocator.travel.journeys import Travel
from allocator.travel.means import ByTable

MINUTES = st.one_of(st.sampled_from([0.0, 5.0, 10.0, 15.0]), st.floats(0.0, 30.0))
LIMITS = st.sampled_from([3, 5, 10, 15, "7.5"])


@st.composite
def questions(draw):
    """A region, rules in minutes, and a table per mode in which pairs may be missing."""
    region = draw(regions(max_sites=4))
    pairs = [(c, s) for c in region.grid.table.index for s in region.sites.table.index]
    tables = {
        mode: {pair: draw(MINUTES) for pair in pairs if draw(st.integers(0, 4))}
        for mode in draw(st.sets(st.sampled_from(["walk", "drive", "ambulance"]), min_size=1))
    }
    rural_by = draw(st.sampled_from([{}, {"walk": "drive"}, {"drive": "walk"}]))
    made = []
    for k in range(draw(st.integers(1, 3))):
        fields = {"id": f"r{k}", "strength": draw(STRENGTHS), "sites": {"kinds": [KIND]}}
        level = draw(st.sampled_from([(), (), ("county",)]))
        group = draw(st.sampled_from(["total", "urban", "rural"]))
        if draw(st.integers(0, 3)):
            more = {
                "within_minutes": draw(LIMITS),
                "mode": draw(st.sampled_from(["walk", "drive", "ambulance"])),
                "share": draw(st.sampled_from([1, "0.9", "0.5"])),
            }  # fmt: skip
            more["from_call"] = more["mode"] == "ambulance" and draw(st.booleans())
            made.append(rule("coverage", level=level, group=group, **more, **fields))
        else:
            limit = draw(st.sampled_from([8, 12, 30]))
            made.append(rule("mean_response", level=level, group=group, minutes=limit, **fields))
    return region, made, tables, rural_by


def travel_by(tables, rural_by):
    """The tables as a caller gives them: ambulances come from the site."""
    means = {}
    for mode, table in tables.items():
        rows = [(c, s, value) for (c, s), value in table.items()]
        columns = ["from_id", "to_id", "minutes"]
        if mode == "ambulance":
            columns = ["to_id", "from_id", "minutes"]
        means[mode] = ByTable(pd.DataFrame(rows, columns=columns))
    return Travel(**means, rural_by=rural_by)


@pytest.mark.filterwarnings("ignore::allocator.travel.tables.TableWarning")
@few
@given(questions())
def test_no_choice_of_sites_is_better(question):
    """Misses and cost are the least of all choices, and what the audit says is what is there."""
    region, made, tables, rural_by = question
    travel = travel_by(tables, rural_by)
    how = {**READINGS, "travel": tables, "rural_by": rural_by}
    plan = planned(region, *made, travel=travel, solver=SolverSettings(gap=0.0))
    best = best_sites(region, made, how)
    stands = region.sites.table.index.isin(open_ids(plan))
    opened = [s for _, s in region.sites.table[stands].iterrows()]
    score = site_score(region, made, opened, how)
    assert not better(best, score)
    assert not better((*best[:3], 0.0), (*misses(plan), 0.0))
    lines = audit(region, small_policy(*made), plan, travel=travel)
    pd.testing.assert_frame_equal(
        lines.drop(columns="price"), plan.compliance.drop(columns="price")
    )
    for one in made:
        if one.kind == "mean_response" and not one.level and opened:
            line = lines[(lines["rule"] == one.id) & (lines["area"] == "all")].iloc[0]
            mean = mean_response(region, one, opened, None, how)
            assert line["achieved"] == mean or abs(line["achieved"] - mean) < 1e-6
        met = lines[(lines["rule"] == one.id) & (lines["area"] == "all")]["met"].iloc[0]
        if not one.level and one.kind == "coverage" and one.share < 1:
            assert bool(met) == (site_miss(region, one, opened, how) <= 1e-9)

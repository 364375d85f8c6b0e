"""The benchmarks run, notice answers that cannot both be right, and show what was measured."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks import run, table
from benchmarks.instances import SIDE_KM, county
from benchmarks.jobs import HIGHS, JOBS, OURS, PUBLISHED, SPOPT, find

HERE = Path(__file__).parent
PROVEN = {"status": "optimal", "objective": 100.0, "bound": 100.0, "counted": 100.0}


def test_a_county_has_exactly_so_many_cells_and_is_the_same_again():
    """Each cell once, people whole, everything within the plain, nothing left to chance."""
    one, again, other = county(1_234, 56), county(1_234, 56), county(1_234, 56, seed=7)
    assert len(one.people) == 1_234
    assert len({*zip(one.raster_row.tolist(), one.raster_column.tolist(), strict=True)}) == 1_234
    assert (one.people == np.floor(one.people)).all()
    assert ((one.site_xy_m >= 0) & (one.site_xy_m <= SIDE_KM * 1000)).all()
    assert ((one.cell_xy_m > 0) & (one.cell_xy_m < SIDE_KM * 1000)).all()
    for name in ("people", "raster_row", "raster_column", "site_xy_m"):
        assert (getattr(one, name) == getattr(again, name)).all()
    assert (one.people != other.people).any()


def test_all_distances_of_a_county():
    """Every pair once, by cell and then by site."""
    small = county(60, 7)
    km = small.all_km()
    away_m = small.cell_xy_m[9] - small.site_xy_m[4]
    assert (km.cell[9 * 7 + 4], km.site[9 * 7 + 4]) == (9, 4)
    assert km.value[9 * 7 + 4] == pytest.approx(np.hypot(*away_m) / 1000, rel=1e-12)
    assert len(km) == 60 * 7


def test_every_row_has_a_name_of_its_own():
    """``--only`` finds each."""
    rows = (*JOBS, *PUBLISHED)
    assert len({row.name for row in rows}) == len(rows)
    assert all(find(row.name) is row for row in rows)


@pytest.mark.parametrize(
    ("name", "theirs", "said"),
    [
        ("mclp-500x100", 100.0, ""),
        ("mclp-500x100", 101.0, "beyond our bound"),
        ("mclp-500x100", 99.0, "calls 99 optimal"),
        ("lscp-2000x200", 99.0, "beyond our bound"),
        ("lscp-2000x200", 101.0, "calls 101 optimal"),
    ],
)
def test_answers_that_cannot_both_be_right_are_named(name, theirs, said):
    """Too good to be true, or called optimal when it is not."""
    got = {OURS: PROVEN, SPOPT: {"status": "optimal", "objective": theirs}}
    wrong = "\n".join(run.disagreements(find(name), got))
    assert said in wrong
    assert bool(said) == bool(wrong)


def test_an_answer_that_does_not_count_up_is_named():
    """What a model states is counted again from the coordinates."""
    wrong = run.disagreements(find("mclp-500x100"), {OURS: {**PROVEN, "counted": 98.0}})
    assert wrong == ["mclp-500x100: 100 stated, 98 counted"]


def test_the_bar_is_judged_by_what_was_measured():
    """Ratio, memory and proof, each in words."""
    job = find("mclp-5000x500")
    ours = {**PROVEN, "gap": 0.0, "cpu": 0.1, "megabytes": 200.0}
    peer = {**PROVEN, "gap": 0.0, "cpu": 14.0, "megabytes": 400.0}
    assert table.verdict(job, {OURS: ours, SPOPT: peer}) == (
        "150 times faster: **not met**; memory <= 100% (is 50%): met"
    )
    assert "150 times faster: met" in table.verdict(job, {OURS: ours, SPOPT: {**peer, "cpu": 15.1}})


def test_a_time_below_the_tick_of_the_clock_is_no_ratio_by_zero():
    """Some machines count no processor time for what takes a millisecond."""
    ours, peer = {**PROVEN, "cpu": 0.0}, {**PROVEN, "cpu": 0.5}
    assert table._ratio(peer, ours) == "> 500.0"
    assert table._ratio(peer, {**ours, "cpu": 0.25}) == "2.0"


def test_the_page_is_what_was_measured():
    """RESULTS.md says what results.json says."""
    kept = json.loads((HERE / "results.json").read_text("utf-8"))
    assert (HERE / "RESULTS.md").read_text("utf-8") == table.text(kept)


@pytest.mark.examples
def test_the_quick_form_runs():
    """Three models, each against HiGHS in a process of its own; answers agree."""
    names = ["mclp-500x100", "lscp-2000x200", "p-median-500x100"]
    done = subprocess.run(
        [sys.executable, str(HERE / "run.py"), "--quick", "--only", *names, "--ways", OURS, HIGHS],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("| allocator: optimal") == len(names)
    assert done.stdout.count("| plain HiGHS: optimal") == len(names)

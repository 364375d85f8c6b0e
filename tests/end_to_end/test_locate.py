"""``allocator locate`` as a process: a country's raster, and a published p-median.

The data are not part of the project: these tests run where a copy lies beside it, in
``../shared/data`` (WorldPop, CC BY 4.0; WHO / KWTRP list of Maina et al. 2019, CC BY 4.0;
OR-Library, J. E. Beasley).
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import orlib
import pandas as pd
import pytest
import rasterio
from capacitated_instances import PMEDCAP, PMEDCAP_OPTIMA, read_pmedcap
from rasterio.warp import transform
from scipy.spatial import cKDTree

DATA = Path(__file__).parents[3] / "shared" / "data"
COMOROS = DATA / "comoros"
RASTER = COMOROS / "com_ppp_2020_UNadj.tif"
PEOPLE = 869_595


@pytest.fixture(scope="module")
def facilities(tmp_path_factory):
    """The WHO list with ids; the one row without coordinates is left out."""
    table = pd.read_csv(COMOROS / "who_kwtrp_public_facilities_comoros.csv")
    table = table.dropna(subset=["Lat", "Long"]).reset_index(drop=True)
    table.insert(0, "id", [f"f{i:02d}" for i in table.index])
    path = tmp_path_factory.mktemp("comoros") / "facilities.csv"
    table[["id", "Facility name", "Long", "Lat"]].to_csv(path, index=False)
    return path


def answered(command, out, *arguments, code=0):
    """Run the command; give its JSON."""
    done = command("locate", *arguments, "--json", out)
    assert done.exit_code == code, done.told
    return json.loads(out.read_text("utf-8"))


@pytest.mark.skipif(not COMOROS.is_dir(), reason=f"no copy of the data at {COMOROS}")
def test_a_country_from_its_raster(command, facilities, tmp_path):
    """Twelve of the 65 public facilities that most people of the Comoros live near.

    Read and counted again here, with other tools: raster to points in UTM 38 S, nearest open site.
    """
    answer = answered(
        command, tmp_path / "a.json", "mclp", "--demand", RASTER, "--grid-kind", "count",
        "--sites", facilities, "--radius-km", 3.5, "--p", 12,
    )  # fmt: skip
    assert answer["status"] == "optimal"
    assert answer["people_total"] == pytest.approx(PEOPLE, rel=1e-5)
    assert answer["people_covered"] == pytest.approx(answer["objective"])
    assert len(answer["sites"]) <= 12
    assert answer["question"]["crs"] == "EPSG:32738"

    with rasterio.open(RASTER) as raster:
        values = raster.read(1)
        row, column = np.nonzero(values > 0)
        lon, lat = raster.xy(row, column)
    people = values[row, column].astype(float)
    sites = pd.read_csv(facilities).set_index("id")
    xy = np.column_stack(transform("EPSG:4326", "EPSG:32738", lon, lat))
    places = sites[["Long", "Lat"]].to_numpy()
    at = np.column_stack(transform("EPSG:4326", "EPSG:32738", places[:, 0], places[:, 1]))
    opened = sites.index.get_indexer(answer["sites"])
    near = cKDTree(at[opened]).query(xy)[0] <= 3500
    assert answer["people_covered"] == pytest.approx(people[near].sum(), rel=1e-6)
    # Greedy choice is a lower bound, everybody near any facility an upper one.
    reach = [np.array(cells, dtype=int) for cells in cKDTree(xy).query_ball_point(at, 3500)]
    covered = np.zeros(len(people), dtype=bool)
    for _ in range(12):
        gains = [people[cells[~covered[cells]]].sum() if len(cells) else 0.0 for cells in reach]
        covered[reach[int(np.argmax(gains))]] = True
    assert answer["objective"] >= people[covered].sum() * (1 - 1e-9)
    assert answer["objective"] <= people[np.unique(np.concatenate(reach))].sum()


@pytest.mark.skipif(not COMOROS.is_dir(), reason=f"no copy of the data at {COMOROS}")
def test_who_lives_beyond_reach_is_said(command, facilities, tmp_path):
    """Nobody can be reached everywhere in 3.5 km: exit 4; for the rest there is a proven cover."""
    asked = ("lscp", "--demand", RASTER, "--grid-kind", "count", "--sites", facilities,
             "--radius-km", 3.5)  # fmt: skip
    none = answered(command, tmp_path / "none.json", *asked, code=4)
    assert none["status"] == "infeasible"
    rest = answered(command, tmp_path / "rest.json", *asked, "--skip-unreachable")
    assert rest["status"] == "optimal"
    assert rest["unreached_people"] == pytest.approx(none["unreached_people"])
    assert rest["people_covered"] + rest["unreached_people"] == pytest.approx(PEOPLE, rel=1e-5)
    assert 0.1 < rest["unreached_people"] / PEOPLE < 0.9


@pytest.mark.skipif(not orlib.FOLDER.is_dir(), reason=f"no copy of the data at {orlib.FOLDER}")
def test_pmed1_as_tables(command, tmp_path):
    """OR-Library's pmed1 (100 vertices, p = 5) as csv: the published median and centre."""
    away, p = orlib.pmed("pmed1")
    n = len(away)
    pd.DataFrame({"id": range(1, n + 1), "people": 1}).to_csv(tmp_path / "d.csv", index=False)
    pd.DataFrame({"id": range(1, n + 1)}).to_csv(tmp_path / "s.csv", index=False)
    cell, site = (v.ravel() for v in np.indices(away.shape))
    times = pd.DataFrame({"from_id": cell + 1, "to_id": site + 1, "minutes": away.ravel()})
    times.to_csv(tmp_path / "t.csv", index=False)
    files = ("--demand", tmp_path / "d.csv", "--sites", tmp_path / "s.csv", "--times",
             tmp_path / "t.csv", "--p", p)  # fmt: skip
    median = answered(command, tmp_path / "m.json", "p-median", *files)
    assert (median["status"], median["objective"]) == ("optimal", 5819)
    assert median["objective_unit"] == "people-minutes"
    centre = answered(command, tmp_path / "c.json", "p-center", *files)
    assert centre["status"] == "optimal"
    assert centre["objective"] == orlib.published("kcenteropt.txt")["pmed1"]


@pytest.mark.skipif(not PMEDCAP.is_dir(), reason=f"no copy of the data at {PMEDCAP}")
def test_pmedcap1_as_tables(command, tmp_path):
    """OR-Library's first capacitated median: single source, distances not weighted by demand."""
    instance = read_pmedcap(PMEDCAP / "pmedcap1.txt")
    n = len(instance.people)
    cells = pd.DataFrame({"id": range(n), "people": instance.people, "one": 1})
    cells.to_csv(tmp_path / "d.csv", index=False)
    sites = pd.DataFrame({"id": range(n), "capacity": instance.capacity})
    sites.to_csv(tmp_path / "s.csv", index=False)
    cell, site = (v.ravel() for v in np.indices(instance.away.shape))
    times = pd.DataFrame({"from_id": cell, "to_id": site, "minutes": instance.away.ravel()})
    times.to_csv(tmp_path / "t.csv", index=False)
    answer = answered(
        command, tmp_path / "a.json", "capacitated", "--demand", tmp_path / "d.csv", "--sites",
        tmp_path / "s.csv", "--times", tmp_path / "t.csv", "--p", instance.p, "--single-source",
        "--weight-column", "one",
    )  # fmt: skip
    assert (answer["status"], answer["objective"]) == ("optimal", PMEDCAP_OPTIMA[1])
    assert max(answer["people_by_site"].values()) <= 120


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal that can be sent there")
def test_ctrl_c_writes_the_best_cover_so_far(tmp_path):
    """Stopped while it improves a cover that no proof will close soon: exit 130, JSON complete."""
    x, y = (v.ravel() for v in np.meshgrid(np.arange(50), np.arange(50)))
    table = pd.DataFrame({"people": 10, "x": 500_000 + 1000 * x, "y": 3_400_000 + 1000 * y})
    table.rename_axis("id").to_csv(tmp_path / "cells.csv")
    arguments = ["locate", "lscp", "--demand", "cells.csv", "--sites", "cells.csv", "--crs",
                 "EPSG:32651", "--radius-km", "2.46", "--json", "a.json"]  # fmt: skip
    run = subprocess.Popen(
        [sys.executable, "-m", "allocator", *arguments], cwd=tmp_path, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    for line in run.stderr:
        if ": cost " in line:
            run.send_signal(signal.SIGINT)
            break
    told, _ = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "feasible (interrupted)" in told
    answer = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert (answer["status"], answer["interrupted"], answer["exit_code"]) == ("feasible", True, 130)
    assert answer["people_covered"] == answer["people_total"] == 25_000
    assert 0 < answer["bound"] < answer["objective"] == len(answer["sites"])

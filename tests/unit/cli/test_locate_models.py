"""Every word of ``allocator locate MODEL``, from files, against all choices tried one by one."""

import json

import location_oracles as oracle
import numpy as np
import pytest
from typer.testing import CliRunner

from allocator.cli.app import app

CELLS, SITES = 8, 5
RNG = np.random.default_rng(11)
X_KM, Y_KM = RNG.integers(0, 12, CELLS) + 0.5, RNG.integers(0, 12, CELLS) + 0.25
AT_X, AT_Y = RNG.permutation(13)[:SITES].astype(float), RNG.permutation(13)[:SITES].astype(float)
PEOPLE = np.array([120.0, 80, 45, 60, 10, 0, 200, 33])
ELDERLY = np.array([20.0, 8, 45, 6, 1, 0, 50, 3])
COST = np.array([3.0, 5, 2, 4, 6])
KM = np.hypot(X_KM[:, None] - AT_X, Y_KM[:, None] - AT_Y)
MINUTES = np.round(KM * 1.3 * 60 / 40, 6)
BETWEEN_KM = np.hypot(AT_X[:, None] - AT_X, AT_Y[:, None] - AT_Y)
EAST_M, NORTH_M = 300_000, 3_400_000
RADIUS = 6.0
REACH = KM <= RADIUS
WIDE = KM <= 9.0
ONE_EACH = [1] * SITES


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The instance as tables: places in metres, and times between them."""
    folder = tmp_path_factory.mktemp("instance")
    cells = "".join(
        f"c{i},{PEOPLE[i]},{ELDERLY[i]},{EAST_M + 1000 * X_KM[i]},{NORTH_M + 1000 * Y_KM[i]}\n"
        for i in range(CELLS)
    )
    sites = "".join(
        f"s{j},{COST[j]},{EAST_M + 1000 * AT_X[j]},{NORTH_M + 1000 * AT_Y[j]}\n"
        for j in range(SITES)
    )
    arcs = "".join(f"c{i},s{j},{MINUTES[i, j]}\n" for i in range(CELLS) for j in range(SITES))
    between = "".join(
        f"s{i},s{j},{BETWEEN_KM[i, j]}\n" for i in range(SITES) for j in range(SITES) if i != j
    )
    (folder / "cells.csv").write_text(f"id,people,elderly,x,y\n{cells}", encoding="utf-8")
    (folder / "sites.csv").write_text(
        "id,x,y\n" + "".join(line.replace(f",{COST[j]},", ",", 1) + "\n"
                             for j, line in enumerate(sites.splitlines())),
        encoding="utf-8",
    )  # fmt: skip
    (folder / "priced.csv").write_text(f"id,cost,x,y\n{sites}", encoding="utf-8")
    (folder / "times.csv").write_text(f"from_id,to_id,minutes\n{arcs}", encoding="utf-8")
    (folder / "between.csv").write_text(f"from_id,to_id,minutes\n{between}", encoding="utf-8")
    (folder / "levels.csv").write_text(
        "name,radius_km,p,weight\nstation,4,2,1\nhospital,6,1,2\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def locate(files, tmp_path):
    """Run the command on the instance; give its JSON and what it printed."""

    def run(model, *options, sites="sites.csv", code=0, demand=True):
        out = tmp_path / "answer.json"
        arguments = ["locate", model, "--sites", files / sites, "--json", out]
        arguments += ["--demand", files / "cells.csv"] if demand else []
        arguments += [files / o if str(o).endswith(".csv") else o for o in options]
        done = CliRunner().invoke(app, list(map(str, arguments)))
        assert done.exit_code == code, f"{done.stdout}\n{done.stderr}"
        return json.loads(out.read_text("utf-8")), done

    return run


PLACES = ("--crs", "EPSG:32651")
NEAR = (*PLACES, "--radius-km", RADIUS)
WIDELY = (*PLACES, "--radius-km", 9)


def covered_by(answer, reach):
    """People who reach an open site."""
    opened = [int(s[1:]) for s in answer["sites"]]
    return PEOPLE[reach[:, opened].any(axis=1)].sum() if opened else 0.0


def held(answer, expected, unit):
    """The objective is the best of all choices, proven, in the unit of the contract."""
    assert answer["status"] == "optimal"
    assert answer["objective"] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert answer["bound"] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert answer["gap"] == pytest.approx(0, abs=1e-6)
    assert answer["objective_unit"] == unit
    assert answer["people_total"] == PEOPLE.sum()


def test_lscp(locate):
    """The fewest sites, or the least cost where sites have one."""
    answer, _ = locate("lscp", *WIDELY)
    held(answer, oracle.lscp(WIDE), "sites")
    assert answer["people_covered"] == PEOPLE.sum()
    answer, _ = locate("LSCP", *WIDELY, sites="priced.csv")
    held(answer, oracle.lscp(WIDE, cost=COST), "cost")


def test_lscp_by_minutes_equals_lscp_by_km(locate):
    """A table of times and coordinates with speed and detour say the same as the radius."""
    limit = 9 * 1.3 * 60 / 40
    table, _ = locate("lscp", "--times", "times.csv", "--within-minutes", limit + 1e-5)
    speed, _ = locate("lscp", *PLACES, "--speed-kmh", 40, "--detour", 1.3,
                      "--within-minutes", limit)  # fmt: skip
    both, _ = locate("lscp", *WIDELY, "--speed-kmh", 40, "--detour", 1.3)
    assert table["objective"] == speed["objective"] == both["objective"] == oracle.lscp(WIDE)


def test_backup(locate):
    """LSCP-B without p, BACOP1 with p, BACOP2 with theta."""
    answer, _ = locate("backup", *WIDELY)
    fewest, backed = oracle.lscp_b(WIDE, PEOPLE, ONE_EACH)
    held(answer, backed, "people")
    assert len(answer["sites"]) == fewest
    answer, _ = locate("backup", *WIDELY, "--p", 4)
    held(answer, oracle.bacop1(WIDE, PEOPLE, 4, ONE_EACH), "people")
    answer, _ = locate("backup", *NEAR, "--p", 3, "--theta", 0.3)
    held(answer, oracle.bacop2(REACH, PEOPLE, 3, 0.3, ONE_EACH), "people")


def test_dsm(locate):
    """Two limits, a share within the nearer."""
    answer, _ = locate("dsm", *NEAR, "--radius2-km", 9, "--alpha", 0.6, "--p", 4)
    held(answer, oracle.dsm(REACH, WIDE, PEOPLE, 4, 0.6, [4] * SITES), "people")
    assert sum(answer["servers"].values()) <= 4


def test_mexclp_and_malp(locate):
    """Servers that are busy part of the time."""
    answer, _ = locate("mexclp", *NEAR, "--p", 4, "--busy", 0.4)
    held(answer, oracle.mexclp(REACH, PEOPLE, 4, 0.4, [4] * SITES), "people")
    answer, _ = locate("mexclp", *NEAR, "--p", 4, "--calls-per-hour", 2, "--hours-per-call", 0.8,
                       "--max-per-site", 1)  # fmt: skip
    held(answer, oracle.mexclp(REACH, PEOPLE, 4, 0.4, ONE_EACH), "people")
    answer, _ = locate("malp", *NEAR, "--p", 5, "--busy", 0.4, "--reliability", 0.8)
    held(answer, oracle.malp(REACH, PEOPLE, 5, 0.4, 0.8, [5] * SITES), "people")


def test_mclp(locate):
    """p sites, a budget, and a floor for a group."""
    answer, _ = locate("mclp", *NEAR, "--p", 2)
    held(answer, oracle.mclp(REACH, PEOPLE, 2), "people")
    assert answer["people_covered"] == answer["objective"] == covered_by(answer, REACH)
    answer, _ = locate("mclp", *NEAR, "--budget", 7, sites="priced.csv")
    held(answer, oracle.mclp(REACH, PEOPLE, cost=COST, budget=7), "people")
    answer, _ = locate("mclp", *NEAR, "--p", 2, "--floor", "elderly=60%")
    held(answer, oracle.mclp(REACH, PEOPLE, 2, asked=[(ELDERLY, 0.6)]), "people")
    assert answer["people_uncovered"]["elderly"] <= 0.4 * ELDERLY.sum()


def test_psclp(locate):
    """A share of everybody, and one more of a group."""
    answer, _ = locate("psclp", *NEAR, "--share", 0.7)
    held(answer, oracle.psclp(REACH, [(PEOPLE, 0.7)]), "sites")
    answer, _ = locate("psclp", *NEAR, "--share", "50%", "--share", "elderly=0.7",
                       sites="priced.csv")  # fmt: skip
    held(answer, oracle.psclp(REACH, [(PEOPLE, 0.5), (ELDERLY, 0.7)], cost=COST), "cost")


def test_p_median(locate):
    """People-minutes from times, people-km from places."""
    answer, _ = locate("p-median", "--times", "times.csv", "--p", 2)
    held(answer, oracle.p_median(MINUTES, PEOPLE, 2), "people-minutes")
    answer, _ = locate("p-median", *PLACES, "--p", 2)
    held(answer, oracle.p_median(KM, PEOPLE, 2), "people-km")
    answer, _ = locate("p-median", *PLACES, "--speed-kmh", 40, "--detour", 1.3, "--p", 2)
    held(answer, oracle.p_median(MINUTES, PEOPLE, 2), "people-minutes")


def test_p_center(locate):
    """Minutes from times, km from places."""
    answer, _ = locate("p-center", "--times", "times.csv", "--p", 2)
    held(answer, oracle.p_center(MINUTES, 2), "minutes")
    answer, _ = locate("p_center", *PLACES, "--p", 2)
    held(answer, oracle.p_center(KM, 2), "km")


def test_p_dispersion(locate):
    """Sites alone, by places or by a table of times between sites."""
    answer, _ = locate("p-dispersion", *PLACES, "--p", 3, demand=False)
    assert answer["objective"] == pytest.approx(oracle.p_dispersion(BETWEEN_KM, 3))
    assert (answer["objective_unit"], answer["people_total"]) == ("km", None)
    answer, _ = locate("p-dispersion", "--times", "between.csv", "--p", 3)
    assert answer["objective"] == pytest.approx(oracle.p_dispersion(BETWEEN_KM, 3))
    assert answer["objective_unit"] == "minutes"
    assert any("--demand is not used" in note for note in answer["notes"])


def test_capacitated(locate):
    """Loads between two limits, cells split or whole, cost instead of travel."""
    answer, _ = locate("capacitated", *PLACES, "--min-load", 100, "--max-load", 300, "--p", 3)
    held(answer, oracle.capacitated(KM, PEOPLE, p=3, least=100, most=300), "people-km")
    assert all(100 <= n <= 300 + 1e-6 for n in answer["people_by_site"].values())
    answer, _ = locate("capacitated", *PLACES, "--max-load", 300, "--p", 3, "--single-source")
    expected = oracle.capacitated(KM, PEOPLE, p=3, most=300, single=True)
    held(answer, expected, "people-km")
    answer, _ = locate("capacitated", *PLACES, "--max-load", 400, "--minimise", "cost",
                       "--travel-cost", 0.01, sites="priced.csv")  # fmt: skip
    held(answer, oracle.capacitated(KM, PEOPLE, most=400, fixed=COST, rate=0.01), "cost")


def test_hierarchical(locate):
    """Levels from a table: limit, number and weight of each."""
    answer, _ = locate("hierarchical", *PLACES, "--levels", "levels.csv")
    expected = oracle.hierarchical([KM <= 4, KM <= 6], PEOPLE, p=[2, 1], weights=[1, 2])
    held(answer, expected, "people")
    assert sorted(answer["levels"].values()).count("hospital") <= 1
    assert set(answer["levels"]) == set(answer["sites"])
    assert any("once per level" in note for note in answer["notes"])


def test_hierarchical_keeps_what_stands(locate, files):
    """An existing hospital stays one; a level that nobody knows is refused."""
    table = "id,x,y,status,level\n" + "".join(
        f"s{j},{EAST_M + 1000 * AT_X[j]},{NORTH_M + 1000 * AT_Y[j]},"
        + ("existing,hospital\n" if j == 4 else ",\n")
        for j in range(SITES)
    )
    (files / "today.csv").write_text(table, encoding="utf-8")
    answer, _ = locate("hierarchical", *PLACES, "--levels", "levels.csv", sites="today.csv")
    assert answer["levels"]["s4"] == "hospital"
    assert list(answer["levels"].values()).count("hospital") == 1
    (files / "today.csv").write_text(table.replace("hospital", "hopital"), encoding="utf-8")
    arguments = ["--demand", files / "cells.csv", "--sites", files / "today.csv", *PLACES,
                 "--levels", files / "levels.csv"]  # fmt: skip
    done = CliRunner().invoke(app, ["locate", "hierarchical", *map(str, arguments)])
    assert done.exit_code == 2
    assert "'hopital' are no levels of --levels; did you mean 'hospital'?" in done.stderr


def test_k_best(locate):
    """The next best sets stand in the JSON and in the summary."""
    answer, done = locate("mclp", *NEAR, "--p", 2, "--k", 3)
    values = sorted(
        (PEOPLE[REACH[:, s].any(axis=1)].sum() for s in oracle.site_sets(SITES, 2)), reverse=True
    )
    found = [answer["objective"], *(a["objective"] for a in answer["alternatives"])]
    assert found == values[:3]
    sets = {tuple(a["sites"]) for a in [answer, *answer["alternatives"]]}
    assert len(sets) == 3
    assert "rank" in done.stdout


def test_answers_say_the_same_twice(locate):
    """Same input, same answer, up to the seconds."""
    one, _ = locate("lscp", *WIDELY)
    other, _ = locate("lscp", *WIDELY)
    assert {**one, "seconds": 0} == {**other, "seconds": 0}


SHORT = 5.0
"""A radius at which some cells reach nobody."""
LEFT = (KM <= SHORT).any(axis=1)
REST = np.where(KM[LEFT] <= SHORT, KM[LEFT], np.inf)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("lscp",), oracle.lscp(REST < 99)),
        (("p-median", "--p", 4), oracle.p_median(REST, PEOPLE[LEFT], 4)),
        (("p-center", "--p", 4), oracle.p_center(REST, 4)),
        (("backup",), oracle.lscp_b(REST < 99, PEOPLE[LEFT], ONE_EACH)[1]),
        (("backup", "--p", 5), oracle.bacop1(REST < 99, PEOPLE[LEFT], 5, ONE_EACH)),
        (("dsm", "--radius2-km", SHORT, "--alpha", 0.5, "--p", 5),
         oracle.dsm(REST < 99, REST < 99, PEOPLE[LEFT], 5, 0.5, [5] * SITES)),
        (("capacitated", "--max-load", 400),
         oracle.capacitated(REST, PEOPLE[LEFT], most=400)),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_who_is_beyond_reach_is_left_out_on_demand(locate, asked, expected):
    """Without --skip-unreachable exit 4; with it the others are served, and people are counted."""
    assert 0 < LEFT.sum() < CELLS
    near = (*PLACES, "--radius-km", SHORT)
    beyond = [{"id": f"c{i}", "people": PEOPLE[i]} for i in np.flatnonzero(~LEFT)]
    beyond.sort(key=lambda cell: -cell["people"])
    answer, done = locate(*asked, *near, code=4)
    assert answer["unreached"] == beyond
    assert f"{beyond[0]['id']}: {beyond[0]['people']:g} people" in done.stderr
    answer, done = locate(*asked, *near, "--skip-unreachable")
    assert expected is not None
    assert answer["status"] == "optimal"
    assert answer["objective"] == pytest.approx(expected, rel=1e-6)
    assert answer["unreached"] == beyond
    assert answer["people_total"] == PEOPLE.sum()
    assert answer["people_covered"] <= PEOPLE[LEFT].sum()
    assert answer["people_uncovered"]["total"] >= PEOPLE[~LEFT].sum()
    assert any("are left out" in note for note in answer["notes"])

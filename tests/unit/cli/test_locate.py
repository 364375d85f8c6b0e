"""``allocator locate``: options that are missing or out of place, no answer, files, interrupts."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from typer.testing import CliRunner

from allocator.cli.app import app
from allocator.cli.locate_forms import FORMS
from allocator.cli.locate_options import Asked
from allocator.location import set_cover

CELLS = "id,people,urban,lon,lat\na,100,60,120.70,30.70\nb,50,0,120.72,30.70\nc,7,7,121.20,30.70\n"
SITES = "id,lon,lat\nS,120.70,30.70\nT,120.73,30.70\n"
RADIUS = ("--radius-km", 2)


@pytest.fixture
def locate(tmp_path):
    """Run the command on two cells near two sites and one cell far away."""
    (tmp_path / "cells.csv").write_text(CELLS, encoding="utf-8")
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")

    def run(*arguments, files=True):
        ends = ["--demand", tmp_path / "cells.csv", "--sites", tmp_path / "sites.csv"]
        given = ["locate", *arguments, *(ends if files else [])]
        return CliRunner().invoke(app, [str(a) for a in given])

    return run


def test_help_has_an_example_of_every_model(locate):
    """And says what the files hold, and what exit codes mean."""
    done = locate("--help", files=False)
    assert done.exit_code == 0
    for word in FORMS:
        assert f"allocator locate {word}" in " ".join(done.stdout.split()), word
    for text in ("from_id", "lon, lat", "status", "130 interrupted"):
        assert text in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("lsp", *RADIUS), "did you mean lscp?"),
        (("lscp",), "give --radius-km"),
        (("lscp", *RADIUS, "--p", 3), "--p is no option of lscp (it belongs to mclp"),
        (("mclp", *RADIUS), "--p or --budget is missing"),
        (("psclp", *RADIUS), "--share is missing"),
        (("psclp", *RADIUS, "--share", 90), "must be a share from 0 to 1"),
        (("psclp", *RADIUS, "--share", 0.9, "--share", 0.8), "has a share already"),
        (("mclp", *RADIUS, "--p", 0), "--p must be a whole number >= 1"),
        (("mclp", "--radius-km", -1, "--p", 1), "--radius-km must be >= 0, got -1"),
        (("mclp", "--radius-km", "nan", "--p", 1), "--radius-km must be >= 0, got nan"),
        (("mexclp", *RADIUS, "--p", 1), "--busy or --calls-per-hour is missing"),
        (("mexclp", *RADIUS, "--p", 1, "--busy", 1.5), "--busy must lie in 0..1"),
        (("mexclp", *RADIUS, "--p", 1, "--calls-per-hour", 2), "belong together"),
        (("malp", *RADIUS, "--p", 1, "--busy", 0.3), "--reliability is missing"),
        (("dsm", *RADIUS, "--p", 1, "--alpha", 0.9), "--radius2-km is missing"),
        (("dsm", *RADIUS, "--p", 1, "--alpha", 0.9, "--radius2-km", 1), "farther limit"),
        (("backup", *RADIUS, "--kind", "bacop3"), "must be lscp-b or bacop1 or bacop2"),
        (("backup", *RADIUS, "--kind", "bacop1"), "bacop1 places p sites"),
        (("hierarchical", *RADIUS), "--levels is missing"),
        (("p-median", "--p", 1, "--detour", 1.3), "--detour needs --speed-kmh"),
        (("p-median", "--p", 1, "--speed-kmh", 0), "--speed-kmh must be > 0"),
        (("lscp", "--within-minutes", 5), "--within-minutes needs --times, --roads, or --speed"),
        (("lscp", *RADIUS, "--roads", "nowhere.osm.pbf"), "there is no such file"),
        (("lscp", *RADIUS, "--mode", "walk"), "--mode needs --roads"),
        (("lscp", "--times", "t.csv", "--roads", "r.pbf"), "--roads is not used with --times"),
        (("lscp", "--times", "t.csv", *RADIUS), "--radius-km is not used with --times"),
        (("lscp", *RADIUS, "--gap", 2), "gap must lie in [0, 1)"),
        (("lscp", *RADIUS, "--time-limit", 0), "time_limit_seconds must be > 0"),
        (("lscp", *RADIUS, "--json", "nowhere/a.json"), "does not exist"),
        (("lscp", *RADIUS, "--group", "rural"), "column 'rural' is missing"),
        (("lscp", *RADIUS, "--people-column", "pop"), "column 'pop' is missing"),
        (("lscp", *RADIUS, "--people-column", "pop"), "give --people-column NAME"),
    ],
)
def test_bad_options_are_refused_with_what_to_do(locate, arguments, words):
    """Exit code 2, the option by name, and what is expected of it."""
    done = locate(*arguments)
    assert done.exit_code == 2, done.stderr
    assert words in done.stderr


def test_every_problem_of_the_options_is_told_at_once(locate):
    """Missing, out of place and out of range, in one message."""
    done = locate("malp", "--busy", 2, "--share", "0.5", files=False)
    assert done.exit_code == 2
    done = locate("malp", "--busy", 2, "--share", "0.5")
    for words in ("--p is missing", "--reliability is missing", "--busy must lie", "--share is no",
                  "how far is far?"):  # fmt: skip
        assert words in done.stderr


def test_cells_beyond_reach_are_named_with_their_people(locate, tmp_path):
    """Exit code 4: which cells, how many people, which radius would do; the JSON says it too."""
    out = tmp_path / "a.json"
    done = locate("lscp", *RADIUS, "--json", out)
    assert done.exit_code == 4
    assert "c: 7 people" in done.stderr
    assert "1 cells with 7 people reach no permitted site" in done.stderr
    assert "--radius-km 45" in done.stderr
    told = json.loads(out.read_text("utf-8"))
    assert (told["status"], told["exit_code"], told["sites"]) == ("infeasible", 4, [])
    assert told["unreached"] == [{"id": "c", "people": 7.0}]
    assert told["objective"] is None
    assert told["bound"] is None
    assert told["gap"] is None
    assert told["people_covered"] is None
    assert told["people_total"] == 157
    would = next(n for n in told["notes"] if "would reach every cell" in n).split()[1]
    assert locate("lscp", "--radius-km", would).exit_code == 0
    assert locate("lscp", "--radius-km", float(would) - 0.002).exit_code == 4


def test_the_rest_can_be_covered(locate, tmp_path):
    """--skip-unreachable covers the others, and says whom it leaves out."""
    out = tmp_path / "a.json"
    done = locate("lscp", *RADIUS, "--skip-unreachable", "--json", out, "--group", "urban")
    assert done.exit_code == 0
    told = json.loads(out.read_text("utf-8"))
    assert (told["status"], told["objective"], told["objective_unit"]) == ("optimal", 1, "sites")
    assert told["sites"] == ["T"] or told["sites"] == ["S"]
    assert told["unreached"] == [{"id": "c", "people": 7.0}]
    assert told["people_covered"] == 150
    assert told["people_uncovered"] == {"total": 7.0, "urban": 7.0}
    assert any("left out" in note for note in told["notes"])
    assert "c: 7 people" in done.stdout


def test_the_summary_says_what_is_proven_and_what_was_measured(locate, tmp_path):
    """Status, objective with unit, bound and gap, people, sites, notes, files."""
    done = locate("lscp", "--radius-km", 60, "--json", tmp_path / "a.json",
                  "--out-sites", tmp_path / "s.csv", "--out-cells", tmp_path / "c.csv")  # fmt: skip
    assert done.exit_code == 0
    for words in ("LSCP: optimal; objective 1 sites, bound 1, gap 0.0000%", "157 of 157",
                  "measured in EPSG:32651", "Written: "):  # fmt: skip
        assert words in done.stdout
    sites = (tmp_path / "s.csv").read_text("utf-8").splitlines()
    assert sites[0] == "id,status,people,cost"
    assert sites[1].split(",")[1:] == ["new", "157", "1"]
    cells = (tmp_path / "c.csv").read_text("utf-8").splitlines()
    assert cells[0] == "id,people,site,covered,km"
    assert len(cells) == 4


def test_the_json_has_the_keys_of_the_contract(locate, tmp_path):
    """Whatever the model: proof, sites, people, seconds, solver, versions."""
    out = tmp_path / "a.json"
    locate("lscp", "--radius-km", 60, "--json", out)
    text = out.read_text("utf-8")
    assert "NaN" not in text
    told = json.loads(text)
    for key in ("model", "status", "objective", "objective_unit", "bound", "gap", "sites",
                "people_covered", "people_total", "seconds", "solver", "versions"):  # fmt: skip
        assert told[key] is not None, key
    assert told["model"] == "lscp"
    assert told["versions"]["highs"]
    assert [i["file"] for i in told["inputs"]] == ["cells.csv", "sites.csv"]
    assert told["question"]["within"] == 60
    assert not list(tmp_path.glob(".*")), "nothing temporary stays"


def test_an_interrupt_writes_the_best_so_far(locate, tmp_path, monkeypatch):
    """Exit code 130, and the JSON holds what was found with its bound."""

    def interrupted(*_):
        raise KeyboardInterrupt

    whole = set_cover.least_cost_cover

    def cut_short(*arguments):
        return replace(whole(*arguments), interrupted=True, bound=0.0)

    monkeypatch.setattr(set_cover, "least_cost_cover", cut_short)
    out = tmp_path / "a.json"
    done = locate("lscp", "--radius-km", 60, "--json", out)
    assert done.exit_code == 130
    told = json.loads(out.read_text("utf-8"))
    assert told["interrupted"]
    assert told["status"] == "feasible"
    assert told["sites"]
    assert told["bound"] == 0
    assert told["gap"] == 1
    monkeypatch.setattr(set_cover, "least_cost_cover", interrupted)
    out.unlink()
    assert locate("lscp", "--radius-km", 60, "--json", out).exit_code == 130
    assert not out.exists()


def test_existing_required_and_forbidden_sites_come_from_the_file(locate, tmp_path):
    """Statuses are kept: p counts what stands, forbidden sites stay shut."""
    (tmp_path / "sites.csv").write_text(
        "id,lon,lat,status\nS,120.70,30.70,forbidden\nT,120.73,30.70,existing\n", encoding="utf-8"
    )
    out = tmp_path / "a.json"
    done = locate("lscp", "--radius-km", 60, "--json", out)
    assert done.exit_code == 0
    told = json.loads(out.read_text("utf-8"))
    assert (told["sites"], told["new_sites"], told["objective"]) == (["T"], [], 0)


@pytest.mark.parametrize(
    ("options", "kind"),
    [({}, "lscp-b"), ({"p": 3}, "bacop1"), ({"p": 3, "theta": 0.2}, "bacop2"),
     ({"p": 3, "kind": "bacop2"}, "bacop2")],
)  # fmt: skip
def test_which_backup_model_is_meant(options, kind):
    """By what was given, unless the kind is named."""
    nothing = dict.fromkeys(Asked.__dataclass_fields__)
    assert Asked(**{**nothing, "model": "backup", "options": options}).backup_kind == kind


def test_which_limit_would_do_is_read_from_the_table(locate, tmp_path):
    """The smallest that reaches everybody, or that the table has no way for some at all."""
    times = tmp_path / "times.csv"
    asked = ("lscp", "--times", times, "--within-minutes", 10)
    times.write_text("from_id,to_id,minutes\na,S,5\nb,T,12.3456\nc,S,11\nc,T,40\n", "utf-8")
    done = locate(*asked)
    assert done.exit_code == 4
    assert "--within-minutes 12.346 would reach every cell" in done.stderr
    assert locate("lscp", "--times", times, "--within-minutes", 12.346).exit_code == 0
    times.write_text("from_id,to_id,minutes\na,S,5\nb,T,12\n", "utf-8")
    done = locate(*asked)
    assert done.exit_code == 4
    assert "1 of them have no permitted site in the table of times at all" in done.stderr
    (tmp_path / "sites.csv").write_text("id,status\nS,forbidden\nT,forbidden\n", "utf-8")
    assert "every site is forbidden" in locate(*asked).stderr


def test_every_pair_of_a_table_without_limit_is_in_reach(locate, tmp_path):
    """And the notes say so."""
    times = tmp_path / "times.csv"
    times.write_text("from_id,to_id,minutes\na,S,5\nb,T,120\nc,S,110\n", "utf-8")
    done = locate("lscp", "--times", times)
    assert done.exit_code == 0
    assert "objective 2 sites" in done.stdout
    assert "every pair in the table of times counts as in reach" in done.stdout


def test_wrong_ids_in_the_table_are_bad_input(locate, tmp_path):
    """Exit code 2, with the ids that nobody knows, those of both sides at once."""
    times = tmp_path / "times.csv"
    times.write_text("from_id,to_id,minutes\nA,S,5\nb,U,-1\nc,S,110\n", "utf-8")
    done = locate("lscp", "--times", times)
    assert done.exit_code == 2
    for words in ("'A'", "'U'", "-1", "row 3"):
        assert words in done.stderr


def test_times_may_be_parquet(locate, tmp_path):
    """The same answer as from csv."""
    table = pd.DataFrame({"from_id": ["a", "b", "c"], "to_id": ["S", "T", "S"],
                          "minutes": [5.0, 12.0, 11.0]})  # fmt: skip
    table.to_csv(tmp_path / "times.csv", index=False)
    table.to_parquet(tmp_path / "times.parquet", index=False)
    told = []
    for name in ("times.csv", "times.parquet"):
        done = locate("p-median", "--times", tmp_path / name, "--p", 2)
        assert done.exit_code == 0
        told.append(done.stdout.splitlines()[2:])
        assert "objective 1,177 people-minutes" in done.stdout
    assert told[0] == told[1]


@pytest.mark.parametrize("model", [("lscp",), ("p-median", "--p", 1)])
def test_sites_far_from_everybody_are_pointed_out(locate, tmp_path, model):
    """A question of nobody has an answer, but its reason is probably a slip."""
    (tmp_path / "sites.csv").write_text("id,lon,lat\nS,119.0,30.0\n", encoding="utf-8")
    done = locate(*model, *RADIUS, "--skip-unreachable")
    assert done.exit_code == 0
    assert "people served: 0 of 157" in done.stdout
    assert "check the limit and the coordinates" in done.stdout

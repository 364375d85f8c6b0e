"""A written plan read back: the audit of its tables is the plan's own table, in every form."""

import csv
import hashlib
import json
import shutil

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from allocator.auditing.compliance import audit
from allocator.files.reading import read_plan
from allocator.region.stock import resources

NUMBERS = ["required", "required_upper", "achieved", "rate_required", "rate_achieved", "slack"]
WORDS = ["rule", "area", "area_name", "measure", "sense", "strength", "branch", "basis", "note"]
FLAGS = ["met", "binding", "evaluated"]
TABLES = ["compliance", "units", "facilities", "tiers", "conflicts", "marginals", "fairness",
          "assumptions", "cells"]  # fmt: skip
PRIMARY_CARE = ["community_health_centre", "township_health_centre", "health_station",
                "village_clinic"]  # fmt: skip


def same_lines(found, written):
    """Two compliance tables say the same, line by line."""
    for table in (found, written):
        assert not table.duplicated(["rule", "area"]).any()
    for column in WORDS:
        texts = [["" if pd.isna(v) else str(v) for v in t[column]] for t in (found, written)]
        assert texts[0] == texts[1], column
    for column in FLAGS:
        flags = [[None if pd.isna(v) else bool(v) for v in t[column]] for t in (found, written)]
        assert flags[0] == flags[1], column
    for column in NUMBERS:
        numbers = [table[column].astype(float).to_numpy() for table in (found, written)]
        np.testing.assert_allclose(*numbers, rtol=1e-9, err_msg=column)


# ---------------------------------------------------------------- what the plan says is what is


def test_audit_of_the_written_tables_equals_what_the_plan_says(planned):
    """Read back and audited, the tables give compliance.csv line by line (invariant 27)."""
    plan = read_plan(planned.folder)
    assert "edited_by_hand" not in plan.provenance
    same_lines(audit(planned.region, planned.policy, plan), planned.table("compliance"))


def test_audit_command_says_the_same(planned, command, tmp_path):
    """``allocator audit --plan`` writes the same lines and ends with the plan's exit code."""
    run = command("audit", planned.scenario, "--plan", planned.folder, "--out", tmp_path / "audit")
    assert run.exit_code == planned.run.exit_code, run.told
    assert "edited by hand" not in run.stdout
    again = pd.read_csv(tmp_path / "audit" / "compliance.csv", dtype={"area": str})
    same_lines(again, planned.table("compliance"))


# ---------------------------------------------------------------- every form says the same


def test_json_has_the_hashes_of_the_tables(planned):
    """plan.json names every table with the hash of its bytes, and counts the rules that hold."""
    told = json.loads((planned.folder / "plan.json").read_text("utf-8"))
    assert set(told["tables"]) == {f"{name}.csv" for name in TABLES}
    for name, digest in told["tables"].items():
        assert digest == hashlib.sha256((planned.folder / name).read_bytes()).hexdigest()
    lines = planned.table("compliance")
    musts = lines[(lines["area"] == "all") & (lines["strength"] == "must")]
    musts = musts[~musts["rule"].str.startswith("PHYSICAL")]
    assert told["rules"]["must"] == {
        "met": int((musts["met"] == True).sum()),  # noqa: E712 - may be empty
        "not_met": int((musts["met"] == False).sum()),  # noqa: E712
        "not_evaluated": int((~musts["evaluated"]).sum()),
    }
    assert told["status"] == planned.plan.status.value


@pytest.fixture
def book(planned):
    """The plan's Excel file."""
    found = openpyxl.load_workbook(planned.folder / "plan.xlsx", read_only=True)
    yield found
    found.close()


def rows_of(page, head=1):
    """A sheet as a table under its ``head``-th row."""
    rows = list(page.iter_rows(values_only=True))
    return pd.DataFrame(rows[head:], columns=rows[head - 1]), rows


def test_excel_has_the_compliance_lines(planned, book):
    """The compliance sheet has the lines of compliance.csv with the same numbers."""
    sheet, _ = rows_of(book["compliance"])
    lines = planned.table("compliance")
    assert sheet["rule"].tolist() == lines["rule"].tolist()
    assert sheet["area id"].tolist() == lines["area"].tolist()
    for column in ("required", "achieved", "slack"):
        found = sheet[column].astype(float).to_numpy()
        np.testing.assert_allclose(found, lines[column].to_numpy(), rtol=1e-9, err_msg=column)
    words = {True: "met", False: "NOT MET"}
    evaluated = lines["evaluated"].to_numpy()
    assert sheet["met"][evaluated].tolist() == [words[m] for m in lines["met"][evaluated]]


def test_excel_has_the_numbers_of_every_county(planned, book):
    """The county sheet has every unit's allocation of every resource, and the region's total."""
    sheet, rows = rows_of(book["counties"], head=2)
    tops = pd.Series(rows[0]).ffill()
    units = planned.table("units")
    for resource, rows_of_it in units.groupby("resource"):
        label = resources()[resource].label
        at = [i for i, top in enumerate(tops) if top == label and rows[1][i] == "allocated"]
        expected = rows_of_it.set_index("unit")["allocated"]
        if resource == "residents":
            at = [i for i, top in enumerate(tops) if "residents" in str(top)][2:3]
        assert len(at) == 1, resource
        found = dict(zip(sheet.iloc[:, 0], sheet.iloc[:, at[0]], strict=True))
        assert {u: found[u] for u in expected.index} == expected.to_dict(), resource


def test_excel_has_the_facilities_and_assumptions(planned, book):
    """Facilities come with id, status and vehicles; assumptions with the cap on hiring first."""
    sheet, _ = rows_of(book["facilities"])
    facilities = planned.table("facilities")
    assert sheet["ambulances"].iloc[-1] == facilities["ambulances"].sum()
    sheet = sheet.iloc[:-1]
    assert sheet["id"].tolist() == facilities["id"].tolist()
    assert sheet["status"].tolist() == facilities["status"].tolist()
    assert sheet["ambulances"].tolist() == facilities["ambulances"].tolist()
    assumptions, _ = rows_of(book["assumptions"])
    assert assumptions["name"].tolist() == planned.table("assumptions")["name"].tolist()
    assert assumptions["name"][0] == "staff_inflow_cap"


def test_geopackage_has_units_sites_and_cells(planned):
    """The layers carry the tables' numbers, at the tables' places, in the plan's CRS."""
    path = planned.folder / "plan.gpkg"
    layers = {name: gpd.read_file(path, layer=name) for name in ("units", "sites", "cells")}
    assert all(layer.crs == planned.plan.crs for layer in layers.values())
    units = planned.allocated
    shown = layers["units"].set_index("unit").loc[units.index]
    for resource in units:
        assert shown[f"{resource}_allocated"].tolist() == units[resource].tolist()
    assert shown.geometry.notna().all()
    assert shown.geometry.is_valid.all()
    facilities, cells = planned.table("facilities"), planned.table("cells")
    for table, layer in ((facilities, layers["sites"]), (cells, layers["cells"])):
        assert len(layer) == len(table)
        np.testing.assert_allclose(layer.geometry.x, table["x_m"], atol=1e-6)
        np.testing.assert_allclose(layer.geometry.y, table["y_m"], atol=1e-6)
    for column in ("id", "status", "kind", "ambulances"):
        assert layers["sites"][column].tolist() == facilities[column].tolist()
    assert layers["cells"]["people"].sum() == cells["people"].sum()


def test_geopackage_tells_who_serves_whom(planned):
    """People of lines and of areas are, per site, those whom the plan says it serves."""
    path, facilities = planned.folder / "plan.gpkg", planned.table("facilities").set_index("id")
    served = facilities.loc[facilities["people_served"] > 0, "people_served"]
    assert len(served) > 0
    for layer in ("allocation", "service_areas"):
        found = gpd.read_file(path, layer=layer)
        people = found.groupby("site")["people"].sum()
        assert people.reindex(served.index).to_numpy() == pytest.approx(served.to_numpy())
        assert set(people.index) == set(served.index)
    cells = planned.table("cells")
    areas = gpd.read_file(path, layer="service_areas")
    for rule, parts in areas.groupby("rule"):
        assert parts["cells"].sum() == cells[f"covered:{rule}"].sum()
        assert parts.geometry.is_valid.all()


# ---------------------------------------------------------------- edited by hand


@pytest.fixture
def copy(planned, tmp_path):
    """A copy of the plan's folder, to edit."""
    return shutil.copytree(planned.folder, tmp_path / "edited")


def edit(path, change):
    """Change a csv file as a text editor would: ``change`` gets the rows as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def audited(planned, folder):
    """The edited plan, and its audit by rule and area."""
    plan = read_plan(folder)
    lines = audit(planned.region, planned.policy, plan)
    return plan, lines.set_index(["rule", "area"])


def test_fewer_ambulances_in_one_county_are_found(jiaxing, command, tmp_path):
    """One ambulance less in a county: the city has 193 of 194, and that is said of the edit."""
    folder = shutil.copytree(jiaxing.folder, tmp_path / "edited")

    def one_less(rows):
        for row in rows:
            if (row["unit"], row["resource"]) == ("330481", "ambulances"):
                row["allocated"] = str(int(row["allocated"]) - 1)

    edit(folder / "units.csv", one_less)
    plan, lines = audited(jiaxing, folder)
    assert plan.provenance["edited_by_hand"] == ["units"]
    before = jiaxing.line("J058", "330481")["achieved"]
    assert lines.loc[("J058", "330481"), "achieved"] == before - 1
    assert lines.loc[("J058", "all"), "achieved"] == 193
    assert not lines.loc[("J058", "all"), "met"]
    assert not lines.loc[("PHYSICAL.sums", "all"), "met"]
    assert not lines.loc[("PHYSICAL.vehicles", "all"), "met"]
    assert "330481" in lines.loc[("PHYSICAL.vehicles", "all"), "note"]
    run = command("audit", jiaxing.scenario, "--plan", folder, "--out", tmp_path / "audit")
    assert run.exit_code == 3, run.told
    assert "edited by hand: units" in run.stdout
    assert "J058" in run.stdout
    written = pd.read_csv(tmp_path / "audit" / "compliance.csv", dtype={"area": str})
    same_lines(written, lines.reset_index())


def test_a_clinic_closed_by_hand_leaves_its_people_uncovered(jiaxing, tmp_path):
    """The people who only reached the closed clinic are missing from the circle's line."""
    folder = shutil.copytree(jiaxing.folder, tmp_path / "edited")
    facilities, cells = jiaxing.table("facilities"), jiaxing.table("cells")
    clinics = facilities[(facilities["kind"] == "village_clinic") & (facilities["status"] == "new")]
    chosen = clinics.sort_values("people_served").iloc[-1]["id"]
    lost = only_reached_by(chosen, facilities, cells)
    assert lost > 0

    def close(rows):
        for row in rows:
            if row["id"] == chosen:
                row["status"] = "closed"

    edit(folder / "facilities.csv", close)
    plan, lines = audited(jiaxing, folder)
    assert plan.provenance["edited_by_hand"] == ["facilities"]
    reached = lines.loc[("J027", "all"), "achieved"] + lines.loc[("J026", "all"), "achieved"]
    before = jiaxing.line("J027")["achieved"] + jiaxing.line("J026")["achieved"]
    assert reached == before - lost
    # One clinic less asks for one village physician less.
    assert lines.loc[("J057", "all"), "required"] == jiaxing.line("J057")["required"] - 1
    # A candidate that is not opened is not closed either: the audit says so.
    assert chosen in lines.loc[("PHYSICAL.sites", "all"), "note"]


def only_reached_by(chosen, facilities, cells):
    """People who walk to no other open primary care, by plain distances: 15 and 20 minutes."""
    care = facilities[facilities["kind"].isin(PRIMARY_CARE) & (facilities["status"] != "closed")]
    people = cells[["x_m", "y_m"]].to_numpy()
    minutes = np.where(cells["urban"], 15, 20)

    def reached(sites):
        metres, _ = cKDTree(sites[["x_m", "y_m"]].to_numpy()).query(people)
        return np.maximum(metres, 0.38 * 500) / 1000 * 1.3 / 4.8 * 60 <= minutes * (1 + 1e-9)

    lost = reached(care) & ~reached(care[care["id"] != chosen])
    return cells["people"][lost].sum()


def test_a_facility_added_by_hand_counts(jiaxing, tmp_path):
    """A clinic written into the table, with lon and lat alone, serves the people around it."""
    folder = shutil.copytree(jiaxing.folder, tmp_path / "edited")
    cells = jiaxing.table("cells")
    lonely = cells[~cells["urban"] & ~cells["covered:J027"].astype(bool)]
    place = lonely.sort_values("people").iloc[-1]
    [point] = gpd.points_from_xy([place["x_m"]], [place["y_m"]], crs=jiaxing.plan.crs).to_crs(4326)

    def add(rows):
        new = dict.fromkeys(rows[0], "") | {
            "id": "by-hand", "name": "the mayor's clinic", "kind": "village_clinic",
            "status": "new", "unit": place["unit"],
            "lon": f"{point.x:.7f}", "lat": f"{point.y:.7f}",
        }  # fmt: skip
        return [*rows, new]

    edit(folder / "facilities.csv", add)
    plan, lines = audited(jiaxing, folder)
    assert plan.provenance["edited_by_hand"] == ["facilities"]
    gained = lines.loc[("J027", "all"), "achieved"] - jiaxing.line("J027")["achieved"]
    assert gained >= place["people"]
    assert "by-hand" in lines.loc[("PHYSICAL.sites", "all"), "note"]
    # Nobody was hired for it: its physician is missing.
    assert not lines.loc[("J057", "all"), "met"]


def test_a_station_closed_by_hand_is_found_in_alachua(alachua, command, tmp_path):
    """The people of a closed post are not covered any more, and its ambulance stands nowhere."""
    folder = shutil.copytree(alachua.folder, tmp_path / "edited")
    chosen = alachua.table("facilities").sort_values("people_served").iloc[-1]["id"]

    def close(rows):
        for row in rows:
            if row["id"] == chosen:
                row["status"] = "closed"

    edit(folder / "facilities.csv", close)
    plan, lines = audited(alachua, folder)
    assert plan.provenance["edited_by_hand"] == ["facilities"]
    assert lines.loc[("A3", "all"), "achieved"] < alachua.line("A3")["achieved"]
    assert (
        f"{chosen}: closed, but with ambulances" in lines.loc[("PHYSICAL.vehicles", "all"), "note"]
    )
    run = command("audit", alachua.scenario, "--plan", folder, "--out", tmp_path / "audit")
    assert run.exit_code == 3, run.told
    assert "edited by hand: facilities" in run.stdout


def test_a_table_saved_again_by_a_spreadsheet_is_not_an_edit(planned, copy):
    """Other line ends and TRUE for true change nothing: not reported, and audited alike."""
    path = copy / "compliance.csv"
    text = path.read_text("utf-8").replace(",true,", ",TRUE,").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))
    assert "edited_by_hand" not in read_plan(copy).provenance

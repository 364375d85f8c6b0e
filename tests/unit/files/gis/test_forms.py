"""Every GIS form, read back: values, ids, Chinese text and places are those of the plan."""

import json
import sqlite3
import xml.etree.ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from plans_for_tests import CRS, small_plan

from allocator.errors import InputError
from allocator.files.exporting import export
from allocator.files.gis.layers import LAYERS, plan_layers
from allocator.files.tables import plain_tables


def served_plan(**changes):
    """The small plan, which also tells who serves whom."""
    plan = small_plan()
    cells = plan.cells.copy()
    west = cells["urban"].to_numpy()
    covered = cells["covered:COV-U"].to_numpy()
    cells["nearest:COV-U"] = np.where(covered, "ems-1", "")
    away = np.hypot(cells["x_m"] - 301_500, cells["y_m"] - 3_401_500) / 1000
    cells["minutes:COV-U"] = away.where(west).round(3)
    cells["minutes_today:COV-U"] = (away + 1).where(west).round(3)
    cells["nearest:COV-R"] = np.where(~west, "chc-2", "")
    cells["km:COV-R"] = away.where(~west).round(3)
    return small_plan(**{"cells": cells, **changes})


def expected(plan):
    """The layers by name, as they are to come back."""
    return {layer.name: layer.frame for layer in plan_layers(plan, where="test")}


def same(found, table, *, rel=0.0, empty_is_none=False):
    """Whether two columns hold the same, missing included."""
    for a, b in zip(found, table, strict=True):
        if b is None or b is pd.NA or b != b or (empty_is_none and b == ""):
            assert a is None or a is pd.NA or a != a, (a, b)
        elif isinstance(b, str):
            assert a == b
        else:
            assert float(a) == pytest.approx(float(b), rel=rel, abs=1e-15), (a, b)


def near(found, geometry, within):
    """Whether shapes are the same to a distance, in the unit of their CRS."""
    for a, b in zip(found, geometry, strict=True):
        if b is None or b.is_empty:
            assert a is None or a.is_empty
            continue
        a, b = shapely.normalize(a), shapely.normalize(b)
        assert shapely.hausdorff_distance(a, b) <= within


@pytest.mark.parametrize("crs", [None, "EPSG:4490", "EPSG:4549"])
def test_geopackage_comes_back_in_any_crs(tmp_path, crs):
    """All columns of all layers; places within a millimetre of the plan's own."""
    plan = served_plan()
    assert export(plan, tmp_path / "p.gpkg", crs=crs) == [tmp_path / "p.gpkg"]
    for name, frame in expected(plan).items():
        back = gpd.read_file(tmp_path / "p.gpkg", layer=name)
        assert back.crs == (crs or CRS)
        assert list(back.columns) == list(frame.columns)
        for column in frame.columns.drop("geometry"):
            same(back[column], frame[column])
        near(back.geometry.to_crs(CRS), frame.geometry, 1e-3)


def test_styles_are_those_that_qgis_looks_for(tmp_path):
    """One default style per layer, in the columns that QGIS reads, for its geometry."""
    export(served_plan(), tmp_path / "p.gpkg")
    with sqlite3.connect(tmp_path / "p.gpkg") as base:
        columns = [row[1] for row in base.execute("pragma table_info(layer_styles)")]
        rows = base.execute(
            "select f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, useAsDefault from layer_styles"
        ).fetchall()
        kinds = dict(base.execute("select table_name, data_type from gpkg_contents"))
        places = dict(base.execute("select table_name, column_name from gpkg_geometry_columns"))
        told = dict(base.execute("select table_name, description from gpkg_contents"))
    base.close()
    assert columns == [
        "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column",
        "styleName", "styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui",
        "update_time",
    ]  # fmt: skip
    assert kinds["layer_styles"] == "attributes"
    assert {row[2] for row in rows} == set(LAYERS)
    assert sorted(row[2] for row in rows if row[6]) == sorted(LAYERS)
    for catalog, schema, layer, column, name, qml, _ in rows:
        assert (catalog, schema, column) == ("", "", places[layer])
        assert 0 < len(name) <= 30
        root = ET.fromstring(qml.partition("\n")[2])
        assert qml.startswith("<!DOCTYPE qgis")
        (drawn,) = root.findall("renderer-v2")
        used = {n.get("symbol") for n in drawn.iter() if n.get("symbol") is not None}
        assert used == {s.get("name") for s in drawn.find("symbols")}
        wanted = {"cells": "marker", "sites": "marker", "allocation": "line"}.get(layer, "fill")
        assert {s.get("type") for s in drawn.find("symbols")} == {wanted}
        frame = gpd.read_file(tmp_path / "p.gpkg", layer=layer)
        aliased = [a.get("field") for a in root.iter("alias")]
        assert aliased == list(frame.columns.drop("geometry"))
    assert "One line per cell" in told["allocation"]


def values_of(qml):
    return [c.get("value") for c in ET.fromstring(qml.partition("\n")[2]).iter("category")]


def test_each_kind_and_status_has_a_mark_of_its_own(tmp_path):
    """No two categories share shape and colour; each site falls into one of them."""
    export(served_plan(), tmp_path / "p.gpkg")
    styles = pyogrio.read_dataframe(tmp_path / "p.gpkg", layer="layer_styles")
    (qml,) = styles.loc[styles["f_table_name"] == "sites", "styleQML"]
    sites = small_plan().facilities
    assert set(values_of(qml)) == set(sites["kind"] + " " + sites["status"])
    looks = [
        tuple(o.get("value") for o in s.iter("Option") if o.get("name") in {"name", "color"})
        for s in ET.fromstring(qml.partition("\n")[2]).find("renderer-v2/symbols")
    ]
    assert len(looks) == len(set(looks)) == len(values_of(qml))


def test_styles_speak_chinese_on_request(tmp_path):
    """Names of columns, kinds and statuses."""
    export(served_plan(), tmp_path / "p.gpkg", chinese=True)
    styles = pyogrio.read_dataframe(tmp_path / "p.gpkg", layer="layer_styles")
    (qml,) = styles.loc[styles["f_table_name"] == "sites", "styleQML"]
    assert "新建" in qml
    assert 'name="服务人口"' in qml


def test_hostile_names_leave_styles_whole(tmp_path):
    """Kinds and rules with quotes and marks are quoted, not run."""
    plan = served_plan()
    cells = plan.cells.rename(columns=lambda c: c.replace("COV-U", "a'\"<b>&"))
    export(served_plan(cells=cells), tmp_path / "p.gpkg")
    styles = pyogrio.read_dataframe(tmp_path / "p.gpkg", layer="layer_styles")
    for qml in styles["styleQML"]:
        ET.fromstring(qml.partition("\n")[2])
    areas = styles.loc[styles["f_table_name"] == "service_areas", "styleQML"]
    assert any("'a''" in r.get("filter", "") for q in areas
               for r in ET.fromstring(q.partition("\n")[2]).iter("rule"))  # fmt: skip


def test_each_unit_and_area_falls_into_one_class(tmp_path):
    """Filters of a style are SQL: every unit with figures but the region, every area, just once."""
    plan = served_plan()
    people = plan.cells["people"] / 7  # so that no figure is short
    cells = plan.cells.assign(people=people)
    cells["nearest:COV-U"] = np.where(plan.cells["nearest:COV-U"] != "", "ems-1", "")
    cells.loc[cells.index[:2], "nearest:COV-U"] = "chc-1"
    units = plan.units.assign(allocated=plan.units["allocated"] / 7)
    export(served_plan(cells=cells, units=units), tmp_path / "p.gpkg")
    styles = pyogrio.read_dataframe(tmp_path / "p.gpkg", layer="layer_styles")
    with sqlite3.connect(tmp_path / "p.gpkg") as base:
        for layer, expected in (("units", 2), ("service_areas", 3)):
            found = []
            for qml in styles.loc[styles["f_table_name"] == layer, "styleQML"]:
                for rule in ET.fromstring(qml.partition("\n")[2]).iter("rule"):
                    if " - " in rule.get("label"):
                        where = rule.get("filter")
                        found += base.execute(f"select fid from {layer} where {where}").fetchall()
            assert len(found) == len(set(found)) == expected
    base.close()


def test_texts_of_expressions_are_escaped():
    """QGIS reads a backslash in a text as the beginning of an escape."""
    from allocator.files.gis.styles import _column, _quoted

    assert _quoted("a'b\\c") == "'a''b\\\\c'"
    assert _column('a"b') == '"a""b"'


def test_lines_go_from_cells_to_the_sites_that_serve_them():
    """One per served cell, from it to its site; people and minutes are the cell's."""
    plan = served_plan()
    lines = expected(plan)["allocation"]
    cells = plan.cells
    assert len(lines) == (cells["nearest:COV-U"] != "").sum() + (cells["nearest:COV-R"] != "").sum()
    sites = plan.facilities.set_index("id")
    for row in lines.itertuples():
        start, end = shapely.get_coordinates(row.geometry)
        assert start.tolist() == cells.loc[row.cell, ["x_m", "y_m"]].tolist()
        assert end.tolist() == sites.loc[row.site, ["x_m", "y_m"]].tolist()
        assert row.people == cells.loc[row.cell, "people"]
        away = "minutes" if row.rule == "COV-U" else "km"
        assert getattr(row, away) == cells.loc[row.cell, f"{away}:{row.rule}"]


def test_lines_of_units_add_up(tmp_path):
    """Per unit and site: people are the sum, minutes the mean over people, and the most."""
    plan = served_plan()
    plan.cells["people"] = plan.cells["people"] * np.arange(1, len(plan.cells) + 1)
    layers = {x.name: x for x in plan_layers(plan, where="test", lines="units")}
    lines = layers["allocation"].frame
    assert "per unit and site" in layers["allocation"].told
    found = lines[lines["rule"] == "COV-U"].set_index(["unit", "site"])
    cells = plan.cells[plan.cells["nearest:COV-U"] != ""]
    (one,) = found.index
    assert one == ("A", "ems-1")
    assert found["people"].iloc[0] == cells["people"].sum()
    mean = np.average(cells["minutes:COV-U"], weights=cells["people"])
    assert found["minutes"].iloc[0] == pytest.approx(mean)
    assert found["minutes_most"].iloc[0] == cells["minutes:COV-U"].max()
    middle = [np.average(cells[c], weights=cells["people"]) for c in ("x_m", "y_m")]
    assert shapely.get_coordinates(found.geometry.iloc[0])[0] == pytest.approx(middle)
    assert found["cells"].iloc[0] == len(cells)


def test_many_lines_are_drawn_by_unit(monkeypatch):
    """Beyond the limit the description says so, and how many there would be."""
    from allocator.files.gis import serving_lines

    plan = served_plan()
    tables = plain_tables(plan)
    lines, told = serving_lines.serving_lines(tables["cells"], tables["facilities"], most=5)
    assert len(lines) == 2
    assert "lines per cell would be" in told


def test_groups_where_nobody_lives_have_plain_means():
    """No division by no people."""
    from allocator.files.gis.serving_lines import serving_lines

    tables = plain_tables(served_plan())
    cells = tables["cells"].assign(people=0.0)
    lines, _ = serving_lines(cells, tables["facilities"], lines="units")
    here = cells[cells["nearest:COV-U"] != ""]
    line = lines[lines["rule"] == "COV-U"].iloc[0]
    assert line["minutes"] == pytest.approx(here["minutes:COV-U"].mean())


def test_areas_are_the_cells_that_a_site_serves():
    """Squares of a kilometre: area, people and cells are those served; rules lie apart."""
    plan = served_plan()
    areas = expected(plan)["service_areas"]
    urban = areas[areas["rule"] == "COV-U"].iloc[0]
    cells = plan.cells[plan.cells["nearest:COV-U"] == "ems-1"]
    assert urban["cells"] == len(cells)
    assert urban["people"] == cells["people"].sum()
    assert urban["km2"] == pytest.approx(len(cells))
    assert urban.geometry.area == pytest.approx(len(cells) * 1e6)
    inside = urban.geometry.contains(gpd.points_from_xy(plan.cells["x_m"], plan.cells["y_m"]))
    assert inside.tolist() == (plan.cells["nearest:COV-U"] == "ems-1").tolist()
    assert urban["minutes_most"] == cells["minutes:COV-U"].max()
    assert np.isnan(urban["km_most"])


def test_cells_off_any_grid_have_areas_of_their_own():
    """What is nearest to a centre is its ground."""
    plan = served_plan()
    off = np.linspace(0, 150, len(plan.cells))
    cells = plan.cells.assign(x_m=plan.cells["x_m"] + off)
    found = {x.name: x for x in plan_layers(served_plan(cells=cells), where="test")}
    assert "nearest to its centre" in found["service_areas"].told
    assert found["service_areas"].frame.geometry.is_valid.all()


def test_a_plan_that_does_not_tell_who_serves_has_empty_layers(tmp_path):
    """Old plans: the layers are there, with their columns, and say why they are empty."""
    export(small_plan(), tmp_path / "p.gpkg")
    for layer in ("allocation", "service_areas"):
        back = gpd.read_file(tmp_path / "p.gpkg", layer=layer)
        assert len(back) == 0
        assert "rule" in back.columns
    with pytest.raises(InputError, match="does not tell who serves whom"):
        export(small_plan(), tmp_path / "a.gpkg", names="arcgis")


def test_sites_taken_out_by_hand_serve_nobody():
    """Lines to a site that is no more are left out; the description tells of the edit."""
    plan = served_plan()
    fewer = plan.facilities[plan.facilities["id"] != "ems-1"]
    said = {**plan.provenance, "edited_by_hand": ["facilities"]}
    layers = plan_layers(served_plan(facilities=fewer, provenance=said), where="test")
    found = {x.name: x for x in layers}
    assert set(found["allocation"].frame["site"]) == {"chc-2"}
    assert "edited by hand" in found["allocation"].told


# ---------------------------------------------------------------- shapefiles


def test_shapefiles_come_back(tmp_path):
    """Under the documented short names: values, Chinese text, leading zeros, places."""
    plan = served_plan(facilities=small_plan().facilities.assign(unit="0012"))
    written = export(plan, tmp_path / "plan.shp", crs="EPSG:4490")
    assert {p.suffix for p in written} == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".csv", ".txt"}
    names = pd.read_csv(tmp_path / "plan_fields.csv")
    for layer, frame in expected(plan).items():
        back = gpd.read_file(tmp_path / f"plan_{layer}.shp")
        assert back.crs == "EPSG:4490"
        assert (tmp_path / f"plan_{layer}.cpg").read_text() == "UTF-8"
        fields = names[names["layer"] == layer].set_index("column")["field"]
        assert fields.str.len().max() <= 10
        assert fields.str.lower().is_unique
        assert (
            list(back.columns.drop("geometry")) == fields[frame.columns.drop("geometry")].tolist()
        )
        for column in frame.columns.drop("geometry"):
            same(back[fields[column]], frame[column], rel=1e-14, empty_is_none=True)
        near(back.geometry.to_crs(CRS), frame.geometry, 1e-3)


def test_long_texts_are_cut_at_a_character_and_told(tmp_path):
    """254 bytes of UTF-8: 84 Chinese characters; the notes name the column."""
    plan = small_plan(facilities=small_plan().facilities.assign(name="嘉" * 100))
    export(plan, tmp_path / "plan.shp")
    back = gpd.read_file(tmp_path / "plan_sites.shp")
    assert set(back["name"]) == {"嘉" * 84}
    assert "name: 6 texts are longer than 254 bytes" in (tmp_path / "plan_notes.txt").read_text(
        "utf-8"
    )


def test_what_a_shapefile_cannot_hold_is_told_before(tmp_path, monkeypatch):
    """2 GB at most; nothing is written."""
    from allocator.files.gis import shapefile

    monkeypatch.setattr(shapefile, "LARGEST", 5000)
    with pytest.raises(InputError, match=r"layer cells would have .*write a GeoPackage"):
        export(served_plan(), tmp_path / "plan.shp")
    assert list(tmp_path.iterdir()) == []


def test_shapefiles_of_equal_plans_are_equal(tmp_path):
    """Also the date inside."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        export(served_plan(), tmp_path / folder / "plan.shp")
    first = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}


# ---------------------------------------------------------------- GeoJSON


def test_geojson_comes_back_in_wgs84(tmp_path):
    """Values and places; longitude first, seven decimals, outer rings counterclockwise, no crs."""
    plan = served_plan()
    written = export(plan, tmp_path / "plan.geojson")
    assert [p.name for p in written] == [f"plan_{name}.geojson" for name in LAYERS]
    for path, frame in zip(written, expected(plan).values(), strict=True):
        raw = json.loads(path.read_text("utf-8"))
        assert "crs" not in raw
        back = gpd.read_file(path)
        assert len(back) == len(frame)
        for column in frame.columns.drop("geometry"):
            same(back[column], frame[column], rel=1e-11)
        degrees = frame.geometry.to_crs("EPSG:4326")
        near(back.geometry, degrees, 1e-7)
        for shape in back.geometry.dropna():
            xy = shapely.get_coordinates(shape)
            assert (np.abs(xy - xy.round(7)) < 1e-12).all()
            assert ((xy[:, 0] > 110) & (xy[:, 1] < 40)).all()
            for part in shapely.get_parts(shape):
                if part.geom_type == "Polygon":
                    assert part.exterior.is_ccw
                    assert not any(hole.is_ccw for hole in part.interiors)
    flags = json.loads((tmp_path / "plan_cells.geojson").read_text("utf-8"))["features"][0]
    assert flags["properties"]["covered:COV-U"] in (True, False)


# ---------------------------------------------------------------- ArcGIS names


def test_arcgis_fields_tell_the_same(tmp_path):
    """Facilities, demand points and lines per rule; ids join; sums are those of the cells."""
    plan = served_plan()
    export(plan, tmp_path / "a.gpkg", names="arcgis")
    assert pyogrio.list_layers(tmp_path / "a.gpkg")[:, 0].tolist() == [
        f"{part}_{rule}" for rule in ("COV-U", "COV-R")
        for part in ("Facilities", "DemandPoints", "Lines")
    ]  # fmt: skip
    read = {
        part: gpd.read_file(tmp_path / "a.gpkg", layer=f"{part}_COV-U", fid_as_index=True)
        for part in ("Facilities", "DemandPoints", "Lines")
    }
    sites, demand, lines = read["Facilities"], read["DemandPoints"], read["Lines"]
    assert sites.index.tolist() == sites["FacilityOID"].tolist()
    assert demand.index.tolist() == demand["DemandOID"].tolist()
    assert dict(zip(sites["SourceID"], sites["FacilityType"], strict=True)) == {
        "ems-1": 1, "ems:r1c2": 3,
    }  # fmt: skip
    cells = plan.cells[plan.cells["urban"]]
    assert demand["Name"].tolist() == cells.index.tolist()
    assert demand["Weight"].sum() == cells["people"].sum()
    served = cells[cells["nearest:COV-U"] != ""]
    (first,) = sites.index[sites["SourceID"] == "ems-1"]
    assert sites.loc[first, "DemandCount"] == len(served) == len(lines)
    assert sites.loc[first, "DemandWeight"] == served["people"].sum() == lines["Weight"].sum()
    assert sites.loc[first, "Total_Minutes"] == pytest.approx(served["minutes:COV-U"].sum())
    weighted = (served["minutes:COV-U"] * served["people"]).sum()
    assert sites.loc[first, "TotalWeighted_Minutes"] == pytest.approx(weighted)
    assert lines["TotalWeighted_Minutes"].sum() == pytest.approx(weighted)
    assert set(lines["FacilityOID"]) == {first}
    assert demand.loc[lines["DemandOID"], "Name"].tolist() == served.index.tolist()
    assert demand["FacilityOID"].notna().sum() == len(served)
    assert demand["AllocatedWeight"].sum() == served["people"].sum()
    other = gpd.read_file(tmp_path / "a.gpkg", layer="Lines_COV-R")
    assert "Total_Kilometers" in other.columns


def test_arcgis_names_fit_shapefiles(tmp_path):
    """Short names in the table of fields."""
    export(served_plan(), tmp_path / "a.shp", names="arcgis")
    names = pd.read_csv(tmp_path / "a_fields.csv")
    assert "TotW_Minut" in set(names["field"])
    assert (tmp_path / "a_Lines_COV-U.shp").is_file()


# ---------------------------------------------------------------- options


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("p.xlsx", {"crs": "EPSG:4490"}, r"crs is for \.gpkg, \.shp"),
        ("p.geojson", {"crs": "EPSG:4490"}, r"crs is for"),
        ("p.csv", {"names": "arcgis"}, r"names is for \.gpkg, \.shp, \.geojson"),
        ("p.gpkg", {"bom": True}, r"bom is for \.csv"),
        ("p.gpkg", {"crs": "EPSG:1"}, "no known CRS"),
        ("p.gpkg", {"names": "esri"}, "must be arcgis"),
        ("p.shp", {"lines": "all"}, "auto, cells or units"),
        ("folder", {"lines": "cells"}, "lines is for"),
    ],
)
def test_options_that_a_form_does_not_have_are_told(tmp_path, name, options, said):
    """The message names the forms that have it; nothing is written."""
    with pytest.raises(InputError, match=said):
        export(served_plan(), tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path):
    """Forms of many files, too, do not make folders by themselves."""
    with pytest.raises(InputError, match="does not exist"):
        export(served_plan(), tmp_path / "nowhere" / "p.shp")

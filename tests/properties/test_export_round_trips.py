"""Every form, read back, is the plan: whatever things are called."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans_for_tests import small_plan
from strategies import some

from allocator.files.excel import cell_text
from allocator.files.exporting import export
from allocator.files.gis.field_names import field_names
from allocator.files.gis.file_names import part_names
from allocator.files.reading import read_plan
from allocator.files.storable import guarded, storable

NASTY = ["", "=1+1", "+86", "-1", "@x", "\t=1", "\r=1", "'", "''=", '"', '","', "a\nb", "a\r\nb",
         "<script>alert(1)</script>", "]]>", "&amp;", "%s{}", "../../x", "南湖区", "مستشفى", "😀🏥",
         "\u202eRTL", "e\u0301", "\x00", "\x07", "_x000D_", "0012", "1e5", "NULL", "nan", " a ",
         "嘉" * 300, "x" * 2000, "true", "\ufeff"]  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
# What names a row: never empty, no two the same.
ids = st.lists(texts.filter(bool), min_size=6, max_size=6, unique=True)


@st.composite
def plans(draw):
    """The small plan with hostile names, ids, rules and attributes."""
    plan = small_plan()
    named = draw(ids)
    names = draw(st.lists(texts, min_size=6, max_size=6))
    facilities = plan.facilities.assign(
        id=named, name=names, unit=draw(st.lists(texts, min_size=6, max_size=6))
    )
    note = draw(texts)
    compliance = plan.compliance.assign(note=note, area_name=draw(texts))
    cells = plan.cells.copy()
    served = draw(st.sampled_from(named))
    covered = cells["covered:COV-U"].to_numpy()
    # Not by numpy, whose texts end before a NUL.
    cells["nearest:COV-U"] = [served if c else "" for c in covered]
    cells["minutes:COV-U"] = np.arange(len(cells)) / 7
    rule = draw(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1,
                        max_size=30))  # fmt: skip
    cells = cells.rename(columns={c: c.replace("COV-U", rule) for c in cells.columns})
    provenance = {**plan.provenance, "notes": [note], "attribution": {"x": draw(texts)}}
    return small_plan(
        facilities=facilities, compliance=compliance, cells=cells, provenance=provenance
    )


def told(values):
    """Texts as forms hold them: nothing for empty."""
    return ["" if v is None or v is pd.NA or v != v else v for v in values]


@some
@given(plans())
def test_the_folder_comes_back_letter_for_letter(tmp_path_factory, plan):
    """csv and plan.json: the plan itself."""
    folder = tmp_path_factory.mktemp("folder")
    export(plan, folder)
    back = read_plan(folder)
    for column in ("id", "name", "unit"):
        assert back.facilities[column].tolist() == plan.facilities[column].tolist()
    assert back.compliance["note"].tolist() == plan.compliance["note"].tolist()
    assert list(back.cells.columns) == list(plan.cells.columns)
    assert "edited_by_hand" not in back.provenance


@some
@given(plans())
def test_geopackage_and_geojson_hold_every_name(tmp_path_factory, plan):
    """Only what no database holds (control characters) is shown as U+FFFD."""
    folder = tmp_path_factory.mktemp("gis")
    export(plan, folder / "p.gpkg")
    back = gpd.read_file(folder / "p.gpkg", layer="sites")
    for column in ("id", "name", "unit"):
        assert told(back[column]) == [storable(v) for v in plan.facilities[column]]
    for qml in pyogrio.read_dataframe(folder / "p.gpkg", layer="layer_styles")["styleQML"]:
        ET.fromstring(qml.partition("\n")[2])
    export(plan, folder / "p.geojson")
    raw = json.loads((folder / "p_sites.geojson").read_text("utf-8"))["features"]
    for column in ("id", "name", "unit"):
        found = [f["properties"][column] for f in raw]
        assert told(found) == [storable(v) for v in plan.facilities[column]]
    lines = gpd.read_file(folder / "p.gpkg", layer="allocation")
    assert len(lines) == plan.cells.filter(like="covered:").iloc[:, 0].sum()


@some
@given(plans())
def test_shapefiles_hold_every_name_as_far_as_they_can(tmp_path_factory, plan):
    """254 bytes of UTF-8; blanks at either end are not kept by readers of dBASE."""
    folder = tmp_path_factory.mktemp("shp")
    export(plan, folder / "p.shp")
    back = gpd.read_file(folder / "p_sites.shp")

    def kept(value):
        return storable(value).encode()[:254].decode(errors="ignore").strip(" ")

    for column in ("id", "name", "unit"):
        assert [v.strip(" ") for v in told(back[column])] == [
            kept(v) for v in plan.facilities[column]
        ]


@some
@given(plans(), st.booleans(), st.booleans())
def test_csv_for_spreadsheets_holds_every_name_and_no_formula(tmp_path_factory, plan, bom, chinese):
    """One leading apostrophe taken off gives the text; without it nothing begins like a formula."""
    folder = tmp_path_factory.mktemp("csv")
    export(plan, folder / "p.csv", bom=bom, chinese=chinese)
    content = (folder / "p_facilities.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") == bom
    rows = list(
        csv.reader(io.StringIO(content.decode("utf-8-sig" if bom else "utf-8"), newline=""))
    )
    assert len(set(rows[0])) == len(rows[0])
    for at, column in enumerate(plan.facilities.columns[:2]):
        found = [row[at] for row in rows[1:]]
        assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in found)
        read = [text[1:] if text.startswith("'") else text for text in found]
        assert read == [storable(v) for v in plan.facilities[column]]
    x_m = rows[0].index("X坐标(米)" if chinese else "x (m)")
    assert [float(row[x_m]) for row in rows[1:]] == plan.facilities["x_m"].tolist()


@some
@given(plans(), st.booleans())
def test_excel_holds_every_name_and_no_formula(tmp_path_factory, plan, chinese):
    """Texts stay texts; control characters are shown, line ends are one newline."""
    path = tmp_path_factory.mktemp("xlsx") / "p.xlsx"
    export(plan, path, chinese=chinese)
    book = openpyxl.load_workbook(path)
    sheet = book["机构设施" if chinese else "facilities"]
    rows = [list(row) for row in sheet.iter_rows(min_row=2)][:-1]
    for at, column in enumerate(("id", "name")):
        assert told(row[at].value for row in rows) == [
            cell_text(v) for v in plan.facilities[column]
        ]
    assert all(c.data_type != "f" for page in book for row in page.iter_rows() for c in row)


@given(st.lists(st.text(min_size=1, max_size=40), unique=True, max_size=60))
def test_field_names_are_short_and_apart(columns):
    """Ten ASCII characters, none twice whatever the case; each column has one, in order."""
    names = field_names(columns)
    assert list(names) == columns
    assert len({name.lower() for name in names.values()}) == len(columns)
    for name in names.values():
        assert 0 < len(name) <= 10
        assert name.isascii()
        assert name.replace("_", "a").isalnum()


@given(st.lists(st.text(max_size=200), unique=True, max_size=20))
def test_file_names_stay_in_their_folder(parts):
    """No separators, no two the same whatever the case, short."""
    names = part_names("plan", parts)
    assert len({n.lower() for n in names.values()}) == len(parts)
    for name in names.values():
        assert "/" not in name
        assert "\\" not in name
        assert len(name) < 90


@given(st.text())
def test_a_guarded_text_is_had_back_by_taking_one_apostrophe_off(text):
    """Never a formula, never ambiguous."""
    found = guarded(text)
    assert (found[1:] if found.startswith("'") else found) == text
    assert not found.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", NASTY)
def test_cells_of_excel_end_within_their_limit(text):
    """No cell is longer than Excel holds, and no character is one that XML refuses."""
    found = cell_text(text * 100)
    assert len(found) <= 32_767
    ET.fromstring(f"<a>{escape(found)}</a>")

"""The Excel file of a plan, read back."""

import math

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans_for_tests import small_plan

from allocator.files.exporting import export
from allocator.files.labels import SHEETS


@pytest.fixture
def book(tmp_path):
    """The small plan's workbook."""
    export(small_plan(), tmp_path / "plan.xlsx")
    return openpyxl.load_workbook(tmp_path / "plan.xlsx")


def rows(sheet, first=2):
    return [list(r) for r in sheet.iter_rows(min_row=first, values_only=True)]


def column(sheet, header, head_row=1):
    """Values below a header."""
    heads = [c.value for c in sheet[head_row]]
    at = heads.index(header)
    return [r[at] for r in rows(sheet, head_row + 1)]


def filled(values):
    """Missing as None, for comparison."""
    return [None if v is None or v != v or v == "" else v for v in values]


def test_sheets_stand_in_the_order_in_which_they_are_read(book):
    """Compliance first."""
    assert book.sheetnames == [english for english, _ in SHEETS.values()]


@pytest.mark.parametrize(
    ("header", "name"),
    [("rule", "rule"), ("required", "required"), ("achieved", "achieved"), ("slack", "slack"),
     ("area", "area_name"), ("note", "note"), ("strength", "strength"), ("sense", "sense"),
     ("rate required", "rate_required"), ("price of one more", "price")],
)  # fmt: skip
def test_compliance_comes_back_as_planned(book, header, name):
    """Every line, with the values of the table."""
    expected = filled(small_plan().compliance[name].tolist())
    assert column(book["compliance"], header) == [
        pytest.approx(v, rel=1e-14) if isinstance(v, float) else v for v in expected
    ]


def test_compliance_tells_where_rules_come_from(tmp_path):
    """Meaning, clause, line and document of each rule, where the plan carries them."""
    told = {
        "AMB": {"meaning": "One per 30,000.", "clause": "每3万人1辆", "line": 30, "document": "d"}
    }
    plan = small_plan(provenance={**small_plan().provenance, "rules": told})
    export(plan, tmp_path / "plan.xlsx")
    found = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    sheet = found["compliance"]
    assert column(sheet, "meaning")[:4] == ["One per 30,000."] * 3 + [None]
    assert column(sheet, "clause")[0] == "每3万人1辆"
    assert column(sheet, "line of the text")[0] == 30
    assert "clause" in [c.value for c in sheet[1]]


def test_whether_a_rule_is_met_is_a_word(book):
    """met, NOT MET or not evaluated: readable in grey print."""
    assert column(book["compliance"], "met") == [
        "met", "met", "NOT MET", "NOT MET", "met", "not evaluated", "met",
    ]  # fmt: skip


def test_words_are_coloured_besides(book):
    """The flag column has one conditional format per word."""
    (ranges,) = book["compliance"].conditional_formatting
    assert {r.formula[0] for r in ranges.rules} == {'"met"', '"NOT MET"', '"not evaluated"'}
    assert len({r.dxf.fill.bgColor.rgb for r in ranges.rules}) == 3


def test_counties_add_up_to_the_total_row(book):
    """The last row is a value, and equals the sum of the rows above, for every resource."""
    table = rows(book["counties"], 3)
    heads = [c.value for c in book["counties"][2]]
    assert table[-1][1] == "嘉兴 Jiaxing (total)"
    for at, head in enumerate(heads):
        if head in {"allocated", "need", "have", "change"}:
            above = [r[at] for r in table[:-1]]
            if None not in above:
                assert table[-1][at] == pytest.approx(sum(above), rel=1e-12)


def test_counties_show_have_need_allocated_change(book):
    """The figures of the units table, per resource, and the change from today."""
    sheet = book["counties"]
    tops = [c.value for c in sheet[1]]
    start = tops.index("ambulances")
    assert [c.value for c in sheet[2]][start : start + 5] == [
        "have", "need", "allocated", "change", "per 1,000 residents",
    ]  # fmt: skip
    found = [r[start : start + 4] for r in rows(sheet, 3)]
    assert found == [[6, 7, 8, 2], [3, 7, 4, 1], [9, 14, 12, 3]]
    beds = tops.index("public beds")
    assert [r[beds] for r in rows(sheet, 3)] == [None, None, 850]
    assert [r[beds + 3] for r in rows(sheet, 3)] == [None, None, 50]


def test_a_total_edited_by_hand_is_told_of(tmp_path):
    """If the region's row is not the sum of its units', the sheet shows the sum and says so."""
    units = small_plan().units.copy()
    units.loc[(units["unit"] == "R") & (units["resource"] == "ambulances"), "allocated"] = 13
    export(small_plan(units=units), tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["counties"]
    told = rows(sheet, 3)[-1][0]
    assert told == "ambulances, allocated: the units sum to 12, the region's row says 13"


def test_the_region_is_the_unit_without_parent(tmp_path):
    """Where outlines tell parents, they decide which row is the total."""
    plan = small_plan()
    outlines = plan.outlines.assign(parent=["", "R", "R", "A"])
    units = plan.units.assign(allocated=1.0)
    export(small_plan(outlines=outlines, units=units), tmp_path / "plan.xlsx")
    table = rows(openpyxl.load_workbook(tmp_path / "plan.xlsx")["counties"], 3)
    assert [r[0] for r in table[:3]] == ["A", "B", "R"]


def test_a_region_of_one_unit_has_its_own_row(tmp_path):
    """Without counties the region's row stands alone."""
    units = small_plan().units
    export(small_plan(units=units[units["unit"] == "R"]), tmp_path / "plan.xlsx")
    (only,) = rows(openpyxl.load_workbook(tmp_path / "plan.xlsx")["counties"], 3)
    assert only[0] == "R"
    assert 12 in only


def test_facilities_come_back_as_planned(book):
    """Ids, names and places of every facility."""
    table = small_plan().facilities
    sheet = book["facilities"]
    shown_as = {
        "id": "id", "name": "name", "x (m)": "x_m", "longitude (WGS84)": "lon",
        "ambulances": "ambulances", "people served (persons)": "people_served", "beds": "beds",
    }  # fmt: skip
    for header, name in shown_as.items():
        assert column(sheet, header)[:-1] == filled(table[name].tolist())
    assert column(sheet, "status")[:-1] == table["status"].tolist()


def test_facilities_end_with_sums_of_what_may_be_summed(book):
    """Vehicles and money add up exactly; people would be counted more than once. Not filtered."""
    sheet, table = book["facilities"], small_plan().facilities
    assert column(sheet, "id")[-1] == "total"
    assert column(sheet, "ambulances")[-1] == 12 == table["ambulances"].sum()
    assert column(sheet, "cost (CNY)")[-1] == math.fsum(table["cost"])
    assert column(sheet, "people served (persons)")[-1] is None
    assert column(sheet, "beds")[-1] is None
    assert sheet.auto_filter.ref.endswith(str(len(table) + 1))


def test_no_text_is_a_formula(book):
    """Texts that begin with = + - @ stay texts, and stay so after an edit (quote prefix)."""
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert all(c.data_type != "f" for c in cells)
    risky = [c for c in cells if isinstance(c.value, str) and c.value[:1] in set("=+-@")]
    assert {c.value for c in risky} >= {"=2+3 Haining", "@Haining", "- clinic"}
    assert all(c.quotePrefix for c in risky)


def test_characters_that_excel_refuses_are_replaced(tmp_path):
    """A control character in a name does not stop the export."""
    facilities = small_plan().facilities.assign(name="bad\x07name")
    export(small_plan(facilities=facilities), tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["facilities"]
    assert column(sheet, "name")[0] == "bad\ufffdname"


def test_headers_are_frozen_and_columns_wide_enough(book):
    """Every sheet keeps its header in sight; no column is narrower than ten characters."""
    for sheet in book:
        assert sheet.freeze_panes not in {None, "A1"}
        assert all(d.width >= 10 for d in sheet.column_dimensions.values())


def test_number_formats(book):
    """People as integers, rates with two decimals, percentages with one."""
    heads = [c.value for c in book["compliance"][1]]
    formats = dict(zip(heads, [c.number_format for c in book["compliance"][5]], strict=True))
    assert formats["required"] == "#,##0"
    assert formats["rate achieved"] == "#,##0.00"
    assert formats["slack, % of required"] == "0.0%"
    heads = [c.value for c in book["proof"][1]]
    formats = dict(zip(heads, [c.number_format for c in book["proof"][3]], strict=True))
    assert formats["gap"] == "0.0%"


def test_assumptions_begin_with_the_staff_inflow_cap(book):
    """All assumptions in the catalogue's order; no cap is a value."""
    sheet = book["assumptions"]
    assert column(sheet, "name") == small_plan().assumptions["name"].tolist()
    assert column(sheet, "name")[0] == "staff_inflow_cap"
    assert column(sheet, "value")[0] == "none"
    changed = dict(zip(column(sheet, "name"), column(sheet, "changed"), strict=True))
    assert [n for n, c in changed.items() if c == "yes"] == ["detour"]


def test_sources_name_inputs_and_hashes(book):
    """Where the figures come from, the proof and the hashes of the tables."""
    said = {(section, item): more for section, item, *more in rows(book["sources"])}
    assert said["input file", "population.tif"] == ["ab" * 32, "modelled", None]
    assert said["attribution", "GeoNames"][0] == "CC BY 4.0"
    assert said["note", "1"][0] == "the grid is modelled"
    assert said["plan", "status"][0] == "feasible"
    assert len(said["table", "units.csv"][0]) == 64


def test_warnings_and_versions_have_sections_of_their_own(tmp_path):
    """What a reader filters by."""
    more = {"warnings": ["too few"], "versions": {"highs": "1.15"}, "rules": {"AMB": {"line": 3}}}
    export(small_plan(provenance={**small_plan().provenance, **more}), tmp_path / "plan.xlsx")
    found = rows(openpyxl.load_workbook(tmp_path / "plan.xlsx")["sources"])
    assert ["warning", "1", "too few"] in [r[:3] for r in found]
    assert ["version", "highs", "1.15"] in [r[:3] for r in found]
    assert not any("AMB" in str(r) for r in found)


def test_chinese_headers_and_sheet_names_on_request(tmp_path):
    """Sheet names, headers and known words are Chinese; the figures are the same."""
    export(small_plan(), tmp_path / "zh.xlsx", chinese=True)
    book = openpyxl.load_workbook(tmp_path / "zh.xlsx")
    assert book.sheetnames == [chinese for _, chinese in SHEETS.values()]
    sheet = book["合规性检查"]
    assert column(sheet, "是否达标")[2:4] == ["未达标", "未达标"]
    assert column(sheet, "要求值")[0] == 12
    assert column(sheet, "区域")[:2] == ["全域", "南湖区"]
    assert column(sheet, "关系")[-1] == "区间"
    assert column(book["求解证明"], "层次")[0] == "必须"
    assert "救护车" in [c.value for c in book["资源配置"][1]]
    (ranges,) = sheet.conditional_formatting
    assert '"未达标"' in {r.formula[0] for r in ranges.rules}


def test_infinite_numbers_are_words(tmp_path):
    """Excel has no infinity; the sheet says inf."""
    tiers = small_plan().tiers.assign(bound=float("-inf"), gap=float("inf"))
    export(small_plan(tiers=tiers), tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["proof"]
    assert column(sheet, "bound") == ["-inf", "-inf"]


# ---------------------------------------------------------------- demand


def demand(plan, tmp_path, **options):
    export(plan, tmp_path / "demand.xlsx", **options)
    return openpyxl.load_workbook(tmp_path / "demand.xlsx")["demand"]


def test_demand_tells_people_by_unit_settlement_and_cover(tmp_path):
    """Urban, rural and all people of each unit; per rule covered today, in the plan, and not."""
    said = {"COV-U": {"group": "urban"}, "COV-R": {"group": "rural"}}
    plan = small_plan(provenance={**small_plan().provenance, "coverage_rules": said})
    sheet = demand(plan, tmp_path)
    assert [c.value for c in sheet[1]][4] == "rule COV-U (urban)"
    found = {(r[0], r[2]): r[3:] for r in rows(sheet, 3)}
    cells = plan.cells
    urban = cells[cells["urban"]]
    covered = urban.loc[urban["covered:COV-U"], "people"].sum()
    today = urban.loc[urban["covered_today:COV-U"], "people"].sum()
    everybody = urban["people"].sum()
    assert found["A", "urban"][:5] == [
        everybody, today, covered, everybody - covered, pytest.approx(covered / everybody),
    ]  # fmt: skip
    assert found["A", "rural"][:5] == [0, 0, 0, 0, None]
    # The rural rule asks nothing of urban people: neither covered nor not.
    assert found["A", "urban"][5:] == [None] * 4
    assert found["all", "total"][0] == cells["people"].sum()
    assert found["all", "total"][8] == pytest.approx(1.0)


def sums_hold(found, order):
    """Every total is exactly the sum of its rows."""
    for at in [j for j in range(len(found["all", "total"])) if j == 0 or (j - 1) % 4 != 3]:
        for where in ("urban", "rural", "total"):
            parts = [found[u, where][at] or 0 for u in order]
            assert (found["all", where][at] or 0) == sum(parts)
        for unit in [*order, "all"]:
            halves = [found[unit, w][at] or 0 for w in ("urban", "rural")]
            assert (found[unit, "total"][at] or 0) == sum(halves)


@given(st.lists(st.floats(0, 1e6), min_size=24, max_size=24))
def test_demand_is_whole_people_with_exact_totals(people):
    """Cells with fractions of people: every figure is whole, every total exact."""
    from allocator.files.demand_sheet import demand_sheet_parts

    plan = small_plan(cells=small_plan().cells.assign(people=people))
    parts = demand_sheet_parts(plan, chinese=False)
    found = {(r[0], r[2]): r[3:] for r in parts["rows"]}
    sums_hold(found, ["A", "B"])
    assert found["all", "total"][0] == round(math.fsum(people))
    for values in found.values():
        whole = [v for j, v in enumerate(values) if v is not None and (j == 0 or (j - 1) % 4 != 3)]
        assert all(isinstance(v, int) and v >= 0 for v in whole)
        for rule in (0, 1):
            yes, no = values[2 + 4 * rule], values[3 + 4 * rule]
            if yes is not None:
                assert yes + no == values[0]


# ---------------------------------------------------------------- print, limits, hostile text


def test_pages_are_a4_across_with_headers_on_each(book):
    """Landscape, as wide as pages allow, header rows and first columns repeated."""
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows.startswith("$1:$")
        assert sheet.page_setup.fitToWidth == 1 or sheet.print_title_cols.startswith("$A:$")


def test_rows_beyond_a_sheet_are_told(tmp_path, monkeypatch):
    """The last row says how many are missing and where they are."""
    from allocator.files import excel

    monkeypatch.setattr(excel, "MOST_ROWS", 5)
    export(small_plan(), tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["compliance"]
    assert sheet.max_row == 5
    assert sheet.cell(5, 1).value == "4 more rows do not fit; they are in the csv files"


def test_texts_beyond_a_cell_are_cut_and_say_so(tmp_path):
    """32,767 characters; openpyxl alone would cut in silence."""
    facilities = small_plan().facilities.assign(name="x" * 40_000)
    export(small_plan(facilities=facilities), tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["facilities"]
    (text,) = set(column(sheet, "name")[:-1])
    assert len(text) == 32_767
    assert text.endswith(" ... (cut)")


def test_long_texts_have_room(book):
    """Rows of wrapped texts are higher than others."""
    sheet = book["assumptions"]
    texts = column(sheet, "meaning")
    longest = max(range(len(texts)), key=lambda i: len(texts[i]))
    assert sheet.row_dimensions[longest + 2].height >= 30


def test_each_sheet_has_a_filter_over_its_rows(book):
    """The counties apart, whose header has two rows."""
    for sheet in book:
        empty = sheet.max_row == 1
        assert (sheet.auto_filter.ref is None) == (sheet.title == "counties" or empty)

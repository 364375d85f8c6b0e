"""A plan over several years, written and read back, printed and drawn as sheets."""

import openpyxl
import pytest
from builders import rule, site, small_policy, small_region

import allocator as al
from allocator.cli.years_table import print_years
from allocator.files.exporting import export_all
from allocator.horizon import Years

REGION = small_region(
    sites=[
        site("s0", "ems_station", 0.5, 0.5),
        site("s1", "ems_station", 2.5, 0.5, status="candidate"),
    ],
    stock={("A", "nurses"): 3, ("B", "nurses"): 0},
    costs={"nurses": 2, "ems_station": 30},
)
POLICY = small_policy(
    rule("quota", id="nurses", resources=["nurses"], number=2),
    rule("count", id="stations", sites={"kinds": ["ems_station"]}, number=2),
)


@pytest.fixture(scope="module")
def plan():
    """One station and six nurses in two years."""
    return al.plan(REGION, POLICY, years=Years(2024, 2025, budget_per_year=32))


def test_it_is_read_as_it_was_written(plan, tmp_path):
    """Tables, the year of each opening, and what the audit says."""
    export_all(plan, tmp_path, chinese=False, with_map=False)
    again = al.read_plan(tmp_path)
    assert again.years.to_csv() == plan.years.astype({"year": float}).to_csv()
    assert len(again.year_rules) == len(plan.year_rules) == 4
    assert again.facilities["year"].dropna().tolist() == [2024.0]
    assert "edited_by_hand" not in again.provenance
    assert al.audit(REGION, POLICY, again)["met"].tolist() == plan.compliance["met"].tolist()
    (tmp_path / "years.csv").unlink()
    assert "years" in al.read_plan(tmp_path).provenance["edited_by_hand"]


@pytest.mark.parametrize(("chinese", "name"), [(False, "years"), (True, "分年度实施")])
def test_the_book_has_a_sheet_of_years(plan, tmp_path, chinese, name):
    """With a line per year and unit."""
    al.export(plan, tmp_path / "plan.xlsx", chinese=chinese)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")[name]
    assert sheet.max_row == len(plan.years) + 1
    assert sheet.cell(2, 1).value == 2023


def test_the_command_prints_a_line_per_year(plan, capsys):
    """What opens, is added and spent; nothing for a plan of one date."""
    print_years(plan)
    told = capsys.readouterr().out
    assert "2024" in told
    assert "2025" in told
    assert "sites" in told  # the head may be broken over two lines
    assert "opened" in told
    print_years(al.plan(REGION, POLICY))
    assert not capsys.readouterr().out

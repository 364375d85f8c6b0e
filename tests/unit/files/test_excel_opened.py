"""The Excel file of a plan as LibreOffice opens it."""

import os
import shutil
import subprocess

import openpyxl
import pytest
from plans_for_tests import small_plan

from allocator.files.exporting import export

HOSTILE = [
    "=HYPERLINK(\"http://x\")", "@SUM(A1)", "_x000D_ stays", "first\nsecond", "'quoted'", "南湖",
]  # fmt: skip


def opened(path, folder):
    """The file converted by LibreOffice, read back; CI must have it."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("soffice is missing: install libreoffice-calc-nogui")
        pytest.skip("LibreOffice is not installed")
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [program, "--headless", f"-env:UserInstallation={profile}", "--convert-to", "xlsx",
         "--outdir", str(folder / "converted"), str(path)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return openpyxl.load_workbook(folder / "converted" / path.name)


@pytest.mark.parametrize("chinese", [False, True])
def test_libreoffice_reads_every_value(tmp_path, chinese):
    """All sheets with all their values, texts and numbers, none of them a formula."""
    facilities = small_plan().facilities.assign(name=HOSTILE)
    export(small_plan(facilities=facilities), tmp_path / "plan.xlsx", chinese=chinese)
    written = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    found = opened(tmp_path / "plan.xlsx", tmp_path)
    assert found.sheetnames == written.sheetnames
    for sheet in written:
        other = found[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                there = other.cell(cell.row, cell.column)
                assert there.data_type != "f"
                expected = None if cell.value == "" else cell.value
                if isinstance(expected, str):
                    # openpyxl reads the escape as it is written; LibreOffice knows what it means.
                    expected = expected.replace("_x005F_", "_")
                    said = None if there.value is None else there.value.replace("_x005F_", "_")
                    assert said == expected
                elif isinstance(expected, float):
                    assert there.value == pytest.approx(expected, rel=1e-14)
                else:
                    assert there.value == expected

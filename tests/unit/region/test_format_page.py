"""The page on the folder format says what the reader does."""

import re
from pathlib import Path

import pytest

from allocator.region import manifest
from allocator.region.folder import read_region
from allocator.region.sites import ATTRIBUTES, KINDS
from allocator.region.stock import resources

PAGE = (Path(__file__).resolve().parents[3] / "data" / "README.md").read_text("utf-8")


def test_the_example_of_the_page_is_a_region(tmp_path: Path) -> None:
    """The five files of the page, written as they stand, read without a problem."""
    blocks = re.findall(r"```(?:toml|csv) (\S+)\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 5
    for name, text in blocks:
        (tmp_path / name).write_text(text, encoding="utf-8")
    region = read_region(tmp_path)
    assert region.units.planning == ("330402", "330411")
    assert region.units.people("3304") == 3800
    assert region.grid.people.sum() == 3800
    assert len(region.sites) == 2


@pytest.mark.parametrize("kind", [*KINDS, *ATTRIBUTES])
def test_every_kind_and_attribute_is_named(kind: str) -> None:
    """No word that a table takes is missing from the page."""
    assert f"`{kind}`" in PAGE


def test_every_key_is_named() -> None:
    """No key of region.toml is missing from the page."""
    models = [
        manifest.Manifest, manifest.UnitsFile, manifest.PopulationsFile, manifest.GridFile,
        manifest.SitesFile, manifest.TableFile, manifest.Candidates, manifest.SettlementRule,
    ]  # fmt: skip
    keys = {key for model in models for key in model.model_fields}
    assert [key for key in sorted(keys) if f"`{key}`" not in PAGE and f"[{key}]" not in PAGE] == []


def test_the_resources_it_names_exist() -> None:
    """Resources named as examples are real."""
    row = next(line for line in PAGE.splitlines() if line.startswith("| `resource`"))
    named = re.findall(r"`(\w+)`", row)[1:]
    assert [word for word in named if word not in resources() and "csv" not in word] == []

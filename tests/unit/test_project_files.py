"""What the project says about itself agrees with what is there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_citation_names_the_version_and_licence_of_the_package():
    """CITATION.cff is not left behind by a release."""
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert f"\nlicense: {PROJECT['license']}\n" in citation


def test_changelog_begins_with_unreleased():
    """There is always a place for the next line, on top."""
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.M)
    assert headings[0] == "Unreleased"


def test_contributing_points_to_places_that_exist():
    """Every path in CONTRIBUTING.md without a placeholder is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    paths = set(re.findall(r"`((?:allocator|tests|data)/[\w./-]*)`", text))
    assert "allocator/policy/rules.py" in paths
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []
